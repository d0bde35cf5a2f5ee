"""A desk and sessions that play a script, so that the screens can be shown without models, files or a clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from interviewer.bank.load import Bank
from interviewer.bank.question import Point, Question, Text, Topic
from interviewer.errors import InterviewerError
from interviewer.interview.events import (
    AnswerGraded,
    AnswerRequested,
    AnswerSaved,
    Event,
    Finished,
    FollowUpAsked,
    JudgeInfo,
    PhaseChanged,
    PointJudged,
    QuestionAsked,
    Said,
    SessionStarted,
    Stamped,
)
from interviewer.interview.setup import Setup
from interviewer.judge.verdict import JudgeIdentity, Span, Verdict, Word
from interviewer.settings import Settings
from interviewer.transcript.record import AnswerRecord, GradingRecord, SaidRecord, SessionRecord, Transcript, TurnRecord
from interviewer.transcript.scoring import question_results

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
JUDGE = JudgeIdentity(model="qwen2.5-coder-1.5b", endpoint="embedded", prompt_sha="0" * 8, method="logprob")
SECRET = "KV 缓存按组共享"  # a reference point: it must not be seen before a mock's debrief


def point(name: str, text: str, *, weight: int = 2, must: bool = False) -> Point:
    probe = Text(zh=f"再说说{name}？", en=f"And {name}?")
    return Point(id=name, text=Text(zh=text, en=f"Point {name}"), weight=weight, must=must, probe=probe, sources=("S",))


def question(name: str, text: str) -> Question:
    return Question(
        id=f"attention.{name}",
        topic="attention",
        kind="concept",
        level=2,
        text=Text(zh=text, en=f"Question {name}?"),
        points=(
            point("shared", SECRET, weight=3, must=True),
            point("quality", "质量接近 MHA，显存更省"),
            point("uptrain", "可以从 MHA 检查点继续训练得到", weight=1),
        ),
        answer=Text(
            zh="GQA 让几个查询头共用一组 K、V，显存和带宽都降下来。", en="GQA shares keys and values in groups."
        ),
        sources=("arXiv:2305.13245 §2.2",),
        origin=("authored",),
    )


GQA = question("gqa", "MHA、MQA、GQA 有什么区别？为什么现在多用 GQA？")
ROPE = question("rope", "RoPE 为什么能表示相对位置？")
BANK = Bank(
    questions={GQA.id: GQA, ROPE.id: ROPE},
    tracks={},
    topics={"attention": Topic(id="attention", title=Text(zh="注意力", en="Attention"), weight=20)},
    version="test",
)


def verdict(name: str, word: Word, *, turn: int = 1, span: tuple[int, int] | None = None) -> Verdict:
    evidence = Span(turn=turn, start=span[0], end=span[1]) if span else None
    return Verdict(point_id=name, verdict=word, evidence=evidence, confidence=0.9, judge=JUDGE)


def ask(turn: int, asked: Question = GQA) -> list[Event]:
    """The events of a question that waits for an answer."""
    return [
        QuestionAsked(turn, asked.id, asked.kind, asked.level, asked.topic, asked.text.zh, ""),
        AnswerRequested(f"r{turn:03d}", turn, "knowledge", "answer"),
    ]


def graded(turn: int, *, final: bool, score: float = 67.0) -> list[Event]:
    """What a judge finds in an answer that begins with its evidence; all of it private."""
    verdicts = (
        verdict("shared", "hit", turn=turn, span=(0, 4)),
        verdict("quality", "partial", turn=turn, span=(0, 2)),
        verdict("uptrain", "miss"),
    )
    judged: list[Event] = [PointJudged(GQA.id, one) for one in verdicts]
    return [*judged, AnswerGraded(GQA.id, turn, final, "provisional", score, 1.0)]


MOCK: list[list[Event]] = [
    [PhaseChanged("knowledge", 600, 2), *ask(1)],
    [*graded(1, final=False), FollowUpAsked(2, GQA.id, "bank", "组数怎么定？"),
     AnswerRequested("r002", 2, "knowledge", "answer")],
    [*graded(2, final=True), *ask(3, ROPE)],
    [Said(3, "closing", "今天就到这里。"), Finished("complete", "provisional", 67.0, 1.0, ())],
]  # fmt: skip


class FakeSession:
    """Plays `script`: its first part at the start, one more part after each answer.

    `gate` holds back what follows an answer while it is cleared. `fails` raises in place of the answer's events.
    """

    def __init__(self, setup: Setup, script: Sequence[Sequence[Event]], *, session: str = "s1") -> None:
        self.id = session
        self.setup = setup
        self.script = [list(part) for part in script]
        self.taken: list[tuple[str, str, str | None]] = []
        self.drafts: dict[str, str] = {}
        self.waiting_for: str | None = None
        self.thinking_seconds = 0.0
        self.pending_gradings = 0
        self.clock_runs = True
        self.entered = self.left = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails: BaseException | None = None
        self._seq = 0
        self._at = 0

    async def __aenter__(self) -> Self:
        self.entered += 1
        return self

    async def __aexit__(self, *_: object) -> None:
        self.left += 1

    def pause_clock(self) -> None:
        self.clock_runs = False

    def go_on(self) -> None:
        self.clock_runs = True

    async def start(self) -> AsyncIterator[Stamped]:
        resumed = self.entered > 1
        judge = JudgeInfo(JUDGE.model, JUDGE.endpoint, "provisional")
        yield self._stamp(SessionStarted(self.setup.preset, self.setup.lang, self.setup.seed, resumed, judge))
        for event in self.script[self._at]:
            yield self._stamp(event)

    async def answer(
        self, request: str, text: str = "", *, command: Any = None, reason: Any = "ended"
    ) -> AsyncIterator[Stamped]:
        if self.fails is not None:
            raise self.fails
        self.taken.append((request, text, command))
        await self.gate.wait()
        turn = int(request[1:])
        yield self._stamp(AnswerSaved(request, turn, command or "answer"))
        self._at = len(self.script) - 1 if command == "end" else self._at + 1
        for event in self.script[self._at]:
            yield self._stamp(event)

    async def save_draft(self, request: str, text: str) -> None:
        self.drafts[request] = text

    async def draft(self, request: str) -> str:
        return self.drafts.get(request, "")

    def _stamp(self, event: Event) -> Stamped:
        if isinstance(event, AnswerRequested):
            self.waiting_for = event.request
        self._seq += 1
        return Stamped(self._seq, self.id, START.isoformat(), event)


class FakeDesk:
    """Hands out one scripted session, and the records it was given."""

    def __init__(
        self,
        script: Sequence[Sequence[Event]] = MOCK,
        *,
        records: Sequence[Transcript] = (),
        standing: Any = "provisional",
    ) -> None:
        self.settings = Settings()
        self.bank = BANK
        self.judge_info = JudgeInfo(JUDGE.model, JUDGE.endpoint, standing)
        self.session: FakeSession | None = None
        self.records = {record.session.id: record for record in records}
        self.may_open = asyncio.Event()
        self.may_open.set()
        self.may_warm = asyncio.Event()
        self.open_fails: BaseException | None = None
        self.warm_fails: InterviewerError | None = None
        self.closed = False
        self.progress: Callable[[str, int, int], None] | None = None
        self.notice: Callable[[str], None] | None = None
        self._script = script

    async def open(self, on_progress: Callable[[str, int, int], None], on_notice: Callable[[str], None]) -> None:
        self.progress, self.notice = on_progress, on_notice
        await self.may_open.wait()
        if self.open_fails is not None:
            raise self.open_fails

    async def warm(self) -> None:
        await self.may_warm.wait()
        if self.warm_fails is not None:
            raise self.warm_fails

    async def new_session(self, setup: Setup) -> FakeSession:
        self.session = FakeSession(setup, self._script)
        self.records.setdefault("s1", interrupted("s1", preset=setup.preset))
        return self.session

    async def resume(self, session: str) -> FakeSession:
        if self.session is None:
            record = self.records[session].session
            self.session = FakeSession(Setup.model_validate(record.config), self._script, session=session)
        return self.session

    async def sessions(self) -> list[SessionRecord]:
        return [record.session for record in self.records.values()]

    async def transcript(self, session: str) -> Transcript:
        return self.records[session]

    async def results(self, session: str) -> Any:
        return question_results(self.records[session], BANK)

    async def aclose(self) -> None:
        self.closed = True


def setup(preset: str = "daily") -> Setup:
    return Setup(preset=preset, lang="zh", seed=1)


def head(session: str, *, status: Any = "finished", preset: str = "daily", score: float | None = 58.0) -> SessionRecord:
    finished = status == "finished"
    return SessionRecord(
        id=session,
        preset=preset,
        lang="zh",
        seed=1,
        config=setup(preset).model_dump(mode="json"),
        plan=[{"phase": "knowledge", "budget_s": 600, "items": [{}, {}, {}]}],
        bank_version="test",
        status=status,
        started_at=START,
        finished_at=START + timedelta(minutes=10) if finished else None,
        reason="complete" if finished else None,
        score=score if finished else None,
        coverage=1.0,
        grade_status=("ungraded" if score is None else "provisional") if finished else None,
    )


def interrupted(session: str, *, preset: str = "daily") -> Transcript:
    """An interview that was killed while its second turn was being answered."""
    return Transcript(
        session=head(session, status="running", preset=preset),
        turns=(_turn(1, GQA.text.zh), _turn(2, "组数怎么定？", kind="probe")),
        answers=(
            AnswerRecord(
                request="r001", text="几个查询头共用一组 K 和 V", intent="answer", seconds=90.0, saved_at=_at(2)
            ),
        ),
    )


def finished(
    session: str = "done", *, answer: str = "分组共享 K、V，质量差一些", score: float | None = 58.0
) -> Transcript:
    """A finished interview with one graded question and one that could not be judged."""
    words: tuple[Verdict, ...] = (
        verdict("shared", "hit", span=(0, 4)),
        verdict("quality", "wrong", span=(len(answer) - 5, len(answer))),
        verdict("uptrain", "abstain"),
    )
    return Transcript(
        session=head(session, score=score),
        turns=(_turn(1, GQA.text.zh), _turn(2, ROPE.text.zh, question=ROPE)),
        answers=(
            AnswerRecord(request="r001", text=answer, intent="answer", seconds=75.0, saved_at=_at(2)),
            AnswerRecord(request="r002", text="", intent="skip", seconds=5.0, saved_at=_at(4)),
        ),
        gradings=(
            _grading("r001", GQA, words),
            _grading("r002", ROPE, (), cause="endpoint down"),
        ),
        said=(SaidRecord(turn=2, kind="closing", text="今天就到这里。", at=_at(5)),),
    )


def _grading(request: str, asked: Question, verdicts: tuple[Verdict, ...], cause: str = "") -> GradingRecord:
    return GradingRecord(
        request=request,
        question_id=asked.id,
        key=JUDGE.key,
        judge=JUDGE,
        status="graded" if verdicts else "ungraded",
        verdicts=verdicts,
        cause=cause,
        graded_at=_at(6),
    )


def _turn(turn: int, text: str, *, kind: Any = "question", question: Question = GQA) -> TurnRecord:
    return TurnRecord(
        request=f"r{turn:03d}",
        turn=turn,
        phase="knowledge",
        kind=kind,
        question_id=question.id,
        text=text,
        asked_at=_at(turn * 2 - 1),
    )


def _at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)
