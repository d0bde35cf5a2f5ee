from __future__ import annotations

import pytest

from interviewer.retrieval.embedder import HashEmbedder
from interviewer.retrieval.similarity import KEPT, EmbeddedSimilarity


class Counting(HashEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.embedded: list[str] = []

    def passages(self, texts):
        self.embedded += texts
        return super().passages(texts)


def test_the_same_text_is_nearest():
    near = EmbeddedSimilarity(HashEmbedder())("注意力是加权和", ["层归一化", "注意力是加权和"])
    assert near[1] > near[0]
    assert near[1] == pytest.approx(1, abs=1e-3)


def test_a_sentence_is_embedded_once_for_all_points():
    embedder = Counting()
    similarity = EmbeddedSimilarity(embedder)
    for point in ("一", "二", "三"):
        similarity(point, ["第一句", "第二句", "第一句"])
    assert embedder.embedded.count("第一句") == embedder.embedded.count("第二句") == 1


def test_more_sentences_than_are_kept_still_get_their_number():
    texts = [f"句子 {number}" for number in range(KEPT + 10)]
    assert len(EmbeddedSimilarity(HashEmbedder())("句子", texts)) == KEPT + 10
