"""The references against PyTorch's own functions, which neither they nor the tests of the tasks use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from interviewer.coding.backend import NumpyBackend, make_backend
from interviewer.coding.calls import Code, LocalCaller
from interviewer.coding.variants import load_reference
from interviewer.resources import data_folder

pytestmark = pytest.mark.torch


def reference(task: str) -> Code:
    source = load_reference(data_folder("knowledge") / "coding" / task, "numpy")
    return Code(LocalCaller(source, NumpyBackend()))


def by_torch(function: Callable[..., Any], *args: np.ndarray, **options: Any) -> np.ndarray:
    backend = make_backend("torch")
    return backend.leave(function(*(backend.enter(arg) for arg in args), **options))


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_gqa():
    from torch.nn.functional import scaled_dot_product_attention

    q, k, v = normal(2, 8, 6, 16), normal(2, 2, 6, 16, seed=1), normal(2, 2, 6, 16, seed=2)
    code = reference("gqa")
    for causal in (False, True):
        wanted = by_torch(scaled_dot_product_attention, q, k, v, is_causal=causal, enable_gqa=True)
        np.testing.assert_allclose(code.grouped_query_attention(q, k, v, causal=causal), wanted, rtol=1e-5, atol=1e-5)


def test_a_row_that_sees_nothing_is_zero_there_too():
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    q, k, v = normal(1, 2, 3, 4), normal(1, 2, 3, 4, seed=1), normal(1, 2, 3, 4, seed=2)
    mask = np.ones((3, 3), dtype=bool)
    mask[1] = False
    wanted = by_torch(scaled_dot_product_attention, q, k, v, attn_mask=torch.from_numpy(mask))
    found = reference("gqa").grouped_query_attention(q, k, v, attn_mask=mask)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


def test_causal_mha():
    import torch

    x, w_qkv, b_qkv, w_out, b_out = normal(2, 5, 8), normal(8, 24, seed=1), normal(24), normal(8, 8, seed=2), normal(8)
    layer = torch.nn.MultiheadAttention(8, 2, batch_first=True)
    with torch.no_grad():
        for parameter, value in (
            (layer.in_proj_weight, w_qkv.T),
            (layer.in_proj_bias, b_qkv),
            (layer.out_proj.weight, w_out.T),
            (layer.out_proj.bias, b_out),
        ):
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)))
    hidden = torch.ones(5, 5, dtype=torch.bool).triu(1)
    wanted = by_torch(lambda x: layer(x, x, x, attn_mask=hidden, need_weights=False)[0], x)
    found = reference("causal-mha").causal_mha(x, w_qkv, b_qkv, w_out, b_out, n_heads=2)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)


def test_blockwise_attention():
    from torch.nn.functional import scaled_dot_product_attention

    q, k, v = normal(6, 8), normal(6, 8, seed=1), normal(6, 8, seed=2)
    wanted = by_torch(scaled_dot_product_attention, q, k, v, is_causal=True)
    found, _ = reference("online-softmax").blockwise_attention(q, k, v, block=4, causal=True)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


def test_norms():
    import torch

    x, weight, bias = normal(2, 3, 8) * 3 + 1, normal(8, seed=1), normal(8, seed=2)
    code = reference("norms")
    layer = by_torch(lambda x, w, b: torch.nn.functional.layer_norm(x, (8,), w, b), x, weight, bias)
    np.testing.assert_allclose(code.layer_norm(x, weight, bias), layer, rtol=1e-5, atol=1e-5)
    rms = by_torch(lambda x, w: torch.nn.functional.rms_norm(x, (8,), w, eps=1e-6), x, weight)
    np.testing.assert_allclose(code.rms_norm(x, weight), rms, rtol=1e-5, atol=1e-5)
