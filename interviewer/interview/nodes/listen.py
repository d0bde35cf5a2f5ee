"""Waits for the candidate. A node that interrupts runs again from its top on resume, so it does nothing else."""

from __future__ import annotations

from typing import cast

from langgraph.types import interrupt

from interviewer.interview.events import FinishReason
from interviewer.interview.state import State


async def listen(state: State) -> State:
    """Resumed with {"request", "reason"}: the answer itself lies in the transcript store."""
    resumed = cast("dict[str, FinishReason]", interrupt({"request": state["request"]}))
    return {"reason": resumed["reason"]}
