"""Behaviours of GRPO. Responses have different lengths, and no ratio lies near an edge of the clipping."""

import math

import numpy as np

from interviewer.coding.behaviour import behaviour, check, close, finite, raises, slopes, unchanged

MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [1, 0, 0, 0, 0]], dtype=bool)


def rollouts(*, seed=0, dtype=np.float32, spread=0.4):
    """New, old and reference log-probabilities (4, 5) and advantages (4,) of both signs."""
    rng = np.random.default_rng(seed)
    old = rng.normal(size=(4, 5)) * 0.5 - 2
    new, ref = old + rng.normal(size=(4, 5)) * spread, old + rng.normal(size=(4, 5)) * 0.5
    return tuple(one.astype(dtype) for one in (new, old, ref, np.array([1.2, -0.7, -1.1, 0.6])))


def loss(new, old, ref, advantages, mask, *, clip_low=0.2, clip_high=0.2, beta=0.04, token_mean=False):
    """Token by token in float64."""
    responses = []
    for b in range(len(new)):
        objectives = []
        for t in range(new.shape[1]):
            if mask[b, t]:
                ratio = math.exp(float(new[b, t]) - float(old[b, t]))
                d = float(ref[b, t]) - float(new[b, t])
                kept = min(max(ratio, 1 - clip_low), 1 + clip_high)
                gain = min(ratio * float(advantages[b]), kept * float(advantages[b]))
                objectives.append(gain - beta * (math.exp(d) - d - 1))
        responses.append(objectives)
    if token_mean:
        everything = [one for objectives in responses for one in objectives]
        return -sum(everything) / max(len(everything), 1)
    return -sum(sum(one) / max(len(one), 1) for one in responses) / len(responses)


def one_token(code, ratio, advantage, **settings):
    """The loss of a single token with that ratio, without the KL term."""
    zero, mask = np.zeros((1, 1), dtype=np.float32), np.ones((1, 1), dtype=bool)
    new = np.full((1, 1), math.log(ratio), dtype=np.float32)
    return code.grpo_loss(new, zero, zero, np.array([advantage], dtype=np.float32), mask, beta=0.0, **settings)


@behaviour(zh="优势是 (P, G)，loss 是标量", en="Advantages are (P, G), the loss is a scalar", plain=True)
def shapes(code):
    out = code.group_advantages(np.array([[1, 0, 0], [0, 1, 1]], dtype=np.float32))
    check(out.shape == (2, 3), zh=f"形状是 {out.shape}", en=f"the shape is {out.shape}")
    value = code.grpo_loss(*rollouts(), MASK)
    check(np.shape(value) == (), zh=f"loss 的形状是 {np.shape(value)}", en=f"the loss has shape {np.shape(value)}")


@behaviour(zh="优势在各自的组内归一：均值 0、标准差 1", en="Advantages have mean 0 and deviation 1 within each group")
def normalised(code):
    rewards = np.random.default_rng(1).normal(size=(3, 6)) * [[1], [5], [0.3]] + [[0], [10], [-4]]
    out = code.group_advantages(rewards)
    close(out.mean(axis=1), np.zeros(3))
    close(out.std(axis=1), np.ones(3), tolerance=1e-4)


@behaviour(zh="四个里对一个：优势是 √3 和 −1/√3", en="One right of four: the advantages are √3 and −1/√3")
def one_of_four(code):
    out = code.group_advantages(np.array([[0, 1, 0, 0]], dtype=np.float64))
    low, high = -1 / math.sqrt(3), math.sqrt(3)
    close(out, [[low, high, low, low]], tolerance=1e-4)


@behaviour(zh="组内奖励全相同时，优势为 0，不是 NaN", en="Equal rewards in a group give 0, not NaN")
def no_signal(code):
    out = code.group_advantages(np.array([[1, 1, 1, 1], [0, 0, 0, 0], [1, 0, 1, 0]], dtype=np.float32))
    finite(out)
    close(out[:2], np.zeros((2, 4)))
    close(out[2], [1, -1, 1, -1])


