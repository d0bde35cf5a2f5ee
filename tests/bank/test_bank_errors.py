"""What the author of a bank reads when a file is wrong: it names the file, the entry and the key."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from interviewer.bank.load import Bank, load_bank
from interviewer.errors import BankError

TOPICS = [{"id": "attention", "title": {"zh": "注意力", "en": "Attention"}, "weight": 10, "near": []}]
CLAIMS = [
    {
        "id": "metric",
        "title": {"zh": "指标", "en": "Metrics"},
        "sounds": [{"zh": "涨了", "en": "It rose"}],
        "probes": [{"zh": "多少？", "en": "How much?"}] * 4,
        "red_flags": [{"zh": "不知道", "en": "Does not know"}],
    }
]
SOURCES = [{"id": "arXiv:1706.03762", "title": "Attention Is All You Need"}]


def both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def entry(question_id: str = "attention.heads", **changes: object) -> dict[str, object]:
    points = [
        {
            "id": point_id,
            "text": both(f"要点{point_id}", f"Point {point_id}"),
            "probe": both("还有呢？", "And?"),
            "sources": ["x"],
        }
        for point_id in ("one", "two", "three")
    ]
    return {
        "id": question_id,
        "topic": "attention",
        "kind": "concept",
        "level": 2,
        "text": both("为什么要多头？", "Why several heads?"),
        "points": points,
        "answer": both("因为……", "Because ..."),
        "sources": ["arXiv:1706.03762"],
        "origin": ["authored"],
    } | changes


def first_point(**changes: object) -> list[object]:
    points = entry()["points"]
    assert isinstance(points, list)
    return [{**points[0], **changes}, *points[1:]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("questions", "tracks"):
        (tmp_path / name).mkdir()
    write(tmp_path / "topics.yaml", TOPICS)
    write(tmp_path / "claims.yaml", CLAIMS)
    write(tmp_path / "sources.yaml", SOURCES)
    return tmp_path


def write(file: Path, content: object) -> None:
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def load(folder: Path, *entries: object) -> Bank:
    write(folder / "questions" / "attention.yaml", list(entries))
    return load_bank(folder)


def refusal(folder: Path, *entries: object) -> str:
    with pytest.raises(BankError) as caught:
        load(folder, *entries)
    return str(caught.value)


def test_a_right_entry_loads(folder: Path):
    assert list(load(folder, entry()).questions) == ["attention.heads"]


def test_the_version_follows_the_content(folder: Path):
    before = load(folder, entry()).version
    assert load(folder, entry()).version == before
    assert load(folder, entry(level=3)).version != before


def test_a_misspelt_key_is_named_with_the_right_one(folder: Path):
    told = refusal(folder, entry(orign=["authored"]))
    assert "attention.yaml: attention.heads: orign: unknown key (did you mean 'origin'?)" in told


def test_a_misspelt_key_of_a_point_is_found_by_the_points_id(folder: Path):
    told = refusal(folder, entry(points=first_point(wieght=2)))
    assert "points[one].wieght: unknown key (did you mean 'weight'?)" in told


def test_a_missing_key_is_named(folder: Path):
    without = entry()
    del without["answer"]
    assert "attention.yaml: attention.heads: answer: missing key" in refusal(folder, without)


def test_a_missing_language_is_named(folder: Path):
    assert "attention.heads: text.en: missing key" in refusal(folder, entry(text={"zh": "为什么？"}))


def test_an_entry_without_an_id_is_named_by_its_place(folder: Path):
    without = entry()
    del without["id"]
    assert "attention.yaml: entry 2: id: missing key" in refusal(folder, entry(), without)


def test_every_fault_of_an_entry_is_told_at_once(folder: Path):
    told = refusal(folder, entry(level=9, kind="riddle"))
    assert "level:" in told
    assert "kind:" in told


def test_broken_yaml_is_told_with_file_and_line(folder: Path):
    file = folder / "questions" / "attention.yaml"
    file.write_text("- id: attention.heads\n  text: {zh: 甲, en: [}\n", encoding="utf-8")
    with pytest.raises(BankError) as caught:
        load_bank(folder)
    assert caught.value.title == f"{file}: not valid YAML"
    assert "line 2" in caught.value.message


def test_bytes_that_are_no_text_are_told_with_the_file(folder: Path):
    (folder / "questions" / "attention.yaml").write_bytes(b"- id: \xff\xfe\x00")
    with pytest.raises(BankError, match=r"attention\.yaml: not valid YAML"):
        load_bank(folder)


def test_a_key_that_stands_twice_is_refused_rather_than_dropped(folder: Path):
    file = folder / "questions" / "attention.yaml"
    file.write_text("- id: attention.heads\n  level: 2\n  level: 3\n", encoding="utf-8")
    with pytest.raises(BankError) as caught:
        load_bank(folder)
    assert "key 'level' twice" in caught.value.message
    assert "line 3" in caught.value.message


@pytest.mark.parametrize(("content", "words"), [("", "The file is empty."), ("just words", "Found str")])
def test_a_file_that_holds_no_list_is_told(folder: Path, content: str, words: str):
    (folder / "questions" / "attention.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(BankError, match=r"attention\.yaml") as caught:
        load_bank(folder)
    assert words in str(caught.value)


def test_an_id_that_is_taken_names_both_files(folder: Path):
    write(folder / "questions" / "a.yaml", [entry()])
    told = refusal(folder, entry())
    assert "attention.yaml: attention.heads: this id is taken" in told
    assert "a.yaml" in told


def test_a_point_id_that_stands_twice_is_named(folder: Path):
    assert "attention.heads: entry: point id 'two' appears twice" in refusal(
        folder, entry(points=first_point(id="two"))
    )


def test_an_unknown_chain_id_brings_the_nearest(folder: Path):
    told = refusal(folder, entry(), entry("attention.cache", chain=["attention.head"]))
    assert "attention.cache: chain: there is no 'attention.head'" in told
    assert "Did you mean 'attention.heads'?" in told


def test_a_misconception_must_be_refuted_by_a_point(folder: Path):
    wrong = [{"text": both("错", "Wrong"), "refuted_by": "four"}]
    assert "refuted_by 'four' is not one of the points" in refusal(folder, entry(misconceptions=wrong))


def test_a_number_must_belong_to_a_point(folder: Path):
    numbers = [{"point": "four", "formula": "1 + 1", "value": "2"}]
    assert "numbers: point 'four' is not one of the points" in refusal(folder, entry(numbers=numbers))


def test_a_number_is_written_as_a_numeral(folder: Path):
    numbers = [{"point": "one", "formula": "1 + 1", "value": "two"}]
    assert "numbers[#1].value" in refusal(folder, entry(numbers=numbers))


def test_a_citation_is_found_with_its_place_in_the_source(folder: Path):
    bank = load(folder, entry())
    for cited in ("arXiv:1706.03762", "arXiv:1706.03762 §3.2", "arXiv:1706.03762, Table 2"):
        assert (found := bank.source(cited)) is not None
        assert found.title == "Attention Is All You Need"
    assert bank.source("arXiv:1706.0376") is None
    assert bank.source("a talk") is None


def test_a_question_of_an_unknown_topic_is_refused(folder: Path):
    told = refusal(folder, entry("atention.heads", topic="atention"))
    assert "topic: there is no 'atention'" in told
    assert "Did you mean 'attention'?" in told


def test_an_id_must_begin_with_its_topic(folder: Path):
    assert "must begin with its topic 'attention'" in refusal(folder, entry("other.heads"))


def test_a_file_that_cant_be_read_is_named(folder: Path):
    (folder / "questions" / "attention.yaml").mkdir()
    with pytest.raises(BankError, match=r"attention\.yaml: can't be read"):
        load_bank(folder)


def test_an_empty_folder_is_told(tmp_path: Path):
    with pytest.raises(BankError, match=r"topics\.yaml: can't be read"):
        load_bank(tmp_path)


def test_a_bank_without_questions_is_told(folder: Path):
    with pytest.raises(BankError, match="questions: no questions there"):
        load_bank(folder)


def test_asking_for_an_unknown_question_brings_the_nearest(folder: Path):
    with pytest.raises(BankError) as caught:
        load(folder, entry()).question("attention.head")
    assert caught.value.hint == "Did you mean 'attention.heads'?"


def test_asking_for_an_unknown_topic_lists_them(folder: Path):
    with pytest.raises(BankError) as caught:
        load(folder, entry()).topic("zzz")
    assert caught.value.hint == "Topics: attention."
