"""A paraphrase that does not lead to its question, and two questions that are one, are found."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from bank_samples import bank, question, text

from interviewer.bank.question import Question
from interviewer.doctor.search import FIRST, check_search
from interviewer.retrieval.port import Vectors

OTHERS = tuple(question(f"other{number}", text=text(f"其他{number}？", f"Other{number}?")) for number in range(8))


class Meaning:
    """Texts that share their first two characters mean the same; `understands` says whether that is believed."""

    name, dim = "meaning", 64

    def __init__(self, *, understands: bool = True) -> None:
        self.understands = understands

    def passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.full((len(texts), self.dim), 0.01, np.float32)
        for row, one in enumerate(texts):
            vectors[row, crc32(one[:2].encode()) % self.dim] = 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    queries = passages


def told(*questions: Question, understands: bool = True) -> list[str]:
    embedder = Meaning(understands=understands)
    return [
        f"{one.severity} {one.place}: {one.text}" for one in check_search(bank(*questions), embedder, embedder.passages)
    ]


def test_two_questions_that_mean_the_same_are_found():
    same = [question(slug, text=text(f"缓存 {slug}？", f"Cache {slug}?")) for slug in ("a", "b")]
    assert any("asks nearly the same as attention.b (zh" in line for line in told(*same))
    assert not any("nearly the same" in line for line in told(*same, understands=False))


def test_a_paraphrase_that_leads_elsewhere_is_found():
    lost = question("unfound", text=text("缓存？", "Cache?"), rephrased=text("其他0 怎样？", "Other0 then?"))
    assert len(OTHERS) > FIRST
    [line] = [line for line in told(*OTHERS, lost) if line.startswith("error attention.unfound")]
    assert "not found by its paraphrase (zh: first came attention.other0; en: first came attention.other0)" in line


def test_a_paraphrase_that_leads_there_in_one_language_is_a_warning():
    half = question("unfound", text=text("缓存？", "Cache?"), rephrased=text("其他0 怎样？", "Cache, what for?"))
    assert [line for line in told(*OTHERS, half) if line.startswith("warning attention.unfound")]
    assert not [line for line in told(*OTHERS, half) if line.startswith("error attention.unfound")]


def test_without_an_embedder_a_lost_paraphrase_is_only_a_warning():
    lost = question("unfound", text=text("缓存？", "Cache?"), rephrased=text("其他0 怎样？", "Other0 then?"))
    assert [line for line in told(*OTHERS, lost, understands=False) if line.startswith("warning attention.unfound")]