@behaviour(zh="scale=False 时只减均值", en="scale=False only subtracts the mean")
def centred(code):
    rewards = np.array([[2, 4, 9], [0, 0, 3]], dtype=np.float32)
    close(code.group_advantages(rewards, scale=False), [[-3, -1, 4], [-1, -1, 2]])


@behaviour(zh="eps 参数生效", en="The eps argument is used")
def own_eps(code):
    close(code.group_advantages(np.array([[0.0, 2.0]]), eps=1.0), [[-0.5, 0.5]])


@behaviour(zh="loss 与逐 token 计算一致", en="The loss equals the computation token by token")
def whole_loss(code):
    for seed in range(3):
        args = rollouts(seed=seed)
        close(code.grpo_loss(*args, MASK), loss(*args, MASK))


@behaviour(zh="优势为正：比值过大被截住，过小不截", en="Advantage above 0: large ratios are clipped, small ones not")
def positive(code):
    for ratio, wanted in ((2.0, -1.2), (1.1, -1.1), (0.5, -0.5)):
        close(one_token(code, ratio, 1.0), wanted)


@behaviour(zh="优势为负：比值过小被截住，过大不截", en="Advantage below 0: small ratios are clipped, large ones not")
def negative(code):
    for ratio, wanted in ((2.0, 2.0), (0.9, 0.9), (0.5, 0.8)):
        close(one_token(code, ratio, -1.0), wanted)


@behaviour(zh="上下裁剪范围可以不同（clip-higher）", en="The two clipping bounds may differ")
def asymmetric(code):
    close(one_token(code, 2.0, 1.0, clip_low=0.1, clip_high=0.3), -1.3)
    close(one_token(code, 0.5, -1.0, clip_low=0.1, clip_high=0.3), 0.9)


@behaviour(
    zh="KL 项是 exp(d) − d − 1，d = 参考 − 当前", en="The KL term is exp(d) − d − 1 with d = reference − current"
)
def kl_term(code):
    new, old, ref, _ = rollouts(seed=4)
    nothing = np.zeros(4, dtype=np.float32)
    for beta in (0.04, 1.0):
        close(code.grpo_loss(new, old, ref, nothing, MASK, beta=beta), loss(new, old, ref, nothing, MASK, beta=beta))
    close(code.grpo_loss(new, old, new, nothing, MASK, beta=1.0), 0.0)


@behaviour(zh="KL 越大 loss 越大", en="More KL means more loss")
def kl_is_a_cost(code):
    new, old, ref, advantages = rollouts(seed=5)
    near = float(code.grpo_loss(new, old, new, advantages, MASK, beta=0.5))
    far = float(code.grpo_loss(new, old, ref, advantages, MASK, beta=0.5))
    check(
        far > near,
        zh=f"有 KL 时 loss 为 {far:.4f}，没有时 {near:.4f}",
        en=f"the loss is {far:.4f} with KL, {near:.4f} without",
    )


@behaviour(zh="默认每条回答权重相同，与长短无关", en="By default each response weighs the same, long or short")
def sequence_mean(code):
    zero = np.zeros((2, 5), dtype=np.float32)
    mask = np.array([[1, 1, 1, 1, 1], [1, 0, 0, 0, 0]], dtype=bool)
    close(code.grpo_loss(zero, zero, zero, np.array([1, -3], dtype=np.float32), mask), 1.0)


@behaviour(zh="token_mean 时每个 token 权重相同", en="With token_mean each token weighs the same")
def token_mean(code):
    zero = np.zeros((2, 5), dtype=np.float32)
    mask = np.array([[1, 1, 1, 1, 1], [1, 0, 0, 0, 0]], dtype=bool)
    advantages = np.array([1, -3], dtype=np.float32)
    close(code.grpo_loss(zero, zero, zero, advantages, mask, token_mean=True), -1 / 3)
    args = rollouts(seed=6)
    close(code.grpo_loss(*args, MASK, token_mean=True), loss(*args, MASK, token_mean=True))


