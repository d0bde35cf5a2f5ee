import math

import torch


def self_attention(x, wq, wk, wv, wo=None, *, n_heads=1, causal=False, key_padding_mask=None):
    if wq.shape[1] % n_heads or wv.shape[1] % n_heads:
        raise ValueError(f"{n_heads} heads do not divide widths {wq.shape[1]} and {wv.shape[1]}")
    batch, length, _ = x.shape
    q, k, v = _heads(x @ wq, n_heads), _heads(x @ wk, n_heads), _heads(x @ wv, n_heads)

    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    hidden = torch.zeros(batch, 1, length, length, dtype=torch.bool, device=x.device)
    if causal:
        hidden = hidden | torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
    if key_padding_mask is not None:
        hidden = hidden | key_padding_mask[:, None, None, :]
    # The softmax of a row that sees nothing would be NaN, and its gradient too; its weights shall be 0.
    nothing = hidden.all(dim=-1, keepdim=True)
    scores = scores.masked_fill(hidden & ~nothing, -math.inf)
    weights = torch.softmax(scores, dim=-1).masked_fill(nothing, 0)

    out = (weights @ v).transpose(1, 2).reshape(batch, length, -1)
    if wo is not None:
        out = out @ wo
    return out, weights


def _heads(projected, n_heads):
    """(B, N, h·d) -> (B, h, N, d)"""
    batch, length, width = projected.shape
    return projected.reshape(batch, length, n_heads, width // n_heads).transpose(1, 2)
