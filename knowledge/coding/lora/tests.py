"""Behaviours of LoRA. Ranks, widths and alpha all differ, so that none can stand in for another."""

import numpy as np

from interviewer.coding.behaviour import behaviour, check, close, finite, has_dtype, raises, slopes, unchanged


def inputs(*leading, rank=3, seed=0, dtype=np.float32):
    """x (*leading, 5), w (4, 5), a (rank, 5), b (4, rank)."""
    rng = np.random.default_rng(seed)
    shapes = ((*leading, 5), (4, 5), (rank, 5), (4, rank))
    return tuple(rng.normal(size=shape).astype(dtype) for shape in shapes)


def output(x, w, a, b, scaling, *, bias=None):
    """One number after another, in float64."""
    out = np.zeros((*x.shape[:-1], w.shape[0]))
    for place in np.ndindex(out.shape):
        row, m = x[place[:-1]], place[-1]
        plain = sum(float(row[n]) * float(w[m, n]) for n in range(w.shape[1]))
        squeezed = [sum(float(row[n]) * float(a[r, n]) for n in range(w.shape[1])) for r in range(a.shape[0])]
        update = sum(float(b[m, r]) * squeezed[r] for r in range(a.shape[0]))
        out[place] = plain + scaling * update + (0 if bias is None else float(bias[m]))
    return out


@behaviour(zh="输出形状是 (..., m)，合并后是 (m, n)", en="The output is (..., m), the merged weight (m, n)", plain=True)
def shapes(code):
    x, w, a, b = inputs(2, 7)
    out, merged = code.lora_forward(x, w, a, b, alpha=6), code.lora_merge(w, a, b, alpha=6)
    check(out.shape == (2, 7, 4), zh=f"形状是 {out.shape}", en=f"the shape is {out.shape}")
    check(merged.shape == (4, 5), zh=f"形状是 {merged.shape}", en=f"the shape is {merged.shape}")


@behaviour(zh="前向与逐个计算一致", en="The forward pass equals the computation number by number")
def forward(code):
    for rank, alpha in ((1, 2), (3, 6), (4, 2)):
        args = inputs(6, rank=rank, seed=rank)
        close(code.lora_forward(*args, alpha=alpha), output(*args, alpha / rank))


@behaviour(zh="b 为 0 时等于原来的线性层", en="With b=0 it is the base layer")
def starts_as_base(code):
    x, w, a, b = inputs(6, seed=5)
    close(code.lora_forward(x, w, a, np.zeros_like(b), alpha=6), x.astype(np.float64) @ w.T)
    close(code.lora_merge(w, a, np.zeros_like(b), alpha=6), w)


@behaviour(zh="r 翻倍、alpha 不变时，同样的方向只算一半", en="Twice the rank at the same alpha halves each direction")
def scaled_by_rank(code):
    x, w, a, b = inputs(6, seed=6)
    wide = code.lora_forward(x, w, np.concatenate([a, a]), np.concatenate([b, 0 * b], axis=1), alpha=6)
    close(wide, output(x, w, a, b, 1.0))


@behaviour(zh="rank_stabilized 时缩放是 alpha/√r，前向与合并都是", en="rank_stabilized scales by alpha/√r, merging too")
def rank_stabilized(code):
    x, w, a, b = inputs(6, rank=4, seed=7)
    wanted = output(x, w, a, b, 3.0)
    close(code.lora_forward(x, w, a, b, alpha=6, rank_stabilized=True), wanted)
    merged = code.lora_merge(w, a, b, alpha=6, rank_stabilized=True)
    close(x.astype(np.float64) @ merged.T, wanted)


@behaviour(zh="合并后的权重给出同样的输出", en="The merged weight gives the same output")
def merged_is_the_same(code):
    x, w, a, b = inputs(6, seed=8)
    merged = code.lora_merge(w, a, b, alpha=7)
    close(x.astype(np.float64) @ merged.T, output(x, w, a, b, 7 / 3))


@behaviour(zh="用 -alpha 再合并一次，还原出 w", en="Merging again with -alpha gives w back")
def unmerged(code):
    _, w, a, b = inputs(seed=9)
    merged = code.lora_merge(w, a, b, alpha=6)
    check(np.abs(merged - w).max() > 0.1, zh="合并没有改变权重", en="merging did not change the weight")
    close(code.lora_merge(merged, a, b, alpha=-6), w)


