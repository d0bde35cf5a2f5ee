"""A judge without a model: a point is hit when the answer names it, in the forms below. It counts its calls."""

from __future__ import annotations

import asyncio

from interviewer.errors import ModelError
from interviewer.judge.verdict import Case, JudgeIdentity, Judgement, Span, Verdict, Word

IDENTITY = JudgeIdentity(model="naming", endpoint="fake", prompt_sha="0", method="structured")


class NamingJudge:
    """`+id` in the answer is a hit, `~id` partial, `!id` wrong, nothing a miss. `全` hits every point."""

    def __init__(self, *, delay_s: float = 0.0, error: ModelError | None = None) -> None:
        self.judged: list[Case] = []
        self.delay_s = delay_s
        self.error = error

    @property
    def identity(self) -> JudgeIdentity:
        return IDENTITY

    async def judge(self, case: Case) -> Judgement:
        self.judged.append(case)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.error:
            raise self.error
        return Judgement(verdicts=tuple(_verdict(case, point.id) for point in case.points))


def _verdict(case: Case, point_id: str) -> Verdict:
    marks: dict[str, Word] = {"+": "hit", "~": "partial", "!": "wrong"}
    for mark, word in marks.items():
        at = case.answer.find(mark + point_id)
        if at >= 0:
            span = Span(turn=case.turn, start=at, end=at + len(point_id) + 1)
            return Verdict(point_id=point_id, verdict=word, evidence=span, via=case.via, confidence=1, judge=IDENTITY)
    if "全" in case.answer:
        at = case.answer.index("全")
        span = Span(turn=case.turn, start=at, end=at + 1)
        return Verdict(point_id=point_id, verdict="hit", evidence=span, via=case.via, confidence=1, judge=IDENTITY)
    return Verdict(point_id=point_id, verdict="miss", via=case.via, confidence=1, judge=IDENTITY)
