"""Search by words, in memory: what answers before the index is built, and what finds a term by its name.

Okapi BM25 (Robertson & Zaragoza 2009, doi:10.1561/1500000019) over Latin words and Chinese character pairs, since
Chinese is written without spaces and pairs need no dictionary.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from interviewer.bank.load import Bank
from interviewer.bank.question import LANGS, Lang, Question

K1, B = 1.2, 0.75
STEM = 5
"""Letters of a longer Latin word that also stand for it, so that "quantized" meets "quantization"."""

COMMON = 0.25
"""A term of more than this share of the entries ("how", "模型") tells no question from another."""

_RUNS = re.compile(r"[a-z0-9]+(?:[-+.#][a-z0-9]+)*|[\u3400-\u9fff]+")


@dataclass(frozen=True)
class WordMatch:
    """`text` is the question or point that shares the weightiest words; `point_id` is empty for the question."""

    question_id: str
    point_id: str
    text: str
    score: float


@dataclass(frozen=True)
class _Entry:
    question_id: str
    topic: str
    lang: Lang
    counts: Counter[str]
    length: int
    parts: tuple[tuple[str, str, frozenset[str]], ...]
    """Point id, text and terms; the question itself has no point id."""


class WordIndex:
    """Everything that the bank says about a question, in one language, is one entry."""

    def __init__(self, bank: Bank) -> None:
        self._entries = [_entry(bank, question, lang) for question in bank.questions.values() for lang in LANGS]
        spread = Counter(term for entry in self._entries for term in entry.counts)
        total = len(self._entries)
        self._rarity = {
            term: math.log(1 + (total - n + 0.5) / (n + 0.5))
            for term, n in spread.items()
            if n <= max(COMMON * total, len(LANGS))
        }
        self._mean_length = sum(entry.length for entry in self._entries) / max(1, total)

    def search(self, text: str, *, lang: Lang | None, topic: str | None) -> list[WordMatch]:
        """Every question that shares a word with `text`, best first."""
        wanted = self._rarity.keys() & frozenset(terms(text))
        best: dict[str, WordMatch] = {}
        for entry in self._entries:
            if lang not in {None, entry.lang} or topic not in {None, entry.topic}:
                continue
            match = self._match(entry, wanted)
            if match is not None and (entry.question_id not in best or best[entry.question_id].score < match.score):
                best[entry.question_id] = match
        return sorted(best.values(), key=lambda match: (-match.score, match.question_id))

    def _match(self, entry: _Entry, wanted: AbstractSet[str]) -> WordMatch | None:
        damping = K1 * (1 - B + B * entry.length / self._mean_length)
        score = 0.0
        for term in sorted(wanted & entry.counts.keys()):
            count = entry.counts[term]
            score += self._rarity[term] * count * (K1 + 1) / (count + damping)
        if score == 0.0:
            return None
        point_id, text, _ = max(
            entry.parts, key=lambda part: sum(self._rarity[term] for term in sorted(wanted & part[2]))
        )
        return WordMatch(entry.question_id, point_id, text, score)


def terms(text: str) -> Iterable[str]:
    """Latin words in lower case with their stems, and pairs of Chinese characters (a single one stands alone)."""
    for run in _RUNS.findall(unicodedata.normalize("NFKC", text).casefold()):
        if not run[0].isascii():
            yield from (run[start : start + 2] for start in range(max(1, len(run) - 1)))
            continue
        yield run
        pieces = re.split(r"[-+.#]", run)
        yield from (piece for piece in pieces if len(pieces) > 1)
        yield from (f"{piece[:STEM]}…" for piece in pieces if len(piece) > STEM)


def _entry(bank: Bank, question: Question, lang: Lang) -> _Entry:
    text = question.text.say(lang)
    parts = [("", text), *((point.id, point.text.say(lang)) for point in question.points)]
    phrasings = bank.phrasings.get(question.id)
    counts: Counter[str] = Counter()
    for said in (
        *(part for _, part in parts),
        text,  # again: its own words weigh more than those of its points
        *(phrasings.say(lang) if phrasings else ()),
        question.answer.say(lang),
        question.id,
        bank.topics[question.topic].title.say(lang),
    ):
        counts.update(terms(said))
    return _Entry(
        question_id=question.id,
        topic=question.topic,
        lang=lang,
        counts=counts,
        length=counts.total(),
        parts=tuple((point_id, part, frozenset(terms(part))) for point_id, part in parts),
    )
