"""What is indexed: every question, and the ways of asking for it, in both languages.

Points are not: with the phrasings there, embedding every point as well took five times as long and found no more
(recall@5 of the hundred paraphrases 0.97 against 0.98; tests/retrieval/paraphrases.yaml). Words find them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from interviewer.bank.load import Bank
from interviewer.bank.question import LANGS, Kind, Lang, Question

Part = Literal["question", "phrasing"]


@dataclass(frozen=True)
class Document:
    """A question's text, with what it can be filtered by. `embedded` is what its vector stands for."""

    id: str
    text: str
    embedded: str
    part: Part
    question_id: str
    topic: str
    kind: Kind
    level: int
    lang: Lang


def documents(bank: Bank) -> list[Document]:
    """All documents of the bank, questions before phrasings, so that an index is of use when half of it is built."""
    questions = [question for _, question in sorted(bank.questions.items())]
    return [
        *(_document(question, lang, 0, question.text.say(lang)) for question in questions for lang in LANGS),
        *(document for question in questions for document in _phrasings(bank, question)),
    ]


def _phrasings(bank: Bank, question: Question) -> Iterable[Document]:
    phrasings = bank.phrasings.get(question.id)
    if phrasings is not None:
        for lang in LANGS:
            for number, phrasing in enumerate(phrasings.say(lang), start=1):
                yield _document(question, lang, number, phrasing)


def _document(question: Question, lang: Lang, number: int, embedded: str) -> Document:
    return Document(
        id=f"{question.id}:{lang}:{number}",
        text=question.text.say(lang),
        embedded=embedded,
        part="phrasing" if number else "question",
        question_id=question.id,
        topic=question.topic,
        kind=question.kind,
        level=question.level,
        lang=lang,
    )
