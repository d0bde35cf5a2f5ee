"""Finds questions by meaning and by words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from interviewer.bank.load import Bank
from interviewer.bank.question import Lang
from interviewer.errors import ModelError
from interviewer.retrieval.index import BankIndex
from interviewer.retrieval.port import Neighbour
from interviewer.retrieval.words import WordIndex, WordMatch

By = Literal["vectors+words", "words"]

RRF_K = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke & Büttcher 2009, doi:10.1145/1571941.1572114)."""

WORDS_TELL = 0.4
"""Word matches below this share of the best one met common words only, and are not ranked beside vectors."""


@dataclass(frozen=True)
class Found:
    """`matched` is what shares the weightiest words: the point `point_id`, or the question's text when that is "".

    `score` is the cosine similarity, 0 to 1, and None when words alone found it. It is shown, never thresholded: E5's
    similarities all lie close together. The order comes from the ranks and may differ from it.
    """

    question_id: str
    score: float | None
    matched: str
    point_id: str = ""


@dataclass(frozen=True)
class Results:
    """What was found, best first, and by what."""

    found: tuple[Found, ...]
    by: By

    def __iter__(self) -> Iterator[Found]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


class QuestionSearch(Protocol):
    async def search(self, text: str, limit: int = 5, lang: Lang | None = None, topic: str | None = None) -> Results:
        """At most `limit` questions, best first; `lang` and `topic` restrict what is compared with `text`.

        Raises BankError for a topic that the bank does not have. A missing index or embedder is no error: `by` tells.
        """
        ...


class HybridSearch:
    """Fuses two rankings: the questions that are nearest in meaning, and those that share words."""

    def __init__(self, bank: Bank, index: BankIndex | None) -> None:
        self._bank = bank
        self._index = index
        self._words: WordIndex | None = None

    async def search(self, text: str, limit: int = 5, lang: Lang | None = None, topic: str | None = None) -> Results:
        if topic is not None:
            self._bank.topic(topic)
        if not text.strip() or limit < 1:
            return Results((), "words")
        if self._words is None:
            self._words = await asyncio.to_thread(WordIndex, self._bank)
        words = telling(self._words.search(text, lang=lang, topic=topic))
        near = await self._near(text, lang, topic)
        if near is None:
            return Results(tuple(_found(None, match) for match in words[:limit]), "words")
        return Results(_fuse(near, words)[:limit], "vectors+words")

    async def _near(self, text: str, lang: Lang | None, topic: str | None) -> list[Neighbour] | None:
        if self._index is None:
            return None
        try:
            return await self._index.nearest(text, lang=lang, topic=topic)
        except ModelError:
            return None


def _fuse(near: Iterable[Neighbour], words: Sequence[WordMatch]) -> tuple[Found, ...]:
    nearest: dict[str, Neighbour] = {}
    for one in near:
        nearest.setdefault(one.question_id, one)
    by_word = {match.question_id: match for match in words}
    return tuple(_found(nearest.get(name), by_word.get(name)) for name in fuse_ranks(list(nearest), list(by_word)))


def _found(near: Neighbour | None, match: WordMatch | None) -> Found:
    if match is None:
        assert near is not None
        return Found(near.question_id, near.similarity, near.text)
    return Found(match.question_id, near.similarity if near else None, match.text, match.point_id)


def telling(words: Sequence[WordMatch]) -> Sequence[WordMatch]:
    """The matches, best first as they come, without those that met common words only."""
    return [match for match in words if match.score >= WORDS_TELL * words[0].score]


def fuse_ranks(*rankings: Sequence[str]) -> list[str]:
    """Reciprocal rank fusion: each ranking that names an id adds 1 / (60 + its rank there). Ties go by the id."""
    total: dict[str, float] = {}
    for ranking in rankings:
        for rank, name in enumerate(ranking, start=1):
            total[name] = total.get(name, 0.0) + 1.0 / (RRF_K + rank)
    return sorted(total, key=lambda name: (-total[name], name))
