"""Everything the doctor looks at, cheapest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from interviewer.bank.load import Bank
from interviewer.coding.task import CodingTask
from interviewer.doctor.coverage import check_coverage, check_sources, check_tasks
from interviewer.doctor.figures import check_figures
from interviewer.doctor.finding import Finding
from interviewer.doctor.leaks import check_leaks
from interviewer.doctor.search import Passages, check_search
from interviewer.doctor.wording import check_wording
from interviewer.retrieval.embedder import Embedder

STATIC: tuple[Callable[[Bank], Iterator[Finding]], ...] = (
    check_wording,
    check_leaks,
    check_figures,
    check_coverage,
    check_sources,
)


def check_bank(
    bank: Bank, tasks: Mapping[str, CodingTask], embedder: Embedder, passages: Passages
) -> Iterator[Finding]:
    """Static checks, then search by paraphrase. Raises ModelError when the embedder can't be loaded."""
    for check in STATIC:
        yield from check(bank)
    yield from check_tasks(bank, tasks)
    yield from check_search(bank, embedder, passages)
