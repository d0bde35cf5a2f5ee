"""Behaviours of grouped-query attention. Most cases take 1 < Hkv < Hq: only there do wrong head pairings show."""

import numpy as np

from interviewer.coding.behaviour import behaviour, check, close, finite, has_dtype, raises, same, slopes, unchanged


def inputs(*, heads=4, kv_heads=2, length=5, keys=5, width=8, value_width=8, seed=0, dtype=np.float32):
    rng = np.random.default_rng(seed)
    q = rng.normal(size=(2, heads, length, width))
    k = rng.normal(size=(2, kv_heads, keys, width))
    v = rng.normal(size=(2, kv_heads, keys, value_width))
    return q.astype(dtype), k.astype(dtype), v.astype(dtype)


def expected(q, k, v, *, visible=None, bias=None, scale=None):
    """Row by row, in float64. `visible` and `bias` have the full shape (B, Hq, L, S)."""
    q, k, v = q.astype(np.float64), k.astype(np.float64), v.astype(np.float64)
    batch, heads, length, width = q.shape
    group = heads // k.shape[1]
    scale = width**-0.5 if scale is None else scale
    out = np.zeros((batch, heads, length, v.shape[3]))
    for b, h, i in np.ndindex(batch, heads, length):
        seen = [j for j in range(k.shape[2]) if visible is None or visible[b, h, i, j]]
        if not seen:
            continue
        scores = np.array([q[b, h, i] @ k[b, h // group, j] * scale for j in seen])
        if bias is not None:
            scores += bias[b, h, i, seen]
        weights = np.exp(scores - scores.max())
        out[b, h, i] = weights @ v[b, h // group, seen] / weights.sum()
    return out


def causal_mask(q, k):
    """query i sees key j while j <= i + S - L."""
    batch, heads, length, keys = *q.shape[:3], k.shape[2]
    rows = [[j <= i + keys - length for j in range(keys)] for i in range(length)]
    return np.broadcast_to(np.array(rows), (batch, heads, length, keys))


@behaviour(zh="L≠S、Ev≠E 时输出形状是 (B, Hq, L, Ev)", en="The output is (B, Hq, L, Ev) when L≠S and Ev≠E", plain=True)
def output_shape(code):
    out = code.grouped_query_attention(*inputs(length=3, keys=7, width=8, value_width=6))
    check(
        out.shape == (2, 4, 3, 6),
        zh=f"形状是 {out.shape}，应为 (2, 4, 3, 6)",
        en=f"the shape is {out.shape}, expected (2, 4, 3, 6)",
    )


@behaviour(zh="Hkv=Hq 时等于普通多头注意力（MHA）", en="With Hkv=Hq it equals multi-head attention")
def equals_mha(code):
    q, k, v = inputs(heads=4, kv_heads=4, seed=1)
    close(code.grouped_query_attention(q, k, v), expected(q, k, v))


@behaviour(zh="Hkv=1 时等于多查询注意力（MQA）", en="With Hkv=1 it equals multi-query attention")
def equals_mqa(code):
    q, k, v = inputs(heads=4, kv_heads=1, seed=2)
    close(code.grouped_query_attention(q, k, v), expected(q, k, v))


@behaviour(zh="1<Hkv<Hq 时与逐头计算一致", en="With 1<Hkv<Hq it equals the computation head by head")
def equals_gqa(code):
    for heads, kv_heads in ((4, 2), (6, 2), (6, 3)):
        q, k, v = inputs(heads=heads, kv_heads=kv_heads, keys=7, seed=heads + kv_heads)
        close(code.grouped_query_attention(q, k, v), expected(q, k, v))


@behaviour(zh="第 h 个查询头读第 h//G 个 KV 头", en="Query head h reads KV head h//G")
def pairing(code):
    q, k, v = inputs(heads=6, kv_heads=2, seed=3)
    v = np.broadcast_to(np.arange(2, dtype=np.float32)[None, :, None, None], v.shape)
    out = code.grouped_query_attention(q, k, v)
    read = [round(float(out[0, head, 0, 0])) for head in range(6)]
    check(
        read == [0, 0, 0, 1, 1, 1],
        zh=f"各查询头读的 KV 头是 {read}，应为 [0, 0, 0, 1, 1, 1]",
        en=f"the query heads read KV heads {read}, expected [0, 0, 0, 1, 1, 1]",
    )


@behaviour(zh="L=S 时因果遮挡正确", en="The causal mask is right when L=S")
def causal(code):
    q, k, v = inputs(seed=4)
    close(code.grouped_query_attention(q, k, v, causal=True), expected(q, k, v, visible=causal_mask(q, k)))


@behaviour(zh="改动未来的 K、V，前面各行逐位不变", en="Changing future keys and values leaves earlier rows bit for bit")
def no_peeking(code):
    q, k, v = inputs(length=6, keys=6, seed=5)
    before = code.grouped_query_attention(q, k, v, causal=True)
    k, v = k.copy(), v.copy()
    k[:, :, 4:] += 3
    v[:, :, 4:] -= 5
    after = code.grouped_query_attention(q, k, v, causal=True)
    same(after[:, :, :4], before[:, :, :4])
    moved = np.abs(after[:, :, 4:] - before[:, :, 4:]).max(axis=-1)
    check((moved > 0).all(), zh="看得到改动的行却没有变", en="rows that see the change did not change")


@behaviour(
    zh="因果遮挡时，第 0 个 query 的输出就是第 0 个 value",
    en="Under the causal mask the first query gives the first value",
)
def first_row(code):
    q, k, v = inputs(seed=6)
    close(code.grouped_query_attention(q, k, v, causal=True)[:, :, 0], np.repeat(v[:, :, 0], 2, axis=1))


@behaviour(
    zh="逐 token 解码（L=1，S=i+1）拼起来等于一次前向",
    en="Decoding token by token (L=1, S=i+1) equals one forward pass",
)
def decoding(code):
    q, k, v = inputs(length=6, keys=6, seed=7)
    whole = expected(q, k, v, visible=causal_mask(q, k))
    for i in range(6):
        step = code.grouped_query_attention(q[:, :, i : i + 1], k[:, :, : i + 1], v[:, :, : i + 1], causal=True)
        close(step, whole[:, :, i : i + 1])
    chunk = code.grouped_query_attention(q[:, :, 4:], k, v, causal=True)
    close(chunk, whole[:, :, 4:])


@behaviour(zh="bool mask 里 True 表示可见", en="True in a boolean mask means visible")
def boolean_mask(code):
    q, k, v = inputs(seed=8)
    mask = np.random.default_rng(8).random((5, 5)) < 0.6
    mask[:, 2] = True
    close(
        code.grouped_query_attention(q, k, v, attn_mask=mask),
        expected(q, k, v, visible=np.broadcast_to(mask, (2, 4, 5, 5))),
    )


@behaviour(
    zh="mask 可按 batch 给（B, 1, 1, S），并与因果遮挡叠加",
    en="A mask per sequence (B, 1, 1, S) combines with the causal one",
)
def padding_and_causal(code):
    q, k, v = inputs(seed=9)
    mask = np.ones((2, 1, 1, 5), dtype=bool)
    mask[1, ..., 3:] = False
    out = code.grouped_query_attention(q, k, v, causal=True, attn_mask=mask)
    close(out, expected(q, k, v, visible=causal_mask(q, k) & mask))


@behaviour(zh="浮点 mask 加到分数上", en="A floating mask is added to the scores")
def additive_mask(code):
    q, k, v = inputs(seed=10)
    bias = np.random.default_rng(10).normal(size=(5, 5)).astype(np.float32)
    bias[1, 3] = -np.inf
    close(
        code.grouped_query_attention(q, k, v, attn_mask=bias),
        expected(q, k, v, bias=np.broadcast_to(bias, (2, 4, 5, 5))),
    )


@behaviour(zh="scale 参数生效", en="The scale argument is used")
def own_scale(code):
    q, k, v = inputs(seed=11)
    close(code.grouped_query_attention(q, k, v, scale=0.5), expected(q, k, v, scale=0.5))


@behaviour(zh="V 为常数时，输出是同一个常数", en="A constant V gives the same constant")
def weights_sum_to_one(code):
    q, k, v = inputs(keys=7, seed=12)
    out = code.grouped_query_attention(q, k, np.full_like(v, 3), causal=True)
    close(out, np.full((2, 4, 5, 8), 3))


@behaviour(zh="Q 为 0 时，输出是 V 的均值", en="A zero Q gives the mean of V")
def zero_query(code):
    q, k, v = inputs(keys=7, seed=13)
    out = code.grouped_query_attention(np.zeros_like(q), k, v)
    close(out, np.broadcast_to(np.repeat(v.mean(axis=2, keepdims=True), 2, axis=1), out.shape))


@behaviour(
    zh="float16、float32、float64 进，同样的 dtype 出", en="float16, float32 and float64 come out as they went in"
)
def dtypes(code):
    for dtype in (np.float16, np.float32, np.float64):
        q, k, v = inputs(seed=14, dtype=dtype)
        out = code.grouped_query_attention(q, k, v, causal=True)
        has_dtype(out, dtype)
        close(out, expected(q, k, v, visible=causal_mask(q, k)))


@behaviour(zh="float16 大数值（QKᵀ 超过 65504）不出 NaN", en="Large float16 values (QKᵀ above 65504) give no NaN")
def half_precision(code):
    q, k, v = inputs(width=128, seed=15, dtype=np.float16)
    q, k = np.full_like(q, 60), np.full_like(k, 60)
    out = code.grouped_query_attention(q, k, v)
    finite(out)
    close(out, np.broadcast_to(np.repeat(v.astype(np.float64).mean(axis=2, keepdims=True), 2, axis=1), out.shape))


@behaviour(zh="不合法的形状抛 ValueError", en="Shapes that don't fit raise ValueError")
def bad_shapes(code):
    q, k, v = inputs(heads=8, kv_heads=3)
    with raises(ValueError, zh="q 有 8 个头、k 和 v 有 3 个头", en="8 query heads with 3 KV heads"):
        code.grouped_query_attention(q, k, v)
    q, k, v = inputs(heads=2, kv_heads=8)
    with raises(ValueError, zh="q 有 2 个头、k 和 v 有 8 个头", en="2 query heads with 8 KV heads"):
        code.grouped_query_attention(q, k, v)
    q, k, v = inputs(heads=2, kv_heads=2)
    with raises(ValueError, zh="k 有 2 个头、v 有 1 个头", en="2 heads in k with 1 in v"):
        code.grouped_query_attention(q, k, v[:, :1])


@behaviour(zh="不原地修改参数", en="No argument is changed in place")
def inputs_kept(code):
    q, k, v = inputs(seed=16)
    for mask in (np.tril(np.ones((5, 5), dtype=bool)), np.zeros((2, 4, 5, 5), dtype=np.float32)):
        code.grouped_query_attention(q, k, v, causal=True, attn_mask=mask, scale=0.5)
        unchanged(code)


@behaviour(zh="整行被屏蔽时输出 0，不是 NaN", en="A row without any visible key gives 0, not NaN")
def hidden_rows(code):
    q, k, v = inputs(seed=17)
    mask = np.ones((5, 5), dtype=bool)
    mask[2] = False
    out = code.grouped_query_attention(q, k, v, attn_mask=mask)
    finite(out)
    close(out, expected(q, k, v, visible=np.broadcast_to(mask, (2, 4, 5, 5))))


@behaviour(
    zh="梯度正确，K、V 的梯度是组内各查询头之和",
    en="Gradients are right; those of K and V sum over the group",
    backends=("torch",),
)
def gradients(code):
    q, k, v = (one[:1] for one in inputs(length=2, keys=3, width=3, value_width=2, seed=18, dtype=np.float64))
    upstream = np.random.default_rng(18).normal(size=(1, 4, 2, 2))
    visible = causal_mask(q, k)
    wanted = slopes(lambda *args: expected(*args, visible=visible), [q, k, v], upstream)
    found = code.gradients("grouped_query_attention", q, k, v, causal=True, upstream=upstream)
    for one, other in zip(found, wanted, strict=True):
        close(one, other)
