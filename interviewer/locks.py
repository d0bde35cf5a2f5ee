"""One writer at a time: session, index, model join, migration. A second opener is told which process holds the lock."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from interviewer.errors import LockedError, StorageError


@contextmanager
def hold(folder: Path, name: str, *, what: str, wait_s: float = 0.0) -> Generator[None]:
    """Holds the lock `name` in `folder` until the block ends; the system frees it when the process dies.

    `what` is told to a second opener, e.g. "this interview". Raises LockedError after `wait_s` seconds, and
    StorageError when the lock file can't be written.
    """
    lock = FileLock(folder / f"{name}.lock", timeout=wait_s)
    owner = folder / f"{name}.pid"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise LockedError(
            f"Another process is using {what}: {_owner(owner)}",
            "Nothing was changed.",
            "Close it there, or wait until it ends.",
        ) from None
    except OSError as error:
        raise StorageError(f"Can't lock {what} in {folder}", str(error.strerror or error)) from error
    try:
        _try_write(owner, f"{os.getpid()}")
        yield
    finally:
        lock.release()


def _owner(file: Path) -> str:
    try:
        return f"process {file.read_text(encoding='utf-8').strip() or 'unknown'}"
    except OSError:
        return "process unknown"


def _try_write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError:
        file.unlink(missing_ok=True)  # a full disk must not stop the holder; the owner is then told as unknown
