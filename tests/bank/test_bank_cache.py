"""The parsed bank is kept, and a kept one is used only for the very files it was made from."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from interviewer.bank import cache
from interviewer.bank.cache import cached_bank
from interviewer.bank.load import load_bank
from interviewer.resources import data_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(data_folder("knowledge"), tmp_path / "knowledge")


def test_the_second_time_it_comes_from_the_cache(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first = cached_bank(folder, tmp_path / "bank.json")
    monkeypatch.setattr(cache, "load_bank", lambda folder: pytest.fail(f"loaded {folder}, although it was cached"))
    assert cached_bank(folder, tmp_path / "bank.json") == first == load_bank(folder)


def test_a_changed_file_is_read_again(folder: Path, tmp_path: Path):
    before = cached_bank(folder, tmp_path / "bank.json")
    file = folder / "topics.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("多模态", "多模态模型"), encoding="utf-8")
    after = cached_bank(folder, tmp_path / "bank.json")
    assert after.topics["multimodal"].title.zh == "多模态模型"
    assert after.version != before.version


@pytest.mark.parametrize("damage", ["", "{", "cut", "other"])
def test_a_damaged_cache_costs_time_only(folder: Path, tmp_path: Path, damage: str):
    file = tmp_path / "bank.json"
    whole = cached_bank(folder, file)
    text = file.read_text(encoding="utf-8")
    file.write_text({"cut": text[: len(text) // 2], "other": text[:200] + "}"}.get(damage, damage), encoding="utf-8")
    assert cached_bank(folder, file) == whole


def test_a_place_that_cant_be_written_costs_time_only(folder: Path, tmp_path: Path):
    assert cached_bank(folder, tmp_path / "missing" / "bank.json") == load_bank(folder)


def test_changed_rules_read_the_bank_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "bank.json"
    cached_bank(folder, file)
    stricter = tmp_path / "load.py"
    stricter.write_text("# other rules", encoding="utf-8")
    monkeypatch.setattr(cache.load, "__file__", str(stricter))
    asked: list[Path] = []
    monkeypatch.setattr(cache, "load_bank", lambda where: asked.append(where) or load_bank(where))
    cached_bank(folder, file)
    assert asked == [folder]


def test_two_processes_that_write_at_once_leave_a_whole_cache(folder: Path, tmp_path: Path):
    code = "import sys; from pathlib import Path; from interviewer.bank.cache import cached_bank as load; "
    command = [sys.executable, "-c", f"{code}load(Path(sys.argv[1]), Path(sys.argv[2]))", str(folder)]
    file = tmp_path / "bank.json"
    running = [subprocess.Popen([*command, str(file)]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert [one.name for one in tmp_path.glob("bank.*")] == ["bank.json"]
    assert cached_bank(folder, file) == load_bank(folder)
