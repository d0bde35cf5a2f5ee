"""Behaviours of the online softmax: the merging of one block, and attention built on it."""

import math

import numpy as np

from interviewer.coding.behaviour import behaviour, check, close, finite, has_dtype, raises, slopes, unchanged


def start(length=3, width=2, dtype=np.float32):
    return np.full(length, -np.inf, dtype), np.zeros(length, dtype), np.zeros((length, width), dtype)


def scored(*, seed=0, length=3, keys=8, width=2):
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(length, keys)) * 3
    return scores.astype(np.float32), rng.normal(size=(keys, width)).astype(np.float32)


def state_of(scores, v):
    """The state after all of `scores`, from its definition, in float64."""
    scores, v = scores.astype(np.float64), v.astype(np.float64)
    top = scores.max(axis=-1)
    powers = np.exp(scores - top[:, None])
    return top, powers.sum(axis=-1), powers @ v


def inputs(*, seed=0, length=5, keys=7, width=4, dtype=np.float32):
    rng = np.random.default_rng(seed)
    q, k, v = rng.normal(size=(length, width)), rng.normal(size=(keys, width)), rng.normal(size=(keys, 3))
    return q.astype(dtype), k.astype(dtype), v.astype(dtype)


def expected(q, k, v, *, causal=False):
    """Row by row with the whole softmax, in float64."""
    q, k, v = (one.astype(np.float64) for one in (q, k, v))
    out, lse = np.zeros((len(q), v.shape[1])), np.full(len(q), -np.inf)
    for i in range(len(q)):
        seen = min(len(k), i + 1 + len(k) - len(q)) if causal else len(k)
        if seen <= 0:
            continue
        scores = k[:seen] @ q[i] / q.shape[1] ** 0.5
        powers = np.exp(scores - scores.max())
        out[i] = powers @ v[:seen] / powers.sum()
        lse[i] = scores.max() + math.log(powers.sum())
    return out, lse


def close_states(found, wanted):
    for one, other in zip(found, wanted, strict=True):
        close(one, other)


@behaviour(
    zh="从初始状态并入一块：最大值、指数和、未归一输出都对",
    en="One block from the start gives the right maximum, sum and unnormalised output",
)
def one_block(code):
    scores, v = scored(seed=1)
    close_states(code.update(*start(), scores, v), state_of(scores, v))


@behaviour(zh="分两块并入，等于一次算完", en="Two blocks give what one pass gives")
def two_blocks(code):
    scores, v = scored(seed=2)
    state = code.update(*start(), scores[:, :3], v[:3])
    close_states(code.update(*state, scores[:, 3:], v[3:]), state_of(scores, v))


@behaviour(
    zh="后来的块最大值更大时，旧的和与输出一起缩小",
    en="When a later block has a higher maximum, the old sum and output shrink together",
)
def later_maximum(code):
    scores = np.array([[0, 1, 4, 5]] * 3, np.float32)
    v = np.arange(8, dtype=np.float32).reshape(4, 2)
    state = code.update(*start(), scores[:, :2], v[:2])
    close_states(code.update(*state, scores[:, 2:], v[2:]), state_of(scores, v))


@behaviour(
    zh="后来的块最大值更小时，保留原来的最大值", en="When a later block has a lower maximum, the old maximum stays"
)
def earlier_maximum(code):
    scores = np.array([[5, 4, 1, 0]] * 3, np.float32)
    v = np.arange(8, dtype=np.float32).reshape(4, 2)
    state = code.update(*start(), scores[:, :2], v[:2])
    close_states(code.update(*state, scores[:, 2:], v[2:]), state_of(scores, v))


@behaviour(zh="各块的先后不影响结果", en="The order of the blocks does not matter")
def block_order(code):
    scores, v = scored(seed=3)
    state = code.update(*start(), scores[:, 3:], v[3:])
    close_states(code.update(*state, scores[:, :3], v[:3]), state_of(scores, v))


@behaviour(
    zh="整块被屏蔽时状态不变，一开始就是如此也不出 NaN",
    en="A block that is all hidden leaves the state as it is, and at the start gives no NaN",
)
def hidden_block(code):
    hidden, v = np.full((3, 4), -np.inf, np.float32), np.ones((4, 2), np.float32)
    state = code.update(*start(), hidden, v)
    check(
        np.isneginf(state[0]).all(), zh=f"row_max 是 {state[0]}，应为 -inf", en=f"row_max is {state[0]}, expected -inf"
    )
    close_states(state[1:], start()[1:])
    scores, values = scored(seed=4)
    state = code.update(*state, scores, values)
    close_states(code.update(*state, hidden, v), state_of(scores, values))


