"""Grades the answer, waiting for the judge only so long, and decides what comes next."""

from __future__ import annotations

from langgraph.runtime import Runtime

from interviewer.interview.context import Context
from interviewer.interview.events import FinishReason
from interviewer.interview.outcome import tell_graded, tell_pending
from interviewer.interview.phrases import LINES
from interviewer.interview.presets import PROBES_PER_QUESTION
from interviewer.interview.probing import next_probe
from interviewer.interview.routes import next_place, out_of_time
from interviewer.interview.state import State, Step, request_name
from interviewer.interview.turns import say
from interviewer.transcript.scoring import wants_grading


async def grade(state: State, runtime: Runtime[Context]) -> State:
    context = runtime.context
    turn = await context.store.turn(state["session"], state["request"])
    answer = await context.store.answer(state["session"], state["request"])
    if turn is None or answer is None:
        raise RuntimeError(f"nothing to grade under {state['request']}")  # understand has read both
    if wants_grading(turn, answer):
        context.grader.start(turn, answer)
        await context.grader.wait(turn.request, context.choices.patience_s)
    elif state["turn_kind"] == "reverse" and answer.text.strip():
        await say(state, runtime, "notice", LINES["reverse_reply"].say(context.choices.lang))
    step = await _next_step(state, context)
    late = await tell_graded(state, runtime, ended=step != "probe")
    if wants_grading(turn, answer) and turn.request not in late:
        tell_pending(state, runtime)
    if step == "ask":
        return {"step": step}
    return {"step": step, "reason": _ending(state, step)}


async def _next_step(state: State, context: Context) -> Step:
    if state.get("amends") is not None:
        return "ask"
    # A turn that was opened before a crash says what was decided then.
    opened = await context.store.turn(state["session"], request_name(state["turn"] + 1))
    if opened is not None:
        return "probe" if opened.kind == "probe" else "ask"
    wants_more = state["intent"] == "answer" and state["turn_kind"] in ("question", "probe")
    may_probe = wants_more and state["probes"] < PROBES_PER_QUESTION and not out_of_time(state)
    if may_probe and await next_probe(state, context) is not None:
        return "probe"
    return "ask" if next_place(state, keep_phase=not out_of_time(state)) else "debrief"


def _ending(state: State, step: Step) -> FinishReason:
    cut_short = step == "debrief" and next_place(state) is not None
    return "time" if cut_short else "complete"
