import numpy as np


def layer_norm(x, weight, bias, *, eps=1e-5):
    _check(x, weight, bias)
    exact = x.astype(np.promote_types(x.dtype, np.float32))  # squares overflow in half precision
    centred = exact - exact.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)  # not E[x²] − E[x]², which cancels
    out = centred / np.sqrt(variance + eps) * weight + bias
    return out.astype(x.dtype)


def rms_norm(x, weight, *, eps=1e-6):
    _check(x, weight)
    exact = x.astype(np.promote_types(x.dtype, np.float32))
    mean_square = (exact**2).mean(axis=-1, keepdims=True)
    out = exact / np.sqrt(mean_square + eps) * weight
    return out.astype(x.dtype)


def _check(x, *parameters):
    for parameter in parameters:
        if parameter.shape != x.shape[-1:]:
            raise ValueError(f"a parameter of shape {parameter.shape} for vectors of {x.shape[-1]}")
