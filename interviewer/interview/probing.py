"""Which point to dig for next: of the points missed or wrong, by weight, from the bank's own probes."""

from __future__ import annotations

from collections.abc import Sequence

from interviewer.bank.question import Point
from interviewer.interview.context import Context
from interviewer.interview.state import State
from interviewer.judge.evidence import overlap
from interviewer.judge.score import standing_verdicts
from interviewer.judge.verdict import Verdict, Word

_SETTLED: frozenset[Word] = frozenset({"hit"})
_RANK: dict[Word, int] = {"wrong": 0, "miss": 1, "partial": 1, "abstain": 2, "hit": 3}


async def next_probe(state: State, context: Context) -> Point | None:
    """The point to probe, or None when nothing is left worth asking.

    Points that were probed before are left alone. While the judge is still busy with an answer, the points that the
    answer's words resemble least come first, so that nobody is asked for what was just said.
    """
    question = context.bank.questions.get(state["question_id"])
    if question is None:
        return None
    turns = await context.store.turns_of(state["session"], question.id)
    probed = {turn.probe_point for turn in turns if turn.probe_point}
    said: list[str] = []
    judged: list[Sequence[Verdict]] = []
    for turn in turns:
        answer = await context.store.answer(state["session"], turn.request)
        if answer is not None:
            said.append(answer.text)
        judged += [grading.verdicts for grading in await context.store.gradings_of(state["session"], turn.request)]
    standing = standing_verdicts(judged)
    words = "\n".join(said)
    open_points = [
        point
        for point in question.points
        if point.id not in probed and not (point.id in standing and standing[point.id].verdict in _SETTLED)
    ]

    def urgency(point: Point) -> tuple[int, bool, int, float]:
        verdict = standing.get(point.id)
        rank = _RANK[verdict.verdict] if verdict else 1
        return rank, not point.must, -point.weight, overlap(point.text.say(context.choices.lang), words)

    return min(open_points, key=urgency, default=None)
