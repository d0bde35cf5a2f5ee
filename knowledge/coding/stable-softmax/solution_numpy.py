import numpy as np


def softmax(x, axis=-1):
    exact = x.astype(np.promote_types(x.dtype, np.float32))
    powers = np.exp(exact - exact.max(axis=axis, keepdims=True))
    return (powers / powers.sum(axis=axis, keepdims=True)).astype(x.dtype)


def cross_entropy(logits, targets, *, ignore_index=-100):
    if targets.shape != logits.shape[:-1]:
        raise ValueError(f"targets {targets.shape} do not fit logits {logits.shape}")
    counted = targets != ignore_index
    if (((targets < 0) | (targets >= logits.shape[-1])) & counted).any():
        raise ValueError(f"a target is none of the {logits.shape[-1]} classes")
    exact = logits.astype(np.promote_types(logits.dtype, np.float32))

    # −log p = log Σ exp(x) − x[target]; the logarithm of a rounded p would be −∞ where p underflows.
    shifted = exact - exact.max(axis=-1, keepdims=True)
    log_total = np.log(np.exp(shifted).sum(axis=-1))
    labels = np.where(counted, targets, 0)  # an ignored label may be no index at all
    chosen = np.take_along_axis(shifted, labels[..., None], axis=-1)[..., 0]
    losses = np.where(counted, log_total - chosen, 0)
    return losses.sum() / max(int(counted.sum()), 1)
