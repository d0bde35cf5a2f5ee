"""Behaviours of attention with a KV cache: one function for prefill, chunks and single steps."""

import numpy as np

from interviewer.coding.behaviour import behaviour, check, close, finite, has_dtype, raises, same, unchanged

WIDTH, HEADS, SIZE = 8, 2, 4


def inputs(*, seed=0, length=6, dtype=np.float32):
    """x (2, length, 8) and the weights wq, wk, wv, wo."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, length, WIDTH)).astype(dtype)
    return x, [(rng.normal(size=(WIDTH, WIDTH)) * 0.5).astype(dtype) for _ in range(4)]


def split(projected):
    """(B, L, D) -> (B, h, L, d): head h has the h-th columns."""
    return np.stack([projected[..., h * SIZE : (h + 1) * SIZE] for h in range(HEADS)], axis=1)


def expected(x, weights, old=None):
    """Token by token, in float64: the output, and all keys and values."""
    wq, wk, wv, wo = (one.astype(np.float64) for one in weights)
    q, k, v = (split(x.astype(np.float64) @ w) for w in (wq, wk, wv))
    if old is not None:
        k, v = (np.concatenate([one.astype(np.float64), new], axis=2) for one, new in zip(old, (k, v), strict=True))
    past = k.shape[2] - x.shape[1]
    joined = np.zeros(x.shape)
    for b, h, i in np.ndindex(x.shape[0], HEADS, x.shape[1]):
        seen = past + i + 1
        powers = k[b, h, :seen] @ q[b, h, i] / SIZE**0.5
        powers = np.exp(powers - powers.max())
        joined[b, i, h * SIZE : (h + 1) * SIZE] = powers @ v[b, h, :seen] / powers.sum()
    return joined @ wo, k, v


def run(code, x, weights, cache=None):
    return code.cached_attention(x, *weights, n_heads=HEADS, cache=cache)


def old_cache(*, past=3, seed=40, dtype=np.float32):
    rng = np.random.default_rng(seed)
    return tuple(rng.normal(size=(2, HEADS, past, SIZE)).astype(dtype) for _ in range(2))


@behaviour(
    zh="输出 (B, L, D)，cache 是 (B, h, T+L, d)",
    en="The output is (B, L, D), the caches are (B, h, T+L, d)",
)
def shapes(code):
    x, weights = inputs(length=2)
    out, (k, v) = run(code, x, weights, old_cache())
    found = (out.shape, k.shape, v.shape)
    check(found == ((2, 2, 8), (2, 2, 5, 4), (2, 2, 5, 4)), zh=f"形状是 {found}", en=f"the shapes are {found}")


@behaviour(zh="没有 cache 时，就是一次因果注意力（prefill）", en="Without a cache it is causal attention (prefill)")
def prefill(code):
    x, weights = inputs(seed=1)
    close(run(code, x, weights)[0], expected(x, weights)[0])


@behaviour(zh="逐 token 解码等于一次前向", en="Decoding token by token equals one forward pass")
def token_by_token(code):
    x, weights = inputs(seed=2)
    whole, cache = expected(x, weights)[0], None
    for i in range(6):
        out, cache = run(code, x[:, i : i + 1], weights, cache)
        close(out, whole[:, i : i + 1])


@behaviour(zh="分块 prefill（3+2+1）等于一次前向", en="Chunked prefill (3+2+1) equals one forward pass")
def chunks(code):
    x, weights = inputs(seed=3)
    whole, cache = expected(x, weights)[0], None
    for start, stop in ((0, 3), (3, 5), (5, 6)):
        out, cache = run(code, x[:, start:stop], weights, cache)
        close(out, whole[:, start:stop])


@behaviour(zh="旧 cache 里的 K、V 原样使用", en="Keys and values of the old cache are used as they are")
def cache_is_used(code):
    x, weights = inputs(seed=4, length=1)
    cache = old_cache(past=5)
    close(run(code, x, weights, cache)[0], expected(x, weights, cache)[0])


@behaviour(
    zh="新 cache 的前 T 个位置与旧 cache 逐位相同",
    en="The first T positions of the new cache equal the old one bit for bit",
)
def old_part(code):
    x, weights = inputs(seed=5, length=2)
    cache = old_cache()
    _, (k, v) = run(code, x, weights, cache)
    same(k[:, :, :3], cache[0])
    same(v[:, :, :3], cache[1])


@behaviour(
    zh="新 cache 的后 L 个位置是新 token 的 K、V",
    en="The last L positions of the new cache are the new tokens' keys and values",
)
def new_part(code):
    x, weights = inputs(seed=6, length=2)
    _, (k, v) = run(code, x, weights, old_cache())
    close(k[:, :, 3:], split(x.astype(np.float64) @ weights[1]))
    close(v[:, :, 3:], split(x.astype(np.float64) @ weights[2]))


@behaviour(zh="同一块里，前面的新 token 看不到后面的", en="Within a chunk, earlier new tokens do not see later ones")
def no_peeking(code):
    x, weights = inputs(seed=7, length=3)
    before, _ = run(code, x, weights, old_cache())
    x = x.copy()
    x[:, 2] += 2
    after, _ = run(code, x, weights, old_cache())
    close(after[:, :2], before[:, :2], tolerance=1e-6)


@behaviour(
    zh="旧 cache 不被修改，从它出发的两个分支互不影响",
    en="The old cache is not changed, and two branches from it do not disturb each other",
)
def branches(code):
    x, weights = inputs(seed=8)
    _, cache = run(code, x[:, :4], weights)
    first, _ = run(code, x[:, 4:5], weights, cache)
    unchanged(code)
    run(code, x[:, 5:6], weights, cache)
    unchanged(code)
    close(run(code, x[:, 4:5], weights, cache)[0], first, tolerance=0)


@behaviour(zh="长度为 0 的 cache 等于没有 cache", en="A cache of length 0 is like none")
def empty_cache(code):
    x, weights = inputs(seed=9, length=3)
    out, (k, _) = run(code, x, weights, old_cache(past=0))
    close(out, expected(x, weights)[0])
    check(k.shape == (2, 2, 3, 4), zh=f"cache 的形状是 {k.shape}", en=f"the cache is {k.shape}")


@behaviour(
    zh="输出和 cache 的 dtype 与 x 相同，float16 也不例外", en="Output and cache keep the dtype of x, float16 included"
)
def dtypes(code):
    for dtype in (np.float16, np.float32):
        x, weights = inputs(length=2, dtype=dtype)
        out, (k, v) = run(code, x, weights, old_cache(dtype=dtype))
        for one in (out, k, v):
            has_dtype(one, dtype)


@behaviour(zh="大数值不出 NaN", en="Large values give no NaN")
def large_values(code):
    x, weights = inputs(seed=11)
    out, _ = run(code, x * 1000, weights)
    finite(out)


@behaviour(
    zh="头数或 cache 形状不合时抛 ValueError", en="A number of heads or a cache that doesn't fit raises ValueError"
)
def bad_shapes(code):
    x, weights = inputs(length=1)
    with raises(ValueError, zh="D=8，3 个头", en="D=8 with 3 heads"):
        code.cached_attention(x, *weights, n_heads=3)
    k, v = old_cache()
    with raises(ValueError, zh="cache 的 batch 是 1，x 的是 2", en="a cache for one sequence with an x of two"):
        run(code, x, weights, (k[:1], v[:1]))
    with raises(ValueError, zh="cache 里 k 长 3、v 长 2", en="3 keys with 2 values in the cache"):
        run(code, x, weights, (k, v[:, :, :2]))
