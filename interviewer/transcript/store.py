"""The transcript store on SQLAlchemy: SQLite by default, PostgreSQL by URL.

Importing this module loads SQLAlchemy: import it where the store is opened.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from interviewer.errors import UsageError
from interviewer.transcript import rows
from interviewer.transcript.failure import DamagedDatabase, told_as_storage_error, unreadable_is_damage
from interviewer.transcript.opening import Opened, Place, inode, open_database
from interviewer.transcript.record import (
    AnswerRecord,
    Draft,
    GradingRecord,
    SaidRecord,
    SessionRecord,
    Transcript,
    TurnRecord,
)
from interviewer.transcript.rescue import mark_damaged
from interviewer.transcript.statements import fetch, insert_once, insert_or_replace_draft, rows_of
from interviewer.transcript.tables import answers, drafts, gradings, said, sessions, turns, users, verdicts

Result = TypeVar("Result")
LOCAL_USER = "local"


async def open_store(
    place: Path | str,
    *,
    clock: Callable[[], datetime],
    on_notice: Callable[[str], None],
    user: str = LOCAL_USER,
) -> SqlTranscriptStore:
    """The store of one user in `place`: the path of an SQLite file (made when it is not there) or a database URL.

    Tables are brought up to date. A damaged SQLite file is put aside and what can be read of it is copied into a new
    one; `on_notice` is told so in one sentence. `clock` gives aware times. Raises StorageError, and LockedError when
    another process does not finish opening the same file.
    """
    where = Place.of(place)
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="transcript")
    try:
        opened = await asyncio.get_running_loop().run_in_executor(worker, open_database, where, clock())
    except BaseException:
        worker.shutdown(wait=False)
        raise
    if opened.notice:
        on_notice(opened.notice)
    return SqlTranscriptStore(where, opened, worker, clock=clock, on_notice=on_notice, user=user)


class SqlTranscriptStore:
    """A TranscriptStore. All work is done on one thread of its own; every write is one transaction, committed when the
    call returns, and is finished even when the caller is cancelled meanwhile.
    """

    def __init__(
        self,
        place: Place,
        opened: Opened,
        worker: ThreadPoolExecutor,
        *,
        clock: Callable[[], datetime],
        on_notice: Callable[[str], None],
        user: str,
    ) -> None:
        self._place = place
        self._opened = opened
        self._worker = worker
        self._clock = clock
        self._on_notice = on_notice
        self._user = user

    async def add_session(self, session: SessionRecord) -> None:
        if session.user != self._user:
            raise ValueError(f"this store is {self._user}'s, the session is {session.user}'s")

        def work(connection: sa.Connection) -> None:
            person = {"user_id": self._user, "created_at": self._clock()}
            connection.execute(insert_once(connection.dialect.name, users, person, ["user_id"]))
            values = rows.session_values(session)
            connection.execute(insert_once(connection.dialect.name, sessions, values, ["id"]))

        await self._run(work)

    async def set_plan(self, session: str, plan: Sequence[dict[str, Any]]) -> None:
        await self._run(lambda connection: self._change(connection, session, {"plan": list(plan)}))

    async def finish_session(self, session: SessionRecord) -> None:
        await self._run(lambda connection: self._change(connection, session.id, rows.closing_values(session)))

    async def session(self, session: str) -> SessionRecord:
        return await self._read(lambda connection: self._session(connection, session))

    async def sessions(self) -> Sequence[SessionRecord]:
        query = sa.select(sessions).where(sessions.c.user_id == self._user)
        newest = query.order_by(sessions.c.started_at.desc(), sessions.c.id.desc())
        return await self._read(lambda connection: [rows.session_record(row) for row in fetch(connection, newest)])

    async def add_turn(self, session: str, turn: TurnRecord) -> None:
        await self._insert(turns, session, rows.turn_values(turn))

    async def add_answer(self, session: str, answer: AnswerRecord) -> bool:
        return await self._insert(answers, session, rows.answer_values(answer))

    async def add_said(self, session: str, said_record: SaidRecord) -> None:
        values = {**rows.said_values(said_record), "session_id": session, "user_id": self._user}
        await self._run(lambda connection: connection.execute(sa.insert(said).values(values)))

    async def add_grading(self, session: str, grading: GradingRecord) -> bool:
        return await self._run(lambda connection: self._add_grading(connection, session, grading))

    async def turn(self, session: str, request: str) -> TurnRecord | None:
        return await self._first(turns, session, request, rows.turn_record)

    async def turns_of(self, session: str, question_id: str) -> Sequence[TurnRecord]:
        query = rows_of(turns, self._user, session).where(turns.c.question_id == question_id)
        ordered = query.order_by(turns.c.turn, turns.c.id)
        return await self._read(lambda connection: [rows.turn_record(row) for row in fetch(connection, ordered)])

    async def answer(self, session: str, request: str) -> AnswerRecord | None:
        return await self._first(answers, session, request, rows.answer_record)

    async def gradings_of(self, session: str, request: str) -> Sequence[GradingRecord]:
        """Oldest first."""
        return await self._read(lambda connection: self._gradings(connection, session, request))

    async def save_draft(self, session: str, draft: Draft) -> None:
        values = {**rows.draft_values(draft), "session_id": session, "user_id": self._user}
        await self._run(lambda connection: connection.execute(insert_or_replace_draft(connection.dialect.name, values)))

    async def draft(self, session: str, request: str) -> Draft | None:
        return await self._first(drafts, session, request, rows.draft_record)

    async def transcript(self, session: str) -> Transcript:
        def work(connection: sa.Connection) -> Transcript:
            def every(table: sa.Table, *order: sa.ColumnElement[Any]) -> Sequence[rows.Row]:
                return fetch(connection, rows_of(table, self._user, session).order_by(*order, table.c.id))

            return Transcript(
                session=self._session(connection, session),
                turns=tuple(rows.turn_record(row) for row in every(turns, turns.c.turn)),
                answers=tuple(rows.answer_record(row) for row in every(answers)),
                gradings=tuple(self._gradings(connection, session)),
                said=tuple(rows.said_record(row) for row in every(said)),
            )

        return await self._read(work)

    async def aclose(self) -> None:
        """Closes the database after all that was begun. A second call does nothing."""

        def close() -> None:
            self._opened.engine.dispose()

        try:
            closing = asyncio.get_running_loop().run_in_executor(self._worker, close)
        except RuntimeError:
            return
        self._worker.shutdown(wait=False)
        await asyncio.shield(closing)

    async def _run(self, work: Callable[[sa.Connection], Result]) -> Result:
        """Does `work` in a transaction. Damage that shows only now is rescued at once, and the work done again."""
        loop = asyncio.get_running_loop()

        def tell(notice: str) -> None:
            loop.call_soon_threadsafe(self._on_notice, notice)

        def job() -> Result:
            if inode(self._place.file) != self._opened.inode:
                self._open_again(tell)  # another process rescued the file: this one has been put aside
            try:
                return self._attempt(work)
            except DamagedDatabase:
                if self._place.file is None:
                    raise
                mark_damaged(self._place.file)
            self._open_again(tell)
            return self._attempt(work)

        return await asyncio.shield(loop.run_in_executor(self._worker, job))

    def _attempt(self, work: Callable[[sa.Connection], Result]) -> Result:
        with told_as_storage_error(self._place.name), self._opened.engine.begin() as connection:
            return work(connection)

    def _open_again(self, tell: Callable[[str], None]) -> None:
        self._opened.engine.dispose()
        self._opened = open_database(self._place, self._clock())
        if self._opened.notice:
            tell(self._opened.notice)

    async def _read(self, work: Callable[[sa.Connection], Result]) -> Result:
        def read(connection: sa.Connection) -> Result:
            with unreadable_is_damage(self._place.name):
                return work(connection)

        return await self._run(read)

    async def _insert(self, table: sa.Table, session: str, values: rows.Values) -> bool:
        """Once for each (session, request)."""
        values = {**values, "session_id": session, "user_id": self._user}

        def work(connection: sa.Connection) -> bool:
            once = insert_once(connection.dialect.name, table, values, ["session_id", "request"])
            return connection.execute(once).rowcount > 0

        return await self._run(work)

    def _add_grading(self, connection: sa.Connection, session: str, grading: GradingRecord) -> bool:
        whose = {"session_id": session, "user_id": self._user}
        dialect = connection.dialect.name
        unique = ["session_id", "request", "judge_key"]
        values = {**rows.grading_values(grading), **whose}
        if connection.execute(insert_once(dialect, gradings, values, unique)).rowcount == 0:
            return False
        for verdict in rows.verdict_values(grading):
            connection.execute(insert_once(dialect, verdicts, {**verdict, **whose}, [*unique, "point_id"]))
        return True

    def _change(self, connection: sa.Connection, session: str, values: rows.Values) -> None:
        mine = sa.update(sessions).where(sessions.c.id == session, sessions.c.user_id == self._user)
        if connection.execute(mine.values(values)).rowcount == 0:
            raise self._unknown(connection, session)

    def _session(self, connection: sa.Connection, session: str) -> SessionRecord:
        query = sa.select(sessions).where(sessions.c.id == session, sessions.c.user_id == self._user)
        found = fetch(connection, query)
        if not found:
            raise self._unknown(connection, session)
        return rows.session_record(found[0])

    def _unknown(self, connection: sa.Connection, session: str) -> UsageError:
        query = sa.select(sessions.c.id).where(sessions.c.user_id == self._user).order_by(sessions.c.started_at.desc())
        known = list(connection.execute(query).scalars())
        near = difflib.get_close_matches(session, known, 3, cutoff=0.5) or known[:3]
        hint = f"Nearest: {', '.join(near)}." if near else "There is no session yet."
        return UsageError(f"No such session: {session}", hint=hint)

    def _gradings(self, connection: sa.Connection, session: str, request: str | None = None) -> list[GradingRecord]:
        ours, theirs = rows_of(gradings, self._user, session), rows_of(verdicts, self._user, session)
        if request is not None:
            ours, theirs = ours.where(gradings.c.request == request), theirs.where(verdicts.c.request == request)
        by_grading: dict[tuple[str, str], list[rows.Row]] = {}
        for row in fetch(connection, theirs.order_by(verdicts.c.id)):
            by_grading.setdefault((row["request"], row["judge_key"]), []).append(row)
        found = fetch(connection, ours.order_by(gradings.c.graded_at, gradings.c.id))
        return [rows.grading_record(row, by_grading.get((row["request"], row["judge_key"]), [])) for row in found]

    async def _first(
        self, table: sa.Table, session: str, request: str, make: Callable[[rows.Row], Result]
    ) -> Result | None:
        query = rows_of(table, self._user, session).where(table.c.request == request)
        return await self._read(lambda connection: next(map(make, fetch(connection, query)), None))
