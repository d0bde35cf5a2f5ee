"""How good a judge is, from labelled points: pure arithmetic over what was said and what is right.

`abstain` is a wrong word wherever words are counted. Classes that neither the labels nor the judge used have no F1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interviewer.judge.reply import WORDS, Given
from interviewer.judge.score import CREDIT
from interviewer.judge.verdict import Probs, Word

NO_CREDIT_KINDS = frozenset({"injection", "echo", "dont-know", "keyword-stuffed"})
BINS = 10


@dataclass(frozen=True)
class Labelled:
    """One judged point with its right word. `kind` is the kind of answer it belongs to."""

    gold: Given
    said: Word
    confidence: float
    probs: Probs | None
    kind: str


def f1_by_word(points: Sequence[Labelled]) -> dict[Given, float | None]:
    """F1 of each word, 0..1; None for a word that occurs neither as label nor as verdict."""
    found: dict[Given, float | None] = {}
    for word in WORDS:
        both = sum(point.gold == word and point.said == word for point in points)
        either = sum(point.gold == word for point in points) + sum(point.said == word for point in points)
        found[word] = 2 * both / either if either else None
    return found


def macro_f1(points: Sequence[Labelled]) -> float | None:
    """Mean of the words' F1; None without points."""
    values = [value for value in f1_by_word(points).values() if value is not None]
    return math.fsum(values) / len(values) if values else None


def accuracy(points: Sequence[Labelled]) -> float | None:
    return sum(point.said == point.gold for point in points) / len(points) if points else None


def coverage(points: Sequence[Labelled]) -> float | None:
    """Share of the points that got a word."""
    return sum(point.said != "abstain" for point in points) / len(points) if points else None


def auc_hit(points: Sequence[Labelled]) -> float | None:
    """Chance that a hit is ranked above a point that is none, ties half (Mann-Whitney); None without both."""
    hits = [_hit_rank(point) for point in points if point.gold == "hit"]
    others = [_hit_rank(point) for point in points if point.gold != "hit"]
    if not hits or not others:
        return None
    won = sum((hit > other) + 0.5 * (hit == other) for hit in hits for other in others)
    return won / (len(hits) * len(others))


def accuracy_top50(points: Sequence[Labelled]) -> float | None:
    """Accuracy on the half of the points (rounded up) with the highest confidence; ties share their places evenly."""
    if not points:
        return None
    places = math.ceil(len(points) / 2)
    edge = sorted((_confidence(point) for point in points), reverse=True)[places - 1]
    above = [point for point in points if _confidence(point) > edge]
    at_edge = [point for point in points if _confidence(point) == edge]
    right = sum(point.said == point.gold for point in above)
    share = (places - len(above)) * sum(point.said == point.gold for point in at_edge) / len(at_edge)
    return (right + share) / places


def false_credit(points: Sequence[Labelled]) -> float | None:
    """Share of the points of answers that try to get something for nothing that were called hit."""
    tricky = [point for point in points if point.kind in NO_CREDIT_KINDS]
    return sum(point.said == "hit" for point in tricky) / len(tricky) if tricky else None


def ece(points: Sequence[Labelled]) -> float | None:
    """Expected calibration error of the confidence over ten bins (Guo et al. 2017), of the points that got a word."""
    judged = [point for point in points if point.said != "abstain"]
    if not judged:
        return None
    bins: dict[int, list[Labelled]] = {}
    for point in judged:
        bins.setdefault(min(int(point.confidence * BINS), BINS - 1), []).append(point)
    gaps = (abs(sum(p.confidence for p in group) - sum(p.said == p.gold for p in group)) for group in bins.values())
    return math.fsum(gaps) / len(judged)


def credit_mae(points: Sequence[Labelled]) -> float | None:
    """Mean distance between the credit given and the credit due (hit 1, partial ½, miss 0, wrong −½), judged points."""
    judged = [point for point in points if point.said != "abstain"]
    if not judged:
        return None
    return math.fsum(abs(CREDIT[point.said] - CREDIT[point.gold]) for point in judged) / len(judged)


def by_kind(points: Sequence[Labelled]) -> dict[str, dict[str, float | int | None]]:
    """Points, accuracy, macro-F1, coverage and the share called hit, per kind of answer."""
    groups: dict[str, list[Labelled]] = {}
    for point in points:
        groups.setdefault(point.kind, []).append(point)
    return {
        kind: {
            "points": len(group),
            "accuracy": accuracy(group),
            "macro_f1": macro_f1(group),
            "coverage": coverage(group),
            "called_hit": sum(point.said == "hit" for point in group) / len(group),
        }
        for kind, group in sorted(groups.items())
    }


def pearson(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Correlation of the pairs, −1..1; None for fewer than two or where one side never varies."""
    if len(pairs) < 2:  # noqa: PLR2004 -- a line needs two points
        return None
    mean_x = math.fsum(x for x, _ in pairs) / len(pairs)
    mean_y = math.fsum(y for _, y in pairs) / len(pairs)
    spread_x = math.fsum((x - mean_x) ** 2 for x, _ in pairs)
    spread_y = math.fsum((y - mean_y) ** 2 for _, y in pairs)
    if spread_x == 0 or spread_y == 0:
        return None
    return math.fsum((x - mean_x) * (y - mean_y) for x, y in pairs) / math.sqrt(spread_x * spread_y)


def confusion(points: Sequence[Labelled]) -> Mapping[str, Mapping[str, int]]:
    """Counts by right word, then by the word that was said."""
    said: tuple[Word, ...] = (*WORDS, "abstain")
    return {gold: {word: sum(p.gold == gold and p.said == word for p in points) for word in said} for gold in WORDS}


def _confidence(point: Labelled) -> float:
    return point.confidence if point.said != "abstain" else -1.0


def _hit_rank(point: Labelled) -> float:
    """How much a verdict speaks for hit, 0..1: its probability, or where the judge gives none, its word."""
    if point.probs is not None:
        return point.probs.hit
    sign = {"hit": 1.0, "partial": 0.0, "abstain": 0.0, "miss": -1.0, "wrong": -1.0}[point.said]
    return 0.5 + sign * point.confidence / 2
