"""Behaviours of self-attention from an input and its projection matrices."""

import numpy as np

from interviewer.coding.behaviour import behaviour, check, close, finite, raises, slopes, unchanged


def inputs(*, seed=0, length=5, width=6, value_width=6, dtype=np.float32):
    """x, wq, wk, wv; wq and wk are (6, 8)."""
    rng = np.random.default_rng(seed)
    shapes = ((2, length, width), (width, 8), (width, 8), (width, value_width))
    return tuple((rng.normal(size=shape) * 0.7).astype(dtype) for shape in shapes)


def expected(x, wq, wk, wv, *, n_heads=1, visible=None):
    """Token by token, in float64: the outputs before `wo`, and the weights. `visible` has the shape (B, N, N)."""
    x, wq, wk, wv = (one.astype(np.float64) for one in (x, wq, wk, wv))
    batch, length, _ = x.shape
    size, value_size = wq.shape[1] // n_heads, wv.shape[1] // n_heads
    out = np.zeros((batch, length, wv.shape[1]))
    weights = np.zeros((batch, n_heads, length, length))
    for b, h, i in np.ndindex(batch, n_heads, length):
        seen = [j for j in range(length) if visible is None or visible[b, i, j]]
        if not seen:
            continue
        mine, values = slice(h * size, (h + 1) * size), slice(h * value_size, (h + 1) * value_size)
        query = x[b, i] @ wq[:, mine]
        powers = np.array([query @ (x[b, j] @ wk[:, mine]) / size**0.5 for j in seen])
        powers = np.exp(powers - powers.max())
        weights[b, h, i, seen] = powers / powers.sum()
        out[b, i, values] = sum(weights[b, h, i, j] * (x[b, j] @ wv[:, values]) for j in seen)
    return out, weights


def lower(length=5):
    return np.broadcast_to(np.arange(length)[:, None] >= np.arange(length), (2, length, length))


@behaviour(
    zh="输出 (B, N, R)，权重 (B, h, N, N)", en="The output is (B, N, R), the weights are (B, h, N, N)", plain=True
)
def shapes(code):
    out, weights = code.self_attention(*inputs(value_width=4), n_heads=2)
    found = (*out.shape, *weights.shape)
    check(
        found == (2, 5, 4, 2, 2, 5, 5),
        zh=f"形状是 {out.shape} 和 {weights.shape}",
        en=f"the shapes are {out.shape} and {weights.shape}",
    )


@behaviour(zh="单头时与逐 token 计算一致", en="With one head it equals the computation token by token")
def one_head(code):
    args = inputs(seed=1)
    out, weights = code.self_attention(*args)
    close(weights, expected(*args)[1])
    close(out, expected(*args)[0])


@behaviour(zh="多头时每个头只用自己那一段投影", en="With several heads each uses its own stretch of the projections")
def several_heads(code):
    args = inputs(seed=2)
    out, weights = code.self_attention(*args, n_heads=2)
    close(weights, expected(*args, n_heads=2)[1])
    close(out, expected(*args, n_heads=2)[0])


@behaviour(zh="权重每一行之和为 1", en="Each row of the weights sums to 1")
def rows_sum_to_one(code):
    _, weights = code.self_attention(*inputs(seed=3), n_heads=2, causal=True)
    close(weights.sum(axis=-1), np.ones((2, 2, 5)))


@behaviour(zh="wq 为 0 时，输出是各 value 的均值", en="A zero wq gives the mean of the values")
def zero_query(code):
    x, wq, wk, wv = inputs(seed=4)
    out, _ = code.self_attention(x, np.zeros_like(wq), wk, wv)
    mean = (x.astype(np.float64) @ wv).mean(axis=1, keepdims=True)
    close(out, np.broadcast_to(mean, out.shape))


@behaviour(zh="打乱 token 的顺序，输出同样被打乱", en="Shuffled tokens give outputs shuffled the same way")
def permutation(code):
    x, wq, wk, wv = inputs(seed=5)
    order = np.array([3, 0, 4, 1, 2])
    plain, _ = code.self_attention(x, wq, wk, wv, n_heads=2)
    shuffled, _ = code.self_attention(x[:, order], wq, wk, wv, n_heads=2)
    close(shuffled, plain[:, order])


@behaviour(zh="因果遮挡时，第 0 个 token 只看自己", en="Under the causal mask token 0 sees itself alone")
def first_token(code):
    x, wq, wk, wv = inputs(seed=6)
    out, weights = code.self_attention(x, wq, wk, wv, n_heads=2, causal=True)
    close(weights[:, :, 0], np.broadcast_to([1, 0, 0, 0, 0], (2, 2, 5)))
    close(out[:, 0], x[:, 0].astype(np.float64) @ wv)


