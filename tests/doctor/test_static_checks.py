"""Each static check finds the fault it is there for, and nothing in a bank without faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from bank_samples import bank, point, question, text

from interviewer.bank.load import Bank
from interviewer.bank.question import Stage, Text, Track
from interviewer.doctor.coverage import check_coverage, check_sources
from interviewer.doctor.figures import check_figures
from interviewer.doctor.finding import Finding
from interviewer.doctor.leaks import check_leaks, runs
from interviewer.doctor.wording import check_wording, length

Check = Callable[[Bank], Iterator[Finding]]


def told(check: Check, **changes: object) -> str:
    return "\n".join(f"{one.check}: {one.text}" for one in check(bank(question(**changes))))


@pytest.mark.parametrize("check", [check_wording, check_leaks, check_figures, check_sources])
def test_a_right_question_has_no_finding(check: Check):
    assert told(check) == ""


def test_a_leak_is_found_in_either_language():
    assert runs("每个头只看一部分维度，再拼接", "zh") & runs("因为每个头只看一部分维度再相加", "zh")
    assert not runs("每个头只看一部分", "zh")
    assert runs("Each head attends to its own subspace.", "en") & runs(
        "since each head attends to its own subspace", "en"
    )


LEAKY = text("每个头只看一部分维度，最后再拼接起来", "Each head sees a part of the dimensions only")


def test_a_probe_that_says_its_point_is_found():
    points = [point(0, text=LEAKY, probe=LEAKY), *(point(number) for number in (1, 2, 3))]
    assert "the probe of p0 gives the point p0 away" in told(check_leaks, points=points)


@pytest.mark.parametrize("field", ["text", "rephrased"])
def test_a_question_that_says_its_point_is_found(field: str):
    points = [point(0, text=LEAKY), *(point(number) for number in (1, 2, 3))]
    assert "the question itself gives the point p0 away" in told(check_leaks, points=points, **{field: LEAKY})


def test_a_rung_of_a_track_that_says_a_point_is_found():
    asked = question(points=[point(0, text=LEAKY), *(point(number) for number in (1, 2, 3))], kind="project")
    rung = Text(zh="下一步呢？", en="And then?")
    stage = Stage(
        question=asked.id, ladder=(rung, rung, rung, Text.model_validate(LEAKY)), red_flags=(rung,), claims=("metric",)
    )
    whole = bank(asked)
    track = Track(id="one", title=rung, stages=(stage, stage, stage))
    found = list(check_leaks(Bank(whole.questions, {"one": track}, whole.topics, "v")))
    assert {one.place for one in found} == {f"one: {asked.id}"}


def test_a_missing_language_and_mixed_punctuation_are_found():
    assert "holds no Chinese" in told(check_wording, text=text("Why?", "Why?"))
    assert "half-width punctuation" in told(check_wording, text=text("为什么要缩放, 又为什么要掩码?", "Why?"))
    assert "half-width punctuation" in told(check_wording, text=text("为什么要缩放,又为什么要掩码？", "Why?"))
    assert "half-width punctuation" in told(check_wording, text=text("说说为什么要缩放.", "Why?"))
    assert "Chinese signs in the English" in told(check_wording, text=text("为什么？", "Why？"))


def test_chinese_is_counted_in_characters_and_english_in_words():
    assert length("用 KV cache 省 327,680 字节", "zh") == 7
    assert length("a KV cache of 327,680 bytes", "en") == 6


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": text("长" * 46 + "？", "Why?")}, "text (zh): 46 characters"),
        ({"text": text("为什么？", "why " * 31)}, "text (en): 31 words"),
        ({"answer": text("短", "Short")}, "too short"),
        ({"points": [point(0, text=text("长" * 46, "Long")), point(1), point(2), point(3)]}, "point p0 (zh): 46"),
    ],
)
def test_what_is_too_long_to_be_spoken_is_found(changes: dict[str, object], words: str):
    assert words in told(check_wording, **changes)


def test_a_calculation_may_say_its_data():
    data = text("长" * 60 + "？", "Why?")
    assert told(check_wording, text=data, kind="calculation") == ""


@pytest.mark.parametrize("two", [text("它更快；也更稳", "Faster"), text("它更快", "It is faster; it is stable")])
def test_a_point_of_two_statements_is_found(two: dict[str, str]):
    points = [point(0, text=two), point(1), point(2), point(3)]
    assert "p0" in told(check_wording, points=points)


def test_unbalanced_points_are_found():
    assert "3 points" in told(check_wording, points=[point(number) for number in range(3)])
    assert "0 musts" in told(check_wording, points=[point(number, must=False) for number in range(4)])
    heavy = [point(0, weight=3), *(point(number) for number in (1, 2, 3))]
    assert "p0 alone carries over 40%" in told(check_wording, points=heavy)


COST = text("每个 token 的缓存是 327,680 字节", "A token's cache takes 327,680 bytes")
GIVEN = {"layers": 80, "heads": 8, "dim": 128}
RIGHT = {"point": "p0", "formula": "2 * layers * heads * dim * 2", "given": GIVEN, "value": "327,680"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"given": {**GIVEN, "layers": 81}}, "is 331,776, and 327,680 is stated"),
        ({"formula": "2 * depth"}, "not arithmetic over layers, heads, dim: depth"),
        ({"formula": "27680", "value": "27,680"}, "27,680 stands in no zh text"),
    ],
)
def test_numbers_are_worked_out_again(changes: dict[str, object], words: str):
    points = [point(0, text=COST), point(1), point(2), point(3)]
    found = told(check_figures, points=points, numbers=[{**RIGHT, **changes}])
    assert words in found
    assert bool(words) == bool(found)


def test_a_calculation_without_numbers_is_found():
    assert "nothing can be worked out again" in told(check_figures, kind="calculation")


def test_a_source_that_nobody_listed_is_found():
    assert "arXiv:1706.03763" in told(check_sources, sources=["arXiv:1706.03763"])


def test_a_source_that_nobody_cites_is_only_a_warning():
    plain = question(sources=["a talk"], points=[point(number, sources=["a talk"]) for number in range(4)])
    unused = [one for one in check_sources(bank(plain)) if one.place == "arXiv:1706.03762"]
    assert [one.severity for one in unused] == ["warning"]


def test_an_empty_cell_of_topic_and_level_is_found():
    found = told(check_coverage)
    assert "no question of level 1." in found
    assert "no question of level 2." not in found
    assert "1 questions; a topic has at least 10" in found


def test_coding_and_project_questions_fill_no_cell():
    assert "no question of level 2." in told(check_coverage, kind="coding")


def test_a_chain_goes_up_and_has_three_or_four_questions():
    hard, easy = question("hard", level=3), question("easy", level=2)
    for chain, words in (
        (["attention.hard"], "the chain has 1 questions after its head"),
        (["attention.hard", "attention.easy"], "steps down from attention.hard (level 3) to attention.easy (2)"),
        (["attention.hard", "attention.hard"], "names a question twice"),
    ):
        head = question("head", level=2, chain=chain)
        found = [one.text for one in check_coverage(bank(head, hard, easy)) if one.check == "chain"]
        assert any(words in text for text in found), found


def test_weights_sum_to_a_hundred():
    whole = bank(question())
    lighter = {key: topic.model_copy(update={"weight": 99}) for key, topic in whole.topics.items()}
    found = check_coverage(Bank(whole.questions, {}, lighter, "v"))
    assert "sum to 99" in "".join(one.text for one in found)


def test_a_question_nobody_can_rephrase_is_found():
    assert "`rephrased` is missing" in told(check_coverage, rephrased=None)
