"""A small bank, and indexes over it without a model."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from interviewer.bank.load import Bank
from interviewer.bank.question import Phrasings, Point, Question, Text, Topic
from interviewer.retrieval.embedder import Embedder, HashEmbedder
from interviewer.retrieval.index import BankIndex, chroma_store
from interviewer.retrieval.port import Vectors, VectorStore

QUESTIONS = {
    "finetuning.lora": (
        "LoRA 是怎么做到只训练很少参数的？",
        "How does LoRA get away with training so few parameters?",
        (
            ("预训练权重冻结，不再更新", "The pretrained weight stays frozen"),
            ("更新量写成两个低秩矩阵之积", "The update is a product of two low-rank matrices"),
            ("推理前可以合并回原权重，没有额外延迟", "It can be merged before serving, without extra latency"),
        ),
    ),
    "alignment.dpo": (
        "DPO 为什么不需要奖励模型？",
        "Why does DPO need no reward model?",
        (
            ("奖励可以用策略与参考模型的对数概率比表示", "The reward is a log ratio of policy and reference"),
            ("损失是偏好对上的二分类交叉熵", "The loss is a binary cross entropy over preference pairs"),
            ("参考模型保持冻结", "The reference model stays frozen"),
        ),
    ),
    "position.rope": (
        "RoPE 怎样编码位置？",
        "How does RoPE encode positions?",
        (
            ("按位置旋转查询和键的二维分量", "Queries and keys are rotated pairwise by position"),
            ("内积只取决于相对距离", "The inner product depends on the relative distance only"),
            ("不同分量的旋转频率不同", "Each pair turns at a frequency of its own"),
        ),
    ),
    "rag.chunking": (
        "文档应该怎么切块？",
        "How should documents be split into chunks?",
        (
            ("块太大会混入无关内容", "A chunk that is too large carries noise"),
            ("块之间留一点重叠", "Neighbouring chunks overlap a little"),
            ("按标题和段落的结构切", "Headings and paragraphs are natural borders"),
        ),
    ),
}


def question(question_id: str, zh: str, en: str, points: tuple[tuple[str, str], ...]) -> Question:
    probe = Text(zh="还有呢？", en="And?")
    return Question(
        id=question_id,
        topic=question_id.partition(".")[0],
        kind="concept",
        level=2,
        text=Text(zh=zh, en=en),
        points=tuple(
            Point(id=f"p{number}", text=Text(zh=text_zh, en=text_en), probe=probe, sources=("x",))
            for number, (text_zh, text_en) in enumerate(points)
        ),
        answer=Text(zh="。".join(one for one, _ in points), en=". ".join(one for _, one in points)),
        sources=("x",),
        origin=("authored",),
    )


def make_bank(version: str = "v1", **changed: str) -> Bank:
    """`changed` gives questions, named by the part after the dot, another Chinese text."""
    questions = {
        one: question(one, changed.get(one.partition(".")[2], zh), en, points)
        for one, (zh, en, points) in QUESTIONS.items()
    }
    topics = {one.topic: Topic(id=one.topic, title=Text(zh="题", en="topic"), weight=1) for one in questions.values()}
    phrasings = {one: phrasing(one) for one in questions}
    return Bank(questions=questions, tracks={}, topics=topics, version=version, phrasings=phrasings)


def phrasing(question_id: str) -> Phrasings:
    """Three a language, made of the question's points: what people remember of an answer is how they ask for it."""
    points = QUESTIONS[question_id][2]
    return Phrasings(
        id=question_id, zh=tuple(f"是不是{zh}" for zh, _ in points), en=tuple(f"is it that {en}" for _, en in points)
    )


class CountingEmbedder(HashEmbedder):
    """Remembers what it was asked to embed."""

    def __init__(self) -> None:
        super().__init__(128)
        self.embedded: list[str] = []

    def passages(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        self.embedded += texts
        return super().passages(texts)

    def queries(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        return super().passages(texts)


@dataclass
class Shelf:
    """Makes indexes over one folder, and closes them at the end."""

    folder: Path
    stack: AsyncExitStack
    embedder: Embedder = field(default_factory=CountingEmbedder)
    told: list[str] = field(default_factory=list[str])

    @property
    def embedded(self) -> list[str]:
        assert isinstance(self.embedder, CountingEmbedder)
        return self.embedder.embedded

    def index(
        self,
        bank: Bank | None = None,
        *,
        embedder: Embedder | None = None,
        make_store: Callable[[], VectorStore] | None = None,
    ) -> BankIndex:
        index = BankIndex(
            bank or make_bank(),
            embedder or self.embedder,
            make_store or chroma_store(self.folder),
            folder=self.folder,
            locks=self.folder / "locks",
            notice=lambda text: self.told.append(text.en),
        )
        self.stack.push_async_callback(index.close)
        return index
