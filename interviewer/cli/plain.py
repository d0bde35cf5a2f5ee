"""The interview as plain lines, for pipes and screen readers. In a mock nothing private is printed before the end."""

from __future__ import annotations

import sys

from interviewer.bank.load import Bank
from interviewer.bank.question import Lang
from interviewer.errors import BankError
from interviewer.interview.events import (
    AnswerGraded,
    Event,
    Finished,
    FollowUpAsked,
    ModelSwitched,
    PhaseChanged,
    PointJudged,
    QuestionAsked,
    Said,
    SessionStarted,
    Stamped,
)
from interviewer.judge.verdict import Verdict
from interviewer.transcript.labels import LABELS, MARKS


class PlainPrinter:
    """`feedback`: verdicts are printed as they come (a drill); otherwise private events are dropped."""

    def __init__(self, lang: Lang, bank: Bank, *, feedback: bool) -> None:
        self._lang: Lang = lang
        self._labels = LABELS[lang]
        self._bank = bank
        self._feedback = feedback
        self._verdicts: list[Verdict] = []

    def show(self, stamped: Stamped) -> None:
        event = stamped.event
        if event.private and not self._feedback:
            return
        line = self._line(event, stamped.session)
        if line:
            print(line, file=sys.stderr if isinstance(event, ModelSwitched) else sys.stdout, flush=True)

    def _say(self, zh: str, en: str) -> str:
        return zh if self._lang == "zh" else en

    def _line(self, event: Event, session: str) -> str:
        match event:
            case SessionStarted():
                judge = event.judge.model or self._say("无", "none")
                suggests = self._say("(仅供参考)", "(provisional)") if event.judge.standing == "provisional" else ""
                return self._say(
                    f"面试 {session} · 评分模型 {judge}{suggests}",
                    f"Interview {session} · judged by {judge} {suggests}",
                )
            case PhaseChanged():
                minutes = f" · {event.budget_s // 60} min" if event.budget_s else ""
                return f"\n== {self._labels.phases[event.phase]}{minutes}"
            case QuestionAsked() | FollowUpAsked() | Said():
                return f"\n{self._labels.interviewer} {event.text}"
            case ModelSwitched():
                to = event.to_model or self._say("无可用模型", "no model")
                return self._say(f"评分模型改为 {to}:{event.cause}", f"Now judged by {to}: {event.cause}")
            case _:
                return self._result(event)

    def _result(self, event: Event) -> str:
        match event:
            case PointJudged():
                self._verdicts.append(event.verdict)
                return ""
            case AnswerGraded():
                return self._graded(event)
            case Finished():
                lines = [f"\n{self._labels.score}: {self._score(event.score, event.status)}"]
                lines += [
                    f"  {self._labels.phases[phase.phase]}: {self._score(phase.score, phase.status)}"
                    for phase in event.phases
                ]
                return "\n".join(lines)
            case _:
                return ""

    def _graded(self, event: AnswerGraded) -> str:
        """Points not said yet are told when no probe will follow, so that nothing gives the next probe away."""
        verdicts, self._verdicts = self._verdicts, []
        told = [verdict for verdict in verdicts if event.final or verdict.verdict == "hit"]
        lines = [f"  {MARKS[verdict.verdict]} {self._point(event.question_id, verdict.point_id)}" for verdict in told]
        score = self._score(event.score, event.status)
        reason = self._labels.reasons.get(event.reason, event.reason)
        return "\n".join([*lines, f"  {self._labels.score}: {score} {reason}".rstrip()])

    def _point(self, question_id: str, point_id: str) -> str:
        try:
            return self._bank.question(question_id).point(point_id).text.say(self._lang)
        except (BankError, KeyError):
            return point_id

    def _score(self, score: float | None, status: str) -> str:
        word = self._say("评分中", "being graded") if status == "pending" else self._labels.statuses[status]
        if score is None:
            return word
        return f"{score:.0f}" if status == "graded" else f"{score:.0f} ({word})"
