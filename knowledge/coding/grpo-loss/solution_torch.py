import torch


def group_advantages(rewards, *, scale=True, eps=1e-6):
    centred = rewards - rewards.mean(dim=1, keepdim=True)
    deviation = rewards.std(dim=1, keepdim=True, correction=0)
    return centred / (deviation + eps) if scale else centred


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
        raise ValueError(f"advantages {tuple(advantages.shape)} do not fit {tuple(log_probs.shape)}")
    # Masked before the exponential: the gradient of 0 times an overflow would be NaN.
    ratio = torch.exp((log_probs - old_log_probs.detach()).masked_fill(~mask, 0))
    gap = (ref_log_probs.detach() - log_probs).masked_fill(~mask, 0)
    kl = torch.exp(gap) - gap - 1

    advantage = advantages.detach()[:, None]
    clipped = ratio.clip(1 - clip_low, 1 + clip_high)
    objective = torch.minimum(ratio * advantage, clipped * advantage) - beta * kl
    objective = objective.masked_fill(~mask, 0)
    if token_mean:
        return -objective.sum() / max(int(mask.sum()), 1)
    return -(objective.sum(dim=1) / mask.sum(dim=1).clip(min=1)).mean()
