import math

import numpy as np


def update(row_max, row_sum, acc, scores, v):
    new_max = np.maximum(row_max, scores.max(axis=-1))
    # While nothing has been visible the maximum is −inf; −inf − (−inf) would be NaN.
    shift = np.where(np.isneginf(new_max), 0, new_max)
    powers = np.exp(scores - shift[:, None])
    decay = np.exp(row_max - shift)  # what was summed under the old maximum counts this much under the new one
    return new_max, row_sum * decay + powers.sum(axis=-1), acc * decay[:, None] + powers @ v


def blockwise_attention(q, k, v, *, block, causal=False):
    if block < 1:
        raise ValueError(f"a block of {block} keys")
    length, width = q.shape
    total = k.shape[0]
    exact = np.promote_types(q.dtype, np.float32)
    queries = q.astype(exact) / math.sqrt(width)
    row_max = np.full(length, -np.inf, dtype=exact)
    row_sum = np.zeros(length, dtype=exact)
    acc = np.zeros((length, v.shape[1]), dtype=exact)

    for start in range(0, total, block):
        stop = min(start + block, total)
        scores = queries @ k[start:stop].astype(exact).T
        if causal:
            last_seen = np.arange(length)[:, None] + total - length
            scores = np.where(np.arange(start, stop) <= last_seen, scores, -np.inf)
        row_max, row_sum, acc = update(row_max, row_sum, acc, scores, v[start:stop].astype(exact))

    divisor = np.where(row_sum == 0, 1, row_sum)
    return (acc / divisor[:, None]).astype(q.dtype), row_max + np.log(row_sum)
