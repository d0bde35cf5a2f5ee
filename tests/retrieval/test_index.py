from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from retrieval_samples import Shelf, make_bank

from interviewer.bank.load import Bank
from interviewer.errors import StorageError
from interviewer.locks import hold
from interviewer.retrieval.chroma import ChromaStore, RefusingEmbedder
from interviewer.retrieval.documents import Document, documents
from interviewer.retrieval.embedder import HashEmbedder
from interviewer.retrieval.index import BankIndex
from interviewer.retrieval.port import IndexDamagedError, Neighbour, Vectors

QUESTIONS, PHRASINGS = 8, 24  # 4 questions and 12 phrasings, in two languages


async def nearest(index: BankIndex, text: str) -> str:
    found = await index.nearest(text)
    assert found
    return found[0].question_id


def garble(folder: Path) -> None:
    (folder / "chroma" / "chroma.sqlite3").write_bytes(b"garbage" * 1000)


async def test_questions_are_indexed_before_phrasings_and_progress_is_told(shelf: Shelf):
    told: list[tuple[str, int, int]] = []
    assert await shelf.index().build(lambda *step: told.append(step)) == "built"
    assert told[0] == ("question", 0, QUESTIONS)
    assert ("question", QUESTIONS, QUESTIONS) in told
    assert told[-1] == ("phrasing", PHRASINGS, PHRASINGS)
    assert [stage for stage, _, _ in told] == sorted((stage for stage, _, _ in told), reverse=True)


async def test_it_can_be_searched_as_soon_as_the_questions_are_in(shelf: Shelf):
    index = shelf.index()
    usable: list[tuple[str, bool]] = []
    await index.build(lambda stage, done, total: usable.append((stage, index.usable)))
    assert dict(reversed(usable)) == {"question": False, "phrasing": True}


async def test_a_phrasing_brings_its_question(shelf: Shelf):
    index = shelf.index()
    await index.build()
    found = await index.nearest("是不是参考模型保持冻结", lang="zh")
    assert found
    assert (found[0].question_id, found[0].text) == ("alignment.dpo", "DPO 为什么不需要奖励模型？")
    assert found[0].similarity == pytest.approx(1.0, abs=1e-3)
    assert [one.similarity for one in found] == sorted((one.similarity for one in found), reverse=True)


async def test_language_and_topic_restrict_what_is_compared(shelf: Shelf):
    index = shelf.index()
    await index.build()
    found = await index.nearest("DPO", lang="en", topic="rag")
    assert found
    assert {one.question_id for one in found} == {"rag.chunking"}
    assert all(one.text.isascii() for one in found)


async def test_nothing_is_compared_before_the_index_is_built(shelf: Shelf):
    assert await shelf.index().nearest("DPO") is None


async def test_a_complete_index_is_taken_as_it_is(shelf: Shelf):
    await shelf.index().build()
    shelf.embedded.clear()
    again = shelf.index()
    assert await again.build() == "ready"
    assert shelf.embedded == []
    assert await nearest(again, "RoPE 怎样编码位置？") == "position.rope"


async def test_a_changed_bank_embeds_only_what_changed_and_drops_the_old_collection(shelf: Shelf):
    await shelf.index().build()
    shelf.embedded.clear()
    changed = shelf.index(make_bank("v2", rope="旋转位置编码是怎么回事？"))
    assert await changed.build() == "built"
    assert shelf.embedded == ["旋转位置编码是怎么回事？"]
    assert await nearest(changed, "旋转位置编码") == "position.rope"
    assert await shelf.index(make_bank("v1")).build() == "built"  # its collection is gone


async def test_another_embedder_gets_an_index_of_its_own(shelf: Shelf):
    await shelf.index().build()
    other = shelf.index(embedder=HashEmbedder(64))
    assert await other.build() == "built"
    assert await nearest(other, "RoPE 怎样编码位置？") == "position.rope"


