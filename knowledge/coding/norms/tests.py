"""Behaviours of LayerNorm and RMSNorm."""

import numpy as np

from interviewer.coding.behaviour import behaviour, close, finite, has_dtype, raises, slopes, unchanged

WIDTH = 6


def inputs(*, seed=0, shape=(2, 3, WIDTH), dtype=np.float32):
    """x, weight, bias"""
    rng = np.random.default_rng(seed)
    x, weight, bias = rng.normal(size=shape) * 2 + 1, rng.normal(size=shape[-1]), rng.normal(size=shape[-1])
    return x.astype(dtype), weight.astype(dtype), bias.astype(dtype)


def plain(width=WIDTH, dtype=np.float32):
    """A weight of ones and a bias of zeros."""
    return np.ones(width, dtype), np.zeros(width, dtype)


def layer_norm(x, weight, bias, eps=1e-5):
    """Vector by vector, in float64."""
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape[:-1]):
        vector = x[place].astype(np.float64)
        mean = sum(vector) / len(vector)
        variance = sum((value - mean) ** 2 for value in vector) / len(vector)
        out[place] = (vector - mean) / (variance + eps) ** 0.5 * weight + bias
    return out


def rms_norm(x, weight, eps=1e-6):
    """Vector by vector, in float64."""
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape[:-1]):
        vector = x[place].astype(np.float64)
        out[place] = vector / (sum(value**2 for value in vector) / len(vector) + eps) ** 0.5 * weight
    return out


@behaviour(zh="layer_norm 与逐向量计算一致", en="layer_norm equals the computation vector by vector")
def layer_norm_equals_loop(code):
    for shape in ((WIDTH,), (4, WIDTH), (2, 3, WIDTH)):
        args = inputs(seed=len(shape), shape=shape)
        close(code.layer_norm(*args), layer_norm(*args))


@behaviour(zh="rms_norm 与逐向量计算一致", en="rms_norm equals the computation vector by vector")
def rms_norm_equals_loop(code):
    for shape in ((WIDTH,), (4, WIDTH), (2, 3, WIDTH)):
        x, weight, _ = inputs(seed=len(shape), shape=shape)
        close(code.rms_norm(x, weight), rms_norm(x, weight))


@behaviour(
    zh="layer_norm 之后每个向量均值 0、方差 1", en="After layer_norm each vector has a mean of 0 and a variance of 1"
)
def mean_and_variance(code):
    x, _, _ = inputs(seed=4)
    out = code.layer_norm(x, *plain())
    close(out.mean(axis=-1), np.zeros((2, 3)), tolerance=1e-4)
    close(out.var(axis=-1), np.ones((2, 3)), tolerance=1e-4)


@behaviour(zh="rms_norm 之后每个向量的均方为 1", en="After rms_norm the mean square of each vector is 1")
def mean_square(code):
    x, _, _ = inputs(seed=5)
    out = code.rms_norm(x, plain()[0])
    close((out**2).mean(axis=-1), np.ones((2, 3)), tolerance=1e-4)


@behaviour(
    zh="每个向量只用自己的统计量，batch 里其他向量不影响它",
    en="A vector uses its own statistics, whatever else is in the batch",
)
def independent(code):
    x, weight, bias = inputs(seed=6)
    close(code.layer_norm(x, weight, bias)[1, 2], code.layer_norm(x[1, 2], weight, bias))
    close(code.rms_norm(x, weight)[1, 2], code.rms_norm(x[1, 2], weight))


@behaviour(zh="方差除以 D，而不是 D−1", en="The variance is divided by D and not by D−1")
def biased_variance(code):
    close(code.layer_norm(np.array([1, 3], np.float32), *plain(2)), [-1, 1], tolerance=1e-4)


@behaviour(zh="eps 加在根号里面", en="eps is added inside the root")
def eps_inside(code):
    close(code.layer_norm(np.array([0, 2], np.float32), *plain(2), eps=1.0), [-(0.5**0.5), 0.5**0.5])
    close(code.rms_norm(np.array([1, -1], np.float32), plain(2)[0], eps=1.0), [0.5**0.5, -(0.5**0.5)])


@behaviour(
    zh="默认 eps：layer_norm 是 1e-5，rms_norm 是 1e-6",
    en="The default eps is 1e-5 for layer_norm and 1e-6 for rms_norm",
)
def default_eps(code):
    x = np.array([1e-3, -1e-3], np.float32)
    close(code.layer_norm(x, *plain(2)), x / np.sqrt(1.1e-5))
    close(code.rms_norm(x, plain(2)[0]), x / np.sqrt(2e-6))


