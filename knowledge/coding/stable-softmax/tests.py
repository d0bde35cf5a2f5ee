"""Behaviours of softmax and cross-entropy. Ignored labels are -100: no index of any class, even from the end."""

import math

import numpy as np

from interviewer.coding.behaviour import behaviour, check, close, finite, has_dtype, raises, slopes, unchanged

TARGETS = np.array([2, -100, 0, 5, -100, 1])


def logits(*shape, seed=0, dtype=np.float32):
    return (np.random.default_rng(seed).normal(size=shape) * 2).astype(dtype)


def line(values):
    """The softmax of one line, in float64."""
    values = [float(value) for value in values]
    highest = max(values)
    powers = [math.exp(value - highest) for value in values]
    return [power / sum(powers) for power in powers]


def loss(x, targets, ignored=-100):
    """The mean of log Σ exp(x) − x[target], one place after another, in float64."""
    terms = []
    for place in np.ndindex(targets.shape):
        if targets[place] != ignored:
            values = [float(value) for value in x[place]]
            highest = max(values)
            total = math.log(sum(math.exp(value - highest) for value in values))
            terms.append(total + highest - values[targets[place]])
    return sum(terms) / len(terms) if terms else 0.0


@behaviour(
    zh="softmax 保持形状和 dtype，交叉熵返回标量", en="softmax keeps shape and dtype, the loss is a scalar", plain=True
)
def shapes(code):
    for dtype in (np.float16, np.float32, np.float64):
        out = code.softmax(logits(2, 3, 4, dtype=dtype))
        check(out.shape == (2, 3, 4), zh=f"形状是 {out.shape}", en=f"the shape is {out.shape}")
        has_dtype(out, dtype)
    has_dtype(code.cross_entropy(logits(6, 7, dtype=np.float64), TARGETS), np.float64)
    close(code.cross_entropy(logits(6, 7), TARGETS), loss(logits(6, 7), TARGETS))


@behaviour(zh="softmax 与逐行计算一致", en="softmax equals the computation line by line")
def last_axis(code):
    x = logits(3, 5, seed=1)
    close(code.softmax(x), [line(row) for row in x])


@behaviour(zh="axis 参数生效", en="The axis argument is used")
def other_axes(code):
    x = logits(3, 4, 5, seed=2)
    for axis in (0, 1, -2):
        close(code.softmax(x, axis=axis), np.apply_along_axis(line, axis, x))


@behaviour(zh="1000 这么大的数不出 NaN", en="Numbers as large as 1000 give no NaN")
def large(code):
    x = np.array([[1000, 999, 0], [-1000, -1001, -1002]], dtype=np.float32)
    out = code.softmax(x)
    finite(out)
    close(out, [line(row) for row in x])


@behaviour(zh="各行大小悬殊时，每一行都对", en="Rows of very different size are all right")
def uneven_rows(code):
    x = np.array([[500, 501, 502], [-500, -501, -502]], dtype=np.float32)
    out = code.softmax(x)
    finite(out)
    close(out, [line(row) for row in x])


@behaviour(zh="−∞ 的位置概率恰为 0，其余归一", en="A place of −∞ gets exactly 0, the others sum to one")
def forbidden(code):
    x = logits(2, 5, seed=3)
    x[:, [1, 4]] = -np.inf
    out = code.softmax(x)
    check(not out[:, [1, 4]].any(), zh="−∞ 处概率不是 0", en="the probability at −∞ is not 0")
    close(out[:, [0, 2, 3]], [line(row[[0, 2, 3]]) for row in x])


@behaviour(zh="float16 下 7 万个相等的数，概率之和仍为 1", en="70,000 equal float16 numbers still sum to 1")
def half_precision(code):
    out = code.softmax(np.ones((1, 70_000), dtype=np.float16))
    has_dtype(out, np.float16)
    close(out.astype(np.float64).sum(), 1.0, tolerance=5e-3)


