import math

import numpy as np


def causal_mha(x, w_qkv, b_qkv, w_out, b_out, *, n_heads, segments=None):
    batch, length, width = x.shape
    if width % n_heads or w_qkv.shape != (width, 3 * width):
        raise ValueError(f"{n_heads} heads, w_qkv {w_qkv.shape} do not fit a width of {width}")
    size = width // n_heads

    qkv = x @ w_qkv + b_qkv
    qkv = qkv.reshape(batch, length, 3, n_heads, size)
    q, k, v = qkv.transpose(2, 0, 3, 1, 4)  # each (B, h, N, d)

    scores = q @ k.swapaxes(-1, -2) / math.sqrt(size)
    visible = np.tril(np.ones((length, length), dtype=bool))
    if segments is not None:
        visible = visible & (segments[:, None, :, None] == segments[:, None, None, :])
    scores = np.where(visible, scores, -np.inf)
    scores = scores - scores.max(axis=-1, keepdims=True)  # each token sees itself, so no row is empty
    weights = np.exp(scores)
    weights = weights / weights.sum(axis=-1, keepdims=True)

    joined = (weights @ v).swapaxes(1, 2).reshape(batch, length, width)
    return (joined @ w_out + b_out).astype(x.dtype)
