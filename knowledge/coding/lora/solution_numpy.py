import math

import numpy as np


def lora_forward(x, w, a, b, *, alpha, bias=None, rank_stabilized=False):
    _check_shapes(w, a, b)
    if x.shape[-1] != w.shape[1] or (bias is not None and bias.shape != w.shape[:1]):
        raise ValueError(f"x {x.shape} or the bias does not fit w {w.shape}")
    exact = np.promote_types(x.dtype, np.float32)
    inputs = x.astype(exact)
    out = inputs @ w.astype(exact).T
    if bias is not None:
        out = out + bias.astype(exact)
    # Through the r-wide bottleneck: r·(m + n) multiplications a token; b·a alone would cost r·m·n.
    update = (inputs @ a.astype(exact).T) @ b.astype(exact).T
    return (out + _scaling(alpha, a, rank_stabilized) * update).astype(x.dtype)


def lora_merge(w, a, b, *, alpha, rank_stabilized=False):
    _check_shapes(w, a, b)
    exact = np.promote_types(w.dtype, np.float32)
    update = b.astype(exact) @ a.astype(exact)
    return (w.astype(exact) + _scaling(alpha, a, rank_stabilized) * update).astype(w.dtype)


def _scaling(alpha, a, rank_stabilized):
    rank = a.shape[0]
    return alpha / math.sqrt(rank) if rank_stabilized else alpha / rank


def _check_shapes(w, a, b):
    if a.shape[0] < 1 or a.shape[1] != w.shape[1] or b.shape != (w.shape[0], a.shape[0]):
        raise ValueError(f"shapes do not fit: w {w.shape}, a {a.shape}, b {b.shape}")
