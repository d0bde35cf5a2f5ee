"""The interview as the screen shows it, built from the stream of events alone. Needs no Textual.

In a mock, private events (verdicts and scores) leave no trace here: what is not held can't be shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatchmethod
from typing import Literal

from interviewer.bank.question import Lang, Question
from interviewer.interview.events import (
    AnswerGraded,
    AnswerKind,
    AnswerRequested,
    AnswerSaved,
    Command,
    Event,
    Failed,
    Finished,
    FollowUpAsked,
    GradeStatus,
    JudgeInfo,
    ModelSwitched,
    Phase,
    PhaseChanged,
    PointJudged,
    QuestionAsked,
    Said,
    SessionStarted,
    Stamped,
)
from interviewer.judge.score import standing_verdicts
from interviewer.judge.verdict import CasePoint, Verdict
from interviewer.transcript.record import AnswerRecord, SaidRecord, Transcript, TurnRecord
from tui.points import PointRow, point_rows

Speaker = Literal["interviewer", "candidate", "note"]
UNSENT = ("hint", "repeat", "amend", "pause")  # commands that leave what is typed in the editor


@dataclass(frozen=True)
class Line:
    """Something said. `tag` is the kind of remark or the intent; `number` counts the questions of the phase."""

    speaker: Speaker
    text: str
    tag: str = ""
    number: int | None = None


@dataclass(frozen=True)
class Switch:
    """Another model took a role; `to_model` is empty when none is left."""

    role: str
    to_model: str
    cause: str


@dataclass(frozen=True)
class Feedback:
    """What a drill shows after an answer. `answer` is empty until no follow-up can come."""

    status: GradeStatus
    score: float | None
    reason: str
    rows: tuple[PointRow, ...]
    hidden: int
    final: bool
    answer: str


Entry = Line | Switch | Feedback


@dataclass(frozen=True)
class PhasePlan:
    """A phase of the round. `budget_s` is the candidate's time in seconds, None without a clock."""

    phase: Phase
    budget_s: int | None


@dataclass(frozen=True)
class Sending:
    """What was handed over and is not known to be saved yet. `seconds` is the candidate's time for it."""

    request: str
    text: str
    command: Command | None
    seconds: float


