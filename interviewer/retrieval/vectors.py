"""Vectors by the content of their text, so that a changed bank embeds again only what changed."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from interviewer.errors import StorageError
from interviewer.retrieval.embedder import Embedder
from interviewer.retrieval.port import Vectors

LEAST_FREE = 32 * 2**20
"""Bytes. A database that fails with less than this left on its disk failed because the disk is full."""


def disk_is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < LEAST_FREE
    except OSError:
        return False


def no_room(folder: Path, error: BaseException) -> StorageError:
    return StorageError(
        f"Can't write the search index in {folder}: {error}",
        "Interviews are not affected: questions are drawn without it, and search goes by words.",
        "Free some space, or choose another place with INTERVIEWER_HOME=FOLDER, then run `interviewer bank index`.",
    )


class VectorCache:
    """One SQLite file; a damaged one is begun anew, since every vector can be computed again.

    All calls raise StorageError when the file can't be written.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._checked = False

    def passages(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """The vectors of `texts` in their order; only the unknown ones are embedded."""
        known = self._get(embedder, texts)
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            computed = dict(zip(fresh, embedder.passages(fresh), strict=True))
            self._put(embedder, computed)
            known |= computed
        return np.stack([known[text] for text in texts]) if texts else np.empty((0, embedder.dim), np.float32)

    def keep_only(self, embedder: Embedder, texts: Iterable[str]) -> None:
        """Forgets this embedder's vectors of all other texts."""
        keys = {_key(text) for text in texts}
        with self._open() as db:
            stored = {key for (key,) in db.execute("SELECT key FROM vectors WHERE embedder = ?", (embedder.name,))}
            gone = [(embedder.name, key) for key in stored - keys]
            db.executemany("DELETE FROM vectors WHERE embedder = ? AND key = ?", gone)

    def _get(self, embedder: Embedder, texts: Sequence[str]) -> dict[str, Vectors]:
        query = "SELECT vector FROM vectors WHERE embedder = ? AND key = ?"
        found: dict[str, Vectors] = {}
        with self._open() as db:
            for text in texts:
                row = db.execute(query, (embedder.name, _key(text))).fetchone()
                vector = np.frombuffer(row[0], dtype="<f4") if row else None
                if vector is not None and vector.shape == (embedder.dim,):
                    found[text] = vector
        return found

    def _put(self, embedder: Embedder, vectors: dict[str, Vectors]) -> None:
        rows = [(embedder.name, _key(text), vector.astype("<f4").tobytes()) for text, vector in vectors.items()]
        with self._open() as db:
            db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as db, db:
                yield db
        except (sqlite3.Error, OSError) as error:
            raise no_room(self._file.parent, error) from error

    def _connect(self) -> sqlite3.Connection:
        if not self._checked and self._file.exists() and not _sound(self._file):
            self._file.unlink()
        self._checked = True
        db = sqlite3.connect(self._file)
        db.execute(
            "CREATE TABLE IF NOT EXISTS vectors"
            " (embedder TEXT, key BLOB, vector BLOB NOT NULL, PRIMARY KEY (embedder, key))"
        )
        return db


def _sound(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as db:
        try:
            return db.execute("PRAGMA quick_check").fetchone() == ("ok",)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            return False


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
