import torch


def softmax(x, axis=-1):
    exact = x.to(torch.promote_types(x.dtype, torch.float32))
    powers = torch.exp(exact - exact.amax(dim=axis, keepdim=True))
    return (powers / powers.sum(dim=axis, keepdim=True)).to(x.dtype)


def cross_entropy(logits, targets, *, ignore_index=-100):
    if targets.shape != logits.shape[:-1]:
        raise ValueError(f"targets {tuple(targets.shape)} do not fit logits {tuple(logits.shape)}")
    counted = targets != ignore_index
    if (((targets < 0) | (targets >= logits.shape[-1])) & counted).any():
        raise ValueError(f"a target is none of the {logits.shape[-1]} classes")
    exact = logits.to(torch.promote_types(logits.dtype, torch.float32))

    # −log p = log Σ exp(x) − x[target]; the logarithm of a rounded p would be −∞ where p underflows.
    shifted = exact - exact.amax(dim=-1, keepdim=True)
    log_total = torch.log(torch.exp(shifted).sum(dim=-1))
    labels = targets.masked_fill(~counted, 0)  # an ignored label may be no index at all
    chosen = shifted.gather(-1, labels[..., None])[..., 0]
    losses = (log_total - chosen).masked_fill(~counted, 0)
    return losses.sum() / max(int(counted.sum()), 1)
