import math

import numpy as np


def cached_attention(x, wq, wk, wv, wo, *, n_heads, cache=None):
    batch, new, width = x.shape
    if width % n_heads:
        raise ValueError(f"{n_heads} heads do not divide a width of {width}")
    size = width // n_heads
    q, k, v = _heads(x @ wq, n_heads), _heads(x @ wk, n_heads), _heads(x @ wv, n_heads)

    if cache is not None:
        old_k, old_v = cache
        if old_k.shape != old_v.shape or old_k.shape != (batch, n_heads, old_k.shape[2], size):
            raise ValueError(f"the cache holds {old_k.shape} and {old_v.shape}")
        k = np.concatenate([old_k, k], axis=2)
        v = np.concatenate([old_v, v], axis=2)
    past = k.shape[2] - new

    # Half precision may overflow in q·k.
    exact = np.promote_types(x.dtype, np.float32)
    scores = q.astype(exact) @ k.astype(exact).swapaxes(-1, -2) / math.sqrt(size)
    visible = np.tril(np.ones((new, past + new), dtype=bool), past)
    scores = np.where(visible, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = weights / weights.sum(axis=-1, keepdims=True)

    joined = (weights.astype(x.dtype) @ v).swapaxes(1, 2).reshape(batch, new, width)
    return joined @ wo, (k, v)


def _heads(projected, n_heads):
    """(B, L, D) -> (B, h, L, D / h)"""
    batch, length, width = projected.shape
    return projected.reshape(batch, length, n_heads, width // n_heads).swapaxes(1, 2)
