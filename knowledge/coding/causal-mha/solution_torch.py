import math

import torch


def causal_mha(x, w_qkv, b_qkv, w_out, b_out, *, n_heads, segments=None):
    batch, length, width = x.shape
    if width % n_heads or w_qkv.shape != (width, 3 * width):
        raise ValueError(f"{n_heads} heads, w_qkv {tuple(w_qkv.shape)} do not fit a width of {width}")
    size = width // n_heads

    qkv = x @ w_qkv + b_qkv
    qkv = qkv.reshape(batch, length, 3, n_heads, size)
    q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each (B, h, N, d)

    scores = q @ k.transpose(-1, -2) / math.sqrt(size)
    visible = torch.ones(length, length, dtype=torch.bool, device=x.device).tril()
    if segments is not None:
        visible = visible & (segments[:, None, :, None] == segments[:, None, None, :])
    scores = scores.masked_fill(~visible, -math.inf)  # each token sees itself, so no row is empty
    weights = torch.softmax(scores, dim=-1)

    joined = (weights @ v).transpose(1, 2).reshape(batch, length, width)
    return (joined @ w_out + b_out).to(x.dtype)
