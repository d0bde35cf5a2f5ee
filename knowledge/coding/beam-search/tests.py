"""Behaviours of beam search. Tables are float64, token 0 is the start and the last token ends a sequence."""

import itertools
import math

import numpy as np

from interviewer.coding.behaviour import behaviour, check, close, raises, same, unchanged

NEVER = -math.inf


def table(*rows):
    """Log-probabilities from rows of probabilities."""
    return np.array([[math.log(p) if p else NEVER for p in row] for row in rows])


def random_table(size, *, seed=0):
    """Tokens never go down: otherwise two orders of the same steps would tie, and rounding decide between them."""
    weights = np.random.default_rng(seed).normal(size=(size, size)) * 1.5
    weights[np.tril_indices(size, -1)] = NEVER
    return weights - np.log(np.exp(weights).sum(axis=1, keepdims=True))


def total(log_probs, tokens):
    return sum(float(log_probs[i, j]) for i, j in itertools.pairwise([0, *tokens]))


def exhaustive(log_probs, eos, max_length, penalty=0.0):
    """All sequences that can come out, best first."""
    found = []
    others = [token for token in range(len(log_probs)) if token != eos]
    for length in range(1, max_length + 1):
        lasts = [eos] if length < max_length else range(len(log_probs))
        for middle in itertools.product(others, repeat=length - 1):
            for last in lasts:
                tokens = [*middle, last]
                if total(log_probs, tokens) > NEVER:
                    found.append((tokens, total(log_probs, tokens) / length**penalty))
    return sorted(found, key=lambda one: -one[1])


def step_by_step(log_probs, eos, beam, max_length, penalty=0.0):
    """The search with plain lists."""
    live, done = [([], 0.0)], []
    while live and len(live[0][0]) < max_length:
        grown = []
        for tokens, score in live:
            for token in range(len(log_probs)):
                step = float(log_probs[tokens[-1] if tokens else 0, token])
                if step > NEVER:
                    grown.append(([*tokens, token], score + step))
        grown.sort(key=lambda one: -one[1])
        done += [one for one in grown[:beam] if one[0][-1] == eos]
        live = [one for one in grown[:beam] if one[0][-1] != eos]
    ranked = [(tokens, score / len(tokens) ** penalty) for tokens, score in done + live]
    return sorted(ranked, key=lambda one: -one[1])[:beam]


def agree(found, wanted):
    same([list(tokens) for tokens, _ in found], [tokens for tokens, _ in wanted])
    close(np.array([float(score) for _, score in found]), np.array([score for _, score in wanted]))


# From 0 the step to 1 looks best, but what follows 2 is certain. 4 ends.
TRAP = table(
    (0, 0.5, 0.4, 0.1, 0),
    (0.1, 0.2, 0.2, 0.3, 0.2),
    (0, 0, 0, 1, 0),
    (0, 0, 0, 0, 1),
    (0, 0, 0, 0, 1),
)


@behaviour(zh="返回至多 beam 个 (整数列表, 数)", en="It gives at most beam pairs of a list and a number", plain=True)
def kinds(code):
    found = code.beam_search(random_table(5), start=0, eos=4, beam=3, max_length=3)
    check(len(found) <= 3, zh=f"返回了 {len(found)} 个", en=f"there are {len(found)}")
    for tokens, score in found:
        check(all(int(token) == token for token in tokens), zh="token 不是整数", en="tokens are not integers")
        close(float(score), total(random_table(5), [int(token) for token in tokens]))


@behaviour(zh="beam=1 就是贪心", en="A beam of 1 is greedy search")
def greedy(code):
    for seed in range(4):
        log_probs, last, tokens = random_table(6, seed=seed), 0, []
        while last != 5 and len(tokens) < 6:
            last = int(np.argmax(log_probs[last]))
            tokens.append(last)
        found = code.beam_search(log_probs, start=0, eos=5, beam=1, max_length=6)
        agree(found, [(tokens, total(log_probs, tokens))])


@behaviour(zh="beam=2 能走出贪心的陷阱", en="A beam of 2 avoids the trap that greedy search falls into")
def trap(code):
    found = code.beam_search(TRAP, start=0, eos=4, beam=2, max_length=4)
    agree(found[:1], [([2, 3, 4], math.log(0.4))])


@behaviour(zh="换了前缀时，历史 token 跟着换", en="When prefixes change places, their tokens move with them")
def histories(code):
    # 2 overtakes 1 after the second step.
    log_probs = table((0, 0.6, 0.4, 0, 0), (0, 0, 0, 0.3, 0), (0, 0, 0, 0.9, 0), (0, 0, 0, 0, 1), (0, 0, 0, 0, 1))
    found = code.beam_search(log_probs, start=0, eos=4, beam=2, max_length=3)
    agree(found, [([2, 3, 4], math.log(0.36)), ([1, 3, 4], math.log(0.18))])


@behaviour(zh="beam 足够大时与穷举一致", en="A beam that is wide enough finds what trying everything finds")
def wide(code):
    for seed in range(3):
        log_probs = random_table(4, seed=10 + seed)
        found = code.beam_search(log_probs, start=0, eos=3, beam=200, max_length=4)
        agree(found, exhaustive(log_probs, 3, 4))


