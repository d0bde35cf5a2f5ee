"""Makes rows again that the program can use from what was salvaged: value by value, then as a whole."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from interviewer.transcript import rows
from interviewer.transcript.record import SessionRecord
from interviewer.transcript.rows import Row, Values
from interviewer.transcript.tables import (
    UtcTime,
    answers,
    drafts,
    gradings,
    metadata,
    said,
    sessions,
    turns,
    users,
    verdicts,
)

Rescued = dict[str, list[Values]]

# What a session is called whose own row is lost while its answers are not.
HEADLESS = "rescued"
_CHECKS: Mapping[str, Callable[[Row], object]] = {
    sessions.name: rows.session_record,
    turns.name: rows.turn_record,
    answers.name: rows.answer_record,
    said.name: rows.said_record,
    drafts.name: rows.draft_record,
    gradings.name: lambda row: rows.grading_record(row, []),
    verdicts.name: rows.verdict_record,
}
_LISTS = ("plan", "phases", "flags")
_CHINESE = ("\u4e00", "\u9fff")


def columns() -> dict[str, list[str]]:
    """All tables in an order that foreign keys allow, with their columns."""
    return {table.name: [column.name for column in table.columns] for table in metadata.sorted_tables}


def repair(found: Mapping[str, Sequence[Row]], now: datetime) -> Rescued:
    """Rows that fit together. A time that can't be read becomes `now`, unreadable JSON becomes empty.

    A row that is none any more is left out; answers whose session is lost get a session in its place; a grading that
    lost verdicts is left out, so that its answer can be judged again: half of a judgement would be a made-up score.
    """
    kept: Rescued = {table.name: [] for table in metadata.sorted_tables}
    for name, raws in found.items():
        for raw in raws:
            row = _row(metadata.tables[name], raw, now)
            if row is not None:
                kept[name].append(row)
    _add_lost_sessions(kept, now)
    _drop_halved_gradings(kept)
    known = {row["user_id"] for row in kept[users.name]}
    owners = {str(row["user_id"]) for table in kept.values() for row in table}
    kept[users.name] += [{"user_id": owner, "created_at": now} for owner in sorted(owners - known)]
    return kept


def headless(rescued: Rescued) -> int:
    return sum(row["preset"] == HEADLESS for row in rescued[sessions.name])


def _row(table: sa.Table, raw: Row, now: datetime) -> Values | None:
    row = {column.name: _value(column, raw.get(column.name), now) for column in table.columns}
    if any(row[column.name] is None and not column.nullable for column in table.columns):
        return None
    check = _CHECKS.get(table.name)
    try:
        if check:
            check(row)
    except (ValueError, TypeError):
        return None
    return row


def _value(column: sa.Column[object], raw: object, now: datetime) -> object:
    if isinstance(column.type, UtcTime):
        return _time(raw) or (None if column.nullable else now)
    if isinstance(column.type, sa.JSON):
        return _json(raw, empty=None if column.nullable else [] if column.name in _LISTS else {})
    if isinstance(column.type, sa.Integer):
        return raw if isinstance(raw, int) else None
    if isinstance(column.type, sa.Float):
        return float(raw) if isinstance(raw, (int, float)) else None
    return raw if isinstance(raw, str) else None


def _time(raw: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(str(raw))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _json(raw: object, *, empty: object) -> object:
    try:
        value: object = json.loads(str(raw))
    except ValueError:
        return empty
    return value if empty is None or isinstance(value, type(empty)) else empty


def _drop_halved_gradings(kept: Rescued) -> None:
    verdict_count = Counter(_grading(row) for row in kept[verdicts.name])
    known = {row["id"] for row in kept[sessions.name]}
    mine = [row for row in kept[gradings.name] if row["session_id"] in known]
    whole = [row for row in mine if verdict_count[_grading(row)] == row["points"]]
    keys = {_grading(row) for row in whole}
    kept[gradings.name] = whole
    kept[verdicts.name] = [row for row in kept[verdicts.name] if _grading(row) in keys]


def _grading(row: Row) -> tuple[object, ...]:
    return row["session_id"], row["request"], row["judge_key"]


def _add_lost_sessions(kept: Rescued, now: datetime) -> None:
    known = {row["id"] for row in kept[sessions.name]}
    parts = [row for name in (turns.name, answers.name, said.name, drafts.name) for row in kept[name]]
    lost: dict[str, list[Values]] = {}
    for row in parts:
        if row["session_id"] not in known:
            lost.setdefault(row["session_id"], []).append(row)
    kept[sessions.name] += [_lost_session(session, of_it, now) for session, of_it in lost.items()]


def _lost_session(session: str, parts: Sequence[Row], now: datetime) -> Values:
    times = [row[name] for row in parts for name in ("asked_at", "saved_at", "at") if name in row]
    words = "".join(str(row.get("text", "")) for row in parts)
    first, last = _CHINESE
    record = SessionRecord(
        id=session,
        user=parts[0]["user_id"],
        preset=HEADLESS,
        lang="zh" if any(first <= char <= last for char in words) else "en",
        seed=0,
        config={},
        bank_version="",
        status="finished",
        started_at=min(times, default=now),
        finished_at=max(times, default=now),
        reason=HEADLESS,
        grade_status="ungraded",
    )
    return rows.session_values(record)
