"""The connection to SQLite or PostgreSQL, set up so that what was committed survives a kill and a power cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.pool import StaticPool

from interviewer.errors import StorageError

BUSY_MS = 10_000
PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


def parse_url(place: Path | str) -> sa.URL:
    """A path is an SQLite file. Raises StorageError for what is no database URL; the text is not repeated, as it may
    hold a password.
    """
    if isinstance(place, Path):
        return sa.URL.create("sqlite", database=str(place))
    try:
        return sa.make_url(place)
    except exc.ArgumentError as error:
        raise StorageError(
            "The database's URL can't be read",
            hint="Write it as postgresql+psycopg://USER:PASSWORD@HOST/NAME or sqlite:////FOLDER/FILE.",
        ) from error


def sqlite_file(url: sa.URL) -> Path | None:
    """The file of an SQLite URL; None for a server and for a database in memory."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return None if url.database.startswith("file:") else Path(url.database)


def make_engine(url: sa.URL) -> sa.Engine:
    """One connection, for one thread at a time. Raises StorageError when the driver is not installed."""
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine
    try:
        return sa.create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=True)
    except (ImportError, exc.NoSuchModuleError) as error:
        raise StorageError(
            f"No driver for {url.drivername} is installed ({error})",
            hint="For PostgreSQL: pip install 'psycopg[binary]', and a URL that begins with postgresql+psycopg://.",
        ) from error


def _prepare(connection: Any, record: object) -> None:  # noqa: ARG001 -- the hook's form
    connection.isolation_level = (
        None  # the driver begins no transaction of its own, `_begin` does: tables change in one
    )
    cursor = connection.cursor()
    try:
        for pragma in PRAGMAS:
            cursor.execute(pragma)
    finally:
        cursor.close()


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")