class InterviewView:
    """State between events and widgets. `apply` takes every event once, in order; `entries` only grows."""

    def __init__(
        self, *, lang: Lang, feedback: bool, plan: Sequence[PhasePlan], questions: Mapping[str, Question]
    ) -> None:
        self.lang: Lang = lang
        self.feedback = feedback
        self.plan = tuple(plan)
        self.entries: list[Entry] = []
        self.phase: Phase | None = None
        self.number = 0
        self.request: str | None = None
        self.answer_kind: AnswerKind = "answer"
        self.judge: JudgeInfo | None = None
        self.sending: Sending | None = None
        self.closing = False
        self.finished: Finished | None = None
        self.failed: Failed | None = None
        self._questions = questions
        self._budgets = {part.phase: part.budget_s for part in plan}
        self._quotas: dict[Phase, int] = {}
        self._spent_s = 0.0
        self._turns: set[int] = set()
        self._asked: str | None = None
        self._answers: dict[int, str] = {}
        self._verdicts: dict[str, list[Verdict]] = {}
        self._graded: dict[str, list[list[Verdict]]] = {}

    @property
    def busy(self) -> bool:
        """Whether nothing can be sent right now."""
        return self.request is None or self.sending is not None

    @property
    def over(self) -> bool:
        return self.finished is not None or self.failed is not None

    @property
    def quota(self) -> int:
        """How many questions the running phase has; 0 while that is not known."""
        return self._quotas.get(self.phase, 0) if self.phase else 0

    def remaining_s(self, thinking_s: float) -> int | None:
        """The candidate's seconds left in this phase, 0 when they are used up; None without a clock."""
        budget = self._budgets.get(self.phase) if self.phase else None
        if budget is None:
            return None
        running = thinking_s if self.request is not None else 0.0
        return max(0, round(budget - self._spent_s - running))

    def send(self, text: str, command: Command | None, seconds: float) -> Sending:
        """Notes what is about to be handed over under the running request."""
        if self.request is None:
            raise RuntimeError("nothing is waited for")  # the screen asks `busy` first
        self.sending = Sending(self.request, text, command, seconds)
        return self.sending

    def restore(self, transcript: Transcript) -> None:
        """Takes in what was said before the interview was interrupted."""
        for planned in transcript.session.plan:
            self._budgets[planned["phase"]] = planned["budget_s"]
            self._quotas[planned["phase"]] = len(planned["items"])
        said: list[tuple[datetime, int, TurnRecord | AnswerRecord | SaidRecord]] = []
        said += [(turn.asked_at, 1, turn) for turn in transcript.turns]
        said += [(answer.saved_at, 0, answer) for answer in transcript.answers]
        said += [(remark.at, 0, remark) for remark in transcript.said]
        turns = {turn.request: turn for turn in transcript.turns}
        for _, _, record in sorted(said, key=lambda item: item[:2]):
            if isinstance(record, TurnRecord):
                self._restore_turn(record)
            elif isinstance(record, SaidRecord):
                self.entries.append(Line("interviewer", record.text, record.kind))
            elif record.request in turns:
                self._answered(turns[record.request].turn, record.text, record.intent, record.seconds)
        for grading in transcript.gradings:
            if self.feedback and grading.verdicts:
                self._graded.setdefault(grading.question_id, []).append(list(grading.verdicts))

    def apply(self, stamped: Stamped) -> None:
        """Takes in one event."""
        event = stamped.event
        if event.private and not self.feedback:
            return
        self._take(event)

    @singledispatchmethod
    def _take(self, event: Event) -> None:
        """Events that show nothing, and kinds this version does not know."""

    @_take.register
    def _(self, event: SessionStarted) -> None:
        self.judge = event.judge
        self.failed = None

    @_take.register
    def _(self, event: PhaseChanged) -> None:
        self._enter(event.phase)
        self._budgets[event.phase] = event.budget_s
        self._quotas[event.phase] = event.quota

    @_take.register
    def _(self, event: QuestionAsked) -> None:
        if event.turn not in self._turns:
            self._ask(event.turn, event.question_id, event.text, "question")

    @_take.register
    def _(self, event: FollowUpAsked) -> None:
        if event.turn not in self._turns:
            self._ask(event.turn, event.question_id, event.text, "probe")

    @_take.register
    def _(self, event: Said) -> None:
        self.closing = event.kind == "closing"
        line = Line("interviewer", event.text, event.kind)
        if not (self.closing and self.entries[-1:] == [line]):  # said again when the grading is taken up again
            self.entries.append(line)

    @_take.register
    def _(self, event: AnswerRequested) -> None:
        if self.phase != event.phase:
            self._enter(event.phase)
        self.request, self.answer_kind, self.sending = event.request, event.kind, None

    @_take.register
    def _(self, event: AnswerSaved) -> None:
        sent = self.sending
        if sent is not None and sent.request == event.request:
            self._answered(event.turn, sent.text, event.intent, sent.seconds)
        self.request = self.sending = None

    @_take.register
    def _(self, event: ModelSwitched) -> None:
        self.entries.append(Switch(event.role, event.to_model, event.cause))

    @_take.register
    def _(self, event: PointJudged) -> None:
        self._verdicts.setdefault(event.question_id, []).append(event.verdict)

    @_take.register
    def _(self, event: AnswerGraded) -> None:
        question_id = event.question_id
        judged = self._verdicts.pop(question_id, [])
        if judged:
            self._graded.setdefault(question_id, []).append(judged)
        self.entries.append(self._feedback(event))

    @_take.register
    def _(self, event: Finished) -> None:
        self.finished = event
        self.request = self.sending = None

    @_take.register
    def _(self, event: Failed) -> None:
        # What was being sent is kept: taken up again, the interview may find it saved.
        self.failed = event
        self.request = None

    def _enter(self, phase: Phase) -> None:
        if phase != self.phase:
            self.phase, self.number, self._spent_s = phase, 0, 0.0

    def _ask(self, turn: int, question_id: str, text: str, tag: str) -> None:
        self._turns.add(turn)
        if tag == "question" and question_id != self._asked:
            self.number += 1
        if tag == "question":
            self._asked = question_id
        counted = tag == "question" and question_id in self._questions
        self.entries.append(Line("interviewer", text, tag, self.number if counted else None))

    def _answered(self, turn: int, text: str, intent: str, seconds: float) -> None:
        self._spent_s += seconds
        self._answers[turn] = text
        self.entries.append(Line("candidate", text, intent))

    def _restore_turn(self, turn: TurnRecord) -> None:
        self._turns.add(turn.turn)
        self._enter(turn.phase)  # type: ignore[arg-type]
        said = [entry.text for entry in self.entries if isinstance(entry, Line) and entry.speaker == "interviewer"]
        if turn.text in said[-2:]:
            return  # asked again after a hint or a repeat: it stands there already
        self._ask(turn.turn, turn.question_id, turn.text, "probe" if turn.kind == "probe" else "question")

    def _feedback(self, event: AnswerGraded) -> Feedback:
        question = self._questions.get(event.question_id)
        rows: tuple[PointRow, ...] = ()
        if question is not None:
            points = [
                CasePoint(id=point.id, text=point.text.say(self.lang), weight=point.weight, must=point.must)
                for point in question.points
            ]
            standing = standing_verdicts(self._graded.get(question.id, []))
            rows = point_rows(points, standing, self._answers, final=event.final)
        shown = tuple(row for row in rows if row.text or row.quote)
        return Feedback(
            status=event.status,
            score=event.score,
            reason=event.reason,
            rows=shown,
            hidden=len(rows) - len(shown),
            final=event.final,
            answer=question.answer.say(self.lang) if question and event.final else "",
        )
