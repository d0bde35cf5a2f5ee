"""Where to go next. Pure functions of the state; the return types list the targets, so the drawn graph is right."""

from __future__ import annotations

from typing import Literal

from interviewer.interview.state import PlannedPhase, State


def after_understanding(state: State) -> Literal["clarify", "hint", "pause", "amend", "grade", "debrief"]:
    intent = state["intent"]
    if intent == "end":
        return "debrief"
    if intent in ("clarify", "repeat"):
        return "clarify"
    if intent == "hint":
        return "hint"
    if intent == "pause":
        return "pause"
    if intent == "amend":
        return "amend"
    return "grade"


def after_grading(state: State) -> Literal["probe", "ask", "debrief"]:
    return state["step"]


def next_place(state: State, *, keep_phase: bool = True) -> tuple[int, int] | None:
    """Phase and item of the next planned question, or None when the plan is used up.

    With `keep_phase` False the rest of the running phase is dropped (its time is up).
    """
    plan: list[PlannedPhase] = state["plan"]
    phase, item = state["phase"], state["item"]
    if keep_phase and item + 1 < len(plan[phase]["items"]):
        return phase, item + 1
    for later in range(phase + 1, len(plan)):
        if plan[later]["items"]:
            return later, 0
    return None


def out_of_time(state: State) -> bool:
    """Whether the candidate has used up the running phase's budget."""
    budget = state["plan"][state["phase"]]["budget_s"]
    return budget is not None and state["spent_s"] >= budget
