from __future__ import annotations

import asyncio
import re
import sqlite3
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql
from transcript_samples import clock, session

from interviewer.errors import StorageError
from interviewer.transcript.migrations import REVISIONS, bring_up_to_date
from interviewer.transcript.statements import insert_once, insert_or_replace_draft
from interviewer.transcript.store import open_store
from interviewer.transcript.tables import answers, metadata


@pytest.fixture
def engine():
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    yield engine
    engine.dispose()


def test_the_migrations_make_what_the_tables_say(engine: sa.Engine):
    bring_up_to_date(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    inspector = sa.inspect(engine)
    for table in metadata.sorted_tables:
        primary = inspector.get_pk_constraint(table.name)
        assert primary["constrained_columns"] == [column.name for column in table.primary_key]
        cascades = {key["options"].get("ondelete") for key in inspector.get_foreign_keys(table.name)}
        assert cascades == {constraint.ondelete for constraint in table.foreign_key_constraints}


def test_the_list_of_revisions_is_the_one_on_the_disk():
    config = Config()
    config.set_main_option("script_location", "interviewer.transcript:migrations")
    found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS


def test_every_table_knows_its_user():
    assert all("user_id" in table.columns for table in metadata.sorted_tables)


def test_migrating_twice_changes_nothing(engine: sa.Engine):
    bring_up_to_date(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(metadata.tables["users"]).values(user_id="me", created_at=clock()))
    bring_up_to_date(engine)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT user_id FROM users")).scalars().all() == ["me"]


async def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path):
    file = tmp_path / "t.db"
    store = await open_store(file, clock=clock, on_notice=print)
    await store.add_session(session())
    await store.aclose()
    with sqlite3.connect(file) as writer:
        writer.execute("UPDATE alembic_version SET version_num = '0999'")
    writer.close()
    before = file.read_bytes()
    with pytest.raises(StorageError, match="newer version") as told:
        await open_store(file, clock=clock, on_notice=print)
    assert told.value.hint
    assert file.read_bytes() == before


async def test_a_migration_that_fails_leaves_nothing_half_done(tmp_path: Path):
    file = tmp_path / "t.db"
    with sqlite3.connect(file) as writer:
        writer.execute("CREATE TABLE drafts (x)")  # in the way of the migration's fourth table
    writer.close()
    with pytest.raises(StorageError):
        await open_store(file, clock=clock, on_notice=print)
    with sqlite3.connect(file) as reader:
        assert reader.execute("SELECT name FROM sqlite_schema").fetchall() == [("drafts",)]
    reader.close()


OPEN = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from interviewer.transcript.store import open_store

async def main():
    store = await open_store(Path(sys.argv[1]), clock=lambda: datetime.now(UTC), on_notice=print)
    await store.aclose()

asyncio.run(main())
print("alembic" in sys.modules)
"""


async def test_an_up_to_date_database_is_opened_without_alembic(tmp_path: Path):
    store = await open_store(tmp_path / "t.db", clock=clock, on_notice=print)
    await store.aclose()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OPEN, str(tmp_path / "t.db"), stdout=asyncio.subprocess.PIPE
    )
    assert await process.communicate() == (b"False\n", None)


def test_postgresql_gets_its_own_statements():
    once = insert_once("postgresql", answers, {"request": "r1", "text": "x"}, ["session_id", "request"])
    draft = insert_or_replace_draft("postgresql", {"session_id": "s1", "text": "half"})
    said = [re.sub("::[A-Z]+", "", str(one.compile(dialect=postgresql.dialect()))) for one in (once, draft)]
    assert [one.partition(" ON CONFLICT ")[::2] for one in said] == [
        ("INSERT INTO answers (request, text) VALUES (%(request)s, %(text)s)", "(session_id, request) DO NOTHING"),
        (
            "INSERT INTO drafts (session_id, text) VALUES (%(session_id)s, %(text)s)",
            "(session_id) DO UPDATE SET text = %(param_1)s",
        ),
    ]


def test_postgresql_can_make_the_tables():
    made = [str(sa.schema.CreateTable(table).compile(dialect=postgresql.dialect())) for table in metadata.sorted_tables]
    assert sum("JSON" in statement for statement in made) == 3
    assert any("id SERIAL NOT NULL" in statement for statement in made)
