"""The interviewer's fixed lines: short, no praise, no teaching, one question at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from interviewer.bank.question import Text

Line = Literal[
    "intro",
    "reverse",
    "reverse_reply",
    "hint",
    "no_hint",
    "clarify",
    "rephrase",
    "repeat",
    "pause",
    "amend",
    "closing",
    "code",
]

LINES: Mapping[Line, Text] = {
    "intro": Text(
        zh="先用两分钟做个自我介绍，重点讲和大模型相关的经历。",
        en="Please introduce yourself in two minutes, mainly your work with large models.",
    ),
    "reverse": Text(
        zh="我这边问完了。你有什么想问我的？", en="That is all from my side. What would you like to ask me?"
    ),
    "reverse_reply": Text(
        zh="记下了。具体的团队安排由后面的同事答复你。",
        en="Noted. The people you meet next will answer that for this team.",
    ),
    "hint": Text(zh="换个角度：{text}", en="Another angle: {text}"),
    "no_hint": Text(zh="这里没有提示，说说你知道的部分。", en="No hint here. Say the part you know."),
    "clarify": Text(zh="按你自己的理解回答就行。{text}", en="Answer it as you understand it. {text}"),
    "rephrase": Text(zh="换个问法：{text}", en="Put another way: {text}"),
    "repeat": Text(zh="{text}", en="{text}"),
    "pause": Text(zh="已暂停，计时停住。", en="Paused; the clock has stopped."),
    "amend": Text(zh="请讲，上一题要更正什么？{text}", en="Go ahead: what do you correct? {text}"),
    "closing": Text(zh="今天就到这里。", en="That is it for today."),
    "code": Text(zh="{text} 写完把代码贴上来。", en="{text} Paste the code when you are done."),
}
