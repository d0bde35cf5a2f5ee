"""Gives a hint to a question: the bank's probe for the heaviest point not said yet. What follows counts half."""

from __future__ import annotations

from langgraph.runtime import Runtime

from interviewer.interview.context import Context
from interviewer.interview.phrases import LINES
from interviewer.interview.probing import next_probe
from interviewer.interview.state import State
from interviewer.interview.turns import ask_again, say


async def hint(state: State, runtime: Runtime[Context]) -> State:
    context = runtime.context
    lang = context.choices.lang
    # A probe is as narrow as a hint can be: another point's probe would only lead away from it.
    point = await next_probe(state, context) if state["turn_kind"] == "question" else None
    if point is None:
        await say(state, runtime, "hint", LINES["no_hint"].say(lang))
        return await ask_again(state, runtime)
    await say(state, runtime, "hint", LINES["hint"].say(lang).format(text=point.probe.say(lang)))
    return await ask_again(state, runtime, hinted=True)
