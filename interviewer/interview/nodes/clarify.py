"""Says the question again, in role: nothing is explained, no point is given away."""

from __future__ import annotations

from langgraph.runtime import Runtime

from interviewer.interview.context import Context
from interviewer.interview.phrases import LINES
from interviewer.interview.state import State
from interviewer.interview.turns import ask_again, say


async def clarify(state: State, runtime: Runtime[Context]) -> State:
    context = runtime.context
    kind = "repeat" if state["intent"] == "repeat" else "clarify"
    current = await context.store.turn(state["session"], state["request"])
    line, text = LINES[kind], current.text if current else ""
    if kind == "clarify" and state["turn_kind"] == "question":
        rephrased = context.bank.question(state["question_id"]).rephrased
        if rephrased is not None:
            line, text = LINES["rephrase"], rephrased.say(context.choices.lang)
    await say(state, runtime, kind, line.say(context.choices.lang).format(text=text))
    return await ask_again(state, runtime)
