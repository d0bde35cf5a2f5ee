"""Draws the whole interview before it starts, from the seed alone, so that the same seed asks the same questions."""

from __future__ import annotations

import random
from collections.abc import Set as AbstractSet
from typing import cast

from langgraph.runtime import Runtime

from interviewer.bank.draw import Drawn, draw
from interviewer.bank.load import Bank
from interviewer.bank.question import Question, Stage
from interviewer.interview.context import Choices, Context
from interviewer.interview.presets import CHAIN_LENGTH, CHAINED, KINDS, PhaseShape
from interviewer.interview.state import PlannedItem, PlannedPhase, State


async def plan(state: State, runtime: Runtime[Context]) -> State:
    context = runtime.context
    stored = (await context.store.session(state["session"])).plan
    phases = cast("list[PlannedPhase]", stored) or draw_plan(context.bank, context.choices)
    if not stored:
        await context.store.set_plan(state["session"], [dict(phase) for phase in phases])
    return {"plan": phases, "phase": 0, "item": -1, "turn": 0, "spent_s": 0.0}


def draw_plan(bank: Bank, choices: Choices) -> list[PlannedPhase]:
    """Every phase with its questions; no question twice."""
    rng = random.Random(choices.seed)  # noqa: S311 -- a seed that anybody may repeat is the point
    taken: set[str] = set()
    phases: list[PlannedPhase] = []
    for shape in choices.preset.phases:
        items = _items(bank, choices, shape, rng, taken)
        budget = None if shape.minutes is None else round(shape.minutes * 60)
        phases.append({"phase": shape.phase, "budget_s": budget, "items": items})
    return phases


def _items(bank: Bank, choices: Choices, shape: PhaseShape, rng: random.Random, taken: set[str]) -> list[PlannedItem]:
    if shape.phase in ("intro", "reverse"):
        return [{"question_id": shape.phase, "why": "", "track": ""}]
    if shape.tracks:
        return _track_items(bank, choices, shape, rng, taken)
    items: list[PlannedItem] = []
    for number in range(shape.quota):
        drawn = _draw_head(bank, choices, shape, rng, taken, number=number)
        if drawn is None:
            break
        items.append({"question_id": drawn.question.id, "why": drawn.why.say(choices.lang), "track": ""})
        taken.add(drawn.question.id)
        if shape.chained:
            items += _chain_items(bank, choices, drawn.question, taken)
    return items


def _draw_head(
    bank: Bank, choices: Choices, shape: PhaseShape, rng: random.Random, taken: set[str], *, number: int
) -> Drawn | None:
    """Where the phase digs in chains, the first question of one, unless none fits the wish as it stands."""
    if shape.chained:
        chainless = {question.id for question in bank.questions.values() if not question.chain}
        head = _draw(bank, choices, shape, rng, taken, number=number, passed_over=chainless)
        if head is not None and not head.relaxed:
            return head
    return _draw(bank, choices, shape, rng, taken, number=number)


def _draw(
    bank: Bank,
    choices: Choices,
    shape: PhaseShape,
    rng: random.Random,
    taken: set[str],
    *,
    number: int,
    passed_over: AbstractSet[str] = frozenset(),
) -> Drawn | None:
    first = choices.preset.first_topics
    topics = choices.topics or (first[number : number + 1] if shape.phase == "knowledge" else ())
    if not topics:
        # Variety: a topic comes again only when the others have had their turn.
        used = {bank.questions[question_id].topic for question_id in taken}
        topics = tuple(topic for topic in bank.topics if topic not in used)
    levels = choices.preset.levels or (max(1, choices.level - 1), min(5, choices.level + 1))
    return draw(bank, rng, topics=topics or None, kinds=KINDS[shape.phase], level=levels, exclude=taken | passed_over)


def _chain_items(bank: Bank, choices: Choices, start: Question, taken: set[str]) -> list[PlannedItem]:
    items: list[PlannedItem] = []
    links = [bank.questions[link] for link in start.chain if link not in taken]
    asked = start
    for following in [link for link in links if link.kind in CHAINED][: CHAIN_LENGTH - 1]:
        why = {"zh": f"顺着「{asked.text.zh}」往下问", "en": f"Follows on from: {asked.text.en}"}
        items.append({"question_id": following.id, "why": why[choices.lang], "track": ""})
        taken.add(following.id)
        asked = following
    return items


def _track_items(
    bank: Bank, choices: Choices, shape: PhaseShape, rng: random.Random, taken: set[str]
) -> list[PlannedItem]:
    tracks = rng.sample([bank.tracks[name] for name in sorted(bank.tracks)], k=min(shape.tracks, len(bank.tracks)))
    items: list[PlannedItem] = []
    for number, track in enumerate(tracks):
        share = shape.quota // len(tracks) + (number < shape.quota % len(tracks))
        stages = [stage for stage in track.stages if stage.question not in taken]
        for stage in _some_stages(stages, share, rng):
            items.append({"question_id": stage.question, "why": track.title.say(choices.lang), "track": track.id})
            taken.add(stage.question)
    return items


def _some_stages(stages: list[Stage], share: int, rng: random.Random) -> list[Stage]:
    """The track's opening and a draw of what follows, in its order, so that a long track is not always the same."""
    if len(stages) <= share:
        return stages
    later = rng.sample(range(1, len(stages)), k=max(0, share - 1))
    return [stages[place] for place in (0, *sorted(later))][:share]
