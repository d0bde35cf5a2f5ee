from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from retrieval_samples import Shelf, make_bank

from interviewer.bank.load import Bank


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    async with AsyncExitStack() as stack:
        yield Shelf(tmp_path / "index", stack)


@pytest.fixture
def bank() -> Bank:
    return make_bank()
