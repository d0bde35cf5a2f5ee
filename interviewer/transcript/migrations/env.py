"""Alembic runs this file at every migration; the connection comes from `bring_up_to_date`, inside its transaction."""

from __future__ import annotations

from alembic import context

from interviewer.transcript.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite can't alter a column in place
)
with context.begin_transaction():
    context.run_migrations()
