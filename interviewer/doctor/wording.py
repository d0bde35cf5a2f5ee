"""How the bank speaks: in the right language, short enough to be spoken, one statement a point."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from interviewer.bank.load import Bank
from interviewer.bank.question import LANGS, Lang, Question, Text
from interviewer.doctor.finding import Finding

CHINESE = re.compile(r"[\u3400-\u9fff]")
FULL_WIDTH = re.compile(r"[\u3400-\u9fff，。？：；（）、]")
HALF_WIDTH = re.compile(r"[\u3400-\u9fff] ?([,;:?!](?=[ \u3400-\u9fff]|$)|\.$)")
STOPS: dict[Lang, re.Pattern[str]] = {"zh": re.compile(r"[；。].*\S"), "en": re.compile(r"[.?!;] +[A-Za-z].*")}
Bound = tuple[int, int]
"""The most Chinese characters (each run of Latin letters or digits counts as one), and the most English words."""

QUESTION: Bound = (45, 30)
WITH_DATA: Bound = (90, 60)
"""A calculation or a scenario says its data in the question."""
POINT: Bound = (45, 32)
PROBE: Bound = (40, 30)
ANSWER: Bound = (360, 220)
SHORT_ANSWER: Bound = (60, 45)
POINTS = (4, 7)
MUSTS = (1, 2)
HEAVIEST = 0.4
LONG_KINDS = frozenset({"calculation", "scenario", "coding", "derivation"})


def check_wording(bank: Bank) -> Iterator[Finding]:
    for question in bank.questions.values():
        yield from _languages(question)
        yield from _lengths(question)
        yield from _atoms(question)


def length(text: str, lang: Lang) -> int:
    """How long a text is to speak: Chinese characters and Latin or digit runs in Chinese, words in English."""
    if lang == "en":
        return len(text.split())
    return len(re.findall(r"[\u3400-\u9fff]|[A-Za-z0-9.,_+/-]+", text))


def _languages(question: Question) -> Iterator[Finding]:
    for what, text in _texts(question):
        if not CHINESE.search(text.zh):
            yield Finding("language", question.id, f"{what}: the Chinese text holds no Chinese: {text.zh}")
        if HALF_WIDTH.search(text.zh):
            yield Finding("language", question.id, f"{what}: half-width punctuation in Chinese: {text.zh}")
        if FULL_WIDTH.search(text.en):
            yield Finding("language", question.id, f"{what}: Chinese signs in the English text: {text.en}")


def _lengths(question: Question) -> Iterator[Finding]:
    asked = WITH_DATA if question.kind in LONG_KINDS else QUESTION
    bounded = [("text", question.text, asked), ("answer", question.answer, ANSWER)]
    if question.rephrased:
        bounded.append(("rephrased", question.rephrased, asked))
    for point in question.points:
        bounded += [(f"point {point.id}", point.text, POINT), (f"probe of {point.id}", point.probe, PROBE)]
    for what, text, most in bounded:
        for lang, bound in zip(LANGS, most, strict=True):
            count = length(text.say(lang), lang)
            if count > bound:
                unit = "characters" if lang == "zh" else "words"
                yield Finding("length", question.id, f"{what} ({lang}): {count} {unit}, at most {bound} can be spoken.")
    for lang, least in zip(LANGS, SHORT_ANSWER, strict=True):
        count = length(question.answer.say(lang), lang)
        if count < least:
            yield Finding("length", question.id, f"answer ({lang}): {count} is too short to hold every point.")


def _atoms(question: Question) -> Iterator[Finding]:
    for what, count, (least, most) in (
        ("points", len(question.points), POINTS),
        ("musts", sum(point.must for point in question.points), MUSTS),
    ):
        if not least <= count <= most:
            yield Finding("points", question.id, f"{count} {what}; a question has {least} to {most}.")
    total = sum(point.weight for point in question.points)
    for point in question.points:
        if point.weight > HEAVIEST * total:
            yield Finding("points", question.id, f"{point.id} alone carries over {HEAVIEST:.0%} of the weight.")
        for lang, stop in STOPS.items():
            if stop.search(point.text.say(lang)):
                yield Finding("atomic", question.id, f"{point.id} ({lang}) makes two statements; split it or cut one.")


def _texts(question: Question) -> Iterable[tuple[str, Text]]:
    yield "text", question.text
    if question.rephrased:
        yield "rephrased", question.rephrased
    yield "answer", question.answer
    for point in question.points:
        yield f"point {point.id}", point.text
        yield f"probe of {point.id}", point.probe
    for wrong in question.misconceptions:
        yield "misconception", wrong.text
