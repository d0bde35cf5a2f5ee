"""What a front end receives: one stream of frozen values, the same for the TUI, `--plain`, `--json` and the tests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import ClassVar, Literal, cast

from interviewer.bank.question import Kind, Lang
from interviewer.judge.verdict import Verdict

Phase = Literal["intro", "project", "knowledge", "coding", "scenario", "reverse"]
Intent = Literal[
    "answer",
    "dont_know",
    "skip",
    "hint",
    "repeat",
    "clarify",
    "amend",
    "pause",
    "end",
]
Standing = Literal["trusted", "provisional", "none"]
GradeStatus = Literal["graded", "provisional", "pending", "ungraded"]
FinishReason = Literal["complete", "ended", "answers_exhausted", "time", "budget"]
SaidKind = Literal["clarify", "hint", "repeat", "notice", "closing"]
AnswerKind = Literal["intro", "answer", "code", "reverse"]
Command = Literal["skip", "hint", "repeat", "amend", "pause", "end"]


@dataclass(frozen=True)
class JudgeInfo:
    model: str
    endpoint: str
    standing: Standing


@dataclass(frozen=True)
class PhaseResult:
    """`score` is None for phases that are only noted and for those that could not be judged."""

    phase: Phase
    score: float | None
    status: Literal["graded", "provisional", "ungraded", "noted"]
    coverage: float
    questions: int
    seconds: float


@dataclass(frozen=True)
class Event:
    """Base of all events. A `private` event is never rendered before a mock's debrief."""

    private: ClassVar[bool] = False


@dataclass(frozen=True)
class SessionStarted(Event):
    preset: str
    lang: Lang
    seed: int
    resumed: bool
    judge: JudgeInfo


@dataclass(frozen=True)
class PhaseChanged(Event):
    """`budget_s` is the candidate's time in this phase in seconds (None: no clock); `quota` the number of questions."""

    phase: Phase
    budget_s: int | None
    quota: int


@dataclass(frozen=True)
class QuestionAsked(Event):
    turn: int
    question_id: str
    kind: Kind
    level: int
    topic: str
    text: str
    why: str


@dataclass(frozen=True)
class FollowUpAsked(Event):
    turn: int
    question_id: str
    source: Literal["bank", "agent"]
    text: str


@dataclass(frozen=True)
class Said(Event):
    turn: int
    kind: SaidKind
    text: str


@dataclass(frozen=True)
class AnswerRequested(Event):
    """`request` names what is waited for: an answer is stored once per request."""

    request: str
    turn: int
    phase: Phase
    kind: AnswerKind


@dataclass(frozen=True)
class AnswerSaved(Event):
    request: str
    turn: int
    intent: Intent


@dataclass(frozen=True)
class PointJudged(Event):
    private: ClassVar[bool] = True
    question_id: str
    verdict: Verdict


@dataclass(frozen=True)
class AnswerGraded(Event):
    """The question's score after this turn; `final` when no further probe will follow."""

    private: ClassVar[bool] = True
    question_id: str
    turn: int
    final: bool
    status: GradeStatus
    score: float | None
    coverage: float
    reason: str = ""


@dataclass(frozen=True)
class ModelSwitched(Event):
    """`from_model` and `to_model` are `endpoint/model`; `to_model` is empty when nothing is left."""

    role: Literal["interviewer", "judge", "extractor"]
    from_model: str
    to_model: str
    cause: str


@dataclass(frozen=True)
class Finished(Event):
    reason: FinishReason
    status: Literal["graded", "provisional", "ungraded"]
    score: float | None
    coverage: float
    phases: tuple[PhaseResult, ...] = field(default=())


@dataclass(frozen=True)
class Failed(Event):
    """The session could not go on. `resume` is the command that takes it up again."""

    code: str
    message: str
    resume: str


@dataclass(frozen=True)
class Stamped:
    """An event with its place in the stream: `seq` counts from 1 within one run, `at` is UTC in ISO 8601."""

    seq: int
    session: str
    at: str
    event: Event

    def to_json(self) -> str:
        """One line of JSON, format version 1."""
        body = {
            key.removesuffix("_model") if key in _RENAMED else key: _plain(value) for key, value in _fields(self.event)
        }
        head = {"v": 1, "seq": self.seq, "session": self.session, "at": self.at, "event": type(self.event).__name__}
        return json.dumps(head | body, ensure_ascii=False)


_RENAMED = {"from_model", "to_model"}  # `from` is a keyword of Python, not of the format


def _fields(event: Event) -> list[tuple[str, object]]:
    return [(each.name, getattr(event, each.name)) for each in fields(event)]


def _plain(value: object) -> object:
    if isinstance(value, Verdict):
        return value.model_dump(mode="json")
    if isinstance(value, tuple):
        return [_plain(item) for item in cast("Iterable[object]", value)]
    if isinstance(value, (JudgeInfo, PhaseResult)):
        return asdict(value)
    return value
