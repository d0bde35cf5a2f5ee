"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _people()
    _conversation()
    _judgement()


def downgrade() -> None:
    for table in ("verdicts", "gradings", "drafts", "said", "answers", "turns", "sessions", "users"):
        op.drop_table(table)


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_users"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        *_texts("preset", "lang"),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("config", sa.JSON, nullable=False),
        sa.Column("plan", sa.JSON, nullable=False),
        *_texts("bank_version", "status"),
        sa.Column("started_at", sa.String(32), nullable=False),
        sa.Column("finished_at", sa.String(32)),
        sa.Column("reason", sa.Text),
        sa.Column("score", sa.Float),
        sa.Column("coverage", sa.Float),
        sa.Column("grade_status", sa.Text),
        sa.Column("phases", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        _user("sessions"),
    )
    op.create_index("ix_sessions_user_id_started_at", "sessions", ["user_id", "started_at"])


def _conversation() -> None:
    op.create_table(
        "turns",
        *_head(),
        *_texts("request"),
        sa.Column("turn", sa.Integer, nullable=False),
        *_texts("phase", "kind", "question_id", "text", "via"),
        sa.Column("probe_point", sa.Text),
        *_texts("why"),
        sa.Column("asked_at", sa.String(32), nullable=False),
        *_keys("turns"),
        sa.UniqueConstraint("session_id", "request", name="uq_turns_session_id_request"),
    )
    op.create_table(
        "answers",
        *_head(),
        *_texts("request", "text", "intent"),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("saved_at", sa.String(32), nullable=False),
        *_keys("answers"),
        sa.UniqueConstraint("session_id", "request", name="uq_answers_session_id_request"),
    )
    op.create_table(
        "said",
        *_head(),
        sa.Column("turn", sa.Integer, nullable=False),
        *_texts("kind", "text"),
        sa.Column("at", sa.String(32), nullable=False),
        *_keys("said"),
    )
    op.create_index("ix_said_session_id", "said", ["session_id"])
    op.create_table(
        "drafts",
        *_texts("session_id", "user_id", "request", "text"),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("saved_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_drafts"),
        _user("drafts"),
        _session("drafts"),
    )


def _judgement() -> None:
    op.create_table(
        "gradings",
        *_head(),
        *_texts("request", "judge_key", "question_id"),
        *_texts("judge_model", "judge_endpoint", "judge_prompt_sha", "judge_method", "status"),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("usage", sa.JSON, nullable=False),
        sa.Column("flags", sa.JSON, nullable=False),
        *_texts("cause"),
        sa.Column("graded_at", sa.String(32), nullable=False),
        *_keys("gradings"),
        sa.UniqueConstraint("session_id", "request", "judge_key", name="uq_gradings_session_id_request_judge_key"),
    )
    op.create_table(
        "verdicts",
        *_head(),
        *_texts("request", "judge_key", "point_id", "verdict"),
        sa.Column("evidence_turn", sa.Integer),
        sa.Column("evidence_start", sa.Integer),
        sa.Column("evidence_end", sa.Integer),
        *_texts("via"),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("probs", sa.JSON),
        *_texts("judge_model", "judge_endpoint", "judge_prompt_sha", "judge_method"),
        sa.Column("confirmed_by", sa.Text),
        *_keys("verdicts"),
        sa.UniqueConstraint(
            "session_id", "request", "judge_key", "point_id", name="uq_verdicts_session_id_request_judge_key_point_id"
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "request", "judge_key"],
            ["gradings.session_id", "gradings.request", "gradings.judge_key"],
            name="fk_verdicts_session_id_request_judge_key",
            ondelete="CASCADE",
        ),
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _head() -> list[sa.Column[int] | sa.Column[str]]:
    return [sa.Column("id", sa.Integer, nullable=False), *_texts("user_id", "session_id")]


def _keys(table: str) -> list[sa.Constraint]:
    return [sa.PrimaryKeyConstraint("id", name=f"pk_{table}"), _user(table), _session(table)]


def _user(table: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=f"fk_{table}_user_id", ondelete="CASCADE")


def _session(table: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=f"fk_{table}_session_id", ondelete="CASCADE")
