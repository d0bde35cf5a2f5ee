import math

import torch


def next_token_probs(logits, *, temperature=1.0, top_k=None, top_p=None):
    _check_settings(temperature, top_k, top_p)
    exact = logits.to(torch.promote_types(logits.dtype, torch.float32))
    ranked, order = torch.sort(exact, dim=-1, descending=True, stable=True)  # of equals the lower id first
    if temperature == 0:
        top_k, temperature = 1, 1.0
    ranked = ranked / temperature
    if top_k is not None:
        ranked[..., top_k:] = -math.inf

    probs = torch.softmax(ranked, dim=-1)
    if top_p is not None and top_p < 1:  # at 1 rounding could drop the tail
        before = probs.cumsum(dim=-1) - probs  # what all more probable tokens have together
        probs = probs.masked_fill(before >= top_p, 0)
        probs = probs / probs.sum(dim=-1, keepdim=True)
    return torch.zeros_like(probs).scatter(-1, order, probs)


def draw(probs, u):
    running = probs.cumsum(dim=-1)
    first = (running <= u[..., None]).sum(dim=-1)
    places = torch.arange(probs.shape[-1], device=probs.device)
    last = torch.where(probs > 0, places, 0).amax(dim=-1)
    return torch.minimum(first, last)


def _check_settings(temperature, top_k, top_p):
    if temperature < 0:
        raise ValueError(f"temperature {temperature} is negative")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k {top_k} keeps nothing")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p {top_p} is not in (0, 1]")
