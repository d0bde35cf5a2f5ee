import math

import numpy as np


def grouped_query_attention(q, k, v, *, causal=False, attn_mask=None, scale=None):
    _check_shapes(q, k, v)
    heads, length, width = q.shape[1:]
    group = heads // k.shape[1]
    if scale is None:
        scale = 1 / math.sqrt(width)
    # Half precision overflows in q·k, so at least float32 from here on.
    exact = np.promote_types(q.dtype, np.float32)
    queries = q.astype(exact)
    keys = np.repeat(k.astype(exact), group, axis=1)  # 0, 0, 1, 1: neighbours share a KV head
    values = np.repeat(v.astype(exact), group, axis=1)

    scores = queries @ keys.swapaxes(-1, -2) * scale
    if attn_mask is not None and attn_mask.dtype != bool:
        scores = scores + attn_mask
    hidden = np.zeros(scores.shape, dtype=bool)
    if attn_mask is not None and attn_mask.dtype == bool:
        hidden = hidden | ~attn_mask
    if causal:
        # The last query stands at the last key, also when k holds a cache that is longer than q.
        hidden = hidden | ~np.tril(np.ones((length, k.shape[2]), dtype=bool), k.shape[2] - length)
    scores = np.where(hidden, -np.inf, scores)

    weights = _softmax(scores)
    return (weights @ values).astype(q.dtype)


def _softmax(scores):
    highest = scores.max(axis=-1, keepdims=True)
    # A row without any visible key has −inf as its maximum; its weights shall be 0, not NaN.
    weights = np.exp(scores - np.where(np.isneginf(highest), 0, highest))
    total = weights.sum(axis=-1, keepdims=True)
    return weights / np.where(total == 0, 1, total)


def _check_shapes(q, k, v):
    if not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError("q, k and v need four axes")
    if q.shape[0] != k.shape[0] or k.shape[:3] != v.shape[:3] or q.shape[3] != k.shape[3]:
        raise ValueError(f"shapes do not fit: q {q.shape}, k {k.shape}, v {v.shape}")
    if q.shape[1] % k.shape[1]:
        raise ValueError(f"{q.shape[1]} query heads can't share {k.shape[1]} KV heads evenly")
