"""Behaviours of DPO. Prompts, responses and paddings have different lengths within a batch."""

import math

import numpy as np

from interviewer.coding.behaviour import behaviour, check, close, finite, has_dtype, raises, slopes, unchanged

MASK = np.array([[0, 0, 1, 1, 1, 0], [0, 1, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1]], dtype=bool)
SETTINGS = {"beta": 0.3, "label_smoothing": 0.0}


def sequences(*, seed=0, dtype=np.float32):
    rng = np.random.default_rng(seed)
    logits = (rng.normal(size=(3, 6, 7)) * 2).astype(dtype)
    return logits, rng.integers(0, 7, size=(3, 6))


def log_prob(row, token):
    values = [float(value) for value in row]
    highest = max(values)
    return values[token] - highest - math.log(sum(math.exp(value - highest) for value in values))


def summed(logits, tokens, mask):
    """Token by token in float64; the logits before a token are those that predict it."""
    out = []
    for b in range(len(tokens)):
        places = [t for t in range(1, tokens.shape[1]) if mask[b, t]]
        out.append(sum(log_prob(logits[b, t - 1], tokens[b, t]) for t in places))
    return np.array(out, dtype=np.float64)


def four(*, seed=0, dtype=np.float32):
    """Log-probabilities of chosen and rejected under the policy, then under the reference."""
    rng = np.random.default_rng(seed)
    return tuple((rng.normal(size=5) * 4 - 20).astype(dtype) for _ in range(4))


def loss(policy_chosen, policy_rejected, ref_chosen, ref_rejected, *, beta=0.1, label_smoothing=0.0):
    total = 0.0
    for one, other, ref_one, ref_other in zip(policy_chosen, policy_rejected, ref_chosen, ref_rejected, strict=True):
        z = beta * ((float(one) - float(ref_one)) - (float(other) - float(ref_other)))
        total += (1 - label_smoothing) * math.log1p(math.exp(-z)) + label_smoothing * math.log1p(math.exp(z))
    return total / len(policy_chosen)


@behaviour(
    zh="形状：(B,) 的和，标量 loss，两个 (B,) 的奖励", en="Sums (B,), a scalar loss, two rewards (B,)", plain=True
)
def shapes(code):
    logits, tokens = sequences()
    out = code.sequence_log_probs(logits, tokens, MASK)
    check(out.shape == (3,), zh=f"形状是 {out.shape}", en=f"the shape is {out.shape}")
    value, *rewards = code.dpo_loss(*four())
    check(np.shape(value) == (), zh=f"loss 的形状是 {np.shape(value)}", en=f"the loss has shape {np.shape(value)}")
    for one in rewards:
        check(one.shape == (5,), zh=f"奖励的形状是 {one.shape}", en=f"the rewards have shape {one.shape}")


@behaviour(zh="序列对数概率与逐 token 计算一致", en="Sequence log-probabilities equal the computation token by token")
def sums(code):
    logits, tokens = sequences(seed=1)
    close(code.sequence_log_probs(logits, tokens, MASK), summed(logits, tokens, MASK))


@behaviour(zh="位置 t 的 logits 预测第 t+1 个 token", en="The logits at t predict token t+1")
def shifted(code):
    tokens = np.array([[3, 1, 2, 0]])
    logits = np.zeros((1, 4, 5), dtype=np.float32)
    logits[0, [0, 1, 2], [1, 2, 0]] = 50  # sure of what comes next
    close(code.sequence_log_probs(logits, tokens, np.ones((1, 4), dtype=bool)), [0.0])


@behaviour(zh="第 0 个 token 从不计入", en="Token 0 never counts")
def first_token(code):
    logits, tokens = sequences(seed=2)
    mask = np.ones((3, 6), dtype=bool)
    close(code.sequence_log_probs(logits, tokens, mask), summed(logits, tokens, mask))


@behaviour(zh="求和而不是平均", en="It is a sum and not a mean")
def not_mean(code):
    logits, tokens = np.zeros((2, 6, 8), dtype=np.float32), np.zeros((2, 6), dtype=np.int64)
    mask = np.array([[0, 1, 1, 1, 1, 1], [0, 0, 0, 0, 1, 0]], dtype=bool)
    close(code.sequence_log_probs(logits, tokens, mask), [-5 * math.log(8), -math.log(8)])


@behaviour(zh="提示和 padding 不影响结果，编号可以是 −100", en="Prompt and padding don't matter and may be −100")
def masked(code):
    logits, tokens = sequences(seed=3)
    wanted = summed(logits, tokens, MASK)
    logits[:, :-1][~MASK[:, 1:]] = 9e3
    close(code.sequence_log_probs(logits, np.where(MASK, tokens, -100), MASK), wanted)


@behaviour(zh="mask 全为 False 的一行是 0", en="A row without any True in the mask gives 0")
def nothing_counted(code):
    logits, tokens = sequences(seed=4)
    mask = MASK.copy()
    mask[1] = False
    close(code.sequence_log_probs(logits, tokens, mask), summed(logits, tokens, mask))


@behaviour(zh="logits 上千时不溢出，概率下溢也准确", en="Logits in the thousands don't overflow and stay exact")
def large_logits(code):
    logits = np.zeros((1, 3, 4), dtype=np.float32)
    logits[0, 0], logits[0, 1] = [1000, 0, 0, 0], [0, -3000, 0, -5000]
    out = code.sequence_log_probs(logits, np.array([[0, 2, 1]]), np.array([[False, True, True]]))
    finite(out)
    close(out, [-4000 - math.log(2)])


