"""Sits interviews in tests: a real bank, a real store, a real graph, a scripted judge, a frozen clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

from fakes.clock import FrozenClock
from fakes.judging import NamingJudge

from interviewer.bank.load import Bank, load_bank
from interviewer.interview.events import AnswerRequested, Event, JudgeInfo, Stamped
from interviewer.interview.session import InterviewSession, Ports
from interviewer.interview.setup import Setup
from interviewer.resources import data_folder
from interviewer.transcript.record import Transcript
from interviewer.transcript.store import SqlTranscriptStore, open_store

E = TypeVar("E", bound=Event)
Reply = Callable[[AnswerRequested, list[Event]], str]


@cache
def the_bank() -> Bank:
    """The shipped bank; frozen, so tests may share it."""
    return load_bank(data_folder("knowledge"))


@dataclass
class Room:
    """One home with everything a session needs; sessions come and go in it."""

    store: SqlTranscriptStore
    folder: Path
    judge: NamingJudge
    clock: FrozenClock = field(default_factory=FrozenClock)
    notices: list[str] = field(default_factory=list[str])
    standing: str = "trusted"

    @property
    def ports(self) -> Ports:
        return Ports(
            bank=the_bank(),
            store=self.store,
            judge=self.judge,
            judge_info=JudgeInfo("naming", "fake", self.standing),  # type: ignore[arg-type]
            clock=self.clock,
            checkpoints=self.folder / "checkpoints.db",
            locks=self.folder / "locks",
            on_notice=self.notices.append,
        )

    async def new(
        self, preset: str = "screen", *, seed: int = 7, unattended: bool = True, **more: object
    ) -> InterviewSession:
        setup = Setup(preset=preset, seed=seed, **more)  # type: ignore[arg-type]
        return await InterviewSession.new(self.ports, setup, unattended=unattended)

    async def sit(self, session: InterviewSession, reply: Reply, *, at_most: int = 100) -> list[Event]:
        """Answers every request with `reply` until the interview ends; returns all events."""
        events: list[Event] = []
        async with session:
            stream = session.start()
            for _ in range(at_most):
                request = await drain(stream, events)
                if request is None:
                    return events
                stream = session.answer(request.request, reply(request, events))
        raise AssertionError("the interview did not end")

    async def transcript(self, session: InterviewSession) -> Transcript:
        return await self.store.transcript(session.id)


async def drain(stream: AsyncIterator[Stamped], events: list[Event]) -> AnswerRequested | None:
    """Collects the stream; returns the request it ended with."""
    request = None
    async for stamped in stream:
        events.append(stamped.event)
        if isinstance(stamped.event, AnswerRequested):
            request = stamped.event
    return request


def of(events: list[Event], kind: type[E]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


@asynccontextmanager
async def room(folder: Path, judge: NamingJudge | None = None) -> AsyncIterator[Room]:
    folder.mkdir(parents=True, exist_ok=True)
    clock, notices = FrozenClock(), list[str]()
    store = await open_store(folder / "transcripts.db", clock=clock.now, on_notice=notices.append)
    try:
        yield Room(store, folder, judge or NamingJudge(), clock, notices)
    finally:
        await store.aclose()
