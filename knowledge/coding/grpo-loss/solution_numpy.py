import numpy as np


def group_advantages(rewards, *, scale=True, eps=1e-6):
    centred = rewards - rewards.mean(axis=1, keepdims=True)
    return centred / (rewards.std(axis=1, keepdims=True) + eps) if scale else centred


def grpo_loss(
    log_probs,
    old_log_probs,
    ref_log_probs,
    advantages,
    mask,
    *,
    clip_low=0.2,
    clip_high=0.2,
    beta=0.04,
    token_mean=False,
):
    if not log_probs.shape == old_log_probs.shape == ref_log_probs.shape == mask.shape:
        raise ValueError("log-probabilities and mask need the same shape")
    if log_probs.ndim != 2 or advantages.shape != log_probs.shape[:1]:
        raise ValueError(f"advantages {advantages.shape} do not fit log-probabilities {log_probs.shape}")
    # Masked before the exponential: 0 times an overflow would be NaN.
    ratio = np.exp(np.where(mask, log_probs - old_log_probs, 0))
    gap = np.where(mask, ref_log_probs - log_probs, 0)
    kl = np.exp(gap) - gap - 1

    advantage = advantages[:, None]
    clipped = ratio.clip(1 - clip_low, 1 + clip_high)
    objective = np.minimum(ratio * advantage, clipped * advantage) - beta * kl
    objective = np.where(mask, objective, 0)
    if token_mean:
        return -objective.sum() / max(int(mask.sum()), 1)
    lengths = np.maximum(mask.sum(axis=1), 1).astype(log_probs.dtype)
    return -(objective.sum(axis=1) / lengths).mean()