@behaviour(zh="float16 的 logits 按 float32 精度累加", en="float16 logits are summed in float32")
def half_precision(code):
    logits, tokens = sequences(seed=5, dtype=np.float16)
    out = code.sequence_log_probs(logits, tokens, MASK)
    has_dtype(out, np.float32)
    close(out, summed(logits, tokens, MASK))


@behaviour(zh="策略等于参考时，loss 是 log 2，奖励是 0", en="Where policy and reference agree, the loss is log 2")
def at_the_start(code):
    chosen, rejected, *_ = four(seed=6)
    value, better, worse = code.dpo_loss(chosen, rejected, chosen, rejected, beta=0.5)
    close(value, math.log(2))
    close(better, np.zeros(5))
    close(worse, np.zeros(5))


@behaviour(zh="loss 与逐对计算的平均一致", en="The loss is the mean of the losses pair by pair")
def mean_loss(code):
    for beta in (0.1, 0.5):
        args = four(seed=7)
        close(code.dpo_loss(*args, beta=beta)[0], loss(*args, beta=beta))


@behaviour(zh="奖励是 beta·(策略 − 参考)", en="The rewards are beta·(policy − reference)")
def rewards(code):
    one, other, ref_one, ref_other = four(seed=8)
    _, better, worse = code.dpo_loss(one, other, ref_one, ref_other, beta=0.3)
    close(better, 0.3 * (one.astype(np.float64) - ref_one))
    close(worse, 0.3 * (other.astype(np.float64) - ref_other))


@behaviour(zh="提高 chosen 的概率，loss 下降", en="The more probable chosen is, the lower the loss")
def direction(code):
    one, other, ref_one, ref_other = four(seed=9)
    lower = float(code.dpo_loss(one + 2, other, ref_one, ref_other)[0])
    higher = float(code.dpo_loss(one, other + 2, ref_one, ref_other)[0])
    middle = float(code.dpo_loss(one, other, ref_one, ref_other)[0])
    check(
        lower < middle < higher,
        zh=f"chosen 提高、不变、rejected 提高时 loss 为 {lower:.4f}、{middle:.4f}、{higher:.4f}",
        en=f"with chosen raised, neither, rejected raised the loss is {lower:.4f}, {middle:.4f}, {higher:.4f}",
    )


@behaviour(zh="z 为 ±10000 时 loss 准确，不是 inf", en="With z at ±10000 the loss is exact and not inf")
def saturated(code):
    zero, far = np.zeros(2, dtype=np.float32), np.array([1e4, -1e4], dtype=np.float32)
    value, *_ = code.dpo_loss(far, zero, zero, zero, beta=1.0)
    finite(value)
    close(value, 5000.0)


@behaviour(zh="label_smoothing 按约定混合两项", en="label_smoothing mixes the two terms as agreed")
def smoothing(code):
    args = four(seed=10)
    for share in (0.1, 0.4):
        found = code.dpo_loss(*args, beta=0.3, label_smoothing=share)[0]
        close(found, loss(*args, beta=0.3, label_smoothing=share))


@behaviour(zh="形状不合时抛 ValueError，不靠广播", en="Shapes that don't fit raise ValueError and don't broadcast")
def bad_shapes(code):
    one, other, ref_one, ref_other = four()
    with raises(ValueError, zh="参考只有 1 个，策略有 5 个", en="1 of the reference with 5 of the policy"):
        code.dpo_loss(one, other, ref_one[:1], ref_other[:1])
    with raises(ValueError, zh="(5,) 与 (5, 1)", en="(5,) with (5, 1)"):
        code.dpo_loss(one, other[:, None], ref_one, ref_other[:, None])
    logits, tokens = sequences()
    with raises(ValueError, zh="tokens 比 logits 少一列", en="tokens one short of the logits"):
        code.sequence_log_probs(logits, tokens[:, 1:], MASK[:, 1:])


@behaviour(zh="不原地修改参数", en="No argument is changed in place")
def inputs_kept(code):
    logits, tokens = sequences()
    code.sequence_log_probs(logits, np.where(MASK, tokens, -100), MASK)
    unchanged(code)
    code.dpo_loss(*four(), label_smoothing=0.1)
    unchanged(code)


@behaviour(
    zh="梯度只流向策略：chosen 是 −βσ(−z)/B，rejected 相反，参考为 0",
    en="Gradients flow into the policy only: −βσ(−z)/B for chosen, its negative for rejected",
    backends=("torch",),
)
def gradients(code):
    args = four(seed=11, dtype=np.float64)
    wanted = slopes(lambda *args: np.array(loss(*args, **SETTINGS)), args, np.array(1.0))
    found = code.gradients("dpo_loss", *args, upstream=np.array(1.0), **SETTINGS)
    for one, other in zip(found, [*wanted[:2], np.zeros(5), np.zeros(5)], strict=True):
        close(one, other)


@behaviour(
    zh="logits 的梯度正确，不计入的位置为 0",
    en="The gradient of the logits is right, and 0 where nothing counts",
    backends=("torch",),
)
def logit_gradients(code):
    logits, tokens = sequences(seed=12, dtype=np.float64)
    upstream = np.array([1.0, -2.0, 0.5])
    wanted = slopes(lambda x: summed(x, tokens, MASK), [logits], upstream)[0]
    close(code.gradients("sequence_log_probs", logits, tokens, MASK, upstream=upstream)[0], wanted)
