"""Opens the file that says where each running interview stands. It can be lost: the transcript rebuilds it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiosqlite
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from interviewer.errors import StorageError


@asynccontextmanager
async def open_checkpoints(file: Path, on_notice: Callable[[str], None]) -> AsyncGenerator[AsyncSqliteSaver]:
    """A checkpointer over `file`. A damaged file is moved aside with a notice, and a new one is begun.

    Raises StorageError when it can't be opened or written.
    """
    async with AsyncExitStack() as stack:
        try:
            if await _damaged(file):
                aside = _put_aside(file)
                on_notice(f"The checkpoints were damaged and lie in {aside} now; interviews go on from the transcript.")
            saver = await stack.enter_async_context(AsyncSqliteSaver.from_conn_string(str(file)))
            await saver.setup()
        except (sqlite3.Error, OSError) as error:
            raise StorageError(
                f"Can't open {file}, which says where each interview stands",
                f"{error}. The transcripts are kept.",
                "Make room on the disk and allow writing there, then start again.",
            ) from error
        yield saver


def _put_aside(file: Path) -> str:
    aside = f"{file.name}.bad-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    for suffix in ("", "-wal", "-shm"):
        part = file.with_name(file.name + suffix)
        if part.exists():
            part.rename(file.with_name(aside + suffix))
    return aside


async def _damaged(file: Path) -> bool:
    try:
        # Opening makes an empty file where there was none, which is a sound database.
        async with aiosqlite.connect(file) as connection, connection.execute("PRAGMA quick_check(1)") as cursor:
            row = await cursor.fetchone()
    except sqlite3.DatabaseError as error:
        return not isinstance(error, sqlite3.OperationalError)  # locked or no permission is no damage
    return row is None or row[0] != "ok"
