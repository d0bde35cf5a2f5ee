"""One interview as a front end sees it: start, answer, resume; each gives a stream of events.

The transcript store is the truth. `answer` saves under the unique key (session, request) and only then resumes the
graph, with the request's name and never the text; so killed at any moment, the next start goes on from what was saved.
"""

# LangGraph leaves type parameters of its own methods open.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

import secrets
import sqlite3
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, cast

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command as Resume
from pydantic import ValidationError

from interviewer.bank.load import Bank
from interviewer.errors import InterviewerError, StorageError, UsageError
from interviewer.interview.checkpoints import open_checkpoints
from interviewer.interview.clock import Clock, Stopwatch
from interviewer.interview.context import Context
from interviewer.interview.events import (
    AnswerRequested,
    Command,
    Event,
    Failed,
    FinishReason,
    JudgeInfo,
    SessionStarted,
    Stamped,
)
from interviewer.interview.grading import Grader
from interviewer.interview.graph import interview_graph
from interviewer.interview.intent import correction_in, settled_intent
from interviewer.interview.outcome import finished_event
from interviewer.interview.setup import Setup
from interviewer.interview.state import State
from interviewer.interview.turns import asked_event
from interviewer.judge.verdict import Judge
from interviewer.locks import hold
from interviewer.transcript.port import TranscriptStore
from interviewer.transcript.record import AnswerRecord, Draft, SessionRecord


@dataclass(frozen=True)
class Ports:
    """What a session is built from. `aside` holds events of other parts (a model was switched) until they are told."""

    bank: Bank
    store: TranscriptStore
    judge: Judge
    judge_info: JudgeInfo
    clock: Clock
    checkpoints: Path
    locks: Path
    on_notice: Callable[[str], None]
    aside: deque[Event] = field(default_factory=deque[Event])


