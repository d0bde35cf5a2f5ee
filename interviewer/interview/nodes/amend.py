"""Reopens the question before, for a correction. What was said with the command itself is taken as the correction."""

from __future__ import annotations

from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from interviewer.interview.context import Context
from interviewer.interview.intent import correction_in
from interviewer.interview.phrases import LINES
from interviewer.interview.state import State
from interviewer.interview.turns import open_turn, say, spoken
from interviewer.transcript.record import AnswerRecord


async def amend(state: State, runtime: Runtime[Context]) -> Command[Literal["listen", "understand"]]:
    context = runtime.context
    before = state.get("last_question_id")
    said = await context.store.answer(state["session"], state["request"])
    if before is None or said is None:
        raise RuntimeError("amend was reached without a question before")  # its intent is settled before
    text = LINES["amend"].say(context.choices.lang).format(text=spoken(context, before))
    correction = correction_in(said.text)
    if not correction:
        await say(state, runtime, "notice", text)
    opened = await open_turn(state, runtime, question_id=before, kind="question", text=text)
    opened["amends"] = state["question_id"]
    if not correction:
        return Command(update=opened, goto="listen")
    answer = AnswerRecord(
        request=opened["request"], text=correction, intent="answer", seconds=0.0, saved_at=context.clock.now()
    )
    await context.store.add_answer(state["session"], answer)
    return Command(update=opened, goto="understand")
