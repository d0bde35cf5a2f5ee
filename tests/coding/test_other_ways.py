"""Right solutions that are written quite differently from the references pass all the same."""

from __future__ import annotations

import pytest

from interviewer.coding.backend import make_backend
from interviewer.coding.oracle import run_behaviours
from interviewer.coding.task import BackendName
from interviewer.resources import data_folder

GQA = '''
import numpy as np

def grouped_query_attention(q, k, v, *, causal=False, attn_mask=None, scale=None):
    """No copies of K and V: a group axis and einsum, everything in float64, masks as additions."""
    b, h, l, e = q.shape
    g, s = k.shape[1:3]
    if h % g or k.shape[:3] != v.shape[:3]:
        raise ValueError("shapes")
    grouped = q.reshape(b, g, h // g, l, e).astype(np.float64)
    scores = np.einsum("bgrle,bgse->bgrls", grouped, k.astype(np.float64)).reshape(b, h, l, s)
    scores *= e ** -0.5 if scale is None else scale
    if causal:
        scores += np.where(np.arange(s) > np.arange(l)[:, None] + s - l, -np.inf, 0)
    if attn_mask is not None:
        scores += np.where(attn_mask, 0, -np.inf) if attn_mask.dtype == bool else attn_mask
    p = np.exp(scores - np.maximum(scores.max(-1, keepdims=True), -1e30))
    p /= np.maximum(p.sum(-1, keepdims=True), 1e-300)
    return np.einsum("bgrls,bgse->bgrle", p.reshape(b, g, h // g, l, s), v).reshape(b, h, l, -1).astype(q.dtype)
'''
GQA_BY_LIBRARY = """
import torch
import torch.nn.functional as F

def grouped_query_attention(q, k, v, *, causal=False, attn_mask=None, scale=None):
    if q.shape[1] % k.shape[1] or k.shape[:3] != v.shape[:3]:
        raise ValueError("shapes")
    l, s = q.shape[2], k.shape[2]
    bias = torch.zeros(l, s, dtype=q.dtype)
    if causal:
        bias = bias.masked_fill(torch.ones(l, s, dtype=torch.bool).triu(s - l + 1), float("-inf"))
    if attn_mask is not None and attn_mask.dtype == torch.bool:
        bias = bias.expand(torch.broadcast_shapes(bias.shape, attn_mask.shape)).masked_fill(~attn_mask, float("-inf"))
    elif attn_mask is not None:
        bias = bias + attn_mask
    return F.scaled_dot_product_attention(q, k, v, attn_mask=bias, scale=scale, enable_gqa=True)
"""
ONLINE_SOFTMAX = """
import numpy as np

def update(row_max, row_sum, acc, scores, v):
    m = np.maximum(row_max, scores.max(1))
    old = np.where(np.isinf(row_max), 0, np.exp(row_max - m))
    p = np.where(np.isinf(scores), 0, np.exp(scores - m[:, None]))
    return m, row_sum * old + p.sum(1), acc * old[:, None] + p @ v

def blockwise_attention(q, k, v, *, block, causal=False):
    if block <= 0:
        raise ValueError("block")
    l, s = len(q), len(k)
    state = np.full(l, -np.inf), np.zeros(l), np.zeros((l, v.shape[1]))
    for first in range(0, s, block):
        scores = q.astype(float) @ k[first : first + block].T.astype(float) / np.sqrt(q.shape[1])
        if causal:
            keys = np.arange(first, min(first + block, s))
            scores[keys > np.arange(l)[:, None] + s - l] = -np.inf
        state = update(*state, scores, v[first : first + block].astype(float))
    top, total, acc = state
    return np.where(total[:, None] > 0, acc / total[:, None], 0).astype(q.dtype), top + np.log(total)
"""
NORMS_BY_LIBRARY = """
import torch.nn.functional as F

def layer_norm(x, weight, bias, *, eps=1e-5):
    if not x.shape[-1:] == weight.shape == bias.shape:
        raise ValueError("shapes")
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps)

def rms_norm(x, weight, *, eps=1e-6):
    if x.shape[-1:] != weight.shape:
        raise ValueError("shapes")
    return F.rms_norm(x, x.shape[-1:], weight, eps)
"""
ROPE_AS_IN_LLAMA = """
import torch

def apply_rope(x, positions, *, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError("odd")
    inv_freq = 1.0 / (base ** (torch.arange(0, d, 2).float() / d))
    freqs = positions.float().unsqueeze(-1) * inv_freq
    emb = torch.cat((freqs, freqs), dim=-1)
    if emb.dim() == 3:
        emb = emb.unsqueeze(1)
    rotated = torch.cat((-x[..., d // 2 :], x[..., : d // 2]), dim=-1)
    return (x * emb.cos() + rotated * emb.sin()).to(x.dtype)
"""
ATTENTION_WITH_LARGE_NEGATIVE = """
import torch

def self_attention(x, wq, wk, wv, wo=None, *, n_heads=1, causal=False, key_padding_mask=None):
    b, n, _ = x.shape
    if wq.shape[1] % n_heads or wv.shape[1] % n_heads:
        raise ValueError("heads")
    q, k, v = ((x @ w).view(b, n, n_heads, -1).transpose(1, 2) for w in (wq, wk, wv))
    scores = torch.einsum("bhid,bhjd->bhij", q, k) * q.shape[-1] ** -0.5
    mask = torch.zeros(b, 1, n, n, dtype=torch.bool)
    if causal:
        mask = mask | torch.ones(n, n, dtype=torch.bool).triu(1)
    if key_padding_mask is not None:
        mask = mask | key_padding_mask[:, None, None]
    weights = scores.masked_fill(mask, -1e9).softmax(-1).masked_fill(mask, 0)
    out = (weights @ v).transpose(1, 2).flatten(2)
    return (out if wo is None else out @ wo), weights
"""
needs_torch = pytest.mark.torch


@pytest.mark.parametrize(
    ("task", "backend", "solution"),
    [
        pytest.param("gqa", "numpy", GQA, id="gqa by einsum"),
        pytest.param("online-softmax", "numpy", ONLINE_SOFTMAX, id="online softmax in float64"),
        pytest.param("gqa", "torch", GQA_BY_LIBRARY, id="gqa by the library", marks=needs_torch),
        pytest.param("norms", "torch", NORMS_BY_LIBRARY, id="norms by the library", marks=needs_torch),
        pytest.param("rope", "torch", ROPE_AS_IN_LLAMA, id="rope as in LLaMA", marks=needs_torch),
        pytest.param("self-attention", "torch", ATTENTION_WITH_LARGE_NEGATIVE, id="attention, -1e9", marks=needs_torch),
    ],
)
def test_it_passes(task: str, backend: BackendName, solution: str):
    results = run_behaviours(data_folder("knowledge") / "coding" / task, solution, make_backend(backend))
    assert [(one.name.en, one.reason) for one in results if not one.passed] == []
