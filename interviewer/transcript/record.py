"""What is kept of an interview. The store is the truth; checkpoints only say where the machine stands."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from interviewer.bank.question import Lang
from interviewer.judge.verdict import JudgeIdentity, Usage, Verdict, Via

SessionStatus = Literal["running", "finished"]
GradingStatus = Literal["graded", "ungraded"]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SessionRecord(Frozen):
    """One interview. `config` holds the choices it was started with, `plan` what was drawn (both JSON values).

    `score`, `coverage`, `grade_status`, `reason` and `phases` are set when it is finished.
    """

    id: str
    user: str = "local"
    preset: str
    lang: Lang
    seed: int
    config: dict[str, Any]
    plan: list[dict[str, Any]] = []
    bank_version: str
    status: SessionStatus = "running"
    started_at: datetime
    finished_at: datetime | None = None
    reason: str | None = None
    score: float | None = None
    coverage: float | None = None
    grade_status: str | None = None
    phases: list[dict[str, Any]] = []


class TurnRecord(Frozen):
    """One request for an answer: what the interviewer said, and to which question (and point) it belongs.

    `request` is unique within the session. A `question` opens a question, a `probe` digs into `probe_point`.
    """

    request: str
    turn: Annotated[int, Field(ge=1)]
    phase: str
    kind: Literal["intro", "question", "probe", "reverse"]
    question_id: str
    text: str
    via: Via = "unprompted"
    probe_point: str | None = None
    why: str = ""
    asked_at: datetime


class AnswerRecord(Frozen):
    """What the candidate said, raw. `seconds` is the candidate's time for it."""

    request: str
    text: str
    intent: str
    seconds: float
    saved_at: datetime


class GradingRecord(Frozen):
    """One judge's verdicts on one answer. `key` is the judge configuration; (session, request, key) is unique.

    `cause` tells why an answer is `ungraded`; then there are no verdicts.
    """

    request: str
    question_id: str
    key: str
    judge: JudgeIdentity
    status: GradingStatus
    verdicts: tuple[Verdict, ...] = ()
    usage: Usage = Usage()
    flags: tuple[str, ...] = ()
    cause: str = ""
    graded_at: datetime


class SaidRecord(Frozen):
    """A remark of the interviewer that asks for no judged answer (hint, repeat, notice ...)."""

    turn: int
    kind: str
    text: str
    at: datetime


class Draft(Frozen):
    """A half-typed answer and the candidate's time spent on it so far."""

    request: str
    text: str
    seconds: float
    saved_at: datetime


class Transcript(Frozen):
    """The whole record of one session, turns in order."""

    session: SessionRecord
    turns: tuple[TurnRecord, ...] = ()
    answers: tuple[AnswerRecord, ...] = ()
    gradings: tuple[GradingRecord, ...] = ()
    said: tuple[SaidRecord, ...] = ()

    def answer(self, request: str) -> AnswerRecord | None:
        return next((answer for answer in self.answers if answer.request == request), None)

    def gradings_of(self, request: str) -> tuple[GradingRecord, ...]:
        return tuple(grading for grading in self.gradings if grading.request == request)
