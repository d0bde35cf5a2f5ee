from collections import Counter
from itertools import pairwise

END = "</w>"


def train(word_counts, n_merges):
    words = {word: [*word, END] for word in word_counts}
    merges = []
    while len(merges) < n_merges:
        counts = Counter()
        for word, symbols in words.items():
            for pair in pairwise(symbols):
                counts[pair] += word_counts[word]
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        words = {word: _merge(symbols, best) for word, symbols in words.items()}
    return merges


def encode(text, merges):
    ranks = {tuple(pair): rank for rank, pair in enumerate(merges)}
    tokens = []
    for word in text.split():
        symbols = [*word, END]
        while len(symbols) > 1:
            first = min(pairwise(symbols), key=lambda pair: ranks.get(pair, len(ranks)))
            if first not in ranks:
                break
            symbols = _merge(symbols, first)
        tokens += symbols
    return tokens


def decode(tokens):
    return "".join(tokens).replace(END, " ").strip()


def _merge(symbols, pair):
    merged, place = [], 0
    while place < len(symbols):
        if tuple(symbols[place : place + 2]) == pair:
            merged.append(symbols[place] + symbols[place + 1])
            place += 2
        else:
            merged.append(symbols[place])
            place += 1
    return merged
