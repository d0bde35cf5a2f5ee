"""Verdicts as they are shown: one row a point, with the candidate's own words. Needs no Textual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interviewer.judge.verdict import CasePoint, Verdict, Via, Word
from interviewer.transcript.labels import MARKS


@dataclass(frozen=True)
class PointRow:
    """`text` is empty while it must not be given away; `quote` is empty without evidence."""

    point_id: str
    word: Word
    text: str
    quote: str
    via: Via
    must: bool
    confirmed: bool

    @property
    def mark(self) -> str:
        return MARKS[self.word]


def point_rows(
    points: Sequence[CasePoint], standing: Mapping[str, Verdict], answers: Mapping[int, str], *, final: bool = True
) -> tuple[PointRow, ...]:
    """One row for each point that has a verdict, in the question's order. `answers` maps turns to raw answers.

    Before the last turn of a question (`final` False) only points that were said show their text: a follow-up may
    still ask for the others.
    """
    return tuple(
        _row(point, standing[point.id], answers, shown=final or standing[point.id].verdict == "hit")
        for point in points
        if point.id in standing
    )


def _row(point: CasePoint, verdict: Verdict, answers: Mapping[int, str], *, shown: bool) -> PointRow:
    span = verdict.evidence
    return PointRow(
        point_id=point.id,
        word=verdict.verdict,
        text=point.text if shown else "",
        quote=span.of(answers.get(span.turn, "")).strip() if span else "",
        via=verdict.via,
        must=point.must,
        confirmed=verdict.confirmed_by is not None,
    )
