"""How near one text is to others, by their vectors: for the judge that shows the model one sentence at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from interviewer.retrieval.embedder import Embedder
from interviewer.retrieval.port import Vectors

KEPT = 256
"""Sentences whose vectors are kept: every point of a question is compared with the same sentences of its answer."""


class EmbeddedSimilarity:
    """Cosine similarity of a text with each of several others, -1 to 1."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._kept: OrderedDict[str, Vectors] = OrderedDict()

    def __call__(self, text: str, others: Sequence[str]) -> Sequence[float]:
        """Raises ModelError when the embedder can't be loaded."""
        new = [other for other in dict.fromkeys(others) if other not in self._kept]
        if new:
            self._kept.update(zip(new, self._embedder.passages(new), strict=True))
        [wanted] = self._embedder.queries([text])
        near = [float(self._kept[other] @ wanted) for other in others]
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return near
