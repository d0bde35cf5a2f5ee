"""Behaviours of a causal multi-head attention layer with a fused projection and packed documents."""

import numpy as np

from interviewer.coding.behaviour import behaviour, check, close, finite, has_dtype, raises, same, slopes, unchanged

WIDTH = 8


def inputs(*, seed=0, length=6, width=WIDTH, dtype=np.float32):
    """x, w_qkv, b_qkv, w_out, b_out"""
    rng = np.random.default_rng(seed)
    shapes = ((2, length, width), (width, 3 * width), (3 * width,), (width, width), (width,))
    return [(rng.normal(size=shape) * 0.6).astype(dtype) for shape in shapes]


def joined_heads(x, w_qkv, b_qkv, *, n_heads, segments=None):
    """Token by token, in float64: what stands before the output projection."""
    x, w_qkv, b_qkv = (one.astype(np.float64) for one in (x, w_qkv, b_qkv))
    batch, length, width = x.shape
    size = width // n_heads
    out = np.zeros((batch, length, width))
    for b, h in np.ndindex(batch, n_heads):
        q, k, v = (
            x[b] @ w_qkv[:, start : start + size] + b_qkv[start : start + size]
            for start in (part * width + h * size for part in range(3))
        )
        for i in range(length):
            seen = [j for j in range(i + 1) if segments is None or segments[b, i] == segments[b, j]]
            powers = np.array([q[i] @ k[j] / size**0.5 for j in seen])
            powers = np.exp(powers - powers.max())
            out[b, i, h * size : (h + 1) * size] = powers @ v[seen] / powers.sum()
    return out


def expected(x, w_qkv, b_qkv, w_out, b_out, *, n_heads, segments=None):
    return joined_heads(x, w_qkv, b_qkv, n_heads=n_heads, segments=segments) @ w_out.astype(np.float64) + b_out


@behaviour(zh="输出与 x 同形", en="The output has the shape of x", plain=True)
def shape(code):
    out = code.causal_mha(*inputs(), n_heads=2)
    check(out.shape == (2, 6, WIDTH), zh=f"形状是 {out.shape}", en=f"the shape is {out.shape}")


@behaviour(zh="与逐头、逐 token 的计算一致", en="It equals the computation head by head and token by token")
def equals_loop(code):
    for n_heads in (1, 2, 4):
        args = inputs(seed=n_heads)
        close(code.causal_mha(*args, n_heads=n_heads), expected(*args, n_heads=n_heads))


@behaviour(
    zh="QKV 的列顺序：先全部 Q，再全部 K，再全部 V",
    en="Columns of the fused matrix: all of Q, then all of K, then all of V",
)
def column_order(code):
    x, w_qkv, b_qkv, w_out, b_out = inputs(seed=5)
    # Zero queries and keys: every weight is even, and only the columns of V may reach the output.
    w_qkv[:, : 2 * WIDTH] = 0
    b_qkv[: 2 * WIDTH] = 0
    values = x.astype(np.float64) @ w_qkv[:, 2 * WIDTH :] + b_qkv[2 * WIDTH :]
    means = np.cumsum(values, axis=1) / np.arange(1, 7)[:, None]
    close(code.causal_mha(x, w_qkv, b_qkv, w_out, b_out, n_heads=2), means @ w_out + b_out)


@behaviour(
    zh="各头按头的顺序拼接：w_out 为单位阵时可以直接读出",
    en="Heads are joined in their order, as an identity for w_out shows",
)
def joining(code):
    x, w_qkv, b_qkv, _, _ = inputs(seed=6)
    out = code.causal_mha(x, w_qkv, b_qkv, np.eye(WIDTH, dtype=np.float32), np.zeros(WIDTH, np.float32), n_heads=4)
    close(out, joined_heads(x, w_qkv, b_qkv, n_heads=4))


@behaviour(zh="b_qkv 和 b_out 都生效", en="Both biases are used")
def biases(code):
    args = inputs(seed=7)
    args[0] = np.zeros_like(args[0])
    out = code.causal_mha(*args, n_heads=2)
    close(out, np.broadcast_to(args[2][2 * WIDTH :].astype(np.float64) @ args[3] + args[4], out.shape))


