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
    if intent == "amend" and (state["turn_kind"] == "probe" or not state.get("last_question_id")):
        intent = "answer"  # there is no question before: a correction of the running one is an answer to it
    runtime.stream_writer(AnswerSaved(state["request"], state["turn"], intent))
    return {"intent": intent, "spent_s": state["spent_s"] + answer.seconds}