@behaviour(
    zh="layer_norm 不受整体平移和缩放影响", en="layer_norm does not change when x is shifted or scaled as a whole"
)
def invariance(code):
    x, weight, bias = inputs(seed=7)
    close(code.layer_norm(x * 8 + 4, weight, bias), code.layer_norm(x, weight, bias), tolerance=1e-4)


@behaviour(
    zh="rms_norm 不减均值：常数向量归一成 ±1", en="rms_norm does not remove the mean: a constant vector becomes ±1"
)
def keeps_mean(code):
    x = np.array([[3] * 4, [-5] * 4], np.float32)
    close(code.rms_norm(x, plain(4)[0]), np.array([[1] * 4, [-1] * 4]))


@behaviour(
    zh="layer_norm 对常数向量输出 bias，全 0 也不出 NaN",
    en="layer_norm of a constant vector gives the bias, and zeros give no NaN",
)
def constant_vectors(code):
    x, weight, bias = inputs(seed=8)
    out = code.layer_norm(np.full_like(x, 3), weight, bias)
    close(out, np.broadcast_to(bias, out.shape))
    zeros = code.rms_norm(np.zeros_like(x), weight)
    finite(zeros)
    close(zeros, np.zeros(x.shape))


@behaviour(zh="均值很大（10000）时方差仍然准确", en="The variance is right with a mean of 10000")
def large_mean(code):
    x = np.random.default_rng(9).normal(size=(4, 64)) + 1e4
    x = x.astype(np.float32)
    close(code.layer_norm(x, *plain(64)), layer_norm(x, *plain(64)), tolerance=5e-3)


@behaviour(zh="float16 大数值（平方超过 65504）不溢出", en="Large float16 values (squares above 65504) do not overflow")
def half_precision(code):
    x, weight, bias = inputs(seed=10, dtype=np.float16)
    x = x * np.float16(300)
    close(code.layer_norm(x, weight, bias), layer_norm(x, weight, bias))
    close(code.rms_norm(x, weight), rms_norm(x, weight))


@behaviour(
    zh="float16、float32、float64 进，同样的 dtype 出", en="float16, float32 and float64 come out as they went in"
)
def dtypes(code):
    for dtype in (np.float16, np.float32, np.float64):
        x, weight, bias = inputs(dtype=dtype)
        has_dtype(code.layer_norm(x, weight, bias), dtype)
        has_dtype(code.rms_norm(x, weight), dtype)


@behaviour(
    zh="weight 或 bias 不是 (D,) 时抛 ValueError，不悄悄广播",
    en="A weight or bias that is not (D,) raises ValueError and is not broadcast",
)
def bad_parameters(code):
    x, weight, bias = inputs()
    with raises(ValueError, zh="layer_norm 的 weight 是 (1,)", en="layer_norm with a weight of (1,)"):
        code.layer_norm(x, weight[:1], bias)
    with raises(ValueError, zh="layer_norm 的 bias 是 (1,)", en="layer_norm with a bias of (1,)"):
        code.layer_norm(x, weight, bias[:1])
    with raises(ValueError, zh="rms_norm 的 weight 是 (3, D)", en="rms_norm with a weight of (3, D)"):
        code.rms_norm(x, np.ones((3, WIDTH), np.float32))


@behaviour(zh="不原地修改参数", en="No argument is changed in place")
def inputs_kept(code):
    x, weight, bias = inputs(seed=11)
    code.layer_norm(x, weight, bias)
    unchanged(code)
    code.rms_norm(x, weight)
    unchanged(code)


@behaviour(zh="x、weight、bias 的梯度都正确", en="The gradients of x, weight and bias are right", backends=("torch",))
def gradients(code):
    x, weight, bias = inputs(seed=12, shape=(2, 4), dtype=np.float64)
    upstream = np.random.default_rng(12).normal(size=(2, 4))
    found = code.gradients("layer_norm", x, weight, bias, upstream=upstream)
    found += code.gradients("rms_norm", x, weight, upstream=upstream)
    wanted = slopes(layer_norm, [x, weight, bias], upstream) + slopes(rms_norm, [x, weight], upstream)
    for one, other in zip(found, wanted, strict=True):
        close(one, other)
