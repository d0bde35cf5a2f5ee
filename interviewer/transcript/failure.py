"""Turns what a database or a disk says into what the user is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import exc

from interviewer.errors import StorageError

KEPT = "Everything that was saved before is kept; only the last step was not saved."
GO_ON = "Then start the program again: it offers to go on where you stopped."


class DamagedDatabase(StorageError):
    """The database can't be read any more. What can be rescued is rescued when it is opened the next time."""


@contextmanager
def told_as_storage_error(place: str) -> Generator[None]:
    """Raises StorageError in place of any error of the database or the disk; `place` names the database."""
    try:
        yield
    except UnicodeDecodeError as error:  # a message of SQLite's that quotes damaged text
        raise damaged(place, str(error)) from error
    except (exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
        cause = error.orig if isinstance(error, exc.DBAPIError) and error.orig else error
        raise explain(cause, place) from error


@contextmanager
def unreadable_is_damage(place: str) -> Generator[None]:
    """What was stored as a record and is none any more (broken JSON, an unknown word) was damaged on the disk."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise damaged(place, str(error).splitlines()[0]) from error


def explain(cause: BaseException, place: str) -> StorageError:
    name = str(getattr(cause, "sqlite_errorname", ""))
    said = str(cause).strip()
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "Could not decode to UTF-8" in said:
        return damaged(place, said)
    if name.startswith("SQLITE_FULL"):
        return StorageError(f"The disk is full: {place}", KEPT, f"Free some space. {GO_ON}")
    if name.startswith("SQLITE_IOERR") or isinstance(cause, OSError):
        return StorageError(
            f"The disk did not take what was written to {place} ({said})",
            KEPT,
            f"Free some space, or raise the limit on file sizes. {GO_ON}",
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StorageError(
            f"No permission to write {place} ({said})",
            KEPT,
            f"Allow writing there, or choose another place with INTERVIEWER_HOME=FOLDER. {GO_ON}",
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StorageError(f"Another program keeps {place} locked", KEPT, f"Close it. {GO_ON}")
    return StorageError(f"The transcripts can't be used: {place}", f"{said.splitlines()[0] if said else ''} {KEPT}")


def damaged(place: str, cause: str) -> DamagedDatabase:
    return DamagedDatabase(
        f"The database of transcripts is damaged: {place} ({cause})",
        "The file was left as it is.",
        "Start the program again: what can still be read is then copied into a new file, and this one is kept.",
    )
