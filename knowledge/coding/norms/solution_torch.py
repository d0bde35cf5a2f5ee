import torch


def layer_norm(x, weight, bias, *, eps=1e-5):
    _check(x, weight, bias)
    exact = x.to(torch.promote_types(x.dtype, torch.float32))  # squares overflow in half precision
    centred = exact - exact.mean(dim=-1, keepdim=True)
    variance = (centred**2).mean(dim=-1, keepdim=True)  # not E[x²] − E[x]², which cancels
    out = centred / torch.sqrt(variance + eps) * weight + bias
    return out.to(x.dtype)


def rms_norm(x, weight, *, eps=1e-6):
    _check(x, weight)
    exact = x.to(torch.promote_types(x.dtype, torch.float32))
    mean_square = (exact**2).mean(dim=-1, keepdim=True)
    out = exact / torch.sqrt(mean_square + eps) * weight
    return out.to(x.dtype)


def _check(x, *parameters):
    for parameter in parameters:
        if parameter.shape != x.shape[-1:]:
            raise ValueError(f"a parameter of shape {tuple(parameter.shape)} for vectors of {x.shape[-1]}")
