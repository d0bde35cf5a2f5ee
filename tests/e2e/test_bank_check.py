"""`interviewer bank check` on the bank that ships, with the real embedder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes.program import Program


@pytest.mark.local
@pytest.mark.timeout(600)
def test_the_bank_that_ships_has_no_fault(tmp_path: Path):
    done = Program(tmp_path / "home").run("bank", "check", "--json", timeout=500)
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert (body["errors"], body["findings"]) == (0, [])
    assert body["total"] >= 364
    assert body["tasks"] >= 14
    assert not (tmp_path / "home" / "transcripts.db").exists()
