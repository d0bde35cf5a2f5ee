"""Whether the bank is complete: topics, levels, weights, chains and what is cited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from interviewer.bank.load import Bank
from interviewer.bank.question import Question
from interviewer.coding.task import CodingTask
from interviewer.doctor.finding import Finding

LEVELS = range(1, 6)
PER_TOPIC = 10
WHOLE = 100
"""What the weights of all topics sum to: a topic's weight is the share of questions drawn from it."""
LINKS = (2, 3)
"""Questions after the head of a chain: three or four in all."""


def check_coverage(bank: Bank) -> Iterator[Finding]:
    yield from _cells(bank)
    yield from _weights(bank)
    for question in bank.questions.values():
        yield from _chain(bank, question)
        if question.rephrased is None:
            text = "`rephrased` is missing: what to say when the candidate does not understand?"
            yield Finding("rephrased", question.id, text)
        if len({*question.chain}) != len(question.chain) or question.id in question.chain:
            yield Finding("chain", question.id, "names a question twice.")


def check_sources(bank: Bank) -> Iterator[Finding]:
    for question in bank.questions.values():
        for cited in sorted(set(_cited(question))):
            if bank.source(cited) is None:
                yield Finding("source", question.id, f"{cited}: not in sources.yaml. Correct it or add it there.")
    known = (bank.source(cited) for question in bank.questions.values() for cited in _cited(question))
    used = {source.id for source in known if source}
    for unused in sorted(bank.sources.keys() - used):
        yield Finding("source", unused, "listed in sources.yaml and never cited.", "warning")


def check_tasks(bank: Bank, tasks: Mapping[str, CodingTask]) -> Iterator[Finding]:
    opened = {task.question for task in tasks.values()}
    for question in bank.questions.values():
        if question.kind == "coding" and question.id not in opened:
            yield Finding("coding", question.id, "no task in coding/ names it, so there is nothing to run.")


def _cited(question: Question) -> Iterator[str]:
    yield from question.sources
    for point in question.points:
        yield from point.sources


def _cells(bank: Bank) -> Iterator[Finding]:
    asked = [one for one in bank.questions.values() if one.kind not in {"project", "coding"}]
    cells = Counter((one.topic, one.level) for one in asked)
    for topic in bank.topics.values():
        if not topic.weight:
            continue
        total = sum(cells[topic.id, level] for level in LEVELS)
        if total < PER_TOPIC:
            yield Finding("topic", topic.id, f"{total} questions; a topic has at least {PER_TOPIC}.")
        for level in LEVELS:
            if not cells[topic.id, level]:
                yield Finding("topic", topic.id, f"no question of level {level}.")


def _weights(bank: Bank) -> Iterator[Finding]:
    total = sum(topic.weight for topic in bank.topics.values())
    if total != WHOLE:
        yield Finding("weights", "topics.yaml", f"the topics' weights sum to {total}, not to {WHOLE}.")


def _chain(bank: Bank, question: Question) -> Iterator[Finding]:
    if not question.chain:
        return
    least, most = LINKS
    if not least <= len(question.chain) <= most:
        text = f"the chain has {len(question.chain)} questions after its head; it has {least} or {most}."
        yield Finding("chain", question.id, text)
    asked = [question, *(bank.questions[link] for link in question.chain)]
    for before, after in pairwise(asked):
        if after.level < before.level:
            text = f"the chain steps down from {before.id} (level {before.level}) to {after.id} ({after.level})."
            yield Finding("chain", question.id, text)