@behaviour(zh="各种 beam 都与逐步计算一致", en="With any beam it equals the search step by step")
def narrow(code):
    for seed, beam in itertools.product(range(4), (2, 3, 5)):
        log_probs = random_table(7, seed=20 + seed)
        found = code.beam_search(log_probs, start=0, eos=6, beam=beam, max_length=6)
        agree(found, step_by_step(log_probs, 6, beam, 6))


@behaviour(zh="beam 个名额是全局的，不是每个前缀各取", en="The beam is shared by all prefixes, not granted to each")
def one_beam_for_all(code):
    # After two steps [1, 3] and [1, 4] hold both places, though [2, 5] would come out best.
    log_probs = table(
        (0, 0.6, 0.4, 0, 0, 0, 0),
        (0, 0, 0, 0.55, 0.45, 0, 0),
        (0, 0, 0, 0, 0, 0.6, 0.4),
        (0, 0, 0, 0, 0, 0.3, 0.7),
        (0, 0, 0, 0, 0, 0.4, 0.6),
        (0, 0, 0, 0, 0, 0, 1),
        (0, 0, 0, 0, 0, 0, 1),
    )
    found = code.beam_search(log_probs, start=0, eos=6, beam=2, max_length=4)
    agree(found, [([1, 3, 6], math.log(0.231)), ([1, 4, 6], math.log(0.162))])


@behaviour(zh="结束的不再扩展", en="What has ended is not extended")
def ended_stays(code):
    log_probs = table((0, 0.3, 0.7), (0, 0.1, 0.9), (0.4, 0.4, 0.2))
    for tokens, _ in code.beam_search(log_probs, start=0, eos=2, beam=4, max_length=4):
        ends = list(tokens).count(2)
        check(ends <= 1 and 2 not in tokens[:-1], zh=f"eos 之后还有 token：{tokens}", en=f"tokens after eos: {tokens}")


@behaviour(zh="有一个结束了也不停，后来的可能更好", en="The first end does not stop the search")
def goes_on(code):
    log_probs = table((0, 0.55, 0.45), (0, 0.1, 0.9), (0, 0, 1))
    found = code.beam_search(log_probs, start=0, eos=2, beam=2, max_length=3)
    agree(found[:1], [([1, 2], math.log(0.495))])


@behaviour(zh="到了上限还没结束的也参加排名", en="What has not ended at the maximum length is ranked too")
def at_the_limit(code):
    log_probs = table((0, 0.9, 0.1), (0, 0.9, 0.1), (0, 0, 1))
    found = code.beam_search(log_probs, start=0, eos=2, beam=2, max_length=3)
    agree(found, [([1, 1, 1], 3 * math.log(0.9)), ([2], math.log(0.1))])


@behaviour(
    zh="长度惩罚按含 eos、不含 start 的长度来除", en="The penalty divides by a length with eos and without start"
)
def length_penalty(code):
    for penalty in (0.6, 1.0):
        log_probs = random_table(4, seed=40)
        found = code.beam_search(log_probs, start=0, eos=3, beam=200, max_length=4, length_penalty=penalty)
        agree(found, exhaustive(log_probs, 3, 4, penalty))


@behaviour(zh="长度惩罚只在最后排名时用，剪枝看对数概率之和", en="The penalty ranks at the end and does not prune")
def penalty_at_the_end(code):
    for seed in range(6):
        log_probs = random_table(5, seed=50 + seed)
        found = code.beam_search(log_probs, start=0, eos=4, beam=2, max_length=6, length_penalty=1.0)
        agree(found, step_by_step(log_probs, 4, 2, 6, 1.0))


@behaviour(zh="不可能（−∞）的转移从不出现", en="Impossible transitions (−∞) never appear")
def impossible(code):
    log_probs = table((0, 0.4, 0, 0.6), (0, 0, 0, 1), (0.5, 0, 0.5, 0), (0, 0, 0, 1))
    found = code.beam_search(log_probs, start=0, eos=3, beam=5, max_length=4)
    agree(found, [([3], math.log(0.6)), ([1, 3], math.log(0.4))])


@behaviour(zh="同分时，前缀靠前、编号小的优先", en="Of equals, better prefixes and lower tokens come first")
def ties(code):
    log_probs = table((0, 0.25, 0.25, 0.25, 0.25), *[(0, 0.25, 0.25, 0.25, 0.25)] * 4)
    found = code.beam_search(log_probs, start=0, eos=4, beam=3, max_length=2)
    same([list(tokens) for tokens, _ in found], [[1, 1], [1, 2], [1, 3]])


@behaviour(zh="beam 或 max_length 小于 1 时抛 ValueError", en="A beam or max_length below 1 raises ValueError")
def bad_settings(code):
    with raises(ValueError, zh="beam=0", en="beam=0"):
        code.beam_search(TRAP, start=0, eos=4, beam=0, max_length=3)
    with raises(ValueError, zh="max_length=0", en="max_length=0"):
        code.beam_search(TRAP, start=0, eos=4, beam=2, max_length=0)


@behaviour(zh="不原地修改表", en="The table is not changed in place")
def inputs_kept(code):
    code.beam_search(random_table(5), start=0, eos=4, beam=2, max_length=3, length_penalty=1.0)
    unchanged(code)
