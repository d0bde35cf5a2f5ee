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

PHASES = {
    "intro": ("自我介绍", "Introduction"),
    "project": ("项目深挖", "Project"),
    "knowledge": ("基础知识", "Knowledge"),
    "coding": ("手撕代码", "Coding"),
    "scenario": ("场景题", "Scenario"),
    "reverse": ("反问", "Your questions"),
}
MARKS = {"hit": "✓", "partial": "△", "miss": "✗", "wrong": "‼", "abstain": "?"}
STATUS = {
    "graded": ("", ""),
    "provisional": (" (仅供参考)", " (provisional)"),
    "pending": ("评分中", "being graded"),
    "ungraded": ("未评分", "ungraded"),
    "noted": ("不计分", "not scored"),
}


class PlainPrinter:
    """`feedback`: verdicts are printed as they come (a drill); otherwise private events are dropped."""

    def __init__(self, lang: Lang, bank: Bank, *, feedback: bool) -> None:
        self._lang: Lang = lang
        self._bank = bank
        self._feedback = feedback

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
                name = self._say(*PHASES[event.phase])
                minutes = f" · {event.budget_s // 60} min" if event.budget_s else ""
                return f"\n== {name}{minutes}"
            case QuestionAsked() | FollowUpAsked():
                return f"\n{self._say('面试官', 'Interviewer')}: {event.text}"
            case Said():
                return f"\n{self._say('面试官', 'Interviewer')}: {event.text}"
            case ModelSwitched():
                to = event.to_model or self._say("无可用模型", "no model")
                return self._say(f"评分模型改为 {to}:{event.cause}", f"Now judged by {to}: {event.cause}")
            case _:
                return self._result(event)

    def _result(self, event: Event) -> str:
        match event:
            case PointJudged():
                verdict = event.verdict
                return f"  {MARKS[verdict.verdict]} {self._point(event.question_id, verdict.point_id)}"
            case AnswerGraded():
                return (
                    f"  {self._say('得分', 'Score')}: {self._score(event.score, event.status)} {event.reason}".rstrip()
                )
            case Finished():
                lines = [f"\n{self._say('总分', 'Overall')}: {self._score(event.score, event.status)}"]
                lines += [
                    f"  {self._say(*PHASES[phase.phase])}: {self._score(phase.score, phase.status)}"
                    for phase in event.phases
                ]
                return "\n".join(lines)
            case _:
                return ""

    def _point(self, question_id: str, point_id: str) -> str:
        try:
            return self._bank.question(question_id).point(point_id).text.say(self._lang)
        except (BankError, KeyError):
            return point_id

    def _score(self, score: float | None, status: str) -> str:
        word = self._say(*STATUS[status])
        return word if score is None else f"{score:.0f}{word}"
