"""Digs into the running question with one of the bank's own probes."""

from __future__ import annotations

from langgraph.runtime import Runtime

from interviewer.bank.question import Text
from interviewer.interview.context import Context
from interviewer.interview.events import FollowUpAsked
from interviewer.interview.probing import next_probe
from interviewer.interview.state import State, request_name
from interviewer.interview.turns import open_turn


async def probe(state: State, runtime: Runtime[Context]) -> State:
    context = runtime.context
    lang = context.choices.lang
    # A turn that was opened before a crash is asked again as it stands.
    stands = await context.store.turn(state["session"], request_name(state["turn"] + 1))
    if stands is not None:
        text, point_id = stands.text, stands.probe_point
    else:
        point = await next_probe(state, context)
        if point is None:
            raise RuntimeError("probe was reached with nothing to ask")  # grade routes on before that
        text, point_id = (_ladder(state, context) or point.probe).say(lang), point.id
    opened = await open_turn(
        state, runtime, question_id=state["question_id"], kind="probe", text=text, probe_point=point_id
    )
    runtime.stream_writer(FollowUpAsked(opened["turn"], state["question_id"], "bank", text))
    return {**opened, "probes": state["probes"] + 1}


def _ladder(state: State, context: Context) -> Text | None:
    """In a project the second probe climbs the track's ladder instead of asking for another point."""
    if state["probes"] == 0:
        return None
    track = context.bank.tracks.get(state["plan"][state["phase"]]["items"][state["item"]]["track"])
    stages = track.stages if track else ()
    ladder = next((stage.ladder for stage in stages if stage.question == state["question_id"]), None)
    return ladder[min(state["probes"], len(ladder) - 1)] if ladder else None