@behaviour(zh="交叉熵等于逐个计算的平均", en="The cross-entropy is the mean of the losses one by one")
def mean_loss(code):
    x, targets = logits(4, 6, seed=4), np.array([5, 0, 3, 3])
    close(code.cross_entropy(x, targets), loss(x, targets))


@behaviour(zh="(B, T, V) 的 logits 与 (B, T) 的标签", en="Logits (B, T, V) with labels (B, T)")
def more_axes(code):
    x, targets = logits(2, 3, 6, seed=5), TARGETS.reshape(2, 3)
    close(code.cross_entropy(x, targets), loss(x, targets))


@behaviour(zh="被忽略的位置不进分子，也不进分母", en="Ignored places count neither above nor below the line")
def ignored(code):
    x = logits(6, 7, seed=6)
    close(code.cross_entropy(x, TARGETS), loss(x, TARGETS))
    x[[1, 4]] *= 50
    close(code.cross_entropy(x, TARGETS), loss(x, TARGETS))


@behaviour(zh="全部被忽略时是 0，不是 NaN", en="All ignored gives 0, not NaN")
def all_ignored(code):
    close(code.cross_entropy(logits(3, 5, seed=7), np.full(3, -100)), 0.0)


@behaviour(zh="ignore_index 可以另设，比如 padding 的编号 0", en="ignore_index can be set, to a padding id of 0 say")
def own_ignore_index(code):
    x, targets = logits(5, 4, seed=8), np.array([0, 3, 0, 1, 2])
    close(code.cross_entropy(x, targets, ignore_index=0), loss(x, targets, ignored=0))


@behaviour(
    zh="正确类的概率下溢时，loss 仍是准确的有限值",
    en="Where the right class's probability underflows, the loss is exact",
)
def underflow(code):
    x = np.array([[0, 1000, 3], [2000, -2000, 0]], dtype=np.float32)
    close(code.cross_entropy(x, np.array([0, 1])), 2500.0)


@behaviour(zh="float16 的 logits 按 float32 精度算 loss", en="float16 logits give a loss of float32 precision")
def half_precision_loss(code):
    x = logits(64, 50, seed=9, dtype=np.float16)
    targets = np.arange(64) % 50
    found = code.cross_entropy(x, targets)
    has_dtype(found, np.float32)
    close(found, loss(x, targets))


@behaviour(zh="V 类之外的标签抛 ValueError", en="A label outside the classes raises ValueError")
def bad_labels(code):
    for label in (4, -1):
        with raises(ValueError, zh=f"4 类，标签 {label}", en=f"4 classes, label {label}"):
            code.cross_entropy(logits(3, 4), np.array([0, label, -100]))


@behaviour(zh="形状不合时抛 ValueError", en="Shapes that don't fit raise ValueError")
def bad_shapes(code):
    with raises(ValueError, zh="logits (3, 4)，targets (2,)", en="logits (3, 4) with targets (2,)"):
        code.cross_entropy(logits(3, 4), np.array([0, 1]))
    with raises(ValueError, zh="logits (3, 4)，targets (3, 1)", en="logits (3, 4) with targets (3, 1)"):
        code.cross_entropy(logits(3, 4), np.array([[0], [1], [2]]))


@behaviour(zh="不原地修改参数", en="No argument is changed in place")
def inputs_kept(code):
    code.softmax(logits(3, 4))
    unchanged(code)
    code.cross_entropy(logits(6, 7), TARGETS)
    unchanged(code)


@behaviour(
    zh="梯度是 (p − onehot)/有效个数，被忽略处为 0",
    en="The gradient is (p − onehot)/counted places, and 0 where ignored",
    backends=("torch",),
)
def gradients(code):
    x = logits(6, 7, seed=10, dtype=np.float64)
    found = code.gradients("cross_entropy", x, TARGETS, upstream=np.array(1.0))[0]
    close(found, slopes(lambda x: np.array(loss(x, TARGETS)), [x], np.array(1.0))[0])
