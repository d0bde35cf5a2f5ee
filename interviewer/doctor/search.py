"""Whether each question is found by its paraphrase, and no two questions are the same one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from interviewer.bank.load import Bank
from interviewer.bank.question import LANGS, Lang, Text
from interviewer.doctor.finding import Finding
from interviewer.retrieval.documents import Document, documents
from interviewer.retrieval.embedder import Embedder
from interviewer.retrieval.port import Vectors
from interviewer.retrieval.search import fuse_ranks, telling
from interviewer.retrieval.words import WordIndex

FIRST = 5
"""A question counts as found when it is among this many."""

SAME = 0.97
"""Cosine of two questions' texts by multilingual-e5-small from which they ask the same (see docs/bank.md)."""

Passages = Callable[[Sequence[str]], Vectors]
"""Unit vectors of texts, one a row, from a cache where it has them."""


def check_search(bank: Bank, embedder: Embedder, passages: Passages) -> Iterator[Finding]:
    entries = documents(bank)
    vectors = passages([entry.embedded for entry in entries])
    if not embedder.understands:
        text = f"{embedder.name} knows words only: duplicates were not looked for, and lost paraphrases only warn."
        yield Finding("search", "bank", f"{text} Install the extra [local].", "warning")
    else:
        for lang in LANGS:
            plain = [place for place, entry in enumerate(entries) if (entry.part, entry.lang) == ("question", lang)]
            yield from _same([entries[place] for place in plain], vectors[plain])
    yield from _lost(bank, entries, vectors, embedder)


def _same(questions: Sequence[Document], vectors: Vectors) -> Iterator[Finding]:
    similar = vectors @ vectors.T
    for first, second in np.argwhere(np.triu(similar, k=1) >= SAME):
        one, other = questions[int(first)], questions[int(second)]
        text = f"asks nearly the same as {other.question_id} ({one.lang}, cosine {similar[first, second]:.3f})."
        yield Finding("duplicate", one.question_id, f"{text} Merge them or sharpen one.")


def _lost(bank: Bank, entries: Sequence[Document], vectors: Vectors, embedder: Embedder) -> Iterator[Finding]:
    """An error where neither language's paraphrase leads to the question, a warning where one doesn't."""
    words = WordIndex(bank)
    paraphrased: list[tuple[str, Text, Lang]] = [
        (one.id, one.rephrased, lang) for one in bank.questions.values() if one.rephrased for lang in LANGS
    ]
    near = embedder.queries([text.say(lang) for _, text, lang in paraphrased]) @ vectors.T
    lost: dict[str, list[str]] = {}
    for (wanted, text, lang), similar in zip(paraphrased, near, strict=True):
        nearest = np.argsort(-similar, kind="stable") if embedder.understands else ()
        by_meaning = list(dict.fromkeys(entries[int(place)].question_id for place in nearest))
        by_word = telling(words.search(text.say(lang), lang=None, topic=None))
        found = fuse_ranks(by_meaning, [match.question_id for match in by_word])
        if wanted not in found[:FIRST]:
            lost.setdefault(wanted, []).append(f"{lang}: first came {found[0] if found else 'nothing'}")
    for question_id, where in lost.items():
        # Words alone can't be expected to bring a question that was put in other words.
        nowhere = len(where) == len(LANGS) and embedder.understands
        text = f"not found by its paraphrase ({'; '.join(where)}). Add a phrasing, or make the paraphrase plainer."
        yield Finding("search", question_id, text, "error" if nowhere else "warning")
