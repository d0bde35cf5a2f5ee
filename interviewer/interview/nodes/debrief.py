"""Waits for the judge to finish, adds up, and closes the record."""

from __future__ import annotations

from langgraph.runtime import Runtime

from interviewer.interview.context import Context
from interviewer.interview.outcome import closed, finished_event, tell_graded
from interviewer.interview.phrases import LINES
from interviewer.interview.state import State
from interviewer.interview.turns import say
from interviewer.transcript.scoring import question_results


async def debrief(state: State, runtime: Runtime[Context]) -> State:
    context = runtime.context
    await say(state, runtime, "closing", LINES["closing"].say(context.choices.lang))
    context.grader.catch_up(await context.store.transcript(state["session"]))
    while context.grader.pending:
        await context.grader.wait_any()
        await tell_graded(state, runtime, ended=True)
    await tell_graded(state, runtime, ended=True)
    transcript = await context.store.transcript(state["session"])
    results = question_results(transcript, context.bank, provisional=context.provisional)
    reason = state.get("reason") or "complete"
    record = closed(transcript, results, reason=reason, at=context.clock.now())
    await context.store.finish_session(record)
    runtime.stream_writer(finished_event(record))
    return {"reason": reason}
