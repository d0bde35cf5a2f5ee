"""What candidates type, and what it is taken for."""

from __future__ import annotations

import pytest

from interviewer.interview.intent import correction_in, read_intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("不会", "dont_know"),
        ("不知道。", "dont_know"),
        ("I don't know", "dont_know"),
        ("跳过", "skip"),
        ("下一题!", "skip"),
        ("next question", "skip"),
        ("提示", "hint"),
        ("Give me a hint.", "hint"),
        ("再说一遍", "repeat"),
        ("没听清楚?", "repeat"),
        ("Could you repeat that?", "repeat"),
        ("暂停", "pause"),
        ("结束面试", "end"),
        ("quit", "end"),
        ("你是指训练阶段还是推理阶段?", "clarify"),
        ("What do you mean by cost?", "clarify"),
        ("更正:上一题应该是 8 个 KV 头", "amend"),
        ("correction: it is post-norm", "amend"),
        ("", "answer"),
        ("我不知道具体数字,但是原理是这样的:先冻结参数", "answer"),
        ("跳过连接就是残差连接", "answer"),
        ("提示学习是指在输入前加软提示", "answer"),
        ("The next token is predicted from the left context", "answer"),
        ("结束符 EOS 要参与 loss", "answer"),
        (
            "注意力是指对 V 的加权和,缩放是为了防止饱和,你说对吗?再讲多头:每个头投影到不同的子空间,最后拼接起来",
            "answer",
        ),
    ],
)
def test_rules_take_whole_messages_and_leave_answers_alone(text: str, intent: str):
    assert read_intent(text) == intent


def test_the_words_after_a_correction_are_kept():
    assert correction_in("更正:是 GQA") == "是 GQA"
    assert correction_in("更正") == ""
