"""How near each sentence of an answer is to a point. A better measure than shared characters can be passed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from interviewer.judge.evidence import overlap

# (point, sentences) -> one number a sentence, higher is nearer. One that is passed in is taken for the cosine of
# multilingual-e5-small ("query: " point, "passage: " sentence), because the fitted head reads its numbers.
Similarity: TypeAlias = Callable[[str, Sequence[str]], Sequence[float]]


def by_overlap(point: str, sentences: Sequence[str]) -> Sequence[float]:
    """Share of the point's character pairs that the sentence has: works in both languages, knows no synonyms."""
    return [overlap(point, sentence) for sentence in sentences]
