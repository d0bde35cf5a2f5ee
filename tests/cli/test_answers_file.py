"""Answers from a file or from standard input: what is read, and what is refused before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from interviewer.cli.lines import read_answers
from interviewer.errors import UsageError


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_blocks_are_separated_by_blank_lines_and_keep_their_own(tmp_path: Path):
    file = write(tmp_path, "a.txt", "\n\n第一\n第一续\n\n \t\n第二\n\n\n")
    assert [given.text for given in read_answers(file)] == ["第一\n第一续", "第二"]


def test_json_lines_may_hold_blank_lines_and_commands(tmp_path: Path):
    file = write(tmp_path, "a.jsonl", '{"answer": "def f():\\n\\n    pass"}\n\n{"command": "hint"}\n')
    answers = read_answers(file)
    assert answers[0].text == "def f():\n\n    pass"
    assert answers[1].command == "hint"


def test_only_a_line_feed_ends_a_json_line(tmp_path: Path):
    file = write(tmp_path, "a.jsonl", '{"answer": "一\u2028二"}\n')
    assert [given.text for given in read_answers(file)] == ["一\u2028二"]


def test_a_byte_order_mark_is_no_part_of_the_answer(tmp_path: Path):
    file = tmp_path / "a.txt"
    file.write_bytes(b"\xef\xbb\xbf\xe4\xbd\xa0\xe5\xa5\xbd")
    assert read_answers(file)[0].text == "你好"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.txt", "", "empty"),
        ("a.txt", " \n\n \n", "empty"),
        ("a.jsonl", "\n", "empty"),
        ("a.jsonl", '{"answer": 3}', "a.jsonl:1"),
        ("a.jsonl", '{"answer": "x"}\n{"command": "fly"}', "a.jsonl:2"),
        ("a.jsonl", "not json", "a.jsonl:1"),
    ],
)
def test_a_file_without_usable_answers_is_refused(tmp_path: Path, name: str, text: str, told: str):
    with pytest.raises(UsageError, match=told):
        read_answers(write(tmp_path, name, text))


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(UsageError, match="nowhere"):
        read_answers(tmp_path / "nowhere.txt")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path):
    file = tmp_path / "a.txt"
    file.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(UsageError, match="UTF-8"):
        read_answers(file)
