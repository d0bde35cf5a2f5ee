"""A small bank without a fault, and the same with one thing changed."""

from __future__ import annotations

from typing import Any

from interviewer.bank.load import Bank
from interviewer.bank.question import Question, Source, Text, Topic

NAMES = ("缩放", "掩码", "缓存", "分组")


def text(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def point(number: int, **changes: Any) -> dict[str, Any]:
    name = NAMES[number]
    plain = {
        "id": f"p{number}",
        "text": text(f"{name}让训练更稳", f"Statement {number} keeps training stable"),
        "probe": text(f"第{number}点呢？", f"What about number {number}?"),
        "sources": ["arXiv:1706.03762 §3"],
        "must": number == 0,
    }
    return plain | changes


def question(slug: str = "heads", **changes: Any) -> Question:
    plain: dict[str, Any] = {
        "id": f"attention.{slug}",
        "topic": "attention",
        "kind": "concept",
        "level": 2,
        "text": text(f"为什么要用{slug}？", f"Why use {slug}?"),
        "rephrased": text(f"{slug}有什么好处？", f"What good do {slug} do?"),
        "points": [point(number) for number in range(4)],
        "answer": text("因为它让训练更稳，" * 12, "Because it keeps the training stable. " * 12),
        "sources": ["arXiv:1706.03762"],
        "origin": ["authored"],
    }
    return Question.model_validate(plain | changes)


def bank(*questions: Question) -> Bank:
    return Bank(
        questions={one.id: one for one in questions},
        tracks={},
        topics={"attention": Topic(id="attention", title=Text(zh="注意力", en="Attention"), weight=100)},
        version="v",
        sources={"arXiv:1706.03762": Source(id="arXiv:1706.03762", title="Attention Is All You Need")},
    )
