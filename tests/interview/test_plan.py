"""What an interview is going to ask: chains and tracks as the bank has them, nothing twice, the same for a seed."""

from __future__ import annotations

import pytest
from fakes.interviews import the_bank

from interviewer.interview.context import Choices
from interviewer.interview.nodes.plan import draw_plan
from interviewer.interview.presets import CHAIN_LENGTH, CHAINED, PRESETS
from interviewer.interview.state import PlannedPhase

SEEDS = range(60)


def plan(preset: str, seed: int) -> dict[str, list[str]]:
    choices = Choices(preset=PRESETS[preset], lang="zh", level=3, topics=(), seed=seed)
    return {phase["phase"]: ids(phase) for phase in draw_plan(the_bank(), choices)}


def ids(phase: PlannedPhase) -> list[str]:
    return [item["question_id"] for item in phase["items"]]


def chains(questions: list[str]) -> list[list[str]]:
    """The knowledge phase cut where a drawn question begins: what follows from its chain stays with it."""
    found: list[list[str]] = []
    for question_id in questions:
        if found and question_id in the_bank().questions[found[-1][0]].chain:
            found[-1].append(question_id)
        else:
            found.append([question_id])
    return found


@pytest.mark.parametrize("preset", ["first", "second", "lead", "screen", "daily"])
def test_no_question_comes_twice_and_a_seed_gives_the_same_plan(preset: str):
    for seed in SEEDS:
        asked = [question_id for phase in plan(preset, seed).values() for question_id in phase]
        assert len(asked) == len(set(asked))
        assert plan(preset, seed) == plan(preset, seed)


def test_a_round_holds_two_chains_of_two_topics_in_the_chains_own_order():
    bank = the_bank()
    for seed in SEEDS:
        found = chains(plan("first", seed)["knowledge"])
        assert len(found) == 2, (seed, found)
        assert len({bank.questions[head].topic for head, *_ in found}) == 2, (seed, found)
        for head, *links in found:
            whole = [link for link in bank.questions[head].chain if bank.questions[link].kind in CHAINED]
            assert links == [link for link in whole if link in links][: CHAIN_LENGTH - 1]
            assert links, (seed, head)


def test_a_track_opens_with_its_first_stage_and_keeps_its_order():
    bank = the_bank()
    drawn: set[str] = set()
    for seed in SEEDS:
        [phase] = [
            phase
            for phase in draw_plan(bank, Choices(preset=PRESETS["first"], lang="zh", level=3, topics=(), seed=seed))
            if phase["phase"] == "project"
        ]
        track = bank.tracks[phase["items"][0]["track"]]
        stages = [stage.question for stage in track.stages]
        places = [stages.index(question_id) for question_id in ids(phase)]
        assert places[0] == 0
        assert places == sorted(places)
        drawn |= set(ids(phase))
    assert len(drawn) > 20  # not the same opening stages every time
