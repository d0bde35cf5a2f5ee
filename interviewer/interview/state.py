"""What the machine remembers between steps: ids and what the running question needs, not the history.

The saver writes the whole state at every step, so it stays small; everything said lies in the transcript store.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from interviewer.interview.events import AnswerKind, FinishReason, Intent, Phase

TurnKind = Literal["intro", "question", "probe", "reverse"]
Step = Literal["probe", "ask", "debrief"]


class PlannedItem(TypedDict):
    """One question to come: `intro` or `reverse` in the phases the bank has no question for; `track` in projects."""

    question_id: str
    why: str
    track: str


class PlannedPhase(TypedDict):
    phase: Phase
    budget_s: int | None
    items: list[PlannedItem]


class State(TypedDict, total=False):
    session: str
    plan: list[PlannedPhase]
    # The running question: its place in the plan, and which turn waits for an answer.
    phase: int
    item: int
    turn: int
    request: str
    question_id: str
    turn_kind: TurnKind
    answer_kind: AnswerKind
    probe_point: str | None
    probes: int
    # An amendment reopens the question before; afterwards the running one is asked again.
    amends: str | None
    last_question_id: str | None
    # What the last answer was, the candidate's time, and how the interview ends.
    intent: Intent
    spent_s: float
    step: Step
    reason: FinishReason


def request_name(turn: int) -> str:
    """Names the request of a turn. It depends on the turn alone, so a replay after a crash asks under the same name."""
    return f"r{turn:03d}"