@behaviour(zh="bias 只加一次，不乘缩放", en="The bias is added once and not scaled")
def with_bias(code):
    x, w, a, b = inputs(6, seed=10)
    bias = np.arange(4, dtype=np.float32)
    close(code.lora_forward(x, w, a, b, alpha=7, bias=bias), output(x, w, a, b, 7 / 3, bias=bias))


@behaviour(zh="x 可以是 1 维或 3 维", en="x may have one axis or three")
def leading_axes(code):
    for leading in ((), (2, 3)):
        args = inputs(*leading, seed=11)
        close(code.lora_forward(*args, alpha=6), output(*args, 2.0))


@behaviour(
    zh="float16 进、float16 出，中间值超过 65504 也不出 inf",
    en="float16 comes out as it went in, also with intermediate values above 65,504",
)
def half_precision(code):
    w, a = np.ones((4, 5), dtype=np.float16), np.full((8, 5), 200, dtype=np.float16)
    b, x = np.full((4, 8), 100, dtype=np.float16), np.full((1, 5), 0.5, dtype=np.float16)
    out = code.lora_forward(x, w, a, b, alpha=0.01)
    merged = code.lora_merge(w, a, b, alpha=0.01)
    for found in (out, merged):
        has_dtype(found, np.float16)
        finite(found)
    close(out, output(x, w, a, b, 0.01 / 8))
    close(merged, np.full((4, 5), 201.0))


@behaviour(zh="形状不合时抛 ValueError", en="Shapes that don't fit raise ValueError")
def bad_shapes(code):
    x, w, a, b = inputs(6)
    cases = (
        ((x, w, a, b[:1]), "w (4, 5)，b (1, 3)", "w (4, 5) with b (1, 3)"),
        ((x, w, a, b[:, :2]), "a (3, 5)，b (4, 2)", "a (3, 5) with b (4, 2)"),
        ((x, w, a[:, :1], b), "w (4, 5)，a (3, 1)", "w (4, 5) with a (3, 1)"),
    )
    for args, zh, en in cases:
        with raises(ValueError, zh=zh, en=en):
            code.lora_forward(*args, alpha=6)
        with raises(ValueError, zh=f"合并 {zh}", en=f"merging {en}"):
            code.lora_merge(*args[1:], alpha=6)
    with raises(ValueError, zh="x (6, 4)，w (4, 5)", en="x (6, 4) with w (4, 5)"):
        code.lora_forward(x[:, :4], w, a, b, alpha=6)


@behaviour(zh="不原地修改参数，合并也不改 w", en="No argument is changed in place, w neither by merging")
def inputs_kept(code):
    x, w, a, b = inputs(6, seed=12)
    code.lora_forward(x, w, a, b, alpha=6, bias=np.ones(4, dtype=np.float32))
    unchanged(code)
    code.lora_merge(w, a, b, alpha=6)
    unchanged(code)


@behaviour(
    zh="x、a、b 的梯度正确，w 冻结，没有梯度",
    en="The gradients of x, a and b are right, and the frozen w has none",
    backends=("torch",),
)
def gradients(code):
    args = inputs(2, seed=13, dtype=np.float64)
    upstream = np.random.default_rng(13).normal(size=(2, 4))
    wanted = slopes(lambda *args: output(*args, 2.0), args, upstream)
    wanted[1] = np.zeros_like(wanted[1])
    found = code.gradients("lora_forward", *args, alpha=6, upstream=upstream)
    for one, other in zip(found, wanted, strict=True):
        close(one, other)


@behaviour(
    zh="b 为 0 时，a 的梯度为 0，b 的梯度不为 0",
    en="At b=0 the gradient of a is 0 and that of b is not",
    backends=("torch",),
)
def first_step(code):
    x, w, a, b = inputs(2, seed=14, dtype=np.float64)
    found = code.gradients("lora_forward", x, w, a, 0 * b, alpha=6, upstream=np.ones((2, 4)))
    close(found[2], np.zeros_like(a))
    check(np.abs(found[3]).max() > 0, zh="b 没有梯度，训练不动", en="b has no gradient and never learns")
