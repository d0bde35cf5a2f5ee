"""A finished interview as the debrief shows it, built from its record. Needs no Textual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from interviewer.bank.question import Lang
from interviewer.judge.score import PASS, STRONG, Score, phase_score
from interviewer.transcript.record import SessionRecord, Transcript
from interviewer.transcript.scoring import QuestionResult
from tui.points import PointRow, point_rows
from tui.view import Entry, InterviewView


@dataclass(frozen=True)
class PhaseLine:
    """`status` is a score's status or `noted`; `seconds` is the candidate's time."""

    phase: str
    score: float | None
    status: str
    questions: int
    seconds: float


@dataclass(frozen=True)
class Spoken:
    """One answer, and the follow-up it was given to (empty: the question itself)."""

    probe: str
    answer: str


@dataclass(frozen=True)
class Card:
    """One question: what was asked and dug for, what counted, and what a strong answer says."""

    number: int
    phase: str
    text: str
    score: Score
    rows: tuple[PointRow, ...]
    turns: tuple[Spoken, ...]
    answer: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """`judges` names who gave the verdicts, as `endpoint/model`."""

    session: SessionRecord
    lang: Lang
    phases: tuple[PhaseLine, ...]
    cards: tuple[Card, ...]
    judges: tuple[str, ...]
    dialogue: tuple[Entry, ...]


def build_report(transcript: Transcript, results: Sequence[QuestionResult]) -> Report:
    session = transcript.session
    answers = {turn.turn: said.text for turn in transcript.turns if (said := transcript.answer(turn.request))}
    questions = {result.question_id: result.question for result in results if result.question is not None}
    view = InterviewView(lang=session.lang, feedback=False, plan=(), questions=questions)
    view.restore(transcript)
    judges = dict.fromkeys(
        "/".join(part for part in (judge.endpoint, judge.model) if part) or judge.method
        for result in results
        for judge in result.judges
        if judge.method != "rule"
    )
    return Report(
        session=session,
        lang=session.lang,
        phases=_phases(transcript, results),
        cards=tuple(_card(number, result, session.lang, answers) for number, result in enumerate(results, 1)),
        judges=tuple(judges),
        dialogue=tuple(view.entries),
    )


def verdict_of(score: float | None) -> str:
    """`strong`, `passed` or `failed` against the pass line; empty without a score."""
    if score is None:
        return ""
    return "strong" if score >= STRONG else "passed" if score >= PASS else "failed"


def _phases(transcript: Transcript, results: Sequence[QuestionResult]) -> tuple[PhaseLine, ...]:
    lines: list[PhaseLine] = []
    for phase in dict.fromkeys(turn.phase for turn in transcript.turns):
        requests = {turn.request for turn in transcript.turns if turn.phase == phase}
        seconds = sum(answer.seconds for answer in transcript.answers if answer.request in requests)
        own = [result.score for result in results if result.phase == phase]
        if own:
            score = phase_score(own)
            lines.append(PhaseLine(phase, score.value, score.status, len(own), seconds))
        else:
            lines.append(PhaseLine(phase, None, "noted", 0, seconds))
    return tuple(lines)


def _card(number: int, result: QuestionResult, lang: Lang, answers: dict[int, str]) -> Card:
    question = result.question
    return Card(
        number=number,
        phase=result.phase,
        text=question.text.say(lang) if question else result.turns[0].turn.text,
        score=result.score,
        rows=point_rows(result.points, result.standing, answers),
        turns=_spoken(result),
        answer=question.answer.say(lang) if question else "",
        sources=question.sources if question else (),
    )


def _spoken(result: QuestionResult) -> tuple[Spoken, ...]:
    """What was asked and said, once: after a hint or a repeat the same follow-up is asked again."""
    found: list[Spoken] = []
    for turn in result.turns:
        probe = turn.turn.text if turn.turn.kind == "probe" else ""
        if found and found[-1] == Spoken(probe, ""):
            found.pop()
        found.append(Spoken(probe, turn.answer.text.strip() if turn.answer else ""))
    return tuple(found)
