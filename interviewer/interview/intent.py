"""What the candidate wants with what was typed: rules in both languages. An answer is whatever no rule takes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from interviewer.interview.events import Command, Intent
from interviewer.interview.state import State
from interviewer.judge.rules import is_dont_know

_EDGES = " \t\r\n。.!！?？~～,，、;；:："

# Whole messages only: an answer that merely contains one of these words is an answer.
_WHOLE: Mapping[Intent, frozenset[str]] = {
    "skip": frozenset(
        {"跳过", "下一题", "过", "下一个", "换一题", "换一个问题", "skip", "next", "next question", "pass"}
    ),
    "hint": frozenset(
        {"提示", "给个提示", "给点提示", "提示一下", "能提示一下吗", "hint", "a hint", "give me a hint", "hint please"}
    ),
    "repeat": frozenset(
        {"重复", "再说一遍", "重复一遍", "没听清", "没听清楚", "再说一次"}
        | {"repeat", "again", "say again", "please repeat", "could you repeat that", "can you repeat that", "pardon"}
    ),
    "pause": frozenset({"暂停", "停一下", "等一下", "先暂停", "pause", "hold on", "wait"}),
    "end": frozenset(
        {"结束", "结束面试", "退出", "不面了", "end", "quit", "exit", "stop", "end interview", "end the interview"}
    ),
}
_CLARIFY = re.compile(
    r"(是指|指的是|什么意思|啥意思|是问|是说|能具体|具体指|哪方面|哪个方面|what do you mean|do you mean|"
    r"could you clarify|can you clarify|what exactly|which aspect)",
    re.IGNORECASE,
)
_CORRECTION = re.compile(r"^\s*(更正|修正|纠正|correction|amend)(一下)?(上一题|上题)?\s*[:：,，]?\s*", re.IGNORECASE)
_QUESTION_AT_MOST = 60  # characters: a longer message with a question mark is an answer that asks something on the way


def settled_intent(text: str, command: Command | None, state: State) -> Intent:
    """The intent of what was said to the running turn. It is saved with the answer, and never read again."""
    intent = command or read_intent(text)
    if intent == "clarify" and state["turn_kind"] == "reverse":
        return "answer"  # the candidate's own questions are what was asked for
    if intent == "amend" and (state["turn_kind"] == "probe" or not state.get("last_question_id")):
        return "answer" if correction_in(text) else "repeat"  # no question before: the running one is corrected
    return intent


def read_intent(text: str) -> Intent:
    """The intent of a typed message. Empty text is an answer: the judge's rules give it nothing."""
    bare = " ".join(text.strip(_EDGES).lower().split())
    for intent, messages in _WHOLE.items():
        if bare in messages:
            return intent
    if is_dont_know(text):
        return "dont_know"
    if _CORRECTION.match(text):
        return "amend"
    asks = text.rstrip().endswith(("?", "？", "吗", "呢"))
    if asks and len(text) <= _QUESTION_AT_MOST and _CLARIFY.search(text):
        return "clarify"
    return "answer"


def correction_in(text: str) -> str:
    """What follows the word that announces a correction; empty for the bare word or command."""
    return _CORRECTION.sub("", text, count=1).strip()
