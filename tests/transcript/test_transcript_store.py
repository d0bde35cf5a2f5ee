from __future__ import annotations

import asyncio
import sqlite3
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from transcript_samples import (
    RULE,
    answer,
    at,
    bank,
    clock,
    fill,
    grading,
    remark,
    session,
    turn,
    verdict,
)

from interviewer.errors import StorageError, UsageError
from interviewer.transcript.record import Draft, Transcript
from interviewer.transcript.scoring import question_results
from interviewer.transcript.store import SqlTranscriptStore, open_store


async def opened(place: Path | str, notices: list[str] | None = None, user: str = "local") -> SqlTranscriptStore:
    return await open_store(place, clock=clock, on_notice=(notices if notices is not None else []).append, user=user)


async def run(script: str, *arguments: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, *arguments, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said


@pytest.fixture
async def store(tmp_path: Path):
    store = await opened(tmp_path / "t.db")
    await store.add_session(session())
    yield store
    await store.aclose()


async def test_everything_comes_back_as_it_was_after_a_restart(tmp_path: Path):
    store = await opened(tmp_path / "t.db")
    opening = session()
    await store.add_session(opening)
    await store.set_plan("s1", [{"phase": "knowledge", "questions": ["inference.kv-cache"]}])
    turns = (turn(1, kind="intro", question_id="", why="开场"), turn(2), turn(3, kind="probe", probe_point="b"))
    answers = (answer(1, "我叫\r\n小明\x1b[31m"), answer(2, "def f():\n\treturn 1\n"), answer(3, "", intent="skip"))
    judged = verdict("a", span=(2, 0, 3))
    confirmed = verdict("b", "wrong", via="probe").model_copy(update={"confirmed_by": "user", "probs": None})
    gradings = (
        grading(2, judged, verdict("c", "miss"), flags=("copied-answer",)),
        grading(2, confirmed.model_copy(update={"judge": RULE}), key="other", graded_at=at(9)),
        grading(3, graded_at=at(10)),
    )
    for one in turns:
        await store.add_turn("s1", one)
    for one in answers:
        assert await store.add_answer("s1", one)
    for one in gradings:
        assert await store.add_grading("s1", one)
    await store.add_said("s1", remark(2))
    closing = {
        "status": "finished",
        "finished_at": at(50),
        "reason": "complete",
        "score": 61.5,
        "coverage": 0.9,
        "grade_status": "provisional",
        "phases": [{"phase": "knowledge", "score": 61.5}],
    }
    await store.finish_session(opening.model_copy(update=closing))
    await store.aclose()

    store = await opened(tmp_path / "t.db")
    planned = {"plan": [{"phase": "knowledge", "questions": ["inference.kv-cache"]}]}
    assert await store.transcript("s1") == Transcript(
        session=opening.model_copy(update=closing | planned),
        turns=turns,
        answers=answers,
        gradings=gradings,
        said=(remark(2),),
    )
    assert await store.turn("s1", "r3") == turns[2]
    assert await store.turn("s1", "r9") is None
    assert await store.turns_of("s1", "inference.kv-cache") == list(turns[1:])
    assert await store.answer("s1", "r2") == answers[1]
    assert await store.answer("s1", "r9") is None
    assert await store.gradings_of("s1", "r2") == list(gradings[:2])
    await store.aclose()


async def test_the_second_answer_to_a_request_changes_nothing(store: SqlTranscriptStore):
    assert await store.add_answer("s1", answer(1, "first")) is True
    assert await store.add_answer("s1", answer(1, "second")) is False
    saved = await store.answer("s1", "r1")
    assert saved is not None
    assert saved.text == "first"


async def test_the_second_grading_of_a_judge_changes_nothing(store: SqlTranscriptStore):
    assert await store.add_grading("s1", grading(1, verdict("a"), verdict("b"))) is True
    assert await store.add_grading("s1", grading(1, verdict("a", "miss"), verdict("c"))) is False
    assert await store.gradings_of("s1", "r1") == [grading(1, verdict("a"), verdict("b"))]


async def test_a_turn_that_is_asked_twice_stays_as_it_was_first(store: SqlTranscriptStore):
    await store.add_turn("s1", turn(1, text="first"))
    await store.add_turn("s1", turn(1, text="second"))
    await store.add_session(session(preset="lead"))
    transcript = await store.transcript("s1")
    assert [one.text for one in transcript.turns] == ["first"]
    assert transcript.session.preset == "first"


async def test_only_the_newest_draft_of_a_session_is_kept(store: SqlTranscriptStore):
    await store.save_draft("s1", Draft(request="r1", text="half", seconds=3, saved_at=at(1)))
    await store.save_draft("s1", Draft(request="r2", text="hal", seconds=1, saved_at=at(2)))
    await store.save_draft("s1", Draft(request="r2", text="half a", seconds=2, saved_at=at(3)))
    assert await store.draft("s1", "r1") is None
    assert await store.draft("s1", "r2") == Draft(request="r2", text="half a", seconds=2, saved_at=at(3))


async def test_sessions_are_listed_newest_first(store: SqlTranscriptStore):
    await store.add_session(session("s2", minute=5))
    await store.add_session(session("s3", minute=-5))
    assert [one.id for one in await store.sessions()] == ["s2", "s1", "s3"]


async def test_an_unknown_session_is_told_with_the_nearest_ids(store: SqlTranscriptStore):
    for call in (
        store.session("s11"),
        store.transcript("s11"),
        store.set_plan("s11", []),
        store.finish_session(session("s11")),
    ):
        with pytest.raises(UsageError, match="s11") as told:
            await call
        assert "s1" in told.value.hint


async def test_a_user_does_not_see_another_users_sessions(store: SqlTranscriptStore, tmp_path: Path):
    other = await opened(tmp_path / "t.db", user="other")
    await other.add_session(session("s2", user="other"))
    assert [one.id for one in await other.sessions()] == ["s2"]
    assert [one.id for one in await store.sessions()] == ["s1"]
    with pytest.raises(UsageError):
        await other.transcript("s1")
    with pytest.raises(ValueError, match="local"):
        await store.add_session(session("s3", user="other"))
    await other.aclose()


async def test_times_come_back_aware_and_in_utc(store: SqlTranscriptStore):
    shanghai = datetime(2026, 11, 23, 18, 0, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    await store.add_answer("s1", answer(1, saved_at=shanghai))
    saved = await store.answer("s1", "r1")
    assert saved is not None
    assert saved.saved_at == shanghai
    assert saved.saved_at.tzinfo is UTC


async def test_text_no_database_takes_keeps_its_length(store: SqlTranscriptStore):
    await store.add_answer("s1", answer(1, "a\x00b\ud800c"))
    saved = await store.answer("s1", "r1")
    assert saved is not None
    assert saved.text == "a\ufffdb\ufffdc"


async def test_a_cancelled_caller_loses_no_answer(store: SqlTranscriptStore):
    saving = [asyncio.create_task(store.add_answer("s1", answer(number))) for number in range(20)]
    await asyncio.sleep(0)
    for task in saving:
        task.cancel()
    await asyncio.gather(*saving, return_exceptions=True)
    assert len((await store.transcript("s1")).answers) == 20


async def test_the_loop_runs_on_while_the_database_is_busy(store: SqlTranscriptStore, tmp_path: Path):
    other = sqlite3.connect(tmp_path / "t.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    saving = asyncio.create_task(store.add_answer("s1", answer(1)))
    await asyncio.sleep(0.1)
    assert not saving.done()
    other.execute("COMMIT")
    other.close()
    assert await saving is True


async def test_what_was_committed_is_on_the_disk_when_the_call_returns(store: SqlTranscriptStore, tmp_path: Path):
    await store.add_answer("s1", answer(1, "kept"))
    with sqlite3.connect(tmp_path / "t.db") as reader:
        assert reader.execute("SELECT text, user_id FROM answers").fetchall() == [("kept", "local")]
        assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    reader.close()


async def test_a_store_can_be_closed_twice_and_leaves_one_clean_file(tmp_path: Path):
    store = await opened(tmp_path / "t.db")
    await store.add_session(session())
    await store.aclose()
    await store.aclose()
    left = await asyncio.to_thread(lambda: sorted(file.name for file in tmp_path.iterdir()))
    assert left == ["locks", "t.db"]


async def test_a_url_names_the_same_file_as_its_path_and_memory_works_too(tmp_path: Path):
    first = await opened(tmp_path / "t.db")
    await first.add_session(session())
    await first.aclose()
    for url, count in ((f"sqlite:///{tmp_path / 't.db'}", 1), ("sqlite://", 0)):
        store = await opened(url)
        assert len(await store.sessions()) == count
        await store.aclose()


async def test_a_wrong_url_is_told_without_its_password():
    for url, word in (("nonsense", "URL"), ("oracle+nodriver://me:secret@host/db", "driver")):
        with pytest.raises(StorageError, match=word) as told:
            await opened(url)
        assert "secret" not in str(told.value)


WRITER = """
import asyncio, sys
sys.path.insert(0, {folder!r})
from pathlib import Path
from transcript_samples import *
from interviewer.transcript.store import open_store

async def main(name):
    store = await open_store(Path({file!r}), clock=clock, on_notice=print)
    await store.add_session(session("shared"))
    for number in range(20):
        print(int(await store.add_answer("shared", answer(number, name))), end="")
    await fill(store, name, turns=2)
    await store.aclose()

asyncio.run(main(sys.argv[1]))
"""


async def test_two_processes_write_at_once_and_each_request_is_answered_by_one_of_them(tmp_path: Path):
    file = tmp_path / "t.db"
    script = WRITER.format(folder=str(Path(__file__).parent), file=str(file))
    wins = [said.count(b"1") for said in await asyncio.gather(run(script, "left"), run(script, "right"))]
    assert sum(wins) == 20
    store = await opened(file)
    texts = [one.text for one in (await store.transcript("shared")).answers]
    assert [texts.count("left"), texts.count("right")] == wins
    assert len((await store.transcript("left")).gradings) == len((await store.transcript("right")).gradings) == 2
    await store.aclose()


FILLER = """
import asyncio, resource, sys
sys.path.insert(0, {folder!r})
from pathlib import Path
from transcript_samples import *
from interviewer.errors import StorageError
from interviewer.transcript.store import open_store

async def main():
    store = await open_store(Path({file!r}), clock=clock, on_notice=print)
    await store.add_session(session())
    await store.add_answer("s1", answer(0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    saved = 1
    try:
        for number in range(1, 1000):
            await store.add_answer("s1", answer(number, "x" * 2000))
            saved += 1
    except StorageError as error:
        print(saved, type(error).__name__, error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print("again", await store.add_answer("s1", answer(number, "now")))
    await store.aclose()

asyncio.run(main())
"""


async def test_a_full_disk_is_told_and_loses_nothing_that_was_saved(tmp_path: Path):
    file = tmp_path / "t.db"
    script = FILLER.format(folder=str(Path(__file__).parent), file=str(file))
    stdout = (await run(script)).decode()
    first, *_, last = stdout.splitlines()
    saved = int(first.split()[0])
    assert "StorageError" in first
    assert str(file) in first
    assert "kept" in stdout
    assert "Free some space" in stdout
    assert last == "again True"
    store = await opened(file)
    assert len((await store.transcript("s1")).answers) == saved + 1 > 10
    await store.aclose()


@pytest.mark.parametrize(
    ("pragma", "word"), [("query_only = ON", "No permission"), ("max_page_count = 30", "disk is full")]
)
async def test_what_sqlite_refuses_is_told(store: SqlTranscriptStore, pragma: str, word: str):
    with store._opened.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA {pragma}")
    with pytest.raises(StorageError, match=word) as told:
        await store.add_answer("s1", answer(1, "x" * 200_000))
    assert "kept" in told.value.message


async def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError):
        await opened(tmp_path / "file" / "t.db")


async def test_a_long_session_is_read_and_scored_quickly(tmp_path: Path):
    store = await opened(tmp_path / "t.db")
    await fill(store, "s1", turns=30)
    before = datetime.now(UTC)
    transcript = await store.transcript("s1")
    question_results(transcript, bank())
    assert len(transcript.gradings) == 30
    assert (datetime.now(UTC) - before).total_seconds() < 1
    await store.aclose()
