import torch


def sequence_log_probs(logits, tokens, mask):
    if logits.shape[:-1] != tokens.shape or tokens.shape != mask.shape or tokens.ndim != 2:
        shapes = [tuple(one.shape) for one in (logits, tokens, mask)]
        raise ValueError(f"shapes of logits, tokens and mask do not fit: {shapes}")
    exact = logits[:, :-1].to(torch.promote_types(logits.dtype, torch.float32))  # position t predicts token t + 1
    counted = mask[:, 1:]
    labels = tokens[:, 1:].masked_fill(~counted, 0)  # what is masked may be no token at all

    log_probs = exact - torch.logsumexp(exact, dim=-1, keepdim=True)
    chosen = log_probs.gather(-1, labels[..., None])[..., 0]
    return chosen.masked_fill(~counted, 0).sum(dim=-1)


def dpo_loss(policy_chosen, policy_rejected, ref_chosen, ref_rejected, *, beta=0.1, label_smoothing=0.0):
    if not policy_chosen.shape == policy_rejected.shape == ref_chosen.shape == ref_rejected.shape:
        raise ValueError("the four log-probabilities need the same shape")
    chosen_rewards = beta * (policy_chosen - ref_chosen.detach())
    rejected_rewards = beta * (policy_rejected - ref_rejected.detach())
    margins = chosen_rewards - rejected_rewards

    # −log σ(z) = log(1 + exp(−z)), which logaddexp computes without overflow or log 0.
    zero = torch.zeros_like(margins)
    losses = (1 - label_smoothing) * torch.logaddexp(zero, -margins) + label_smoothing * torch.logaddexp(zero, margins)
    return losses.mean(), chosen_rewards.detach(), rejected_rewards.detach()
