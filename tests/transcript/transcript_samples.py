"""A small bank and sessions on it, for the tests of this folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from interviewer.bank.load import Bank
from interviewer.bank.question import Point, Question, Text
from interviewer.judge.verdict import JudgeIdentity, Probs, Span, Usage, Verdict, Via, Word
from interviewer.transcript.record import (
    AnswerRecord,
    GradingRecord,
    SaidRecord,
    SessionRecord,
    TurnRecord,
)
from interviewer.transcript.store import SqlTranscriptStore

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
JUDGE = JudgeIdentity(model="qwen2.5", endpoint="embedded", prompt_sha="abc123", method="structured")
RULE = JudgeIdentity(model="", endpoint="", prompt_sha="", method="rule")


def clock() -> datetime:
    return START


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def point(name: str, *, weight: int = 1, must: bool = False) -> Point:
    return Point(
        id=name,
        text=Text(zh=f"要点{name}", en=f"point {name}"),
        weight=weight,
        must=must,
        probe=Text(zh="然后呢?", en="And then?"),
        sources=(f"source of {name}",),
    )


def kv_cache() -> Question:
    return Question(
        id="inference.kv-cache",
        topic="inference",
        kind="concept",
        level=2,
        text=Text(zh="KV cache 存的是什么?", en="What does the KV cache hold?"),
        points=(point("a", weight=2, must=True), point("b"), point("c")),
        answer=Text(zh="参考答案第一行\n第二行", en="first line\nsecond line"),
        sources=("the paper",),
        origin=("authored",),
    )


def bank(*questions: Question) -> Bank:
    return Bank(
        questions={question.id: question for question in questions or (kv_cache(),)}, tracks={}, topics={}, version="v1"
    )


def session(name: str = "s1", *, minute: float = 0, **changes: object) -> SessionRecord:
    record = SessionRecord(
        id=name,
        preset="first",
        lang="zh",
        seed=2**40,
        config={"level": 3, "topics": ["推理"]},
        bank_version="v1",
        started_at=at(minute),
    )
    return record.model_copy(update=changes)


def turn(number: int, **changes: object) -> TurnRecord:
    record = TurnRecord(
        request=f"r{number}",
        turn=number,
        phase="knowledge",
        kind="question",
        question_id="inference.kv-cache",
        text=f"第 {number} 问",
        asked_at=at(number),
    )
    return record.model_copy(update=changes)


def answer(number: int, text: str = "缓存每层的 K 和 V", **changes: object) -> AnswerRecord:
    record = AnswerRecord(request=f"r{number}", text=text, intent="answer", seconds=12.5, saved_at=at(number + 0.5))
    return record.model_copy(update=changes)


def verdict(
    point_id: str, word: Word = "hit", *, via: Via = "unprompted", span: tuple[int, int, int] | None = None
) -> Verdict:
    return Verdict(
        point_id=point_id,
        verdict=word,
        via=via,
        evidence=Span(turn=span[0], start=span[1], end=span[2]) if span else None,
        confidence=0.75,
        probs=Probs(hit=0.7, partial=0.1, miss=0.1, wrong=0.1),
        judge=JUDGE,
    )


def grading(number: int, *verdicts: Verdict, key: str = JUDGE.key, **changes: object) -> GradingRecord:
    record = GradingRecord(
        request=f"r{number}",
        question_id="inference.kv-cache",
        key=key,
        judge=JUDGE,
        status="graded" if verdicts else "ungraded",
        verdicts=verdicts,
        usage=Usage(calls=1, prompt_tokens=900, cached_tokens=800, completion_tokens=60, seconds=1.5),
        cause="" if verdicts else "the model did not answer",
        graded_at=at(number + 0.75),
    )
    return record.model_copy(update=changes)


def remark(number: int, text: str = "慢慢说") -> SaidRecord:
    return SaidRecord(turn=number, kind="hint", text=text, at=at(number))


async def fill(store: SqlTranscriptStore, name: str, *, turns: int, text: str = "缓存每层的 K 和 V " * 20) -> None:
    """A whole session: `turns` answers with three verdicts each."""
    await store.add_session(session(name))
    for number in range(1, turns + 1):
        await store.add_turn(name, turn(number))
        await store.add_answer(name, answer(number, text))
        await store.add_grading(name, grading(number, verdict("a"), verdict("b", "miss"), verdict("c", "partial")))
    await store.finish_session(
        session(name, status="finished", finished_at=at(30), reason="complete", score=70.0, coverage=1.0)
    )
