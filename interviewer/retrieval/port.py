"""What the index needs of a vector database, and what a neighbour is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from interviewer.errors import InterviewerError
from interviewer.retrieval.documents import Document

Vectors = NDArray[np.float32]
"""One unit vector a row: shape (texts, dim)."""


class IndexDamagedError(InterviewerError):
    """The database can't be read, or holds something else than its label says; it is set aside and built again."""


@dataclass(frozen=True)
class Neighbour:
    """`similarity` is the cosine of the two vectors, 0 to 1; `text` is the question's in the language that was met."""

    question_id: str
    text: str
    similarity: float


class VectorStore(Protocol):
    """Named collections of documents with vectors. Synchronous: the index calls it in a thread.

    All calls raise IndexDamagedError when the database can't be used, and StorageError when the disk is full or
    nothing may be written.
    """

    def label(self, name: str) -> Mapping[str, Any] | None:
        """The label that the collection was created with; None when there is no such collection."""
        ...

    def create(self, name: str, label: Mapping[str, str | int]) -> None:
        """Creates the collection, or takes it as it is."""
        ...

    def ids(self, name: str) -> set[str]: ...

    def add(self, name: str, documents: Sequence[Document], vectors: Vectors) -> None: ...

    def nearest(
        self, name: str, vector: Vectors, limit: int, *, lang: str | None, topic: str | None
    ) -> list[Neighbour] | None:
        """Best first; `vector` has shape (1, dim). None when there is no such collection."""
        ...

    def drop_others(self, name: str) -> None:
        """Deletes every other collection of the index."""
        ...

    def set_aside(self) -> str:
        """Moves the damaged database out of the way and says where it lies now."""
        ...

    def close(self) -> None: ...