@behaviour(zh="分数为 ±10000 时不上溢也不下溢", en="Scores of ±10000 neither overflow nor vanish")
def large_scores(code):
    scores, v = scored(seed=5)
    for shift in (1e4, -1e4):
        moved = np.round(scores) + np.float32(shift)
        state = code.update(*start(), moved[:, :3], v[:3])
        state = code.update(*state, moved[:, 3:], v[3:])
        close_states(state, state_of(moved, v))


@behaviour(zh="update 不原地修改传入的状态", en="update does not change the state it is given")
def state_kept(code):
    scores, v = scored(seed=6)
    state = code.update(*start(), scores[:, :3], v[:3])
    code.update(*state, scores[:, 3:], v[3:])
    unchanged(code)


@behaviour(zh="分块注意力等于整行 softmax", en="Blockwise attention equals the full softmax")
def equals_full(code):
    q, k, v = inputs(seed=7)
    close(code.blockwise_attention(q, k, v, block=2)[0], expected(q, k, v)[0])


@behaviour(
    zh="任何 block 结果都相同，不整除、比 S 大也一样",
    en="Any block gives the same, whether or not it divides S or exceeds it",
)
def any_block(code):
    q, k, v = inputs(seed=8)
    for block in (1, 3, 7, 100):
        close(code.blockwise_attention(q, k, v, block=block)[0], expected(q, k, v)[0])


@behaviour(zh="lse 是每行分数的 log Σ exp", en="lse is log Σ exp of each row's scores")
def log_sum(code):
    q, k, v = inputs(seed=9)
    close(code.blockwise_attention(q, k, v, block=3)[1], expected(q, k, v)[1])


@behaviour(zh="因果遮挡正确，块的边界在任何位置都行", en="The causal mask is right wherever the blocks end")
def causal(code):
    q, k, v = inputs(seed=10, length=7)
    for block in (2, 3, 7):
        found = code.blockwise_attention(q, k, v, block=block, causal=True)
        close_states(found, expected(q, k, v, causal=True))


@behaviour(zh="L<S 时因果遮挡按右下角对齐", en="With L<S the causal mask is aligned bottom-right")
def causal_with_cache(code):
    q, k, v = inputs(seed=11, length=2)
    close(code.blockwise_attention(q, k, v, block=3, causal=True)[0], expected(q, k, v, causal=True)[0])


@behaviour(zh="什么都看不到的行输出 0，lse 为 -inf", en="A row that sees nothing gives 0 and an lse of -inf")
def hidden_rows(code):
    q, k, v = inputs(seed=12, length=6, keys=4)
    out, lse = code.blockwise_attention(q, k, v, block=3, causal=True)
    finite(out)
    close_states((out, lse), expected(q, k, v, causal=True))


@behaviour(zh="float16 进出，但用 float32 累加", en="float16 in and out, but accumulated in float32")
def half_precision(code):
    # A hundred exponentials of 0.00045 are lost one by one in a float16 sum that stands at 1.
    q, k = np.ones((1, 1), np.float16), np.full((101, 1), -7.7, np.float16)
    v = np.full((101, 1), 20, np.float16)
    k[0] = v[0] = 0
    out, _ = code.blockwise_attention(q, k, v, block=1)
    has_dtype(out, np.float16)
    close(out, expected(q, k, v)[0])


@behaviour(zh="block 小于 1 时抛 ValueError", en="A block below 1 raises ValueError")
def bad_block(code):
    for block in (0, -2):
        with raises(ValueError, zh=f"block={block}", en=f"block={block}"):
            code.blockwise_attention(*inputs(), block=block)


@behaviour(zh="q、k、v 的梯度都正确", en="The gradients of q, k and v are right", backends=("torch",))
def gradients(code):
    args = inputs(seed=13, length=3, keys=4, width=2, dtype=np.float64)
    upstream = np.random.default_rng(13).normal(size=(3, 3))
    wanted = slopes(lambda *args: expected(*args, causal=True)[0], args, upstream)
    found = code.gradients("blockwise_attention", *args, block=2, causal=True, upstream=upstream)
    close_states(found, wanted)
