"""Asks the next planned question, or the running one again after an amendment."""

from __future__ import annotations

from langgraph.runtime import Runtime

from interviewer.interview.context import Context
from interviewer.interview.events import PhaseChanged
from interviewer.interview.routes import next_place, out_of_time
from interviewer.interview.state import State, TurnKind
from interviewer.interview.turns import asked_event, open_turn, spoken


async def ask(state: State, runtime: Runtime[Context]) -> State:
    again = state.get("amends") is not None
    fresh = state["item"] < 0
    place = (state["phase"], state["item"]) if again else next_place(state, keep_phase=fresh or not out_of_time(state))
    if place is None:
        raise RuntimeError("ask was reached with nothing left to ask")  # grade routes to the debrief before that
    phase, item = place
    planned = state["plan"][phase]
    new_phase = fresh or phase != state["phase"]
    moved: State = {"phase": phase, "item": item, "spent_s": 0.0 if new_phase else state["spent_s"]}
    if new_phase:
        runtime.stream_writer(PhaseChanged(planned["phase"], planned["budget_s"], len(planned["items"])))
    question_id = planned["items"][item]["question_id"]
    kind: TurnKind = "intro" if question_id == "intro" else "reverse" if question_id == "reverse" else "question"
    text, why = spoken(runtime.context, question_id), planned["items"][item]["why"]
    opened = await open_turn({**state, **moved}, runtime, question_id=question_id, kind=kind, text=text, why=why)
    turn = await runtime.context.store.turn(state["session"], opened["request"])
    if turn is not None:
        runtime.stream_writer(asked_event(turn, runtime.context.bank))
    settled: State = {"amends": None, "last_question_id": state.get("last_question_id")}
    if not again:
        settled = {
            "amends": None,
            "probes": 0,
            "last_question_id": state.get("question_id") if state.get("turn_kind") in ("question", "probe") else None,
        }
    return {**moved, **opened, **settled}