@behaviour(zh="mask 外的数再离谱也不影响 loss", en="Numbers outside the mask don't matter, however wild")
def wild_padding(code):
    new, old, ref, advantages = rollouts(seed=7)
    wanted = loss(new, old, ref, advantages, MASK)
    new[~MASK], old[~MASK], ref[~MASK] = 500, -500, 3000
    found = code.grpo_loss(new, old, ref, advantages, MASK)
    finite(found)
    close(found, wanted)


@behaviour(zh="整条都被 mask 的回答记 0，不出 NaN", en="A response that is masked throughout gives 0, not NaN")
def empty_response(code):
    args = rollouts(seed=8)
    mask = MASK.copy()
    mask[1] = False
    close(code.grpo_loss(*args, mask), loss(*args, mask))
    close(code.grpo_loss(*args, 0 * MASK > 0), 0.0)
    close(code.grpo_loss(*args, 0 * MASK > 0, token_mean=True), 0.0)


@behaviour(zh="形状不合时抛 ValueError，不靠广播", en="Shapes that don't fit raise ValueError and don't broadcast")
def bad_shapes(code):
    new, old, ref, advantages = rollouts()
    with raises(ValueError, zh="5 个优势，4 条回答", en="5 advantages for 4 responses"):
        code.grpo_loss(new, old, ref, np.ones(5, dtype=np.float32), MASK)
    with raises(ValueError, zh="优势 (4, 5)，应为 (4,)", en="advantages (4, 5) instead of (4,)"):
        code.grpo_loss(new, old, ref, np.ones((4, 5), dtype=np.float32), MASK)
    with raises(ValueError, zh="参考 (1, 5)，其余 (4, 5)", en="a reference (1, 5) with the others (4, 5)"):
        code.grpo_loss(new, old, ref[:1], advantages, MASK)


@behaviour(zh="不原地修改参数", en="No argument is changed in place")
def inputs_kept(code):
    code.group_advantages(np.array([[1, 0, 0], [0, 1, 1]], dtype=np.float32))
    unchanged(code)
    code.grpo_loss(*rollouts(), MASK)
    unchanged(code)


@behaviour(zh="梯度正确，只流向 log_probs", en="Gradients are right and flow into log_probs only", backends=("torch",))
def gradients(code):
    new, old, ref, advantages = rollouts(seed=9, dtype=np.float64)
    for by_token in (False, True):
        wanted = slopes(
            lambda new, by_token=by_token: np.array(loss(new, old, ref, advantages, MASK, token_mean=by_token)),
            [new],
            np.array(1.0),
        )
        found = code.gradients(
            "grpo_loss", new, old, ref, advantages, MASK, token_mean=by_token, upstream=np.array(1.0)
        )
        zeros = [np.zeros((4, 5)), np.zeros((4, 5)), np.zeros(4)]
        for one, other in zip(found, wanted + zeros, strict=True):
            close(one, other)


@behaviour(
    zh="第一步（新旧策略相同）梯度不为 0",
    en="At the first step, old and new policy equal, there is a gradient",
    backends=("torch",),
)
def first_step(code):
    _, old, _, advantages = rollouts(seed=10, dtype=np.float64)
    found = code.gradients("grpo_loss", old, old, old, advantages, MASK, upstream=np.array(1.0))[0]
    lengths = MASK.sum(axis=1)
    close(found, np.where(MASK, -(advantages / lengths / 4)[:, None], 0))


@behaviour(
    zh="mask 外的离谱数不让梯度变 NaN",
    en="Wild numbers outside the mask don't turn gradients into NaN",
    backends=("torch",),
)
def wild_gradients(code):
    new, old, ref, advantages = rollouts(seed=11, dtype=np.float64)
    new[~MASK], old[~MASK], ref[~MASK] = 500, -500, 3000
    found = code.gradients("grpo_loss", new, old, ref, advantages, MASK, upstream=np.array(1.0))[0]
    finite(found)
    check(not found[~MASK].any(), zh="mask 外有梯度", en="there is a gradient outside the mask")
