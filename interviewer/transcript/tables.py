"""The tables of the transcript, for SQLite and PostgreSQL. Every one of them knows its user.

`id` columns hold the order of insertion. What must happen once has a unique key of its own: a turn and an answer by
(session, request), a grading by (session, request, judge key), a verdict by that and its point.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import sqlalchemy as sa

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class RawText(sa.types.TypeDecorator[str]):
    """Text as it was typed. NUL and lone surrogates, which no database takes, become U+FFFD one for one.

    The length stays what it was, so spans of evidence still point at the same words.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002 -- the hook's form
        return None if value is None else _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)


class UtcTime(sa.types.TypeDecorator[datetime]):
    """A moment as ISO 8601 in UTC with microseconds, so that text order is time order; aware when read."""

    impl = sa.String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002 -- the hook's form
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone can't be stored")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 -- the hook's form
        return None if value is None else datetime.fromisoformat(value).astimezone(UTC)


metadata = sa.MetaData(naming_convention=NAMES)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _user() -> sa.Column[str]:
    return sa.Column("user_id", RawText, sa.ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False)


def _session() -> sa.Column[str]:
    return sa.Column("session_id", RawText, sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, RawText, nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON, nullable=False)


def _at(name: str) -> sa.Column[datetime]:
    return sa.Column(name, UtcTime, nullable=False)


def _judge() -> tuple[sa.Column[str], ...]:
    return _text("judge_model"), _text("judge_endpoint"), _text("judge_prompt_sha"), _text("judge_method")


users = sa.Table(
    "users",
    metadata,
    sa.Column("user_id", RawText, primary_key=True),
    _at("created_at"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", RawText, primary_key=True),
    _user(),
    _text("preset"),
    _text("lang"),
    sa.Column("seed", sa.BigInteger, nullable=False),
    _json("config"),
    _json("plan"),
    _text("bank_version"),
    _text("status"),
    _at("started_at"),
    sa.Column("finished_at", UtcTime),
    sa.Column("reason", RawText),
    sa.Column("score", sa.Float),
    sa.Column("coverage", sa.Float),
    sa.Column("grade_status", RawText),
    _json("phases"),
    sa.Index(None, "user_id", "started_at"),
)

turns = sa.Table(
    "turns",
    metadata,
    _id(),
    _user(),
    _session(),
    _text("request"),
    sa.Column("turn", sa.Integer, nullable=False),
    _text("phase"),
    _text("kind"),
    _text("question_id"),
    _text("text"),
    _text("via"),
    sa.Column("probe_point", RawText),
    _text("why"),
    _at("asked_at"),
    sa.UniqueConstraint("session_id", "request"),
)

answers = sa.Table(
    "answers",
    metadata,
    _id(),
    _user(),
    _session(),
    _text("request"),
    _text("text"),
    _text("intent"),
    sa.Column("seconds", sa.Float, nullable=False),
    _at("saved_at"),
    sa.UniqueConstraint("session_id", "request"),
)

# `points` is the number of verdicts: a grading that lost some of them to a damaged disk can be told from a whole one.
gradings = sa.Table(
    "gradings",
    metadata,
    _id(),
    _user(),
    _session(),
    _text("request"),
    _text("judge_key"),
    _text("question_id"),
    *_judge(),
    _text("status"),
    sa.Column("points", sa.Integer, nullable=False),
    _json("usage"),
    _json("flags"),
    _text("cause"),
    _at("graded_at"),
    sa.UniqueConstraint("session_id", "request", "judge_key"),
)

verdicts = sa.Table(
    "verdicts",
    metadata,
    _id(),
    _user(),
    _session(),
    _text("request"),
    _text("judge_key"),
    _text("point_id"),
    _text("verdict"),
    sa.Column("evidence_turn", sa.Integer),
    sa.Column("evidence_start", sa.Integer),
    sa.Column("evidence_end", sa.Integer),
    _text("via"),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("probs", sa.JSON(none_as_null=True)),
    *_judge(),
    sa.Column("confirmed_by", RawText),
    sa.UniqueConstraint("session_id", "request", "judge_key", "point_id"),
    sa.ForeignKeyConstraint(
        ["session_id", "request", "judge_key"],
        ["gradings.session_id", "gradings.request", "gradings.judge_key"],
        ondelete="CASCADE",
    ),
)

said = sa.Table(
    "said",
    metadata,
    _id(),
    _user(),
    _session(),
    sa.Column("turn", sa.Integer, nullable=False),
    _text("kind"),
    _text("text"),
    _at("at"),
    sa.Index(None, "session_id"),
)

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("session_id", RawText, sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    _user(),
    _text("request"),
    _text("text"),
    sa.Column("seconds", sa.Float, nullable=False),
    _at("saved_at"),
)