async def test_a_build_that_was_stopped_goes_on_where_it_stopped(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("interviewer.retrieval.index.BATCH", 5)
    first = shelf.index()

    def stop(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("phrasing", 10):
            task.cancel()

    task = asyncio.ensure_future(first.build(stop))
    with pytest.raises(asyncio.CancelledError):
        await task
    await first.close()
    told: list[tuple[str, int]] = []
    second = shelf.index()
    assert await second.build(lambda stage, done, total: told.append((stage, done))) == "built"
    assert told[:1] == [("question", QUESTIONS)]
    assert told[1][0] == "phrasing"
    assert told[1][1] >= 10
    assert sorted(shelf.embedded) == sorted(set(shelf.embedded))


async def test_a_garbled_database_is_set_aside_and_built_again(shelf: Shelf):
    await shelf.index().build()
    await shelf.stack.aclose()
    garble(shelf.folder)
    shelf.embedded.clear()
    index = shelf.index()
    assert await index.build() == "built"
    assert await nearest(index, "文档应该怎么切块？") == "rag.chunking"
    [aside] = shelf.folder.glob("chroma.bad-*")
    assert (aside / "chroma.sqlite3").read_bytes().startswith(b"garbage")
    assert shelf.told == [
        f"The search index can't be read. It is being rebuilt; the old files are in {aside}.",
    ]
    assert shelf.embedded == []  # vectors are kept apart from the database


async def test_only_the_latest_damaged_database_is_kept(shelf: Shelf):
    (shelf.folder / "chroma.bad-20200101-000000").mkdir(parents=True)
    (shelf.folder / "chroma").mkdir()
    garble(shelf.folder)
    await shelf.index().build()
    assert [one.name for one in shelf.folder.glob("chroma.bad-2020*")] == []
    assert len(list(shelf.folder.glob("chroma.bad-*"))) == 1


async def test_an_empty_database_file_is_simply_filled(shelf: Shelf):
    (shelf.folder / "chroma").mkdir(parents=True)
    (shelf.folder / "chroma" / "chroma.sqlite3").touch()
    assert await shelf.index().build() == "built"
    assert shelf.told == []


async def test_a_collection_that_says_it_is_something_else_is_built_again(shelf: Shelf):
    index = shelf.index()
    store = ChromaStore(shelf.folder, now=lambda: datetime.now(tz=UTC))
    store.create(index._name, {**index._label, "embedder": "another"})
    store.close()
    assert await index.build() == "built"
    assert "does not say what it was made from" in shelf.told[0]
    assert await nearest(index, "DPO 为什么不需要奖励模型？") == "alignment.dpo"


async def test_while_another_process_builds_this_one_goes_on_without(shelf: Shelf):
    index = shelf.index()
    with hold(shelf.folder / "locks", "index", what="the search index"):
        assert await index.build() == "locked"
    assert await index.nearest("DPO") is None
    assert "Another process is using the search index" in shelf.told[0]


async def test_what_another_process_built_meanwhile_is_found(shelf: Shelf):
    reader, writer = shelf.index(), shelf.index()
    with hold(shelf.folder / "locks", "index", what="the search index"):
        await reader.build()
    await writer.build()
    await writer.close()
    assert await reader.build() == "ready"
    assert await nearest(reader, "RoPE 怎样编码位置？") == "position.rope"


async def test_two_builds_at_once_build_once(shelf: Shelf):
    index = shelf.index()
    assert sorted(await asyncio.gather(index.build(), index.build())) == ["built", "ready"]


class BrittleStore:
    """In memory; raises what it is told to."""

    def __init__(self) -> None:
        self.held: dict[str, Document] = {}
        self.marked: Mapping[str, object] | None = None
        self.on_add: Exception | None = None
        self.on_nearest: Exception | None = None
        self.aside = 0

    def label(self, name: str) -> Mapping[str, object] | None:
        return self.marked

    def create(self, name: str, label: Mapping[str, str | int]) -> None:
        self.marked = label

    def ids(self, name: str) -> set[str]:
        return set(self.held)

    def add(self, name: str, documents: Sequence[Document], vectors: Vectors) -> None:
        if self.on_add:
            raise self.on_add
        self.held |= {document.id: document for document in documents}

    def nearest(
        self, name: str, vector: Vectors, limit: int, *, lang: str | None, topic: str | None
    ) -> list[Neighbour] | None:
        if self.on_nearest:
            raise self.on_nearest
        return [Neighbour(one.question_id, one.text, 0.5) for one in self.held.values()][:limit]

    def drop_others(self, name: str) -> None:
        pass

    def set_aside(self) -> str:
        self.aside += 1
        return "elsewhere"

    def close(self) -> None:
        pass


async def test_a_full_disk_is_told_and_nothing_is_set_aside(shelf: Shelf):
    store = BrittleStore()
    store.on_add = StorageError("Can't write the search index")
    with pytest.raises(StorageError):
        await shelf.index(make_store=lambda: store).build()
    assert store.aside == 0
    store.on_add = None
    assert await shelf.index(make_store=lambda: store).build() == "built"


async def test_damage_that_comes_back_is_told_after_one_rebuild(shelf: Shelf):
    store = BrittleStore()
    store.on_add = IndexDamagedError("The search index can't be read")
    with pytest.raises(StorageError, match="can't be read"):
        await shelf.index(make_store=lambda: store).build()
    assert store.aside == 1


async def test_an_index_that_breaks_in_a_search_is_told_and_mended_by_the_next_build(shelf: Shelf):
    store = BrittleStore()
    index = shelf.index(make_store=lambda: store)
    await index.build()
    store.on_nearest = IndexDamagedError("The search index can't be read")
    assert await index.nearest("DPO") is None
    assert not index.usable
    assert shelf.told == ["The search index can't be read. Search goes by words."]
    store.on_nearest = None
    await index.build()
    assert await index.nearest("DPO")


def test_a_database_error_on_a_full_disk_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("interviewer.retrieval.chroma.disk_is_full", lambda folder: True)
    (tmp_path / "chroma").mkdir()
    garble(tmp_path)
    with pytest.raises(StorageError, match="Can't write the search index"):
        ChromaStore(tmp_path, now=lambda: datetime.now(tz=UTC)).label("kb_x")


def test_a_server_that_does_not_answer_is_told_with_its_address(tmp_path: Path):
    store = ChromaStore(tmp_path, url="http://127.0.0.1:9", now=lambda: datetime.now(tz=UTC))
    with pytest.raises(StorageError, match=r"http://127\.0\.0\.1:9 does not answer"):
        store.label("kb_x")


def test_chroma_writes_no_graph_that_damage_could_turn_into_a_crash(tmp_path: Path, bank: Bank):
    store = ChromaStore(tmp_path, now=lambda: datetime.now(tz=UTC))
    store.create("kb_many", {"count": 1200})
    [model, *_] = documents(bank)
    many = [Document(**{**vars(model), "id": f"{number}"}) for number in range(1200)]
    vectors = np.random.default_rng(1).normal(size=(1200, 8)).astype(np.float32)
    store.add("kb_many", many, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    assert store.nearest("kb_many", vectors[:1], 1, lang=None, topic=None)
    store.close()
    assert list((tmp_path / "chroma").rglob("*.pickle")) == []
    again = ChromaStore(tmp_path, now=lambda: datetime.now(tz=UTC))
    assert again.nearest("kb_many", vectors[:1], 1, lang=None, topic=None)
    again.close()


def test_texts_without_vectors_are_refused():
    with pytest.raises(TypeError, match="1 texts came without vectors"):
        RefusingEmbedder()(["x"])
