"""The statements that both databases understand, each in its own dialect."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from interviewer.transcript.rows import Row, Values
from interviewer.transcript.tables import drafts


def insert_once(dialect: str, table: sa.Table, values: Values, unique: Sequence[str]) -> sa.Insert:
    """Inserts, or leaves what is there under the `unique` columns: the row count says which."""
    return _insert(dialect, table, values).on_conflict_do_nothing(index_elements=list(unique)).inline()


def insert_or_replace_draft(dialect: str, values: Values) -> sa.Insert:
    changed = {name: value for name, value in values.items() if name != "session_id"}
    return _insert(dialect, drafts, values).on_conflict_do_update(index_elements=["session_id"], set_=changed).inline()


def _insert(dialect: str, table: sa.Table, values: Values) -> sqlite.Insert | postgresql.Insert:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(table).values(values)


def rows_of(table: sa.Table, user: str, session: str) -> sa.Select[tuple[object, ...]]:
    return sa.select(table).where(table.c.user_id == user, table.c.session_id == session)


def fetch(connection: sa.Connection, query: sa.Select[tuple[object, ...]]) -> Sequence[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]
