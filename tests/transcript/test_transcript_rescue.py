from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import sys
from pathlib import Path

import pytest
from transcript_samples import answer, clock, fill, grading, session, verdict

from interviewer.errors import StorageError
from interviewer.transcript.record import Transcript
from interviewer.transcript.rescue import mark_damaged, rescue_if_damaged
from interviewer.transcript.salvage import salvage
from interviewer.transcript.store import open_store

SESSIONS = 50
ANSWERS = 2  # a session
ALL = SESSIONS * ANSWERS
PAGE = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database of 50 sessions with 2 answers each, about 0.4 MB."""
    file = tmp_path_factory.mktemp("sound") / "t.db"

    async def make() -> None:
        store = await open_store(file, clock=clock, on_notice=print)
        for number in range(SESSIONS):
            await fill(store, f"s{number:02}", turns=ANSWERS, text=f"第 {number} 场 " + "缓存每层的 K 和 V " * 40)
        await store.aclose()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "interviewer.transcript.engine.PRAGMAS", ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = OFF"]
        )
        asyncio.run(make())
    return file.read_bytes()


@pytest.fixture
def file(tmp_path: Path, sound: bytes) -> Path:
    file = tmp_path / "t.db"
    file.write_bytes(sound)
    return file


async def reopened(file: Path) -> tuple[list[Transcript], list[str]]:
    """Every session must be readable as a whole, and new ones must find their place."""
    notices: list[str] = []
    store = await open_store(file, clock=clock, on_notice=notices.append)
    transcripts = [await store.transcript(one.id) for one in await store.sessions()]
    await store.add_session(session("new"))
    await store.add_answer("new", answer(1))
    assert len((await store.transcript("new")).answers) == 1
    await store.aclose()
    return [one for one in transcripts if one.session.id != "new"], notices


def headed(transcripts: list[Transcript]) -> int:
    return sum(one.session.preset != "rescued" for one in transcripts)


def answered(transcripts: list[Transcript]) -> int:
    return sum(len(one.answers) for one in transcripts)


def root_page(file: Path, name: str) -> int:
    with sqlite3.connect(file) as reader:
        (page,) = reader.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
    reader.close()
    return page


def leaf_pages(file: Path, table: str) -> list[int]:
    """The leaves of a table whose root is their parent."""
    content = file.read_bytes()
    root = (root_page(file, table) - 1) * PAGE
    assert content[root] == 5
    cells = int.from_bytes(content[root + 3 : root + 5])
    offsets = [int.from_bytes(content[root + 12 + 2 * n : root + 14 + 2 * n]) for n in range(cells)]
    return [int.from_bytes(content[root + offset : root + offset + 4]) for offset in offsets]


def overwrite(file: Path, start: int, what: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(start)
        opened.write(what)


async def test_a_sound_database_is_left_alone(file: Path, sound: bytes):
    assert rescue_if_damaged(file, clock()) is None
    assert file.read_bytes() == sound
    _, notices = await reopened(file)
    assert notices == []
    assert sorted(other.name for other in file.parent.iterdir()) == ["locks", "t.db"]


@pytest.mark.parametrize("content", [b"", b"S"])
async def test_an_empty_file_is_simply_new(tmp_path: Path, content: bytes):
    (tmp_path / "t.db").write_bytes(content)
    transcripts, notices = await reopened(tmp_path / "t.db")
    assert (transcripts, notices) == ([], [])


@pytest.mark.parametrize("length", [16, PAGE])
async def test_after_a_garbled_beginning_every_session_is_rescued(file: Path, length: int):
    overwrite(file, 0, b"garbage!" * (length // 8) + b"!" * (length % 8))
    transcripts, notices = await reopened(file)
    assert headed(transcripts) == SESSIONS
    assert answered(transcripts) == ALL
    assert sum(len(one.gradings) for one in transcripts) == ALL
    (aside,) = file.parent.glob("t.db.bad-*")
    (notice,) = notices
    assert "\n" not in notice
    assert notice.startswith("The database of transcripts was damaged (")
    assert notice.endswith(f"50 sessions with 100 answers were rescued; the damaged file is kept as {aside}.")
    assert aside.name == "t.db.bad-20261123T100000Z"
    assert aside.read_bytes().startswith(b"garbage!")


@pytest.mark.parametrize(("offset", "byte"), [(47, 9), (59, 2), (18, 7), (28, 255)])
async def test_after_one_wrong_byte_in_the_header_every_session_is_rescued(file: Path, offset: int, byte: int):
    overwrite(file, offset, bytes([byte]))
    transcripts, notices = await reopened(file)
    assert (headed(transcripts), answered(transcripts), len(notices)) == (SESSIONS, ALL, 1)


@pytest.mark.parametrize(("offset", "damage"), [(-15, b"\xff\xfe\xa0"), (30, b"["), (26, b"INTEGES")])
async def test_after_damage_to_the_description_of_a_table_every_session_is_rescued(
    file: Path, sound: bytes, offset: int, damage: bytes
):
    overwrite(file, sound.index(b"CREATE TABLE answers") + offset, damage)
    transcripts, notices = await reopened(file)
    assert (headed(transcripts), answered(transcripts), len(notices)) == (SESSIONS, ALL, 1)


async def test_after_a_cut_in_the_middle_what_lies_before_it_is_rescued(file: Path, sound: bytes):
    file.write_bytes(sound[: len(sound) // 2 + 100])
    transcripts, notices = await reopened(file)
    assert len(transcripts) >= 15
    assert answered(transcripts) >= 30
    assert len(notices) == 1
    assert rescue_if_damaged(file, clock()) is None


@pytest.mark.parametrize("length", [99, 5000])
async def test_a_stump_is_put_aside_and_a_new_database_begins(file: Path, sound: bytes, length: int):
    file.write_bytes(sound[:length])
    transcripts, notices = await reopened(file)
    assert transcripts == []
    assert "nothing was left" in notices[0]


@pytest.mark.parametrize("filling", [b"\0", b"\x05"])
async def test_a_lost_leaf_costs_only_its_own_rows(file: Path, filling: bytes):
    overwrite(file, (leaf_pages(file, "answers")[10] - 1) * PAGE, filling * PAGE)
    transcripts, _ = await reopened(file)
    assert headed(transcripts) == SESSIONS
    assert ALL - 12 <= answered(transcripts) < ALL


async def test_answers_whose_session_is_lost_get_one_in_its_place(file: Path):
    overwrite(file, (leaf_pages(file, "sessions")[0] - 1) * PAGE, bytes(PAGE))
    transcripts, notices = await reopened(file)
    assert len(transcripts) == SESSIONS
    assert 0 < SESSIONS - headed(transcripts) < 30
    assert answered(transcripts) == ALL
    assert "without their heading" in notices[0]
    stand_in = next(one.session for one in transcripts if one.session.preset == "rescued")
    assert (stand_in.status, stand_in.score, stand_in.lang) == ("finished", None, "zh")


async def test_with_the_root_of_the_sessions_gone_no_answer_is_lost(file: Path):
    overwrite(file, (root_page(file, "sessions") - 1) * PAGE, bytes(PAGE))
    transcripts, _ = await reopened(file)
    assert (len(transcripts), headed(transcripts), answered(transcripts)) == (SESSIONS, 0, ALL)


def test_only_rows_of_the_lost_pages_are_missing(file: Path):
    lost = 0
    leaves = leaf_pages(file, "verdicts")
    for page in (*leaves[3:-6], leaves[-3]):
        start = (page - 1) * PAGE
        lost += int.from_bytes(file.read_bytes()[start + 3 : start + 5])
        overwrite(file, start, bytes(PAGE))
    found = salvage(file, file, {"verdicts": ["point_id", "verdict"]})["verdicts"]
    assert lost > 100
    assert len(found) == ALL * 3 - lost
    assert {row["point_id"]: row["verdict"] for row in found} == {"a": "hit", "b": "miss", "c": "partial"}


async def test_a_grading_that_lost_verdicts_is_left_out_so_that_it_can_be_judged_again(file: Path):
    overwrite(file, (leaf_pages(file, "verdicts")[3] - 1) * PAGE, bytes(PAGE))
    transcripts, _ = await reopened(file)
    gradings = [one for transcript in transcripts for one in transcript.gradings]
    assert ALL - 20 < len(gradings) < ALL
    assert all(len(one.verdicts) == 3 for one in gradings)
    store = await open_store(file, clock=clock, on_notice=print)
    graded = {(one.session.id, grading.request) for one in transcripts for grading in one.gradings}
    name, request = next(
        (one.session.id, said.request)
        for one in transcripts
        for said in one.answers
        if (one.session.id, said.request) not in graded
    )
    assert await store.add_grading(name, grading(int(request[1:]), verdict("a"), verdict("b"), verdict("c")))
    await store.aclose()


@pytest.mark.parametrize("seed", range(3))
async def test_random_damage_never_stops_the_program(file: Path, seed: int):
    dice = random.Random(seed)
    size = file.stat().st_size
    for _ in range(dice.choice([1, 3, 10])):
        overwrite(file, dice.randrange(size), dice.randbytes(dice.choice([16, 300, 6000])))
    transcripts, _ = await reopened(file)
    assert len(transcripts) >= 40


async def test_what_a_killed_process_had_saved_is_rescued_from_its_log(tmp_path: Path):
    file = tmp_path / "t.db"
    script = (
        "import asyncio, os, signal, sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\n"
        "from transcript_samples import *\n"
        "from interviewer.transcript.store import open_store\n"
        "async def main():\n"
        f"    store = await open_store(Path({str(file)!r}), clock=clock, on_notice=print)\n"
        "    for number in range(3):\n"
        "        await fill(store, f's{number}', turns=4)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script)
    assert await process.wait() == -signal.SIGKILL
    assert (tmp_path / "t.db-wal").stat().st_size > 0
    saved = {ending: (tmp_path / f"t.db{ending}").read_bytes() for ending in ("", "-wal")}

    assert rescue_if_damaged(file, clock()) is None
    for beginning in (b"", b"garbage!" * 512):
        for ending, content in saved.items():
            (tmp_path / f"t.db{ending}").write_bytes(content)
        (tmp_path / "t.db-shm").unlink(missing_ok=True)
        file.write_bytes(beginning + saved[""][len(beginning) :] if beginning else b"")
        notice = rescue_if_damaged(file, clock())
        assert notice is None or "3 sessions with 12 answers" in notice
        transcripts, _ = await reopened(file)
        assert answered(transcripts) == 12
        file.unlink()


DAMAGED_VALUES = (
    "UPDATE sessions SET config = '{broken', lang = 'xx' WHERE id = 's07'",
    "UPDATE sessions SET phases = '{broken' WHERE id = 's08'",
    "UPDATE answers SET saved_at = '2026-13-77' WHERE session_id = 's09'",
    "UPDATE answers SET text = CAST(X'E7BC9380FFFE' AS TEXT) WHERE session_id = 's10'",
)


@pytest.mark.parametrize("damage", DAMAGED_VALUES)
async def test_damage_that_shows_only_when_it_is_read_is_rescued_at_once(file: Path, damage: str):
    with sqlite3.connect(file) as writer:
        writer.execute(damage)
    writer.close()
    transcripts, notices = await reopened(file)
    assert len(transcripts) == SESSIONS
    assert headed(transcripts) >= SESSIONS - 1
    assert answered(transcripts) == ALL
    assert len(notices) == 1
    assert "reading it failed" in notices[0]
    assert rescue_if_damaged(file, clock()) is None


async def test_damage_during_an_interview_is_rescued_and_the_interview_goes_on(file: Path):
    notices: list[str] = []
    store = await open_store(file, clock=clock, on_notice=notices.append)
    await store.add_session(session("now"))
    await store.add_answer("now", answer(1))
    overwrite(file, (leaf_pages(file, "answers")[10] - 1) * PAGE, b"\xff" * PAGE)
    for one in await store.sessions():
        await store.transcript(one.id)
    assert len(notices) == 1
    assert await store.add_answer("now", answer(2))
    assert await store.add_answer("now", answer(1)) is False
    assert [one.request for one in (await store.transcript("now")).answers] == ["r1", "r2"]
    await store.aclose()


async def test_a_running_interview_follows_when_another_process_rescues_the_file(file: Path):
    store = await open_store(file, clock=clock, on_notice=pytest.fail)
    await store.add_session(session("now"))
    await store.add_answer("now", answer(1))
    mark_damaged(file)
    _, notices = await reopened(file)
    assert len(notices) == 1
    await store.add_answer("now", answer(2))
    await store.aclose()
    transcripts, _ = await reopened(file)
    assert next(len(one.answers) for one in transcripts if one.session.id == "now") == 2


async def test_a_rescue_that_was_killed_at_its_end_is_finished_at_the_next_start(file: Path, sound: bytes):
    file.with_name("t.db.rescued").write_bytes(sound)
    file.unlink()
    file.with_name("t.db-wal").write_bytes(b"the log of the damaged file")
    transcripts, notices = await reopened(file)
    assert len(transcripts) == SESSIONS
    assert len(notices) == 1
    (log,) = file.parent.glob("t.db.bad-*-wal")
    assert log.read_bytes() == b"the log of the damaged file"


async def test_two_rescues_in_one_second_keep_both_files(file: Path, sound: bytes):
    for _ in range(2):
        overwrite(file, 0, b"garbage!")
        await reopened(file)
    names = sorted(other.name for other in file.parent.glob("t.db.bad-*"))
    assert names == ["t.db.bad-20261123T100000Z", "t.db.bad-20261123T100000Z-2"]


async def test_a_full_disk_during_a_rescue_changes_nothing(file: Path, monkeypatch: pytest.MonkeyPatch):
    overwrite(file, 0, b"garbage!")
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(StorageError, match="No space left"):
        await reopened(file)
    assert file.read_bytes() == before
    assert sorted(other.name for other in file.parent.iterdir()) == ["locks", "t.db"]
    monkeypatch.undo()
    transcripts, _ = await reopened(file)
    assert len(transcripts) == SESSIONS


async def test_a_locked_database_is_not_taken_for_a_damaged_one(file: Path, monkeypatch: pytest.MonkeyPatch):
    def locked(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_BUSY, "SQLITE_BUSY"
        raise error

    monkeypatch.setattr("sqlite3.connect", locked)
    with pytest.raises(StorageError, match="locked"):
        await open_store(file, clock=clock, on_notice=pytest.fail)
    monkeypatch.undo()
    assert not list(file.parent.glob("t.db.bad-*"))


async def test_a_damaged_database_of_a_newer_program_is_not_rescued(file: Path):
    with sqlite3.connect(file) as writer:
        writer.execute("UPDATE alembic_version SET version_num = '0999'")
    writer.close()
    overwrite(file, (leaf_pages(file, "answers")[10] - 1) * PAGE, os.urandom(PAGE))
    before = file.read_bytes()
    with pytest.raises(StorageError, match="newer version"):
        await open_store(file, clock=clock, on_notice=pytest.fail)
    assert file.read_bytes() == before
