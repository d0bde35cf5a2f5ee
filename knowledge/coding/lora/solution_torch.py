import math

import torch


def lora_forward(x, w, a, b, *, alpha, bias=None, rank_stabilized=False):
    _check_shapes(w, a, b)
    if x.shape[-1] != w.shape[1] or (bias is not None and bias.shape != w.shape[:1]):
        raise ValueError(f"x {tuple(x.shape)} or the bias does not fit w {tuple(w.shape)}")
    exact = torch.promote_types(x.dtype, torch.float32)
    inputs = x.to(exact)
    out = inputs @ w.detach().to(exact).T
    if bias is not None:
        out = out + bias.detach().to(exact)
    # Through the r-wide bottleneck: r·(m + n) multiplications a token; b·a alone would cost r·m·n.
    update = (inputs @ a.to(exact).T) @ b.to(exact).T
    return (out + _scaling(alpha, a, rank_stabilized) * update).to(x.dtype)


def lora_merge(w, a, b, *, alpha, rank_stabilized=False):
    _check_shapes(w, a, b)
    exact = torch.promote_types(w.dtype, torch.float32)
    update = b.to(exact) @ a.to(exact)
    return (w.to(exact) + _scaling(alpha, a, rank_stabilized) * update).to(w.dtype)


def _scaling(alpha, a, rank_stabilized):
    rank = a.shape[0]
    return alpha / math.sqrt(rank) if rank_stabilized else alpha / rank


def _check_shapes(w, a, b):
    if a.shape[0] < 1 or a.shape[1] != w.shape[1] or b.shape != (w.shape[0], a.shape[0]):
        raise ValueError(f"shapes do not fit: w {tuple(w.shape)}, a {tuple(a.shape)}, b {tuple(b.shape)}")
