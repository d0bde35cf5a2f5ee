"""Behaviours of sampling. In the hand-made cases no sum comes near a threshold, so rounding decides nothing."""

import math

import numpy as np

from interviewer.coding.behaviour import behaviour, check, close, finite, has_dtype, raises, same, unchanged

PROBS = (0.05, 0.4, 0.1, 0.15, 0.3)  # out of order, so that a result that was not sorted back shows


def logits(*shape, seed=0):
    return (np.random.default_rng(seed).normal(size=shape) * 2).astype(np.float32)


def logs(*probs):
    return np.log(np.array(probs, dtype=np.float64)).astype(np.float32)


def kept(probs):
    return np.flatnonzero(probs).tolist()


def softmax(values):
    highest = max(values)
    powers = [math.exp(value - highest) for value in values]
    return [power / sum(powers) for power in powers]


def expected(row, temperature, top_k=None, top_p=None):
    """One row in float64: the tokens are taken one after another until there are enough."""
    scaled = [float(value) / temperature for value in row]
    order = sorted(range(len(row)), key=lambda token: -scaled[token])[:top_k]
    probs = dict(zip(order, softmax([scaled[token] for token in order]), strict=True))
    taken, total = [], 0.0
    for token in order:
        taken.append(token)
        total += probs[token]
        if top_p is not None and total >= top_p:
            break
    out = np.zeros(len(row))
    for token in taken:
        out[token] = probs[token] / total
    return out


@behaviour(
    zh="概率与 logits 同形状；抽样结果是 int64", en="Probabilities have the logits' shape; ids are int64", plain=True
)
def shapes(code):
    for given, returned in ((np.float16, np.float32), (np.float32, np.float32), (np.float64, np.float64)):
        out = code.next_token_probs(logits(2, 3, 5).astype(given), top_k=3, top_p=0.9)
        check(out.shape == (2, 3, 5), zh=f"形状是 {out.shape}", en=f"the shape is {out.shape}")
        has_dtype(out, returned)
    drawn = code.draw(np.full((2, 3, 4), 0.25, dtype=np.float32), np.full((2, 3), 0.6, dtype=np.float32))
    check(drawn.shape == (2, 3), zh=f"形状是 {drawn.shape}", en=f"the shape is {drawn.shape}")
    has_dtype(drawn, np.int64)


@behaviour(zh="什么都不设时就是 softmax", en="With nothing set it is the softmax")
def plain_softmax(code):
    x = logits(3, 7, seed=1)
    close(code.next_token_probs(x), [softmax(row.astype(np.float64)) for row in x])


@behaviour(zh="logits 除以温度", en="Logits are divided by the temperature")
def temperature(code):
    x = logits(3, 7, seed=2)
    for value in (0.5, 2.0):
        close(code.next_token_probs(x, temperature=value), [expected(row, value) for row in x])


@behaviour(zh="温度为 0 是贪心，并列取编号小的", en="Temperature 0 is greedy, of equals the first")
def greedy(code):
    x = np.array([[1, 3, 2, 3], [0, -1, -2, 0]], dtype=np.float32)
    close(code.next_token_probs(x, temperature=0.0), [[0, 1, 0, 0], [1, 0, 0, 0]])


@behaviour(zh="很低的温度、很大的 logits 不出 NaN", en="A low temperature or huge logits give no NaN")
def extreme(code):
    x = np.array([[3e4, 2e4, -3e4]], dtype=np.float32)
    out = code.next_token_probs(x, temperature=1e-3)
    finite(out)
    close(out, [[1, 0, 0]])
    close(code.next_token_probs(x.astype(np.float16)), [[1, 0, 0]])
    close(code.next_token_probs(np.array([1e4, 1e4 - 1], dtype=np.float32)), softmax([1.0, 0.0]))


@behaviour(zh="top-k 恰好留 k 个，重新归一", en="top-k keeps exactly k and normalises again")
def top_k(code):
    out = code.next_token_probs(logs(*PROBS), top_k=3)
    close(out, [0, 0.4 / 0.85, 0, 0.15 / 0.85, 0.3 / 0.85])
    x = logits(4, 9, seed=3)
    close(code.next_token_probs(x, top_k=4, temperature=1.5), [expected(row, 1.5, 4) for row in x])


@behaviour(zh="top-k 遇到并列，也只留 k 个，编号小的优先", en="Among equals top-k still keeps k, lower ids first")
def top_k_ties(code):
    out = code.next_token_probs(np.array([0, 1, 1, 1, 2], dtype=np.float32), top_k=3)
    check(kept(out) == [1, 2, 4], zh=f"留下了 {kept(out)}，应为 [1, 2, 4]", en=f"kept {kept(out)}, expected [1, 2, 4]")


@behaviour(zh="top_k 超过词表大小时等于不用", en="A top_k above the vocabulary does nothing")
def top_k_large(code):
    for many in (5, 50):
        close(code.next_token_probs(logs(*PROBS), top_k=many), PROBS)


