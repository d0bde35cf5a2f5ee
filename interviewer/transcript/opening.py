"""Opens the database behind the store. One process at a time rescues what is damaged and brings tables up to date."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from interviewer import locks
from interviewer.transcript.engine import make_engine, parse_url, sqlite_file
from interviewer.transcript.failure import told_as_storage_error
from interviewer.transcript.migrations import bring_up_to_date
from interviewer.transcript.rescue import rescue_if_damaged

_LOCK_WAIT_S = 30.0  # another process that opens the same file at the same time is soon done


@dataclass(frozen=True)
class Place:
    """Where the transcripts are. `file` is None for a server and in memory; `name` is fit to be shown."""

    url: sa.URL
    file: Path | None
    name: str

    @classmethod
    def of(cls, place: Path | str) -> Place:
        """Raises StorageError for what is no database URL."""
        url = parse_url(place)
        file = sqlite_file(url)
        return cls(url, file, str(file) if file else url.render_as_string(hide_password=True))


@dataclass(frozen=True)
class Opened:
    """`notice` tells the user what was rescued. `inode` names the file itself, whatever it is called later."""

    engine: sa.Engine
    notice: str | None
    inode: int | None


def open_database(place: Place, now: datetime) -> Opened:
    """Raises StorageError, and LockedError when another process does not finish opening the same file."""
    lock = nullcontext()
    if place.file:
        folder = place.file.parent / "locks"
        lock = locks.hold(folder, "migration", what="the database of transcripts", wait_s=_LOCK_WAIT_S)
    with lock, told_as_storage_error(place.name):
        notice = rescue_if_damaged(place.file, now) if place.file else None
        engine = make_engine(place.url)
        try:
            bring_up_to_date(engine)
        except BaseException:
            engine.dispose()
            raise
        return Opened(engine, notice, inode(place.file))


def inode(file: Path | None) -> int | None:
    """None when there is no such file."""
    try:
        return file.stat().st_ino if file else None
    except OSError:
        return None
