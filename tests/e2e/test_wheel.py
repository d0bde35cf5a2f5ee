"""The wheel, built and installed into a new environment, runs without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.wheel, pytest.mark.timeout(400)]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "build", "--wheel", "--out-dir", folder, ROOT], check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    subprocess.run([uv, "venv", folder / "env", "--python", sys.executable], check=True, capture_output=True)
    python = folder / "env" / "bin" / "python"
    constraints = ROOT / "constraints.txt"
    subprocess.run(
        [uv, "pip", "install", "--python", python, "--constraint", constraints, wheel], check=True, capture_output=True
    )
    return folder / "env" / "bin" / "interviewer"


def run(command: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    return subprocess.run(
        [command, *arguments],
        cwd=home,
        env={**environment, "INTERVIEWER_HOME": str(home), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_it_finds_its_bank_and_prompts(installed: Path, tmp_path: Path):
    listed = run(installed, tmp_path, "bank", "show", "attention.self-attention")
    assert listed.returncode == 0, listed.stderr
    assert "attention.self-attention" in listed.stdout


def test_an_interview_runs_from_it(installed: Path, tmp_path: Path):
    file = tmp_path / "answers.txt"
    file.write_text("\n\n".join(["不会"] * 9), encoding="utf-8")
    done = run(installed, tmp_path, "mock", "--preset", "daily", "--json", "--answers", str(file))
    assert done.returncode == 0, done.stderr
    assert '"event": "Finished"' in done.stdout


def test_it_brings_no_stray_top_level_packages(installed: Path):
    site = next((installed.parent.parent / "lib").glob("python*/site-packages"))
    assert not (site / "tests").exists()
    assert not (site / "prompts").exists()
    assert (site / "interviewer" / "_data" / "knowledge" / "topics.yaml").is_file()
