"""Tells the front end what has been graded, and adds up what the interview came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from langgraph.runtime import Runtime

from interviewer.interview.context import Context
from interviewer.interview.events import AnswerGraded, Finished, FinishReason, Phase, PhaseResult, PointJudged
from interviewer.interview.state import State
from interviewer.judge.score import PHASE_WEIGHT, Score, overall_score, phase_score
from interviewer.transcript.record import SessionRecord, Transcript
from interviewer.transcript.scoring import QuestionResult, question_results


async def tell_graded(state: State, runtime: Runtime[Context], *, ended: bool) -> set[str]:
    """Emits the verdicts that have become known; returns their requests. `ended`: the running question gets no more."""
    context = runtime.context
    told: set[str] = set()
    for graded in context.grader.collect():
        turn, grading = graded.turn, graded.grading
        told.add(turn.request)
        for verdict in grading.verdicts:
            runtime.stream_writer(PointJudged(turn.question_id, verdict))
        transcript = await context.store.transcript(state["session"])
        results = question_results(transcript, context.bank)
        score = next((item.score for item in results if item.question_id == turn.question_id), None)
        score = marked(score, provisional=context.provisional) if score else Score(None, 0.0, "ungraded")
        runtime.stream_writer(
            AnswerGraded(
                question_id=turn.question_id,
                turn=turn.turn,
                final=ended or turn.question_id != state["question_id"],
                status=score.status,
                score=score.value,
                coverage=score.coverage,
                reason=grading.cause or score.reason,
            )
        )
    return told


def tell_pending(state: State, runtime: Runtime[Context]) -> None:
    runtime.stream_writer(
        AnswerGraded(state["question_id"], state["turn"], final=False, status="pending", score=None, coverage=0.0)
    )


def marked(score: Score, *, provisional: bool) -> Score:
    """The same score, marked provisional where the judge only suggests."""
    if score.status == "graded" and provisional:
        return Score(score.value, score.coverage, "provisional", score.reason)
    return score


def phase_results(transcript: Transcript, results: Sequence[QuestionResult]) -> tuple[PhaseResult, ...]:
    """One result for each phase that was held, in order."""
    phases: list[Phase] = []
    for turn in transcript.turns:
        if turn.phase not in phases:
            phases.append(turn.phase)
    return tuple(_phase_result(phase, transcript, results) for phase in phases)


def _phase_result(phase: Phase, transcript: Transcript, results: Sequence[QuestionResult]) -> PhaseResult:
    requests = {turn.request for turn in transcript.turns if turn.phase == phase}
    seconds = sum(answer.seconds for answer in transcript.answers if answer.request in requests)
    own = [result for result in results if result.phase == phase]
    if phase not in PHASE_WEIGHT:
        return PhaseResult(phase, None, "noted", 0.0, len(requests), seconds)
    score = phase_score([result.score for result in own])
    return PhaseResult(phase, score.value, score.status, score.coverage, len(own), seconds)


def closed(
    session: SessionRecord, phases: Sequence[PhaseResult], *, reason: str, provisional: bool, at: datetime
) -> SessionRecord:
    """The session's record with its closing fields filled in."""
    held = {
        phase.phase: Score(phase.score, phase.coverage, "graded" if phase.score is not None else "ungraded")
        for phase in phases
        if phase.status != "noted"
    }
    score = marked(overall_score(held), provisional=provisional)
    return session.model_copy(
        update={
            "status": "finished",
            "finished_at": at,
            "reason": reason,
            "score": score.value,
            "coverage": score.coverage,
            "grade_status": score.status,
            "phases": [asdict(phase) for phase in phases],
        }
    )


def finished_event(session: SessionRecord) -> Finished:
    """The closing event of a finished session, from its record."""
    return Finished(
        reason=cast("FinishReason", session.reason or "complete"),
        status=cast("Any", session.grade_status or "ungraded"),
        score=session.score,
        coverage=session.coverage or 0.0,
        phases=tuple(PhaseResult(**phase) for phase in session.phases),
    )