@behaviour(zh="第 0 个 token 只看自己", en="Token 0 sees itself alone")
def first_token(code):
    x, w_qkv, b_qkv, w_out, b_out = inputs(seed=8)
    out = code.causal_mha(x, w_qkv, b_qkv, w_out, b_out, n_heads=2)
    own = x[:, 0].astype(np.float64) @ w_qkv[:, 2 * WIDTH :] + b_qkv[2 * WIDTH :]
    close(out[:, 0], own @ w_out + b_out)


@behaviour(zh="改动后面的 token，前面各行不变", en="Changing later tokens leaves earlier rows as they were")
def no_peeking(code):
    args = inputs(seed=9)
    before = code.causal_mha(*args, n_heads=2)
    args[0] = args[0].copy()
    args[0][:, 4:] += 2
    after = code.causal_mha(*args, n_heads=2)
    close(after[:, :4], before[:, :4], tolerance=1e-6)
    check(
        np.abs(after[:, 4:] - before[:, 4:]).max() > 0,
        zh="改动了的行却没有变",
        en="rows that were changed did not move",
    )


@behaviour(zh="拼接的文档彼此看不见", en="Packed documents do not see each other")
def packed(code):
    args = inputs(seed=10)
    segments = np.array([[0, 0, 0, 1, 1, 1], [4, 4, 2, 2, 2, 9]])
    close(code.causal_mha(*args, n_heads=2, segments=segments), expected(*args, n_heads=2, segments=segments))


@behaviour(zh="拼在一起算，等于每篇文档单独算", en="Packed together gives what each document gives alone")
def packed_equals_alone(code):
    x, *weights = inputs(seed=11)
    segments = np.array([[0, 0, 1, 1, 1, 1]] * 2)
    out = code.causal_mha(x, *weights, n_heads=2, segments=segments)
    close(out[:, :2], code.causal_mha(x[:, :2], *weights, n_heads=2))
    close(out[:, 2:], code.causal_mha(x[:, 2:], *weights, n_heads=2))


@behaviour(
    zh="编号相同即同一篇，不要求相邻，编号大小没有意义",
    en="Equal numbers mean one document, adjacent or not, and their size means nothing",
)
def segment_numbers(code):
    args = inputs(seed=12)
    segments = np.array([[5, 0, 5, 0, 5, 0], [1, 1, 0, 0, 1, 1]])
    close(code.causal_mha(*args, n_heads=2, segments=segments), expected(*args, n_heads=2, segments=segments))


@behaviour(zh="x 放大 1000 倍不出 NaN", en="An x of 1000 times the size gives no NaN")
def large_values(code):
    args = inputs(seed=13)
    args[0] = args[0] * 1000
    finite(code.causal_mha(*args, n_heads=2))


@behaviour(zh="float32 和 float64 原样进出", en="float32 and float64 come out as they went in")
def dtypes(code):
    for dtype in (np.float32, np.float64):
        has_dtype(code.causal_mha(*inputs(dtype=dtype), n_heads=2), dtype)


@behaviour(zh="形状不合法时抛 ValueError", en="Shapes that don't fit raise ValueError")
def bad_shapes(code):
    x, w_qkv, b_qkv, w_out, b_out = inputs()
    with raises(ValueError, zh="D=8，3 个头", en="D=8 with 3 heads"):
        code.causal_mha(x, w_qkv, b_qkv, w_out, b_out, n_heads=3)
    with raises(ValueError, zh="w_qkv 只有 2D 列", en="w_qkv with 2D columns only"):
        code.causal_mha(x, w_qkv[:, : 2 * WIDTH], b_qkv[: 2 * WIDTH], w_out, b_out, n_heads=2)


@behaviour(
    zh="不原地修改参数，两次调用结果相同", en="No argument is changed in place, and a second call gives the same"
)
def inputs_kept(code):
    args = inputs(seed=14)
    segments = np.array([[0, 0, 0, 1, 1, 1]] * 2)
    first = code.causal_mha(*args, n_heads=2, segments=segments)
    unchanged(code)
    same(code.causal_mha(*args, n_heads=2, segments=segments), first)


@behaviour(zh="所有参数的梯度都正确", en="The gradients of all arguments are right", backends=("torch",))
def gradients(code):
    args = inputs(seed=15, length=3, width=4, dtype=np.float64)
    upstream = np.random.default_rng(15).normal(size=(2, 3, 4))
    wanted = slopes(lambda *args: expected(*args, n_heads=2), args, upstream)
    for one, other in zip(code.gradients("causal_mha", *args, n_heads=2, upstream=upstream), wanted, strict=True):
        close(one, other)
