"""The index on Chroma: the only importer of chromadb, which takes more than a second to import, so import this late.

Vectors are always computed here and handed over. Chroma's own embedding function would be downloaded at first use
and is weak in Chinese; the collections are tied to one that refuses to work.

Damage to Chroma's HNSW files is not an error one could catch: flipped bytes end the process, a truncated header
blocks it for ever (both seen with 1.5.9). So they are never written: below `sync_threshold` Chroma keeps vectors in
its SQLite log, whose damage it reports, and builds the graph from it when it is opened (5 000 vectors: 3 ms a query).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import chromadb
from chromadb.api.types import Documents, EmbeddingFunction, Embeddings
from chromadb.config import Settings
from chromadb.errors import ChromaError, NotFoundError

from interviewer.errors import InterviewerError, StorageError
from interviewer.retrieval.documents import Document
from interviewer.retrieval.port import IndexDamagedError, Neighbour, Vectors
from interviewer.retrieval.vectors import disk_is_full, no_room

PREFIX = "kb_"
IN_MEMORY = 1_000_000
"""Vectors up to which Chroma writes no HNSW file."""


class RefusingEmbedder(EmbeddingFunction[Documents]):
    """Chroma falls back to its default when it is given none; this one can't be used by mistake."""

    def __init__(self) -> None:
        pass

    def __call__(self, input: Documents) -> Embeddings:  # noqa: A002 -- Chroma checks the name of this parameter
        raise TypeError(f"{len(input)} texts came without vectors")

    @staticmethod
    def name() -> str:
        return "interviewer-explicit-vectors"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> RefusingEmbedder:
        del config
        return RefusingEmbedder()

    def get_config(self) -> dict[str, Any]:
        return {}


class ChromaStore:
    """Collections in `folder/chroma`, or on the Chroma server at `url` (http://host:port).

    A process does not see vectors that another one wrote after it opened the folder: close and open again.
    """

    def __init__(self, folder: Path, *, url: str = "", now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._path = folder / "chroma"
        self._url = url
        self._now = now
        self._client: Any = None

    def label(self, name: str) -> Mapping[str, Any] | None:
        if not self._url and not (self._path / "chroma.sqlite3").exists():
            return None
        with self._errors():
            try:
                found = self._collection(name).metadata
            except NotFoundError:
                return None
            return cast("Mapping[str, Any]", found or {})

    def create(self, name: str, label: Mapping[str, str | int]) -> None:
        with self._errors():
            self._open().get_or_create_collection(
                name,
                metadata=dict(label),
                embedding_function=RefusingEmbedder(),
                configuration={"hnsw": {"space": "cosine", "sync_threshold": IN_MEMORY, "batch_size": IN_MEMORY}},
            )

    def ids(self, name: str) -> set[str]:
        with self._errors():
            return set(self._collection(name).get(include=[])["ids"])

    def add(self, name: str, documents: Sequence[Document], vectors: Vectors) -> None:
        with self._errors():
            self._collection(name).upsert(
                ids=[document.id for document in documents],
                embeddings=vectors,
                documents=[document.text for document in documents],
                metadatas=[_metadata(document) for document in documents],
            )

    def nearest(
        self, name: str, vector: Vectors, limit: int, *, lang: str | None, topic: str | None
    ) -> list[Neighbour] | None:
        clauses = [{key: value} for key, value in (("lang", lang), ("topic", topic)) if value is not None]
        with self._errors():
            try:
                found = self._collection(name).query(
                    query_embeddings=vector,
                    n_results=limit,
                    where={"$and": clauses} if len(clauses) > 1 else clauses[0] if clauses else None,
                    include=["metadatas", "documents", "distances"],
                )
            except NotFoundError:
                return None
            rows = zip(found["metadatas"][0], found["documents"][0], found["distances"][0], strict=True)
            return [
                Neighbour(
                    question_id=str(metadata["question_id"]),
                    text=str(text),
                    similarity=min(1.0, max(0.0, 1.0 - float(distance))),
                )
                for metadata, text, distance in rows
            ]

    def drop_others(self, name: str) -> None:
        with self._errors():
            client = self._open()
            for collection in client.list_collections():
                if collection.name != name and collection.name.startswith(PREFIX):
                    client.delete_collection(collection.name)

    def set_aside(self) -> str:
        if self._url:
            self._drop_all()
            return self._url
        self.close()
        for old in self._folder.glob("chroma.bad-*"):
            shutil.rmtree(old, ignore_errors=True)
        aside = self._folder / f"chroma.bad-{self._now():%Y%m%d-%H%M%S}"
        try:
            self._path.rename(aside)
        except OSError as error:
            raise no_room(self._folder, error) from error
        return str(aside)

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _drop_all(self) -> None:
        with self._errors():
            client = self._open()
            for collection in client.list_collections():
                if collection.name.startswith(PREFIX):
                    client.delete_collection(collection.name)

    def _collection(self, name: str) -> Any:
        return self._open().get_collection(name, embedding_function=RefusingEmbedder())

    def _open(self) -> Any:
        if self._client is None:
            self._client = self._connect()
        return self._client

    def _connect(self) -> Any:
        # _env_file and chroma_api_impl are given because Chroma would take them from the user's .env otherwise
        settings = cast("Any", Settings)
        if not self._url:
            self._folder.mkdir(parents=True, exist_ok=True)
            local = settings(
                _env_file=None, chroma_api_impl="chromadb.api.rust.RustBindingsAPI", anonymized_telemetry=False
            )
            return chromadb.PersistentClient(str(self._path), settings=local)
        place = urlsplit(self._url)
        secure = place.scheme == "https"
        return chromadb.HttpClient(
            host=place.hostname or "localhost",
            port=place.port or (443 if secure else 8000),
            ssl=secure,
            settings=settings(_env_file=None, anonymized_telemetry=False),
        )

    @contextmanager
    def _errors(self) -> Generator[None]:
        try:
            yield
        except InterviewerError:
            raise
        except Exception as error:
            # Chroma lets through whatever its Rust core, SQLite and its HTTP client raise; it is told with its cause
            raise self._told(error) from error

    def _told(self, error: Exception) -> InterviewerError:
        if self._url and not isinstance(error, ChromaError):
            return _unreachable(self._url, error)
        if isinstance(error, OSError) or (not self._url and disk_is_full(self._folder)):
            return no_room(self._folder, error)
        return IndexDamagedError("The search index can't be read", str(error))


def _metadata(document: Document) -> dict[str, str | int]:
    return {
        "part": document.part,
        "question_id": document.question_id,
        "topic": document.topic,
        "kind": document.kind,
        "level": document.level,
        "lang": document.lang,
    }


def _unreachable(url: str, error: Exception) -> StorageError:
    return StorageError(
        f"The Chroma server at {url} does not answer",
        f"{error} Search goes by words until it does.",
        "Start it, or take its address out of the settings.",
    )
