"""Draws the next question. Needs no vectors, so that an interview never waits for the index."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from interviewer.bank.load import Bank
from interviewer.bank.question import Kind, Question, Text

Relaxed = Literal["", "level", "topic", "kind"]

NAMED = 3
"""Topics that are named one by one in a reason; more would bury it."""

KIND_NAMES: Mapping[Kind, Text] = {
    "concept": Text(zh="概念题", en="concept"),
    "comparison": Text(zh="对比题", en="comparison"),
    "derivation": Text(zh="推导题", en="derivation"),
    "calculation": Text(zh="计算题", en="calculation"),
    "coding": Text(zh="手撕代码题", en="coding"),
    "scenario": Text(zh="场景题", en="scenario"),
    "project": Text(zh="项目题", en="project"),
    "open": Text(zh="开放题", en="open"),
}

_NEAR_KINDS: Mapping[str, tuple[Kind, ...]] = {
    "concept": ("comparison", "derivation"),
    "comparison": ("concept", "open"),
    "derivation": ("calculation", "concept"),
    "calculation": ("derivation", "concept"),
    "coding": ("derivation", "calculation"),
    "scenario": ("open", "project"),
    "open": ("scenario", "comparison"),
    "project": ("scenario", "open"),
}


@dataclass(frozen=True)
class Drawn:
    """A question, why this one, and the widest wish that had to be dropped for it ("" when none had to)."""

    question: Question
    why: Text
    relaxed: Relaxed


@dataclass(frozen=True)
class _Wish:
    topics: Sequence[str] | None
    kinds: Sequence[Kind]
    lowest: int
    highest: int


def draw(
    bank: Bank,
    rng: random.Random,
    *,
    topics: Sequence[str] | None = None,
    kinds: Sequence[Kind] = (),
    level: tuple[int, int] | int = (1, 5),
    exclude: AbstractSet[str] = frozenset(),
) -> Drawn | None:
    """One question that is not in `exclude`; None only when every question of the bank is.

    `topics` None and `kinds` empty stand for all of them; a `level` pair is inclusive. Among the questions that fit,
    the topic is drawn by its weight and the question evenly within it. When none fits, the nearest level is taken,
    then the nearest topic (`Topic.near`, breadth first), then the nearest kind: what was asked for last is given up
    last. The same `rng` and bank content give the same draw, whatever the order of the bank's files.

    Raises BankError for a topic that the bank does not have.
    """
    for topic in topics or ():
        bank.topic(topic)
    lowest, highest = (level, level) if isinstance(level, int) else (min(level), max(level))
    wish = _Wish(topics, kinds, lowest, highest)
    rank = _ranker(bank, wish)
    left = [question for question_id, question in sorted(bank.questions.items()) if question_id not in exclude]
    if not left:
        return None
    nearest = min(rank(question) for question in left)
    chosen = _choose(bank, rng, [question for question in left if rank(question) == nearest], by_weight=topics is None)
    kind_steps, topic_steps, level_steps = nearest
    relaxed: Relaxed = "kind" if kind_steps else "topic" if topic_steps else "level" if level_steps else ""
    return Drawn(chosen, _why(bank, wish, chosen, relaxed), relaxed)


def _ranker(bank: Bank, wish: _Wish) -> Callable[[Question], tuple[float, float, int]]:
    """How far a question is from the wish: steps of kind, of topic, of level; (0, 0, 0) fits."""
    near_topics = {topic.id: topic.near for topic in bank.topics.values()}
    to_topic = None if wish.topics is None else _steps(wish.topics, near_topics)
    to_kind = _steps(wish.kinds, _NEAR_KINDS) if wish.kinds else None

    def rank(question: Question) -> tuple[float, float, int]:
        return (
            0.0 if to_kind is None else to_kind.get(question.kind, math.inf),
            0.0 if to_topic is None else to_topic.get(question.topic, math.inf),
            max(wish.lowest - question.level, question.level - wish.highest, 0),
        )

    return rank


def _steps(start: Iterable[str], near: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Breadth-first distance of everything that can be reached from `start`."""
    steps = dict.fromkeys(start, 0.0)
    queue = deque(steps)
    while queue:
        here = queue.popleft()
        for there in near.get(here, ()):
            if there not in steps:
                steps[there] = steps[here] + 1
                queue.append(there)
    return steps


def _choose(bank: Bank, rng: random.Random, fitting: Sequence[Question], *, by_weight: bool) -> Question:
    """A topic of weight 0 is drawn only when it was named, or when nothing else is left."""
    topics = sorted({question.topic for question in fitting})
    weights = [bank.topics[topic].weight if by_weight else max(1, bank.topics[topic].weight) for topic in topics]
    [topic] = rng.choices(topics, weights if any(weights) else None)
    return rng.choice([question for question in fitting if question.topic == topic])


def _why(bank: Bank, wish: _Wish, chosen: Question, relaxed: Relaxed) -> Text:
    title, kind, level = bank.topics[chosen.topic].title, KIND_NAMES[chosen.kind], chosen.level
    if not relaxed:
        return Text(zh=f"{title.zh}，{kind.zh}，难度 {level}", en=f"{title.en}, {kind.en}, level {level}")
    if relaxed == "kind":
        wanted = Text(
            zh="、".join(KIND_NAMES[one].zh for one in wish.kinds),
            en=" or ".join(KIND_NAMES[one].en for one in wish.kinds),
        )
        return Text(
            zh=f"{wanted.zh}已经抽完，换成相近的{kind.zh}（{title.zh}，难度 {level}）",
            en=f"No {wanted.en} question is left; the nearest is a {kind.en} question ({title.en}, level {level})",
        )
    if relaxed == "topic":
        spent = _spent([bank.topics[topic].title for topic in wish.topics or ()])
        return Text(
            zh=f"{spent.zh}已经抽完，换到相近的「{title.zh}」（难度 {level}）",
            en=f'Nothing is left in {spent.en}; the nearest is "{title.en}" (level {level})',
        )
    asked = f"{wish.lowest}" if wish.lowest == wish.highest else f"{wish.lowest}–{wish.highest}"
    return Text(
        zh=f"难度 {asked} 的题已经抽完，换成难度 {level}（{title.zh}，{kind.zh}）",
        en=f"Nothing of level {asked} is left; the nearest is level {level} ({title.en}, {kind.en})",
    )


def _spent(titles: Sequence[Text]) -> Text:
    if len(titles) > NAMED:
        return Text(zh="所选主题", en="the topics asked for")
    return Text(
        zh=f"「{'、'.join(title.zh for title in titles)}」",
        en=f'"{", ".join(title.en for title in titles)}"',
    )
