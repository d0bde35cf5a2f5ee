"""How long the bank takes to load, and what is embedded again after one of its files changed.

    python benchmarks/bank_load.py

Prints medians of five loads without and with the cache (milliseconds), and counts of texts.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from interviewer.bank.cache import cached_bank
from interviewer.bank.load import Bank, load_bank
from interviewer.resources import data_folder
from interviewer.retrieval.documents import documents

RUNS = 5


def milliseconds(load: Callable[[], Bank]) -> float:
    times: list[float] = []
    for _ in range(RUNS):
        began = time.perf_counter()
        load()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, file = Path(name) / "knowledge", Path(name) / "bank.json"
        shutil.copytree(data_folder("knowledge"), folder)
        print(f"cold            {milliseconds(lambda: load_bank(folder)):6.0f} ms")
        before = cached_bank(folder, file)
        print(f"from the cache  {milliseconds(lambda: cached_bank(folder, file)):6.0f} ms")
        known = {document.embedded for document in documents(before)}
        changed = folder / "questions" / "attention.yaml"
        text = changed.read_text(encoding="utf-8")
        asked = before.questions["attention.self-attention"].text.zh
        reworded = text.replace(asked, f"请问，{asked}", 1)
        if reworded == text:
            raise SystemExit(f"{asked} was not found in {changed}")
        changed.write_text(reworded, encoding="utf-8")
        after = {document.embedded for document in documents(cached_bank(folder, file))}
        print(f"{len(before.questions)} questions, {len(known)} texts")
        print(f"one question reworded: {len(after - known)} texts to embed")


if __name__ == "__main__":
    main()
