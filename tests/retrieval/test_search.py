from __future__ import annotations

import pytest
from retrieval_samples import CountingEmbedder, Shelf

from interviewer.bank.load import Bank
from interviewer.errors import BankError, ModelError
from interviewer.retrieval.port import Vectors
from interviewer.retrieval.search import HybridSearch, Results, fuse_ranks
from interviewer.retrieval.words import terms


class BrokenEmbedder(CountingEmbedder):
    def queries(self, texts: object) -> Vectors:
        raise ModelError("The embedder can't be loaded")


def ids(results: Results) -> list[str]:
    return [found.question_id for found in results]


async def test_without_an_index_words_answer_and_say_so(bank: Bank):
    results = await HybridSearch(bank, None).search("参考模型保持冻结")
    assert results.by == "words"
    [first, *_] = results
    assert (first.question_id, first.score) == ("alignment.dpo", None)
    assert (first.point_id, first.matched) == ("p2", "参考模型保持冻结")


async def test_before_the_index_is_built_words_answer(bank: Bank, shelf: Shelf):
    results = await HybridSearch(bank, shelf.index(bank)).search("LoRA")
    assert (results.by, ids(results)) == ("words", ["finetuning.lora"])


async def test_vectors_and_words_together_carry_a_similarity(bank: Bank, shelf: Shelf):
    index = shelf.index(bank)
    await index.build()
    results = await HybridSearch(bank, index).search("LoRA 是怎么做到只训练很少参数的？", limit=3)
    assert results.by == "vectors+words"
    assert len(results) == 3
    [first, *_] = results
    assert (first.question_id, first.point_id) == ("finetuning.lora", "")
    assert first.score == pytest.approx(1.0, abs=1e-3)
    assert all(0.0 <= (found.score or 0.0) <= 1.0 for found in results)


async def test_an_embedder_that_cant_be_loaded_leaves_words(bank: Bank, shelf: Shelf):
    index = shelf.index(bank, embedder=BrokenEmbedder())
    await index.build()
    assert (await HybridSearch(bank, index).search("RoPE")).by == "words"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("LORA", "finetuning.lora"),
        ("ｒｏｐｅ", "position.rope"),
        ("rotating positions", "position.rope"),  # by the stem: rotated
        ("怎么切块", "rag.chunking"),
        ("chunking", "rag.chunking"),
        ("交叉熵", "alignment.dpo"),
    ],
)
async def test_a_term_is_found_by_words_in_either_language(bank: Bank, text: str, wanted: str):
    assert ids(await HybridSearch(bank, None).search(text))[0] == wanted


async def test_language_and_topic_restrict_the_words_too(bank: Bank):
    search = HybridSearch(bank, None)
    assert ids(await search.search("奖励", lang="en")) == []
    assert ids(await search.search("奖励", lang="zh")) == ["alignment.dpo"]
    assert ids(await search.search("奖励", topic="rag")) == []


async def test_no_more_than_asked_for_comes_back(bank: Bank, shelf: Shelf):
    index = shelf.index(bank)
    await index.build()
    assert len(await HybridSearch(bank, index).search("模型", limit=2)) == 2


@pytest.mark.parametrize("text", ["", "   ", "……"])
async def test_a_query_without_words_finds_nothing_by_words(bank: Bank, text: str):
    assert ids(await HybridSearch(bank, None).search(text)) == []


async def test_an_unknown_topic_is_refused_with_the_nearest(bank: Bank):
    with pytest.raises(BankError) as caught:
        await HybridSearch(bank, None).search("x", topic="alignmnt")
    assert caught.value.hint == "Did you mean 'alignment'?"


def test_ranks_are_fused_by_their_reciprocals():
    # b: 1/62 + 1/61, a: 1/61, c: 1/62; Cormack et al. 2009 with k = 60
    assert fuse_ranks(["a", "b"], ["b", "c"]) == ["b", "a", "c"]
    assert fuse_ranks(["x"], ["y"]) == ["x", "y"]
    assert fuse_ranks() == []


def test_chinese_is_cut_into_pairs_and_english_into_words_with_stems():
    assert list(terms("低秩矩阵 用 LoRA-style Quantization")) == [
        "低秩",
        "秩矩",
        "矩阵",
        "用",
        "lora-style",
        "lora",
        "style",
        "quantization",
        "quant…",
    ]
