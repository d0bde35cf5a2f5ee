import numpy as np


def beam_search(log_probs, *, start, eos, beam, max_length, length_penalty=0.0):
    if beam < 1 or max_length < 1:
        raise ValueError(f"beam {beam} and max_length {max_length} must be at least 1")
    prefixes, totals = [[start]], np.zeros(1, dtype=log_probs.dtype)
    finished = []
    for _ in range(max_length):
        ends = [prefix[-1] for prefix in prefixes]
        extended = totals[:, None] + log_probs[ends]  # (live, V)
        best = np.argsort(-extended, axis=None, kind="stable")[:beam]  # over all prefixes at once
        live = []
        for index in best:
            parent, token = divmod(int(index), log_probs.shape[1])
            total = extended[parent, token]
            if np.isneginf(total):
                continue
            tokens = [*prefixes[parent], token]
            (finished if token == eos else live).append((tokens, total))
        prefixes = [tokens for tokens, _ in live]
        totals = np.array([total for _, total in live], dtype=log_probs.dtype)
        if not live:
            break

    candidates = finished + list(zip(prefixes, totals, strict=True))
    scored = [(tokens[1:], float(total) / (len(tokens) - 1) ** length_penalty) for tokens, total in candidates]
    return sorted(scored, key=lambda one: -one[1])[:beam]
