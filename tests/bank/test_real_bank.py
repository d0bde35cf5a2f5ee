"""The questions that ship: complete, in both languages, and giving nothing away."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from interviewer.bank.load import Bank, load_bank
from interviewer.bank.question import Lang, Question
from interviewer.resources import data_folder

LANGS: tuple[Lang, ...] = ("zh", "en")
CHINESE, WORDS = 10, 6
"""A text gives a point away when it shares this many Chinese characters, or English words, in a row with it."""


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank(data_folder("knowledge"))


def runs(text: str, lang: Lang) -> set[str]:
    """All runs of the length that counts as a leak; punctuation and spaces don't interrupt a run."""
    if lang == "zh":
        characters = "".join(re.findall(r"[\u3400-\u9fff]", text))
        return {characters[start : start + CHINESE] for start in range(len(characters) - CHINESE + 1)}
    words = re.findall(r"[a-z0-9]+", text.casefold())
    return {" ".join(words[start : start + WORDS]) for start in range(len(words) - WORDS + 1)}


def leaks(text: str, question: Question, lang: Lang) -> Iterable[str]:
    """What `text` shares with a point of the question, and does not have from the question itself."""
    known = runs(question.text.say(lang), lang)
    for point in question.points:
        for run in sorted((runs(text, lang) & runs(point.text.say(lang), lang)) - known):
            yield f"{question.id}: {point.id}: {run}"


def test_the_measure_finds_a_leak_in_either_language():
    assert runs("每个头只看一部分维度，再拼接", "zh") & runs("因为每个头只看一部分维度再相加", "zh")
    assert not runs("每个头只看一部分", "zh")
    assert runs("Each head attends to its own subspace.", "en") & runs(
        "since each head attends to its own subspace", "en"
    )


def test_there_are_at_least_thirty_questions(bank: Bank):
    assert len(bank.questions) >= 30


def test_every_question_has_four_to_seven_points(bank: Bank):
    assert {one.id: len(one.points) for one in bank.questions.values() if not 4 <= len(one.points) <= 7} == {}


def test_no_more_than_two_points_of_a_question_are_musts(bank: Bank):
    assert [one.id for one in bank.questions.values() if sum(point.must for point in one.points) > 2] == []


def test_chinese_is_chinese_and_english_is_english(bank: Bank):
    wrong: list[str] = []
    for one in bank.questions.values():
        texts = [one.text, one.answer, *(text for point in one.points for text in (point.text, point.probe))]
        texts += [wrong_one.text for wrong_one in one.misconceptions]
        wrong += [f"{one.id}: {text.zh}" for text in texts if not re.search(r"[\u3400-\u9fff]", text.zh)]
        wrong += [f"{one.id}: {text.en}" for text in texts if re.search(r"[\u3400-\u9fff，。？：；]", text.en)]
    assert wrong == []


def test_no_probe_gives_a_point_away(bank: Bank):
    found = [
        leak
        for one in bank.questions.values()
        for point in one.points
        for lang in LANGS
        for leak in leaks(point.probe.say(lang), one, lang)
    ]
    assert found == []


def test_no_question_gives_its_own_point_away(bank: Bank):
    found = [
        f"{one.id}: {point.id}: {run}"
        for one in bank.questions.values()
        for lang in LANGS
        for point in one.points
        for run in runs(one.text.say(lang), lang) & runs(point.text.say(lang), lang)
    ]
    assert found == []


def test_no_ladder_of_a_track_gives_a_point_away(bank: Bank):
    found = [
        leak
        for track in bank.tracks.values()
        for stage in track.stages
        for rung in stage.ladder
        for lang in LANGS
        for leak in leaks(rung.say(lang), bank.questions[stage.question], lang)
    ]
    assert found == []


def test_every_question_of_the_seeds_first_part_is_there(bank: Bank):
    origins = {origin for one in bank.questions.values() for origin in one.origin}
    assert {f"seed:S1-{number:02}" for number in range(1, 16)} - origins == set()


def test_at_least_fifteen_nodes_of_the_seeds_second_part_are_there(bank: Bank):
    origins = {origin for one in bank.questions.values() for origin in one.origin}
    assert len({origin for origin in origins if re.fullmatch(r"seed:S2-\d\d(\.[a-g])?", origin)}) >= 15


def test_every_track_stands_on_project_questions(bank: Bank):
    stages = [(track.id, stage.question) for track in bank.tracks.values() for stage in track.stages]
    assert [pair for pair in stages if bank.questions[pair[1]].kind != "project"] == []
