from __future__ import annotations

import time

import pytest

from interviewer.judge.rules import is_copied, is_dont_know, is_echo, is_empty, rule_for
from interviewer.judge.verdict import Case, CasePoint

DONT_KNOW = [
    "不会", "不知道", "忘了", "没了解过", "不懂", "不清楚", "没听说过", "没用过", "答不上来", "想不起来了", "不记得了",
    "这个不会", "抱歉，这个我不太了解", "不好意思，这道题我真的不会。", "这个问题我没有接触过", "嗯……不太清楚",
    "我不会，下一题吧", "面试官您好，这块我没学过", "抱歉，忘记了", "完全没思路", "这个知识点我忘光了", "不知道，抱歉",
    "不 会", "不会！！！", "没有头绪", "一无所知", "不 知道 🙏", "我不是很了解这个问题", "\u200b不\u200b会",
    "I don't know", "I don't know.", "i dont know", "I don’t know!", "no idea", "No clue.", "idk", "not sure",
    "Sorry, I have no idea", "Honestly, I'm not sure about this one.", "I can't remember", "i forgot",
    "I do not know the answer to this question", "I've never heard of it", "Sorry, I don't really know this.",
    "Um, to be honest I have no idea, sorry", "不知道，I have no idea",
]  # fmt: skip

ANSWERS = [
    "我不知道具体数字，但是 LoRA 会冻结原权重", "不会增加延迟", "没有偏置项", "不用", "没有", "没有用", "会", "否",
    "不是",
    "不需要减均值", "不知道分布时用最大熵", "忘记门", "遗忘门", "低秩", "不一定", "用 KL", "BN", "不会，因为可以合并",
    "训练时不会，推理时会", "不了解用户意图时先澄清", "记不住长程依赖", "模型不知道答案时会胡编", "不懂也会装懂",
    "I don't know the exact number, but LoRA freezes the weights", "no", "not linear", "unknown tokens map to UNK",
    "It depends", "pass@k", "know distillation", "It can't see the future tokens", "not sure tokens get masked",
    "the model does not know when to stop", "",
]  # fmt: skip


@pytest.mark.parametrize("text", DONT_KNOW)
def test_an_honest_dont_know_is_seen(text):
    assert is_dont_know(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_is_not_taken_for_a_dont_know(text):
    assert not is_dont_know(text)


@pytest.mark.parametrize(
    ("question", "answer", "is_answer"),
    [
        ("LoRA 推理时会增加延迟吗？", "不会", True),
        ("LoRA 推理时会不会增加延迟？", "不会的", True),
        ("采样的结果是确定的吗？", "不确定", True),
        ("LoRA 的原理是什么？", "不会", False),
        ("过程奖励和结果奖励各有什么利弊，你会怎么用？", "不会", False),
        ("只保留最近的滑动窗口，模型为什么会崩？", "不会", False),
        ("大模型会背出训练数据里的隐私吗，怎么评估和防范？", "不会", False),
        ("超出了会怎样？", "不会", False),
        ("LoRA 推理时会增加延迟吗？", "不知道", False),
        ("LoRA 推理时会增加延迟吗？", "这题不会", False),
    ],
)
def test_a_bare_no_to_a_yes_or_no_question_is_an_answer(question, answer, is_answer):
    assert is_dont_know(answer, question) is not is_answer


def test_a_long_row_of_fillers_is_read_at_once():
    started = time.perf_counter()
    assert not is_dont_know("嗯这个的" * 5000 + "x")
    assert not is_dont_know("嗯这个我说的是" * 16 + "x")
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    "text",
    ["", " \n\t", "。", "……", ":", "：", "?!", "解", "解：", "解：\n", "答：", "答案：", "最终答案：", "\u200b",
     "思考过程：",
     "Thought process:", "Thought process", "Solution", "Solution:", "solution .", "The answer is:", "Final answer",
     "Let's think step by step.", "Let’s solve this step by step", "嗯", "好的。", "面试官您好！", "Sure.", "答：解：",
     "---", "***", "🙂"],
)  # fmt: skip
def test_text_without_content_is_empty(text):
    assert is_empty(text)


@pytest.mark.parametrize(
    "text",
    ["是", "对", "否", "2", "√d", "B", "yes", "no", "低秩", "解码器", "解耦", "答案是 B", "分析力", "嗯，低秩", "O(n)",
     "∞", "Solution: low rank", "solutions of softmax", "好处是省显存", "+", "解：y=Wx"],
)  # fmt: skip
def test_the_shortest_answers_have_content(text):
    assert not is_empty(text)


QUESTION = "自注意力里为什么要除以 sqrt(d_k)？"


@pytest.mark.parametrize(
    "answer",
    [
        QUESTION,
        "自注意力里 为什么 要除以 SQRT(d_k)",
        f"{QUESTION}嗯",
        f"{QUESTION}\n不知道",
        f"{QUESTION} 答案：",
        "为什么要除以 sqrt(d_k)",
    ],
)
def test_the_question_said_back_is_an_echo(answer):
    assert is_echo(answer, QUESTION)


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("Pre-Norm", "大模型多用 Pre-Norm 还是 Post-Norm？"),
        ("自注意力", QUESTION),
        (f"{QUESTION}因为点积的方差随维度变大", QUESTION),
        ("sqrt", QUESTION),
        ("因为方差会变大", QUESTION),
        ("", QUESTION),
        ("任何回答", ""),
    ],
)
def test_a_word_of_the_question_can_be_the_answer(answer, question):
    assert not is_echo(answer, question)


STORED = "点积是许多项之和，维度越大方差越大，所以要缩回去。不缩的话 softmax 会饱和，梯度接近零，训练推不动。"


@pytest.mark.parametrize(
    ("answer", "copied"),
    [
        (STORED, True),
        (STORED.replace("，", ", "), True),
        (f"我的回答：{STORED}", True),
        (STORED[:-3], True),
        (STORED[:20], False),
        ("维度越大方差越大", False),
        ("", False),
    ],
)
def test_a_pasted_stored_answer_is_noticed(answer, copied):
    assert is_copied(answer, (STORED, "")) is copied


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ("", "empty"),
        ("解：", "empty"),
        ("不会", "dont-know"),
        ("no idea", "dont-know"),
        (QUESTION, "echo"),
        ("方差变大", None),
    ],
)
def test_each_rule_names_itself(answer, rule):
    case = Case(question=QUESTION, points=(CasePoint(id="a", text="方差"),), answer=answer, lang="zh")
    assert rule_for(case) == rule
