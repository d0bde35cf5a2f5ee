"""Takes in the saved answer: what the candidate wants, and how long it took."""

from __future__ import annotations

from typing import cast

from langgraph.runtime import Runtime

from interviewer.interview.context import Context
from interviewer.interview.events import AnswerSaved, Intent
from interviewer.interview.state import State


async def understand(state: State, runtime: Runtime[Context]) -> State:
    answer = await runtime.context.store.answer(state["session"], state["request"])
    if answer is None:
        raise RuntimeError(f"resumed without an answer to {state['request']}")  # the session saves before it resumes
    intent = cast("Intent", answer.intent)
    runtime.stream_writer(AnswerSaved(state["request"], state["turn"], intent))
    return {"intent": intent, "spent_s": state["spent_s"] + answer.seconds}
