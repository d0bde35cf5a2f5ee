import math

import torch


def update(row_max, row_sum, acc, scores, v):
    new_max = torch.maximum(row_max, scores.amax(dim=-1))
    # While nothing has been visible the maximum is −inf; −inf − (−inf) would be NaN.
    shift = new_max.masked_fill(torch.isneginf(new_max), 0)
    powers = torch.exp(scores - shift[:, None])
    decay = torch.exp(row_max - shift)  # what was summed under the old maximum counts this much under the new one
    return new_max, row_sum * decay + powers.sum(dim=-1), acc * decay[:, None] + powers @ v


def blockwise_attention(q, k, v, *, block, causal=False):
    if block < 1:
        raise ValueError(f"a block of {block} keys")
    length, width = q.shape
    total = k.shape[0]
    exact = torch.promote_types(q.dtype, torch.float32)
    queries = q.to(exact) / math.sqrt(width)
    row_max = torch.full((length,), -math.inf, dtype=exact, device=q.device)
    row_sum = torch.zeros(length, dtype=exact, device=q.device)
    acc = torch.zeros(length, v.shape[1], dtype=exact, device=q.device)

    for start in range(0, total, block):
        stop = min(start + block, total)
        scores = queries @ k[start:stop].to(exact).T
        if causal:
            last_seen = torch.arange(length, device=q.device)[:, None] + total - length
            hidden = torch.arange(start, stop, device=q.device) > last_seen
            scores = scores.masked_fill(hidden, -math.inf)
        row_max, row_sum, acc = update(row_max, row_sum, acc, scores, v[start:stop].to(exact))

    divisor = row_sum.masked_fill(row_sum == 0, 1)
    return (acc / divisor[:, None]).to(q.dtype), row_max + torch.log(row_sum)
