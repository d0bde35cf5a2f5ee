import math

import numpy as np


def self_attention(x, wq, wk, wv, wo=None, *, n_heads=1, causal=False, key_padding_mask=None):
    if wq.shape[1] % n_heads or wv.shape[1] % n_heads:
        raise ValueError(f"{n_heads} heads do not divide widths {wq.shape[1]} and {wv.shape[1]}")
    batch, length, _ = x.shape
    q, k, v = _heads(x @ wq, n_heads), _heads(x @ wk, n_heads), _heads(x @ wv, n_heads)

    scores = q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])
    hidden = np.zeros((batch, 1, length, length), dtype=bool)
    if causal:
        hidden = hidden | np.triu(np.ones((length, length), dtype=bool), 1)
    if key_padding_mask is not None:
        hidden = hidden | key_padding_mask[:, None, None, :]
    weights = _softmax(np.where(hidden, -np.inf, scores))

    out = (weights @ v).swapaxes(1, 2).reshape(batch, length, -1)
    if wo is not None:
        out = out @ wo
    return out, weights


def _heads(projected, n_heads):
    """(B, N, h·d) -> (B, h, N, d)"""
    batch, length, width = projected.shape
    return projected.reshape(batch, length, n_heads, width // n_heads).swapaxes(1, 2)


def _softmax(scores):
    highest = scores.max(axis=-1, keepdims=True)
    # A row that sees nothing has −inf as its maximum; its weights shall be 0, not NaN.
    powers = np.exp(scores - np.where(np.isneginf(highest), 0, highest))
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total == 0, 1, total)
