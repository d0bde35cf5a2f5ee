import torch


def beam_search(log_probs, *, start, eos, beam, max_length, length_penalty=0.0):
    if beam < 1 or max_length < 1:
        raise ValueError(f"beam {beam} and max_length {max_length} must be at least 1")
    device = log_probs.device
    prefixes = torch.full((1, 1), start, device=device)
    totals = torch.zeros(1, dtype=log_probs.dtype, device=device)
    candidates = []
    for _ in range(max_length):
        extended = totals[:, None] + log_probs[prefixes[:, -1]]  # (live, V)
        best = torch.argsort(extended.flatten(), descending=True, stable=True)[:beam]  # over all prefixes at once
        parents, tokens = best // log_probs.shape[1], best % log_probs.shape[1]
        totals = extended[parents, tokens]
        prefixes = torch.cat([prefixes[parents], tokens[:, None]], dim=1)

        possible, ended = ~torch.isneginf(totals), tokens == eos
        candidates += _pairs(prefixes, totals, possible & ended)
        live = possible & ~ended
        prefixes, totals = prefixes[live], totals[live]
        if not len(totals):
            break

    candidates += _pairs(prefixes, totals, torch.ones_like(totals, dtype=torch.bool))
    scored = [(tokens, total / len(tokens) ** length_penalty) for tokens, total in candidates]
    return sorted(scored, key=lambda one: -one[1])[:beam]


def _pairs(prefixes, totals, chosen):
    return list(zip(prefixes[chosen, 1:].tolist(), totals[chosen].tolist(), strict=True))