@behaviour(
    zh="因果遮挡时，未来位置的权重恰为 0，其余归一",
    en="Under the causal mask future weights are exactly 0, the others sum to one",
)
def causal(code):
    args = inputs(seed=7)
    out, weights = code.self_attention(*args, n_heads=2, causal=True)
    future = weights[..., ~lower()[0]]
    check(not future.any(), zh="有未来位置的权重不是 0", en="some weight of a future position is not 0")
    close(out, expected(*args, n_heads=2, visible=lower())[0])


@behaviour(
    zh="padding 位置权重为 0，改动它们不影响其他 token",
    en="Padding gets weight 0, and changing it moves no other token",
)
def padding(code):
    x, wq, wk, wv = inputs(seed=8)
    mask = np.zeros((2, 5), dtype=bool)
    mask[1, 3:] = True
    out, weights = code.self_attention(x, wq, wk, wv, n_heads=2, key_padding_mask=mask)
    check(not weights[1, :, :, 3:].any(), zh="padding 位置的权重不是 0", en="the weights of padding are not 0")
    visible = np.broadcast_to(~mask[:, None, :], (2, 5, 5))
    close(out, expected(x, wq, wk, wv, n_heads=2, visible=visible)[0])
    x = x.copy()
    x[1, 3:] += 2
    moved, _ = code.self_attention(x, wq, wk, wv, n_heads=2, key_padding_mask=mask)
    close(moved[1, :3], out[1, :3])


@behaviour(
    zh="左 padding 加因果：看不到任何 key 的 token 权重为 0，不是 NaN",
    en="Left padding with a causal mask: a token that sees no key has weights of 0, not NaN",
)
def left_padding(code):
    x, wq, wk, wv = inputs(seed=9)
    mask = np.zeros((2, 5), dtype=bool)
    mask[0, :2] = True
    out, weights = code.self_attention(x, wq, wk, wv, n_heads=2, causal=True, key_padding_mask=mask)
    finite(out)
    wanted = expected(x, wq, wk, wv, n_heads=2, visible=lower() & ~mask[:, None, :])
    close(weights, wanted[1])
    close(out, wanted[0])


@behaviour(zh="x 放大 1000 倍不出 NaN", en="An x of 1000 times the size gives no NaN")
def large_values(code):
    x, wq, wk, wv = inputs(seed=10)
    out, weights = code.self_attention(x * 1000, wq, wk, wv, causal=True)
    finite(out)
    close(weights.sum(axis=-1), np.ones((2, 1, 5)))


@behaviour(zh="给了 wo 时，各头拼接后再乘 wo", en="With wo, the joined heads are multiplied by it")
def output_projection(code):
    args = inputs(seed=11)
    wo = np.random.default_rng(11).normal(size=(6, 6)).astype(np.float32)
    out, _ = code.self_attention(*args, wo=wo, n_heads=2)
    close(out, expected(*args, n_heads=2)[0] @ wo)


@behaviour(zh="头数除不尽宽度时抛 ValueError", en="A number of heads that does not divide the widths raises ValueError")
def bad_heads(code):
    with raises(ValueError, zh="P=8、R=6，3 个头", en="P=8 and R=6 with 3 heads"):
        code.self_attention(*inputs(), n_heads=3)
    with raises(ValueError, zh="P=8、R=6，4 个头", en="P=8 and R=6 with 4 heads"):
        code.self_attention(*inputs(), n_heads=4)


@behaviour(zh="不原地修改参数", en="No argument is changed in place")
def inputs_kept(code):
    mask = np.zeros((2, 5), dtype=bool)
    mask[0, 4] = True
    code.self_attention(*inputs(seed=12), n_heads=2, causal=True, key_padding_mask=mask)
    unchanged(code)


@behaviour(
    zh="x 和三个投影矩阵的梯度都正确",
    en="The gradients of x and of all three projections are right",
    backends=("torch",),
)
def gradients(code):
    args = [one.astype(np.float64) for one in inputs(seed=13, length=3, width=2, value_width=2)]
    upstream = np.random.default_rng(13).normal(size=(2, 3, 2))
    wanted = slopes(lambda *args: expected(*args, n_heads=2, visible=lower(3))[0], args, upstream)
    found = code.gradients("self_attention", *args, n_heads=2, causal=True, upstream=upstream)
    for one, other in zip(found, wanted, strict=True):
        close(one, other)
