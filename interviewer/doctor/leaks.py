"""Texts that give a point away before the candidate has said it: the question, its probes, a track's ladder."""

from __future__ import annotations

import re
from collections.abc import Iterator

from interviewer.bank.load import Bank
from interviewer.bank.question import LANGS, Lang, Point, Question
from interviewer.doctor.finding import Finding

CHARACTERS, WORDS = 10, 6
"""A text gives a point away when it shares this many Chinese characters, or English words, in a row with it. In
Chinese a run of Latin letters or digits counts as one character."""


def check_leaks(bank: Bank) -> Iterator[Finding]:
    for question in bank.questions.values():
        yield from _of_question(question)
    for track in bank.tracks.values():
        for stage in track.stages:
            question = bank.questions[stage.question]
            for rung in stage.ladder:
                for lang in LANGS:
                    for point, run in leaked(rung.say(lang), question, lang):
                        yield _finding(f"{track.id}: {question.id}", "a rung of the ladder", point, run)


def leaked(text: str, question: Question, lang: Lang) -> Iterator[tuple[Point, str]]:
    """What `text` shares with a point of the question, and does not have from the question itself."""
    found = runs(text, lang) - runs(question.text.say(lang), lang)
    for point in question.points:
        for run in sorted(found & runs(point.text.say(lang), lang))[:1]:
            yield point, run


def runs(text: str, lang: Lang) -> set[str]:
    """All runs of the length that counts as a leak; punctuation and spaces don't interrupt a run."""
    if lang == "zh":
        units, long, glue = re.findall(r"[\u3400-\u9fff]|[a-z0-9.,]*[a-z0-9]", text.casefold()), CHARACTERS, ""
    else:
        units, long, glue = re.findall(r"[a-z0-9]+", text.casefold()), WORDS, " "
    return {glue.join(units[start : start + long]) for start in range(len(units) - long + 1)}


def _of_question(question: Question) -> Iterator[Finding]:
    for lang in LANGS:
        asked = [question.text, *([question.rephrased] if question.rephrased else [])]
        for point in question.points:
            for text in asked:
                for run in sorted(runs(text.say(lang), lang) & runs(point.text.say(lang), lang))[:1]:
                    yield _finding(question.id, "the question itself", point, run)
        for asking in question.points:
            for point, run in leaked(asking.probe.say(lang), question, lang):
                yield _finding(question.id, f"the probe of {asking.id}", point, run)


def _finding(place: str, what: str, point: Point, run: str) -> Finding:
    return Finding("leak", place, f"{what} gives the point {point.id} away: “{run}”. Ask without these words.")