@behaviour(zh="top-p 留下跨过 p 的那个 token", en="top-p keeps the token that crosses p")
def top_p(code):
    for p, wanted in ((0.5, [1, 4]), (0.65, [1, 4]), (0.75, [1, 3, 4]), (0.99, [0, 1, 2, 3, 4])):
        out = code.next_token_probs(logs(*PROBS), top_p=p)
        check(
            kept(out) == wanted,
            zh=f"p={p} 留下了 {kept(out)}，应为 {wanted}",
            en=f"p={p} kept {kept(out)}, not {wanted}",
        )
        close(out, expected(logs(*PROBS), 1.0, top_p=p))


@behaviour(zh="p 很小时至少留下最可能的一个", en="With a tiny p the most probable token stays")
def tiny_top_p(code):
    close(code.next_token_probs(logs(*PROBS), top_p=1e-4), [0, 1, 0, 0, 0])


@behaviour(zh="top-p 看的是 top-k 之后重新归一的概率", en="top-p looks at the probabilities after top-k")
def top_k_then_top_p(code):
    out = code.next_token_probs(logs(*PROBS), top_k=2, top_p=0.5)
    check(kept(out) == [1], zh=f"留下了 {kept(out)}，应为 [1]", en=f"kept {kept(out)}, expected [1]")


@behaviour(zh="温度先于 top-p", en="The temperature comes before top-p")
def temperature_then_top_p(code):
    for value, wanted in ((0.5, [1]), (4.0, [1, 3, 4])):
        out = code.next_token_probs(logs(*PROBS), temperature=value, top_p=0.5)
        found = kept(out)
        check(
            found == wanted,
            zh=f"温度 {value} 时留下了 {found}，应为 {wanted}",
            en=f"at temperature {value} it kept {found}, expected {wanted}",
        )


@behaviour(zh="被禁用（−∞）的 token 概率恰为 0", en="A banned token (−∞) gets exactly 0")
def banned(code):
    x = logits(2, 6, seed=4)
    x[:, [0, 3]] = -np.inf
    for settings in ({}, {"top_k": 5}, {"top_p": 0.95}, {"temperature": 0.0}):
        out = code.next_token_probs(x, **settings)
        finite(out)
        check(not out[:, [0, 3]].any(), zh="−∞ 处概率不是 0", en="the probability at −∞ is not 0")
        close(out.sum(axis=-1), [1, 1])


@behaviour(zh="一批中各行互不影响，顺序还原", en="The rows of a batch are independent and put back in order")
def batch(code):
    x = logits(2, 3, 8, seed=5)
    out = code.next_token_probs(x, temperature=0.8, top_k=5, top_p=0.8)
    close(out, [[expected(row, 0.8, 5, 0.8) for row in rows] for rows in x])


@behaviour(zh="不合法的参数抛 ValueError", en="Settings that make no sense raise ValueError")
def bad_settings(code):
    for settings in ({"temperature": -1.0}, {"top_k": 0}, {"top_p": 0.0}, {"top_p": 1.5}):
        with raises(ValueError, zh=f"{settings}", en=f"{settings}"):
            code.next_token_probs(logits(5), **settings)


@behaviour(zh="抽样取累计和第一个大于 u 的 token", en="A draw takes the first token whose running sum exceeds u")
def draws(code):
    probs = np.array([0.25, 0.5, 0.25], dtype=np.float32)
    us = np.array([0, 0.2, 0.25, 0.7, 0.75, 0.99], dtype=np.float32)
    same(code.draw(np.tile(probs, (6, 1)), us), np.array([0, 0, 1, 1, 2, 2]))


@behaviour(zh="均匀的 u 抽出的频率等于概率", en="Evenly spread u draw tokens as often as they are probable")
def frequencies(code):
    us = (np.arange(1000) + 0.5) / 1000
    drawn = code.draw(np.tile(np.array(PROBS), (1000, 1)), us)
    close(np.bincount(drawn, minlength=5) / 1000, PROBS)


@behaviour(zh="概率为 0 的 token 永远抽不到，u=0 也一样", en="A token of probability 0 is never drawn, also at u=0")
def zeros_never(code):
    probs = np.array([[0, 0.5, 0, 0.5, 0], [0, 0, 1, 0, 0]], dtype=np.float32)
    same(code.draw(probs, np.array([0, 0], dtype=np.float32)), np.array([1, 2]))
    same(code.draw(probs, np.array([0.5, 0.999], dtype=np.float32)), np.array([3, 2]))


@behaviour(
    zh="总和因舍入小于 u 时，取最后一个概率大于 0 的 token",
    en="Where rounding leaves the sum below u, the last token above 0 is drawn",
)
def rounded_sum(code):
    probs = np.array([[0.3, 0.3, 0.3999, 0], [0.2, 0.7999, 0, 0]], dtype=np.float32)
    same(code.draw(probs, np.array([0.99995, 0.99995], dtype=np.float32)), np.array([2, 1]))


@behaviour(zh="不原地修改参数", en="No argument is changed in place")
def inputs_kept(code):
    code.next_token_probs(logits(2, 5), temperature=0.7, top_k=3, top_p=0.9)
    unchanged(code)
    code.draw(np.full((1, 4), 0.25), np.array([0.3]))
    unchanged(code)
