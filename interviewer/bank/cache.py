"""Keeps the parsed bank beside the user's data, under a digest of its files and of the rules they were read by."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from pydantic import ValidationError

from interviewer.bank import load, question
from interviewer.bank.load import Bank, bank_version, load_bank
from interviewer.bank.question import ClaimProbes, Frozen, Phrasings, Question, Source, Topic, Track


class _Stored(Frozen):
    key: str
    version: str
    questions: tuple[Question, ...]
    tracks: tuple[Track, ...]
    topics: tuple[Topic, ...]
    claims: tuple[ClaimProbes, ...]
    sources: tuple[Source, ...]
    phrasings: tuple[Phrasings, ...]


def cached_bank(folder: Path, file: Path) -> Bank:
    """The bank in `folder`, from `file` when that holds just this one; otherwise loaded, and kept there if possible.

    Raises BankError like `load_bank`. A cache that can't be read or written costs time only.
    """
    version = bank_version(folder)
    rules = b"".join(Path(str(module.__file__)).read_bytes() for module in (question, load))
    key = f"{version}-{hashlib.sha256(rules).hexdigest()[:12]}"
    return _read(file, key) or _write(file, key, load_bank(folder))


def _read(file: Path, key: str) -> Bank | None:
    try:
        with file.open("rb") as opened:
            if key.encode() not in opened.read(100):
                return None
        stored = _Stored.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None
    return Bank(
        questions={one.id: one for one in stored.questions},
        tracks={one.id: one for one in stored.tracks},
        topics={one.id: one for one in stored.topics},
        version=stored.version,
        claims={one.id: one for one in stored.claims},
        sources={one.id: one for one in stored.sources},
        phrasings={one.id: one for one in stored.phrasings},
    )


def _write(file: Path, key: str, bank: Bank) -> Bank:
    stored = _Stored(
        key=key,
        version=bank.version,
        questions=tuple(bank.questions.values()),
        tracks=tuple(bank.tracks.values()),
        topics=tuple(bank.topics.values()),
        claims=tuple(bank.claims.values()),
        sources=tuple(bank.sources.values()),
        phrasings=tuple(bank.phrasings.values()),
    )
    fresh = file.with_suffix(f".{os.getpid()}")  # two processes may write at once
    with contextlib.suppress(OSError):
        fresh.write_text(stored.model_dump_json(exclude_defaults=True), encoding="utf-8")
        fresh.replace(file)
    return bank
