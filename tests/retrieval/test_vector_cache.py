from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from retrieval_samples import CountingEmbedder

from interviewer.errors import StorageError
from interviewer.retrieval.embedder import HashEmbedder
from interviewer.retrieval.vectors import VectorCache


def test_only_unknown_texts_are_embedded(tmp_path: Path):
    embedder = CountingEmbedder()
    first = VectorCache(tmp_path / "v.db").passages(embedder, ["甲乙丙", "子丑寅"])
    again = VectorCache(tmp_path / "v.db").passages(embedder, ["子丑寅", "new", "甲乙丙"])
    assert embedder.embedded == ["甲乙丙", "子丑寅", "new"]
    assert np.array_equal(again[[2, 0]], first)


def test_a_text_that_comes_twice_is_embedded_once(tmp_path: Path):
    embedder = CountingEmbedder()
    assert VectorCache(tmp_path / "v.db").passages(embedder, ["甲乙", "甲乙"]).shape == (2, embedder.dim)
    assert embedder.embedded == ["甲乙"]


def test_vectors_of_two_embedders_are_kept_apart(tmp_path: Path):
    cache = VectorCache(tmp_path / "v.db")
    assert cache.passages(HashEmbedder(32), ["x y"]).shape == (1, 32)
    assert cache.passages(HashEmbedder(64), ["x y"]).shape == (1, 64)


def test_what_is_no_longer_in_the_bank_is_forgotten(tmp_path: Path):
    cache, embedder, other = VectorCache(tmp_path / "v.db"), CountingEmbedder(), HashEmbedder(32)
    cache.passages(embedder, ["kept", "gone"])
    cache.passages(other, ["gone"])
    cache.keep_only(embedder, ["kept"])
    embedder.embedded.clear()
    cache.passages(embedder, ["kept", "gone"])
    assert embedder.embedded == ["gone"]


def test_a_damaged_file_is_begun_anew(tmp_path: Path):
    (tmp_path / "v.db").write_bytes(b"no database " * 500)
    embedder = CountingEmbedder()
    assert VectorCache(tmp_path / "v.db").passages(embedder, ["x"]).shape == (1, embedder.dim)
    VectorCache(tmp_path / "v.db").passages(embedder, ["x"])
    assert embedder.embedded == ["x"]


def test_a_place_that_cant_be_written_is_told(tmp_path: Path):
    (tmp_path / "index").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(StorageError, match="Can't write the search index"):
        VectorCache(tmp_path / "index" / "v.db").passages(HashEmbedder(), ["x"])
