import math

import torch


def grouped_query_attention(q, k, v, *, causal=False, attn_mask=None, scale=None):
    _check_shapes(q, k, v)
    heads, length, width = q.shape[1:]
    group = heads // k.shape[1]
    if scale is None:
        scale = 1 / math.sqrt(width)
    # Half precision overflows in q·k, so at least float32 from here on.
    exact = torch.promote_types(q.dtype, torch.float32)
    queries = q.to(exact)
    keys = k.to(exact).repeat_interleave(group, dim=1)  # 0, 0, 1, 1: neighbours share a KV head
    values = v.to(exact).repeat_interleave(group, dim=1)

    scores = queries @ keys.transpose(-1, -2) * scale
    if attn_mask is not None and attn_mask.dtype != torch.bool:
        scores = scores + attn_mask
    hidden = torch.zeros_like(scores, dtype=torch.bool)
    if attn_mask is not None and attn_mask.dtype == torch.bool:
        hidden = hidden | ~attn_mask
    if causal:
        # The last query stands at the last key, also when k holds a cache that is longer than q.
        visible = torch.ones(length, k.shape[2], dtype=torch.bool, device=q.device).tril(k.shape[2] - length)
        hidden = hidden | ~visible
    scores = scores.masked_fill(hidden, -math.inf)

    # The softmax of a row without any visible key would be NaN, and its gradient too; its weights shall be 0.
    nothing = torch.isneginf(scores).all(dim=-1, keepdim=True)
    weights = torch.softmax(scores.masked_fill(nothing, 0), dim=-1).masked_fill(nothing, 0)
    return (weights @ values).to(q.dtype)


def _check_shapes(q, k, v):
    if not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError("q, k and v need four axes")
    if q.shape[0] != k.shape[0] or k.shape[:3] != v.shape[:3] or q.shape[3] != k.shape[3]:
        raise ValueError(f"shapes do not fit: q {tuple(q.shape)}, k {tuple(k.shape)}, v {tuple(v.shape)}")
    if q.shape[1] % k.shape[1]:
        raise ValueError(f"{q.shape[1]} query heads can't share {k.shape[1]} KV heads evenly")
