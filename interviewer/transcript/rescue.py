"""A damaged SQLite file is put aside, and what can be read of it is copied into a new one."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from interviewer.transcript.engine import make_engine, parse_url
from interviewer.transcript.migrations import bring_up_to_date, refuse_newer
from interviewer.transcript.repair import Rescued, columns, headless, repair
from interviewer.transcript.salvage import UNREADABLE, salvage
from interviewer.transcript.tables import answers, metadata, sessions

# Up to this size every opening checks the whole file: 1 ms a megabyte (measured). A larger one is checked when it was
# not closed cleanly, or when reading it failed before.
ALWAYS_CHECKED = 64_000_000
_HEADER = 100
_WRITE_VERSION = 18  # its place in the header: 1 with a rollback journal, 2 with a write-ahead log
_NOT_THE_FILE = (
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
)
_VERSIONS = "alembic_version"


def mark_damaged(file: Path) -> None:
    """Reading failed: the next opening shall not trust the file, whatever a quick check says."""
    try:
        _beside(file, ".damaged").touch()
    except OSError:
        return  # the disk takes nothing; the quick check remains


def rescue_if_damaged(file: Path, now: datetime) -> str | None:
    """Returns one sentence for the user when something was rescued, None when the file is sound, empty or not there.

    The caller holds the lock. Raises sqlite3.Error and OSError for what is no damage (a locked file, a full disk);
    then nothing was changed.
    """
    if _beside(file, ".rescued").exists():  # a rescue that was killed just before its end
        aside = _swap(file, now)
        return f"A rescue of transcripts was finished; the damaged file is kept as {aside}."
    if not file.exists() or not (file.stat().st_size or _wal(file)):
        return None
    cause = _damage(file)
    if cause is None:
        return None
    rescued = _rescue(file, now)
    aside = _swap(file, now)
    return _sentence(cause, rescued, aside)


def _damage(file: Path) -> str | None:
    """What is wrong with the file. It is opened for reading only, so that nothing is written into a damaged one."""
    if _beside(file, ".damaged").exists():
        return "reading it failed"
    if file.stat().st_size == 0:
        return "the file is empty"
    with file.open("rb") as opened:
        header = opened.read(_HEADER)
    if len(header) == _HEADER and header[_WRITE_VERSION] not in (1, 2):
        return "its header is damaged"  # SQLite would open it, for reading only
    quick = file.stat().st_size > ALWAYS_CHECKED and not _wal(file)
    check = "SELECT count(*) FROM sqlite_schema" if quick else "PRAGMA quick_check(1)"
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as database:
            (said,) = database.execute(check).fetchone()
            (encoding,) = database.execute("PRAGMA encoding").fetchone()
    except UNREADABLE as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_THE_FILE:
            raise
        return "its schema is damaged" if isinstance(error, UnicodeDecodeError) else str(error).splitlines()[0]
    if encoding != "UTF-8":
        return "its header is damaged"
    return None if quick or said == "ok" else str(said).splitlines()[-1]


def _rescue(file: Path, now: datetime) -> Rescued:
    """Leaves the new database beside the old one as `.rescued`."""
    fresh, copy = _beside(file, ".fresh"), _beside(file, ".copy")
    try:
        _remove(fresh)
        _remove(copy)
        engine = make_engine(parse_url(fresh))
        try:
            bring_up_to_date(engine)
            empty = _beside(file, ".empty")
            with closing(sqlite3.connect(fresh)) as source, closing(sqlite3.connect(empty)) as target:
                source.backup(target)
            _copy(file, copy, empty)
            found = salvage(copy, empty, {_VERSIONS: ["version_num"], **columns()})
            for row in found.pop(_VERSIONS):
                refuse_newer(str(row["version_num"]), damaged=True)
            rescued = repair(found, now)
            _insert(engine, rescued)
        finally:
            engine.dispose()
        fresh.replace(_beside(file, ".rescued"))
        return rescued
    finally:
        for scratch in (fresh, copy, _beside(file, ".empty")):
            _remove(scratch)


def _copy(file: Path, copy: Path, empty: Path) -> None:
    """An empty file is replaced by an empty database: SQLite would throw the write-ahead log of the first away."""
    shutil.copyfile(file if file.stat().st_size else empty, copy)
    if _wal(file):
        shutil.copyfile(_beside(file, "-wal"), _beside(copy, "-wal"))


def _insert(engine: sa.Engine, rescued: Rescued) -> None:
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if rescued[table.name]:
                connection.execute(table.insert().prefix_with("OR IGNORE").inline(), rescued[table.name])


def _swap(file: Path, now: datetime) -> Path:
    """The damaged file with its log goes aside, `.rescued` takes its place.

    Killed halfway, the next opening ends it.
    """
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    names = [f".bad-{stamp}", *(f".bad-{stamp}-{number}" for number in range(2, 1000))]
    aside = next(_beside(file, name) for name in names if not _beside(file, name).exists())
    for ending in ("", "-wal", "-shm"):
        if _beside(file, ending).exists():
            _beside(file, ending).replace(_beside(aside, ending))
    _beside(file, ".damaged").unlink(missing_ok=True)
    _beside(file, ".rescued").replace(file)
    return aside


def _sentence(cause: str, rescued: Rescued, aside: Path) -> str:
    count, lost = len(rescued[sessions.name]), headless(rescued)
    what = f"{count} sessions with {len(rescued[answers.name])} answers were rescued" if count else "nothing was left"
    if lost:
        what += f" ({lost} of them without their heading)"
    return f"The database of transcripts was damaged ({cause}): {what}; the damaged file is kept as {aside}."


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(f"{file.name}{ending}")


def _wal(file: Path) -> int:
    wal = _beside(file, "-wal")
    return wal.stat().st_size if wal.exists() else 0


def _remove(file: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        _beside(file, ending).unlink(missing_ok=True)
