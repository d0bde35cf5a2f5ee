import numpy as np


def sequence_log_probs(logits, tokens, mask):
    if logits.shape[:-1] != tokens.shape or tokens.shape != mask.shape or tokens.ndim != 2:
        raise ValueError(f"shapes do not fit: logits {logits.shape}, tokens {tokens.shape}, mask {mask.shape}")
    exact = logits[:, :-1].astype(np.promote_types(logits.dtype, np.float32))  # position t predicts token t + 1
    counted = mask[:, 1:]
    labels = np.where(counted, tokens[:, 1:], 0)  # what is masked may be no token at all

    shifted = exact - exact.max(axis=-1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    chosen = np.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    return np.where(counted, chosen, 0).sum(axis=-1)


def dpo_loss(policy_chosen, policy_rejected, ref_chosen, ref_rejected, *, beta=0.1, label_smoothing=0.0):
    if not policy_chosen.shape == policy_rejected.shape == ref_chosen.shape == ref_rejected.shape:
        raise ValueError("the four log-probabilities need the same shape")
    chosen_rewards = beta * (policy_chosen - ref_chosen)
    rejected_rewards = beta * (policy_rejected - ref_rejected)
    margins = chosen_rewards - rejected_rewards

    # −log σ(z) = log(1 + exp(−z)), which logaddexp computes without overflow or log 0.
    losses = (1 - label_smoothing) * np.logaddexp(0, -margins) + label_smoothing * np.logaddexp(0, margins)
    return losses.mean(), chosen_rewards, rejected_rewards
