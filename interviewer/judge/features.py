"""What the fitted head looks at: the model's log-probabilities, and plain marks on the words of the sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interviewer.bank.question import Lang
from interviewer.judge.evidence import letters, overlap
from interviewer.judge.reply import Given

# Somebody who says that they are not sure, or only that there is something.
_HEDGE = re.compile(
    r"好像|大概|大约是|可能|似乎|记不|不记得|忘了|没记|没注意|不(?:太|大|是很)?(?:清楚|确定|了解|知道)|没(?:有)?(?:研究|了解|搞|弄|看|用|比|参与|仔细|把握)"
    r"|说不|讲不|解释不|不展开|有点|听说|某种|somehow|some\s+(?:form|kind|sort|way)|not\s+(?:sure|looked|certain)|forgot|don'?t\s+(?:know|recall|remember)"
    r"|do\s+not\s+(?:know|recall|remember)|did\s+not|didn'?t|cannot|can'?t\s+(?:say|tell|recall)|i\s+(?:think|guess|believe)|maybe|probably|something",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"不|没|无|非|未|别|反而|相反|恰恰|only|\bno\b|\bnot\b|n't\b|never|without|none|nothing|instead|rather|opposite",
    re.IGNORECASE,
)
# Cosines of multilingual-e5-small lie between 0.7 and 1.
_COSINE_MIDDLE, _COSINE_SCALE = 0.85, 10.0
_SEPARATOR = re.compile(r"[、,，/]")


@dataclass(frozen=True)
class Nearness:
    """Cosine of the sentence to the point and to the question."""

    point: float
    question: float


@dataclass(frozen=True)
class Seen:
    """One sentence of the answer beside one point. `logprobs` are normalised over the four words."""

    words: str
    logprobs: Mapping[Given, float]
    mass: float
    near: Nearness | None = None


@dataclass(frozen=True)
class Observation:
    """A point with the sentences of the answer that are nearest to it, nearest first (one at least)."""

    question: str
    answer: str
    point: str
    lang: Lang
    seen: Sequence[Seen]

    @property
    def best(self) -> Seen:
        """The sentence that speaks to the point most: the least `miss`."""
        return min(self.seen, key=lambda one: one.logprobs["miss"])


def features(observed: Observation) -> dict[str, float]:
    """Numbers of the order of one, by name; a head names those it was fitted on."""
    best = observed.best
    probs = best.logprobs
    words = best.words
    length = len(letters(words))
    found = {
        "hit_miss": probs["hit"] - probs["miss"],
        "wrong_hit": probs["wrong"] - probs["hit"],
        "partial_hit": probs["partial"] - probs["hit"],
        "top_hit": max(one.logprobs["hit"] for one in observed.seen),
        "top_wrong": max(one.logprobs["wrong"] for one in observed.seen),
        "point_in_words": overlap(observed.point, words),
        "words_in_point": overlap(words, observed.point),
        "words_in_question": overlap(words, observed.question),
        "answer_in_question": overlap(observed.answer, observed.question),
        "hedged": float(bool(_HEDGE.search(words))),
        "hedges": min(3.0, len(_HEDGE.findall(observed.answer)) / (1 + len(observed.answer) / 200)),
        "negated": float(bool(_NEGATION.search(words))),
        "negation_differs": float(bool(_NEGATION.search(words)) != bool(_NEGATION.search(observed.point))),
        "listing": min(2.0, 10.0 * len(_SEPARATOR.findall(words)) / (length + 1)),
        "length": math.log1p(length) - 3.0,
        "english": float(observed.lang == "en"),
    }
    if best.near:
        found["near_point"] = _COSINE_SCALE * (best.near.point - _COSINE_MIDDLE)
        found["near_question"] = _COSINE_SCALE * (best.near.question - _COSINE_MIDDLE)
    return found
