"""Scores of a transcript, computed from its verdicts. Pure: no store, no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interviewer.bank.load import Bank
from interviewer.bank.question import Lang, Question
from interviewer.judge.score import Score, overall_score, phase_score, question_score, standing_verdicts
from interviewer.judge.verdict import CasePoint, JudgeIdentity, Verdict
from interviewer.transcript.record import AnswerRecord, GradingRecord, Transcript, TurnRecord

SCORED = ("question", "probe")  # kinds of turns that belong to a question; intro and reverse are noted only
_BY_MODEL = ("structured", "logprob", "probe")
GRADED_INTENTS = frozenset({"answer", "dont_know", "skip"})  # what was said to the question itself
NO_QUESTION = "the bank no longer has this question"
NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class TurnResult:
    """`answer` is None while nothing was answered, `grading` while nothing was judged."""

    turn: TurnRecord
    answer: AnswerRecord | None
    grading: GradingRecord | None


@dataclass(frozen=True)
class QuestionResult:
    """One question over all its turns. `question` is None and `points` empty when the bank has it no longer.

    `standing` holds the verdict that counts for each point. `judges` are those who gave these verdicts.
    """

    question_id: str
    phase: str
    question: Question | None
    turns: tuple[TurnResult, ...]
    points: tuple[CasePoint, ...]
    standing: Mapping[str, Verdict]
    score: Score

    @property
    def answered(self) -> bool:
        """Whether anything was said to it; a question that the end cut off counts for nothing."""
        return any(turn.answer and wants_grading(turn.turn, turn.answer) for turn in self.turns)

    @property
    def judges(self) -> tuple[JudgeIdentity, ...]:
        return tuple(dict.fromkeys(verdict.judge for verdict in self.standing.values()))


def wants_grading(turn: TurnRecord, answer: AnswerRecord) -> bool:
    """Whether a judge has to see this answer: not the intro, not a command."""
    return turn.kind in SCORED and answer.intent in GRADED_INTENTS


def case_points(question: Question, lang: Lang) -> tuple[CasePoint, ...]:
    """The question's reference points in the language of the session."""
    return tuple(
        CasePoint(id=point.id, text=point.text.say(lang), weight=point.weight, must=point.must)
        for point in question.points
    )


def question_results(
    transcript: Transcript, bank: Bank, judge_key: str | None = None, *, provisional: bool | None = None
) -> list[QuestionResult]:
    """One result a question, in the order they were asked.

    Of each answer the newest grading that has verdicts counts, or with `judge_key` only that judge's. `provisional`
    says that the judge is not trusted: then a score is provisional while it rests on a model's verdict that nobody
    confirmed. Left out, every session that was not closed as `graded` counts as provisional.
    """
    if provisional is None:
        provisional = transcript.session.grade_status != "graded"
    asked: dict[str, list[TurnRecord]] = {}
    for turn in transcript.turns:
        if turn.kind in SCORED:
            asked.setdefault(turn.question_id, []).append(turn)
    return [
        _result(
            [_turn_result(transcript, turn, judge_key) for turn in turns],
            bank.questions.get(question_id),
            lang=transcript.session.lang,
            provisional=provisional,
        )
        for question_id, turns in asked.items()
    ]


def phase_scores(results: Sequence[QuestionResult]) -> dict[str, Score]:
    """Per phase in which a question was answered, in the order they were held."""
    held: dict[str, list[Score]] = {}
    for result in results:
        if result.answered:
            held.setdefault(result.phase, []).append(result.score)
    return {phase: phase_score(scores) for phase, scores in held.items()}


def session_score(results: Sequence[QuestionResult]) -> Score:
    return overall_score(phase_scores(results))


def _result(turns: Sequence[TurnResult], question: Question | None, *, lang: Lang, provisional: bool) -> QuestionResult:
    judged = [turn.grading.verdicts for turn in turns if turn.grading]
    standing = standing_verdicts(judged)
    points = case_points(question, lang) if question else ()
    unconfirmed = any(_unconfirmed(verdict) for verdict in standing.values())
    first = turns[0].turn
    return QuestionResult(
        question_id=first.question_id,
        phase=first.phase,
        question=question,
        turns=tuple(turns),
        points=points,
        standing=standing,
        score=_score(points, standing, _why_not(turns), provisional=provisional and unconfirmed),
    )


def _score(points: Sequence[CasePoint], standing: Mapping[str, Verdict], why_not: str, *, provisional: bool) -> Score:
    if not points:
        return Score(None, 0.0, "ungraded", NO_QUESTION)
    if not standing or why_not:
        return Score(None, 0.0, "ungraded", why_not or NOT_JUDGED)
    return question_score(points, standing, provisional=provisional)


def _why_not(turns: Sequence[TurnResult]) -> str:
    """Why there is no score: an answer that no judge has seen could have changed it either way."""
    for turn in reversed(turns):
        if turn.answer and wants_grading(turn.turn, turn.answer) and not (turn.grading and turn.grading.verdicts):
            return (turn.grading.cause if turn.grading else "") or NOT_JUDGED
    return ""


def _turn_result(transcript: Transcript, turn: TurnRecord, judge_key: str | None) -> TurnResult:
    gradings = [g for g in transcript.gradings_of(turn.request) if judge_key in (None, g.key)]
    newest = sorted(gradings, key=lambda grading: grading.graded_at)  # stable: of two at one time the later insert
    judged = [grading for grading in newest if grading.verdicts]
    return TurnResult(
        turn=turn,
        answer=transcript.answer(turn.request),
        grading=(judged or newest or [None])[-1],
    )


def _unconfirmed(verdict: Verdict) -> bool:
    return verdict.judge.method in _BY_MODEL and verdict.confirmed_by is None
