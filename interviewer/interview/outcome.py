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
from interviewer.judge.score import PHASE_WEIGHT, phase_score
from interviewer.transcript.record import SessionRecord, Transcript
from interviewer.transcript.scoring import QuestionResult, question_results, session_score


async def tell_graded(state: State, runtime: Runtime[Context], *, ended: bool) -> set[str]:
    """Emits the verdicts that have become known; returns their requests. `ended`: the running question gets no more."""
    context = runtime.context
    fresh = context.grader.collect()
    if not fresh:
        return set()
    transcript = await context.store.transcript(state["session"])
    results = question_results(transcript, context.bank, provisional=context.provisional)
    scores = {result.question_id: result.score for result in results}
    for graded in fresh:
        turn, score = graded.turn, scores[graded.turn.question_id]
        for verdict in graded.grading.verdicts:
            runtime.stream_writer(PointJudged(turn.question_id, verdict))
        runtime.stream_writer(
            AnswerGraded(
                question_id=turn.question_id,
                turn=turn.turn,
                final=ended or turn.question_id != state["question_id"],
                status=score.status,
                score=score.value,
                coverage=score.coverage,
                reason=graded.grading.cause or score.reason,
            )
        )
    return {graded.turn.request for graded in fresh}


def tell_pending(state: State, runtime: Runtime[Context]) -> None:
    runtime.stream_writer(
        AnswerGraded(state["question_id"], state["turn"], final=False, status="pending", score=None, coverage=0.0)
    )


def phase_results(transcript: Transcript, results: Sequence[QuestionResult]) -> tuple[PhaseResult, ...]:
    """One result for each phase that was held, in order."""
    held = dict.fromkeys(turn.phase for turn in transcript.turns)
    return tuple(_phase_result(cast("Phase", phase), transcript, results) for phase in held)


def _phase_result(phase: Phase, transcript: Transcript, results: Sequence[QuestionResult]) -> PhaseResult:
    requests = {turn.request for turn in transcript.turns if turn.phase == phase}
    seconds = sum(answer.seconds for answer in transcript.answers if answer.request in requests)
    own = [result for result in results if result.phase == phase and result.answered]
    if phase not in PHASE_WEIGHT or not own:
        return PhaseResult(phase, None, "noted", 0.0, len(own), seconds)
    score = phase_score([result.score for result in own])
    return PhaseResult(phase, score.value, score.status, score.coverage, len(own), seconds)


def closed(transcript: Transcript, results: Sequence[QuestionResult], *, reason: str, at: datetime) -> SessionRecord:
    """The session's record with its closing fields filled in."""
    score = session_score(results)
    return transcript.session.model_copy(
        update={
            "status": "finished",
            "finished_at": at,
            "reason": reason,
            "score": score.value,
            "coverage": score.coverage,
            "grade_status": score.status,
            "phases": [asdict(phase) for phase in phase_results(transcript, results)],
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
