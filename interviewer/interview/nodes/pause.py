"""Stops the clock. The question stays open; the front end decides how long."""

from __future__ import annotations

from langgraph.runtime import Runtime

from interviewer.interview.context import Context
from interviewer.interview.phrases import LINES
from interviewer.interview.state import State
from interviewer.interview.turns import ask_again, say


async def pause(state: State, runtime: Runtime[Context]) -> State:
    await say(state, runtime, "notice", LINES["pause"].say(runtime.context.choices.lang))
    return await ask_again(state, runtime)
