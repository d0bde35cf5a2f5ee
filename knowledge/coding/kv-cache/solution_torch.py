import math

import torch


def cached_attention(x, wq, wk, wv, wo, *, n_heads, cache=None):
    batch, new, width = x.shape
    if width % n_heads:
        raise ValueError(f"{n_heads} heads do not divide a width of {width}")
    size = width // n_heads
    q, k, v = _heads(x @ wq, n_heads), _heads(x @ wk, n_heads), _heads(x @ wv, n_heads)

    if cache is not None:
        old_k, old_v = cache
        if old_k.shape != old_v.shape or old_k.shape != (batch, n_heads, old_k.shape[2], size):
            raise ValueError(f"the cache holds {tuple(old_k.shape)} and {tuple(old_v.shape)}")
        k = torch.cat([old_k, k], dim=2)
        v = torch.cat([old_v, v], dim=2)
    past = k.shape[2] - new

    # Half precision may overflow in q·k.
    exact = torch.promote_types(x.dtype, torch.float32)
    scores = q.to(exact) @ k.to(exact).transpose(-1, -2) / math.sqrt(size)
    visible = torch.ones(new, past + new, dtype=torch.bool, device=x.device).tril(past)
    scores = scores.masked_fill(~visible, -math.inf)
    weights = torch.softmax(scores, dim=-1)

    joined = (weights.to(x.dtype) @ v).transpose(1, 2).reshape(batch, new, width)
    return joined @ wo, (k, v)


def _heads(projected, n_heads):
    """(B, L, D) -> (B, h, L, D / h)"""
    batch, length, width = projected.shape
    return projected.reshape(batch, length, n_heads, width // n_heads).transpose(1, 2)
