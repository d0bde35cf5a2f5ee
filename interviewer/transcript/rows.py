"""Records to rows and back. Nothing here speaks to a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from interviewer.judge.verdict import JudgeIdentity, Probs, Span, Usage, Verdict
from interviewer.transcript.record import (
    AnswerRecord,
    Draft,
    GradingRecord,
    SaidRecord,
    SessionRecord,
    TurnRecord,
)

Row = Mapping[str, Any]
Values = dict[str, Any]

CLOSING = ("status", "finished_at", "reason", "score", "coverage", "grade_status", "phases")


def session_values(session: SessionRecord) -> Values:
    return {**_plain(session, but={"user"}), "user_id": session.user}


def closing_values(session: SessionRecord) -> Values:
    return {name: getattr(session, name) for name in CLOSING}


def session_record(row: Row) -> SessionRecord:
    return SessionRecord(user=row["user_id"], **_same(row, SessionRecord, but={"user"}))


def turn_values(turn: TurnRecord) -> Values:
    return _plain(turn)


def turn_record(row: Row) -> TurnRecord:
    return TurnRecord(**_same(row, TurnRecord))


def answer_values(answer: AnswerRecord) -> Values:
    return _plain(answer)


def answer_record(row: Row) -> AnswerRecord:
    return AnswerRecord(**_same(row, AnswerRecord))


def said_values(said: SaidRecord) -> Values:
    return _plain(said)


def said_record(row: Row) -> SaidRecord:
    return SaidRecord(**_same(row, SaidRecord))


def draft_values(draft: Draft) -> Values:
    return _plain(draft)


def draft_record(row: Row) -> Draft:
    return Draft(**_same(row, Draft))


def grading_values(grading: GradingRecord) -> Values:
    return {
        **_plain(grading, but={"key", "judge", "verdicts", "usage", "flags"}),
        **_judge_values(grading.judge),
        "judge_key": grading.key,
        "points": len({verdict.point_id for verdict in grading.verdicts}),
        "usage": grading.usage.model_dump(),
        "flags": list(grading.flags),
    }


def verdict_values(grading: GradingRecord) -> list[Values]:
    """One row a point, in the grading's order."""
    return [
        {
            **_plain(verdict, but={"evidence", "probs", "judge"}),
            **_judge_values(verdict.judge),
            "request": grading.request,
            "judge_key": grading.key,
            "evidence_turn": verdict.evidence.turn if verdict.evidence else None,
            "evidence_start": verdict.evidence.start if verdict.evidence else None,
            "evidence_end": verdict.evidence.end if verdict.evidence else None,
            "probs": verdict.probs.model_dump() if verdict.probs else None,
        }
        for verdict in grading.verdicts
    ]


def grading_record(row: Row, verdicts: Sequence[Row]) -> GradingRecord:
    return GradingRecord(
        **_same(row, GradingRecord, but={"key", "judge", "verdicts", "usage", "flags"}),
        key=row["judge_key"],
        judge=_judge(row),
        verdicts=tuple(verdict_record(verdict) for verdict in verdicts),
        usage=Usage.model_validate(row["usage"]),
        flags=tuple(row["flags"]),
    )


def verdict_record(row: Row) -> Verdict:
    evidence = None
    if row["evidence_turn"] is not None:
        evidence = Span(turn=row["evidence_turn"], start=row["evidence_start"], end=row["evidence_end"])
    return Verdict(
        **_same(row, Verdict, but={"evidence", "probs", "judge"}),
        evidence=evidence,
        probs=None if row["probs"] is None else Probs.model_validate(row["probs"]),
        judge=_judge(row),
    )


def _judge_values(judge: JudgeIdentity) -> Values:
    return {f"judge_{name}": value for name, value in judge.model_dump().items()}


def _judge(row: Row) -> JudgeIdentity:
    return JudgeIdentity(**{name: row[f"judge_{name}"] for name in JudgeIdentity.model_fields})


def _plain(record: _Record, *, but: set[str] | None = None) -> Values:
    """The record's own values, by name: times stay times, JSON stays JSON."""
    return {name: getattr(record, name) for name in type(record).model_fields if name not in (but or ())}


def _same(row: Row, model: type[_Record], *, but: set[str] | None = None) -> Values:
    return {name: row[name] for name in model.model_fields if name not in (but or ())}


_Record = SessionRecord | TurnRecord | AnswerRecord | GradingRecord | SaidRecord | Draft | Verdict
