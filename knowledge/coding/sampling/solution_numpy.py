import numpy as np


def next_token_probs(logits, *, temperature=1.0, top_k=None, top_p=None):
    _check_settings(temperature, top_k, top_p)
    exact = logits.astype(np.promote_types(logits.dtype, np.float32))
    order = np.argsort(-exact, axis=-1, kind="stable")  # of equals the lower id first
    ranked = np.take_along_axis(exact, order, axis=-1)
    ranked = ranked - ranked[..., :1]  # the largest is 0 now, so exponentials stay below 1
    if temperature == 0:
        top_k, temperature = 1, 1.0
    ranked = ranked / temperature
    if top_k is not None:
        ranked[..., top_k:] = -np.inf

    probs = _normalised(np.exp(ranked))
    if top_p is not None and top_p < 1:  # at 1 rounding could drop the tail
        before = np.cumsum(probs, axis=-1) - probs  # what all more probable tokens have together
        probs = _normalised(np.where(before < top_p, probs, 0))
    out = np.zeros_like(probs)
    np.put_along_axis(out, order, probs, axis=-1)
    return out


def draw(probs, u):
    running = np.cumsum(probs, axis=-1)
    first = (running <= u[..., None]).sum(axis=-1)
    places = np.arange(probs.shape[-1])
    last = np.where(probs > 0, places, 0).max(axis=-1)
    return np.minimum(first, last).astype(np.int64)


def _normalised(weights):
    return weights / weights.sum(axis=-1, keepdims=True)


def _check_settings(temperature, top_k, top_p):
    if temperature < 0:
        raise ValueError(f"temperature {temperature} is negative")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k {top_k} keeps nothing")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p {top_p} is not in (0, 1]")
