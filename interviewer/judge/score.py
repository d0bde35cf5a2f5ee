"""The score, computed from verdicts. Nothing here asks a model.

Credit of a point: hit 1, partial 1/2, miss 0, wrong -1/2; positive credit counts 0.8 when it came after a probe and
0.5 after a hint. A question is 100 * sum(weight * credit) / sum(weight), clipped to 0..100, capped below the pass line
while a `must` point stays wrong. Abstained points leave the sum; above 20 % of the weight there is no number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from interviewer.judge.verdict import CasePoint, Verdict, Via, Word

PASS = 60.0
STRONG = 80.0
CAP_WHILE_WRONG = 59.0
MOST_ABSTAINED = 0.2
CREDIT: Mapping[Word, float] = {"hit": 1.0, "partial": 0.5, "miss": 0.0, "wrong": -0.5}
EARNED: Mapping[Via, float] = {"unprompted": 1.0, "probe": 0.8, "hint": 0.5}
PHASE_WEIGHT: Mapping[str, float] = {"project": 35, "knowledge": 30, "coding": 20, "scenario": 15}

Status = Literal["graded", "provisional", "ungraded"]


@dataclass(frozen=True)
class Score:
    """`value` is None exactly when `status` is `ungraded`; `coverage` is the share of weight that was judged."""

    value: float | None
    coverage: float
    status: Status
    reason: str = ""


def standing_verdicts(turns: Sequence[Sequence[Verdict]]) -> dict[str, Verdict]:
    """Per point, the verdict that counts over the turns of one question, oldest turn first.

    The last turn that addresses the point decides; silence (`miss`) never lowers what was said before, and a turn that
    could not be judged (`abstain`) only counts while nothing else does. Neither half of it nor saying it again after a
    probe or hint lowers an earlier hit.
    """
    standing: dict[str, Verdict] = {}
    for turn in turns:
        for verdict in turn:
            held = standing.get(verdict.point_id)
            if held is None or _overrides(verdict, held):
                standing[verdict.point_id] = verdict
    return standing


def _overrides(new: Verdict, held: Verdict) -> bool:
    if new.verdict == "abstain":
        return False
    if held.verdict == "abstain":
        return True
    if new.verdict == "miss":
        return False
    if new.verdict == "partial" and held.verdict == "hit":
        return False
    return not (new.verdict == held.verdict and EARNED[new.via] < EARNED[held.via])  # said again is not said later


def credit(verdict: Verdict) -> float:
    """Credit of one standing verdict, -0.5..1. An abstained verdict has none: it must have left the sum before."""
    earned = CREDIT[verdict.verdict]
    return earned * EARNED[verdict.via] if earned > 0 else earned


def question_score(points: Sequence[CasePoint], standing: Mapping[str, Verdict], *, provisional: bool = False) -> Score:
    """The score of one question from its standing verdicts. A point without a verdict counts as abstained."""
    total = sum(point.weight for point in points)
    judged = [(point, standing[point.id]) for point in points if _judged(standing.get(point.id))]
    weight = sum(point.weight for point, _ in judged)
    coverage = weight / total if total else 0.0
    if total == 0 or (total - weight) / total > MOST_ABSTAINED:
        return Score(None, coverage, "ungraded", "over 20 % of the weight could not be judged")
    value = 100.0 * sum(point.weight * credit(verdict) for point, verdict in judged) / weight
    value = min(100.0, max(0.0, value))
    reason = ""
    if any(point.must and verdict.verdict == "wrong" for point, verdict in judged) and value > CAP_WHILE_WRONG:
        value, reason = CAP_WHILE_WRONG, "capped: a must point stays wrong"
    return Score(value, coverage, "provisional" if provisional else "graded", reason)


def phase_score(questions: Sequence[Score]) -> Score:
    """Mean of the questions that have a number; coverage is the share of questions that have one."""
    values = [score.value for score in questions if score.value is not None]
    if not values:
        return Score(None, 0.0, "ungraded", "nothing in this phase could be judged")
    provisional = any(score.status == "provisional" for score in questions)
    mean = sum(values) / len(values)
    return Score(mean, len(values) / len(questions), "provisional" if provisional else "graded")


def overall_score(phases: Mapping[str, Score]) -> Score:
    """Weighted mean over the scored phases that were held (project 35, knowledge 30, coding 20, scenario 15).

    `intro` and `reverse` are noted, not scored; a phase without a number leaves the sum and lowers the coverage.
    """
    held = {name: score for name, score in phases.items() if name in PHASE_WEIGHT}
    total = sum(PHASE_WEIGHT[name] for name in held)
    scored = {name: score.value for name, score in held.items() if score.value is not None}
    weight = sum(PHASE_WEIGHT[name] for name in scored)
    if not scored:
        return Score(None, 0.0, "ungraded", "no phase could be judged")
    value = sum(PHASE_WEIGHT[name] * number for name, number in scored.items()) / weight
    coverage = sum(PHASE_WEIGHT[name] * score.coverage for name, score in held.items()) / total
    provisional = any(score.status == "provisional" for score in held.values())
    return Score(value, coverage, "provisional" if provisional else "graded")


def _judged(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.verdict != "abstain"
