"""Behaviours of rotary position embedding with half pairing."""

import math

import numpy as np

from interviewer.coding.behaviour import behaviour, check, close, has_dtype, raises, unchanged


def vectors(*, seed=0, length=5, width=8, dtype=np.float32):
    return np.random.default_rng(seed).normal(size=(2, 2, length, width)).astype(dtype)


def expected(x, positions, *, base=10000.0):
    """Pair by pair, in float64. `positions` is (N,) or (B, N)."""
    x = x.astype(np.float64)
    batch, heads, length, width = x.shape
    positions = np.broadcast_to(positions, (batch, length))
    out = np.zeros_like(x)
    for b, h, n, i in np.ndindex(batch, heads, length, width // 2):
        angle = float(positions[b, n]) * base ** (-2 * i / width)
        one, other = x[b, h, n, i], x[b, h, n, i + width // 2]
        out[b, h, n, i] = one * math.cos(angle) - other * math.sin(angle)
        out[b, h, n, i + width // 2] = other * math.cos(angle) + one * math.sin(angle)
    return out


@behaviour(zh="位置 0 处不变", en="Nothing changes at position 0")
def position_zero(code):
    x = vectors(seed=1)
    close(code.apply_rope(x, np.zeros(5, dtype=np.int64)), x)


@behaviour(zh="第 i 维与第 i+D/2 维配对，逆时针旋转", en="Dimension i is paired with i+D/2 and turned anticlockwise")
def pairing(code):
    x = np.zeros((1, 1, 1, 8), dtype=np.float32)
    x[..., 0] = 1
    out = code.apply_rope(x, np.array([1]))[0, 0, 0]
    close(out, [math.cos(1), 0, 0, 0, math.sin(1), 0, 0, 0])


@behaviour(zh="第 i 对的频率是 base^(−2i/D)", en="Pair i has the frequency base^(−2i/D)")
def frequencies(code):
    x = np.zeros((1, 1, 1, 8), dtype=np.float32)
    x[..., :4] = 1
    out = code.apply_rope(x, np.array([1]))[0, 0, 0]
    close(np.arctan2(out[4:], out[:4]), [1, 0.1, 0.01, 0.001])


@behaviour(zh="与逐对旋转的计算一致", en="It equals turning pair by pair")
def equals_loop(code):
    x, positions = vectors(seed=2, length=6), np.arange(6)
    close(code.apply_rope(x, positions), expected(x, positions))


@behaviour(zh="base 参数生效", en="The base argument is used")
def own_base(code):
    x, positions = vectors(seed=3), np.arange(5)
    close(code.apply_rope(x, positions, base=500.0), expected(x, positions, base=500.0))


@behaviour(zh="旋转不改变向量的长度", en="Vectors keep their length")
def lengths(code):
    x = vectors(seed=4)
    out = code.apply_rope(x, np.arange(5) * 7)
    close(np.linalg.norm(out, axis=-1), np.linalg.norm(x, axis=-1))


@behaviour(zh="点积只与位置之差有关", en="Dot products depend only on the difference of positions")
def relative(code):
    q, k = vectors(seed=5, length=1), vectors(seed=6, length=1)
    near = code.apply_rope(q, np.array([9])) * code.apply_rope(k, np.array([4]))
    for shift in (1, 30):
        far = code.apply_rope(q, np.array([9 + shift])) * code.apply_rope(k, np.array([4 + shift]))
        close(far.sum(axis=-1), near.sum(axis=-1), tolerance=1e-4)


@behaviour(
    zh="增量解码：单独旋转位置 7，等于整段里的第 7 行", en="Decoding: position 7 on its own equals row 7 of the whole"
)
def decoding(code):
    x = vectors(seed=7, length=8)
    whole = expected(x, np.arange(8))
    close(code.apply_rope(x[:, :, 7:], np.array([7])), whole[:, :, 7:])
    close(code.apply_rope(x[:, :, 3:6], np.arange(3, 6)), whole[:, :, 3:6])


@behaviour(
    zh="positions 可以按序列给（B, N），不必连续",
    en="Positions may be given per sequence (B, N) and need not be consecutive",
)
def per_sequence(code):
    x = vectors(seed=8)
    positions = np.array([[0, 1, 2, 0, 1], [0, 0, 5, 9, 2]])
    close(code.apply_rope(x, positions), expected(x, positions))


@behaviour(
    zh="转过去再用负的位置转回来，得到原值", en="Turned and turned back by negative positions gives the original"
)
def inverse(code):
    x, positions = vectors(seed=9), np.array([1, 5, 20, 3, 0])
    close(code.apply_rope(code.apply_rope(x, positions), -positions), x)


@behaviour(
    zh="float16 的 x 在大位置（4097、8191）上角度仍然准确",
    en="Angles are right for a float16 x at large positions (4097, 8191)",
)
def half_precision(code):
    x, positions = vectors(seed=10, length=2, dtype=np.float16), np.array([4097, 8191])
    close(code.apply_rope(x, positions), expected(x, positions))


@behaviour(zh="输出的 dtype 与 x 相同", en="The output has the dtype of x")
def dtypes(code):
    for dtype in (np.float16, np.float32, np.float64):
        has_dtype(code.apply_rope(vectors(dtype=dtype), np.arange(5)), dtype)


@behaviour(zh="D 为奇数时抛 ValueError", en="An odd D raises ValueError")
def odd_width(code):
    with raises(ValueError, zh="D=7", en="D=7"):
        code.apply_rope(vectors(width=7), np.arange(5))


@behaviour(zh="不原地修改 x 和 positions", en="Neither x nor positions is changed in place")
def inputs_kept(code):
    code.apply_rope(vectors(seed=11), np.arange(5))
    unchanged(code)


@behaviour(zh="梯度是反方向的旋转", en="The gradient is the rotation the other way", backends=("torch",))
def gradients(code):
    x, upstream = vectors(seed=12, dtype=np.float64), vectors(seed=13, dtype=np.float64)
    found = code.gradients("apply_rope", x, np.arange(5), upstream=upstream)
    check(len(found) == 1, zh="只有 x 有梯度", en="x alone has a gradient")
    close(found[0], expected(upstream, -np.arange(5)))