class InterviewSession:
    """Use as `async with await InterviewSession.new(...)` (or `.load(...)`), then `start()` once, then `answer()`."""

    def __init__(self, ports: Ports, record: SessionRecord, *, unattended: bool, fresh: bool) -> None:
        self.id = record.id
        self.setup = _setup_of(record)
        self._ports = ports
        self._record = record
        self._unattended = unattended
        self._fresh = fresh
        self._watch = Stopwatch(ports.clock)
        self._seq = 0
        self._waiting: str | None = None
        self._state: State = {}
        self._stream: AsyncGenerator[Any] | None = None
        self._grader = Grader(
            session=record.id,
            lang=record.lang,
            judge=ports.judge,
            store=ports.store,
            bank=ports.bank,
            clock=ports.clock,
        )
        self._context = Context(
            bank=ports.bank,
            store=ports.store,
            grader=self._grader,
            clock=ports.clock,
            choices=self.setup.choices(unattended=unattended),
            provisional=ports.judge_info.standing != "trusted",
        )

    @classmethod
    async def new(cls, ports: Ports, setup: Setup, *, unattended: bool = False) -> Self:
        """A new interview, written down at once. Raises UsageError for an unknown preset or topic."""
        setup.choices()
        for topic in setup.topics:
            ports.bank.topic(topic)
        now = ports.clock.now()
        record = SessionRecord(
            id=f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
            preset=setup.preset,
            lang=setup.lang,
            seed=setup.seed,
            config=setup.model_dump(mode="json"),
            bank_version=ports.bank.version,
            started_at=now,
        )
        await ports.store.add_session(record)
        return cls(ports, record, unattended=unattended, fresh=True)

    @classmethod
    async def load(cls, ports: Ports, session: str, *, unattended: bool = False) -> Self:
        """An earlier interview. Raises UsageError when there is none of that id."""
        return cls(ports, await ports.store.session(session), unattended=unattended, fresh=False)

    async def __aenter__(self) -> Self:
        ports = self._ports
        async with AsyncExitStack() as opening:
            opening.enter_context(hold(ports.locks, f"session-{self.id}", what="this interview"))
            self._saver = await opening.enter_async_context(open_checkpoints(ports.checkpoints, ports.on_notice))
            self._stack = opening.pop_all()
        self._graph = interview_graph().compile(checkpointer=self._saver)
        self._config: RunnableConfig = {"configurable": {"thread_id": self.id}, "recursion_limit": 1000}
        return self

    async def __aexit__(self, *_: object) -> None:
        # A front end may leave in mid-stream: a step that is still running must not see its gradings end.
        if self._stream is not None:
            await self._stream.aclose()
        await self._grader.aclose()
        await self._stack.aclose()

    @property
    def resume_command(self) -> str:
        return f"interviewer mock --resume {self.id}"

    @property
    def pending_gradings(self) -> int:
        return self._grader.pending

    @property
    def unjudged(self) -> int:
        """How many answers needed a model when none could be reached."""
        return self._grader.unjudged

    @property
    def waiting_for(self) -> str | None:
        """The request that waits for an answer."""
        return self._waiting

    @property
    def thinking_seconds(self) -> float:
        """The candidate's time on the running question so far."""
        return self._watch.seconds

    def pause_clock(self) -> None:
        self._watch.pause()

    def go_on(self) -> None:
        self._watch.go_on()

    async def start(self) -> AsyncIterator[Stamped]:
        """Begins a new interview, or takes up one that was interrupted, up to the first request for an answer."""
        setup = self.setup
        yield self._stamp(SessionStarted(setup.preset, setup.lang, setup.seed, not self._fresh, self._ports.judge_info))
        async for stamped in self._guarded(self._take_up()):
            yield stamped

    async def answer(
        self,
        request: str,
        text: str = "",
        *,
        command: Command | None = None,
        reason: FinishReason = "ended",
    ) -> AsyncIterator[Stamped]:
        """Saves the answer (or command), then goes on to the next request or the end.

        Raises UsageError when `request` is not the one that is waited for; nothing is changed then.
        """
        if request != self._waiting:
            raise UsageError(
                f"No answer is waited for under {request!r}",
                f"Waiting for {self._waiting!r}; nothing was changed." if self._waiting else "Nothing was changed.",
            )
        async for stamped in self._guarded(self._take_answer(request, text, command, reason)):
            yield stamped

    async def save_draft(self, request: str, text: str) -> None:
        """Keeps a half-typed answer, with the candidate's time so far."""
        await self._ports.store.save_draft(
            self.id,
            Draft(request=request, text=storable(text), seconds=self._watch.seconds, saved_at=self._ports.clock.now()),
        )

    async def draft(self, request: str) -> str:
        """What was half typed for `request`; empty when nothing was."""
        draft = await self._ports.store.draft(self.id, request)
        return draft.text if draft else ""

    async def answered(self) -> int:
        """How many requests were answered so far, in all runs; a correction said with its command was no request."""
        answers = (await self._ports.store.transcript(self.id)).answers
        return sum(not (answer.intent == "amend" and correction_in(answer.text)) for answer in answers)

    async def _take_up(self) -> AsyncIterator[Event]:
        if self._record.status == "finished":
            await self._saver.adelete_thread(self.id)
            yield finished_event(self._record)
            return
        snapshot = await self._graph.aget_state(self._config)
        if not self._fresh:
            self._grader.catch_up(await self._ports.store.transcript(self.id))
        if snapshot.interrupts:
            async for event in self._repeat(cast("State", snapshot.values)):
                yield event
        else:
            # Named by its id, a checkpoint is gone on from without what its steps have left behind: LangGraph takes a
            # step for done that was cancelled after its writes, before its edge, and would end there.
            at = snapshot.config if snapshot.tasks else None
            async for event in self._drive(None if snapshot.tasks else {"session": self.id}, at):
                yield event
        async for event in self._settle():
            yield event

    async def _repeat(self, state: State) -> AsyncIterator[Event]:
        """Says again what waits for an answer, for a front end that has just been started."""
        turn = await self._ports.store.turn(self.id, state["request"])
        answered = await self._ports.store.answer(self.id, state["request"])
        if turn is not None and answered is None:
            yield asked_event(turn, self._ports.bank)

    async def _take_answer(
        self, request: str, text: str, command: Command | None, reason: FinishReason
    ) -> AsyncIterator[Event]:
        text = storable(text)
        record = AnswerRecord(
            request=request,
            text=text,
            intent=settled_intent(text, command, self._state),
            seconds=round(self._watch.seconds, 3),
            saved_at=self._ports.clock.now(),
        )
        await self._ports.store.add_answer(self.id, record)
        self._watch.pause()
        self._waiting = None
        async for event in self._drive(Resume(resume={"request": request, "reason": reason})):
            yield event
        async for event in self._settle():
            yield event

    async def _settle(self) -> AsyncIterator[Event]:
        """Goes on while saved answers wait to be taken in; then asks for the next one, or ends."""
        while True:
            snapshot = await self._graph.aget_state(self._config)
            if not snapshot.interrupts:
                await self._saver.adelete_thread(self.id)
                return
            state = cast("State", snapshot.values)
            request = state["request"]
            if await self._ports.store.answer(self.id, request) is None:
                draft = await self._ports.store.draft(self.id, request)
                self._watch.start(draft.seconds if draft else 0.0)
                self._waiting, self._state = request, state
                phase = state["plan"][state["phase"]]["phase"]
                yield AnswerRequested(request, state["turn"], phase, state["answer_kind"])
                return
            async for event in self._drive(Resume(resume={"request": request, "reason": "ended"})):
                yield event

    async def _drive(self, given: State | Resume[Any] | None, at: RunnableConfig | None = None) -> AsyncIterator[Event]:
        config: RunnableConfig = {**self._config, **(at or {})}
        stream = self._graph.astream(given, config, context=self._context, stream_mode="custom", durability="sync")
        self._stream = cast("AsyncGenerator[Any]", stream)
        async for item in stream:
            yield cast("Event", item)

    async def _guarded(self, events: AsyncIterator[Event]) -> AsyncIterator[Stamped]:
        """Stamps the events; what the program can survive becomes a `Failed` that says how to go on."""
        try:
            async for event in events:
                while self._ports.aside:
                    yield self._stamp(self._ports.aside.popleft())
                yield self._stamp(event)
        except InterviewerError as error:
            yield self._stamp(Failed(type(error).__name__, str(error), self.resume_command))
        except sqlite3.Error as error:
            trouble = StorageError(
                "Can't write down where the interview stands",
                f"{error}. Every answer up to here is saved.",
                "Make room on the disk, then resume.",
            )
            yield self._stamp(Failed(type(trouble).__name__, str(trouble), self.resume_command))

    def _stamp(self, event: Event) -> Stamped:
        self._seq += 1
        return Stamped(self._seq, self.id, self._ports.clock.now().isoformat(timespec="milliseconds"), event)


def storable(text: str) -> str:
    """The text without what no database takes: half characters (a cut paste, a broken terminal) and NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _setup_of(record: SessionRecord) -> Setup:
    try:
        return Setup.model_validate(record.config)
    except ValidationError as error:
        raise UsageError(
            f"The interview {record.id} was started by another version of this program",
            f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}. Its transcript is kept.",
            f"Read it with: interviewer review {record.id}",
        ) from error
