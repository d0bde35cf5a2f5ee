"""The numbers that the bank states are worked out again, and stand where they should."""

from __future__ import annotations

import re
from collections.abc import Iterator

from interviewer.bank.load import Bank
from interviewer.bank.question import LANGS, Number, Question
from interviewer.doctor.arithmetic import evaluate, states
from interviewer.doctor.finding import Finding


def check_figures(bank: Bank) -> Iterator[Finding]:
    for question in bank.questions.values():
        if question.kind == "calculation" and not question.numbers:
            yield Finding("numbers", question.id, "a calculation without `numbers`: nothing can be worked out again.")
        for number in question.numbers:
            yield from _wrong(question, number)


def _wrong(question: Question, number: Number) -> Iterator[Finding]:
    try:
        result = evaluate(number.formula, number.given)
    except ValueError as error:
        yield Finding("numbers", question.id, f"{number.point}: {error}")
        return
    if not states(number.value, result):
        text = f"{number.point}: {number.formula} is {result:,.6g}, and {number.value} is stated."
        yield Finding("numbers", question.id, text)
    point = question.point(number.point)
    for lang in LANGS:
        if not any(_holds(text.say(lang), number.value) for text in (point.text, question.answer)):
            yield Finding("numbers", question.id, f"{number.point}: {number.value} stands in no {lang} text.")


def _holds(text: str, numeral: str) -> bool:
    """Whether the numeral stands in the text as a whole number, not as a part of a longer one."""
    return re.search(rf"(?<![\d.,]){re.escape(numeral)}(?!,?\d|\.\d)", text) is not None
