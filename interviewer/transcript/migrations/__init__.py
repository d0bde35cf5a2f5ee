"""Brings the tables of a database to the newest version. Alembic is imported only when there is something to do."""

from __future__ import annotations

import sqlalchemy as sa

from interviewer.errors import StorageError

# Oldest first, one for each file in `versions`.
REVISIONS = ("0001",)
_LOCK = 7_405_119  # any number, the same in every process that migrates one PostgreSQL database


def bring_up_to_date(engine: sa.Engine) -> None:
    """One transaction; nothing is left half done. Raises StorageError for a database of a newer program."""
    with engine.connect() as connection:
        if _version(connection) == REVISIONS[-1]:
            return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        if _version(connection) != REVISIONS[-1]:
            _upgrade(connection)


def refuse_newer(version: str, *, damaged: bool = False) -> None:
    """Raises StorageError for a revision that this program does not know; in a damaged file, if it looks like one."""
    if version not in REVISIONS and (version.isdigit() or not damaged):
        raise StorageError(
            f"The transcripts were written by a newer version of this program (tables {version})",
            "Nothing was changed.",
            "Install the newer version, or choose another place with INTERVIEWER_HOME=FOLDER.",
        )


def _version(connection: sa.Connection) -> str | None:
    """The revision the database is at, None for a new one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    query = sa.select(sa.column("version_num", sa.String)).select_from(sa.table("alembic_version"))
    version = connection.execute(query).scalar()
    if version is not None:
        refuse_newer(version)
    return version


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "interviewer.transcript:migrations")
    command.upgrade(config, "head")
