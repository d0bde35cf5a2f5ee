from __future__ import annotations

import random
from collections import Counter

import pytest

from interviewer.bank.draw import Drawn, draw
from interviewer.bank.load import Bank
from interviewer.bank.question import Kind, Point, Question, Text, Topic
from interviewer.errors import BankError

# (topic, slug) -> kind and level; "far" is no neighbour of anything
QUESTIONS: dict[str, tuple[Kind, int]] = {
    "attention.heads": ("concept", 2),
    "attention.scale": ("derivation", 3),
    "attention.mla": ("concept", 5),
    "position.rope": ("concept", 3),
    "position.yarn": ("comparison", 4),
    "rag.chunks": ("scenario", 2),
    "far.away": ("concept", 2),
    "project.data": ("project", 3),
}
TOPICS = {
    "attention": (10, ("position",)),
    "position": (5, ("attention", "rag")),
    "rag": (8, ()),
    "far": (1, ()),
    "project": (0, ()),
}


def question(question_id: str) -> Question:
    kind, level = QUESTIONS[question_id]
    text = Text(zh="甲", en="a")
    point = Point(id="one", text=text, probe=text, sources=("x",))
    return Question(
        id=question_id,
        topic=question_id.partition(".")[0],
        kind=kind,
        level=level,
        text=text,
        points=(point, point.model_copy(update={"id": "two"}), point.model_copy(update={"id": "three"})),
        answer=text,
        sources=("x",),
        origin=("authored",),
    )


def make(ids: list[str]) -> Bank:
    topics = {
        name: Topic(id=name, title=Text(zh=f"{name}题", en=name), weight=weight, near=near)
        for name, (weight, near) in TOPICS.items()
    }
    return Bank(questions={one: question(one) for one in ids}, tracks={}, topics=topics, version="v")


BANK = make(list(QUESTIONS))


def drawn(result: Drawn | None) -> Drawn:
    assert result is not None
    return result


def everything_but(*ids: str) -> set[str]:
    return set(QUESTIONS) - set(ids)


def test_what_fits_is_drawn_with_nothing_relaxed():
    result = drawn(draw(BANK, random.Random(1), topics=["attention"], kinds=["concept"], level=2))
    assert (result.question.id, result.relaxed) == ("attention.heads", "")
    assert result.why == Text(zh="attention题，概念题，难度 2", en="attention, concept, level 2")


def test_a_whole_bank_is_drawn_without_a_repetition_and_then_nothing():
    rng = random.Random(3)
    taken: set[str] = set()
    for _ in QUESTIONS:
        result = drawn(draw(BANK, rng, topics=["attention"], kinds=["concept"], level=2, exclude=taken))
        assert result.question.id not in taken
        taken.add(result.question.id)
    assert taken == set(QUESTIONS)
    assert draw(BANK, rng, exclude=taken) is None


def test_the_level_is_given_up_first_and_the_nearest_taken():
    result = drawn(
        draw(BANK, random.Random(1), topics=["attention"], kinds=["concept"], level=3, exclude={"attention.heads"})
    )
    assert (result.question.id, result.relaxed) == ("attention.mla", "level")
    assert result.why.zh == "难度 3 的题已经抽完，换成难度 5（attention题，概念题）"
    assert result.why.en == "Nothing of level 3 is left; the nearest is level 5 (attention, concept)"


def test_a_nearer_level_is_preferred_to_a_farther_one():
    result = drawn(draw(BANK, random.Random(1), topics=["attention"], kinds=["concept"], level=(3, 3)))
    assert result.question.id == "attention.heads"  # one level off, not two


def test_any_level_of_the_topic_comes_before_another_topic():
    result = drawn(draw(BANK, random.Random(1), topics=["position"], kinds=["concept"], level=5))
    assert (result.question.id, result.relaxed) == ("position.rope", "level")


def test_the_nearest_topic_is_taken_breadth_first():
    result = drawn(
        draw(
            BANK,
            random.Random(1),
            topics=["attention"],
            kinds=["concept", "scenario"],
            level=2,
            exclude=everything_but("rag.chunks", "position.rope", "far.away"),
        )
    )
    assert (result.question.id, result.relaxed) == ("position.rope", "topic")
    assert result.why.zh == "「attention题」已经抽完，换到相近的「position题」（难度 3）"
    assert result.why.en == 'Nothing is left in "attention"; the nearest is "position" (level 3)'


def test_a_neighbours_neighbour_comes_before_an_unrelated_topic():
    left = everything_but("rag.chunks", "far.away")
    result = drawn(
        draw(BANK, random.Random(1), topics=["attention"], kinds=["scenario", "concept"], level=2, exclude=left)
    )
    assert result.question.id == "rag.chunks"


def test_an_unrelated_topic_still_comes_before_another_kind():
    left = everything_but("attention.scale", "far.away")
    result = drawn(draw(BANK, random.Random(1), topics=["attention"], kinds=["concept"], level=2, exclude=left))
    assert (result.question.id, result.relaxed) == ("far.away", "topic")


def test_the_kind_is_given_up_last_and_the_nearest_taken():
    left = everything_but("attention.scale", "project.data")
    result = drawn(draw(BANK, random.Random(1), topics=["attention"], kinds=["concept"], level=2, exclude=left))
    assert (result.question.id, result.relaxed) == ("attention.scale", "kind")
    assert result.why.zh == "概念题已经抽完，换成相近的推导题（attention题，难度 3）"
    assert result.why.en == "No concept question is left; the nearest is a derivation question (attention, level 3)"


def test_topics_are_drawn_by_their_weight():
    rng = random.Random(5)
    seen = Counter(drawn(draw(BANK, rng, kinds=["concept"], level=(1, 5))).question.topic for _ in range(3200))
    assert seen["attention"] / 3200 == pytest.approx(10 / 16, abs=0.04)  # attention 10, position 5, far 1
    assert seen["position"] / 3200 == pytest.approx(5 / 16, abs=0.04)


def test_a_topic_of_weight_zero_is_drawn_only_when_named_or_alone():
    rng = random.Random(5)
    assert all(drawn(draw(BANK, rng)).question.topic != "project" for _ in range(200))
    assert drawn(draw(BANK, rng, topics=["project"])).question.id == "project.data"
    assert drawn(draw(BANK, rng, exclude=everything_but("project.data"))).relaxed == ""


def test_many_topics_are_not_listed_in_the_reason():
    left = everything_but("project.data")
    result = drawn(draw(BANK, random.Random(1), topics=["attention", "position", "rag", "far"], exclude=left))
    assert result.why.zh.startswith("所选主题已经抽完")
    assert result.why.en.startswith("Nothing is left in the topics asked for;")


def test_the_same_seed_draws_the_same_whatever_the_order_of_the_bank():
    turned = make(list(reversed(QUESTIONS)))
    for seed in range(30):
        one, other = (drawn(draw(bank, random.Random(seed))).question.id for bank in (BANK, turned))
        assert one == other


def test_different_seeds_draw_differently():
    assert len({drawn(draw(BANK, random.Random(seed))).question.id for seed in range(40)}) >= 4


def test_an_unknown_topic_is_refused_with_the_nearest():
    with pytest.raises(BankError) as caught:
        draw(BANK, random.Random(1), topics=["atention"])
    assert caught.value.hint == "Did you mean 'attention'?"
