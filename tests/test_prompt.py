from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

import pytest

from interviewer.errors import InterviewerError
from interviewer.prompt import load_prompt
from interviewer.resources import data_folder

GOOD = "---\nname: ask\ninputs: [question, answer]\noutput: a user message\n---\nQ: $question\nA: ${answer} for $$5\n"


@pytest.fixture
def write(tmp_path: Path):
    def _write(text: str, name: str = "ask") -> Path:
        folder = tmp_path / "zh"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
        return tmp_path

    return _write


def test_a_prompt_is_filled_in(write):
    prompt = load_prompt("zh", "ask", write(GOOD))
    assert prompt.render(question="为什么？", answer="因为") == "Q: 为什么？\nA: 因为 for $5"
    assert prompt.output == "a user message"


def test_the_digest_is_that_of_the_whole_file(write):
    prompt = load_prompt("zh", "ask", write(GOOD))
    assert prompt.sha == hashlib.sha256(GOOD.encode()).hexdigest()[:12]


def test_what_stands_in_a_value_is_not_a_variable(write):
    prompt = load_prompt("zh", "ask", write(GOOD))
    assert prompt.render(question="$answer ${answer} $$", answer="x") == "Q: $answer ${answer} $$\nA: x for $5"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"question": "q"}, "missing: answer"),
        ({"question": "q", "answer": "a", "score": "100"}, "unexpected: score"),
        ({"question": "q", "Answer": "a"}, "missing: answer; unexpected: Answer"),
    ],
)
def test_wrong_arguments_are_refused(write, values, told):
    prompt = load_prompt("zh", "ask", write(GOOD))
    with pytest.raises(InterviewerError) as caught:
        prompt.render(**values)
    assert caught.value.message == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace("$question", "$question $score"), "variables that are not among its inputs: score"),
        (GOOD.replace("[question, answer]", "[question, answer, score]"), "inputs that its text does not use: score"),
        (GOOD.replace("$$5", "$5"), "a $ begins no variable"),
        (GOOD.replace("name: ask", "name: other"), "its name is 'other'"),
        (GOOD.replace("output: a user message\n", ""), "front matter, output"),
        (GOOD.replace("output:", "author: me\noutput:"), "front matter, author"),
        (GOOD.replace("[question, answer]", "[question, 'an swer']"), "front matter, inputs.1"),
        (GOOD.replace("[question, answer]", "[question"), "no YAML"),
        ("Q: $question", "must begin with front matter"),
        ("---\n- a list\n---\ntext", "front matter, whole"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(write, text, told):
    with pytest.raises(InterviewerError) as caught:
        load_prompt("zh", "ask", write(text))
    assert caught.value.title == "The prompt zh/ask.md is wrong"
    assert told in caught.value.message


def test_a_missing_file_is_told_by_its_path(tmp_path):
    with pytest.raises(InterviewerError, match=r"zh/ask\.md"):
        load_prompt("zh", "ask", tmp_path)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_shipped_prompt_loads(lang: Literal["zh", "en"]):
    names = [path.stem for path in sorted((data_folder("prompts") / lang).glob("*.md"))]
    assert names
    assert [load_prompt(lang, name).name for name in names] == names


def test_both_languages_have_the_same_prompts_with_the_same_inputs():
    folder = data_folder("prompts")
    found = {
        lang: {path.stem: load_prompt(lang, path.stem).inputs for path in (folder / lang).glob("*.md")}
        for lang in ("zh", "en")
    }
    assert found["zh"] == found["en"]
