"""Verdicts that need no model: an answer without content, an honest "I don't know", the question said back.

Nothing here counts words between spaces: Chinese has none. Content-free answers are worth a rule because model judges
let them pass (up to 80-90 % for ":" or "Thought process:", arXiv 2507.08794).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from interviewer.judge.evidence import carries, letters
from interviewer.judge.verdict import Case, JudgeIdentity, Verdict

Rule = Literal["empty", "dont-know", "echo"]

RULES = JudgeIdentity(model="", endpoint="rules", prompt_sha="", method="rule")
COPIED = 0.8  # share of a stored answer that counts as a copy of it
ECHOED = 0.6  # share of the question that an answer must repeat to be a copy of it
_EXTRA = 4  # characters around the repeated question that still make it no answer

# Openings that carry nothing; models are known to give marks for them. Longer ones stand before their beginnings.
_OPENING = re.compile(
    r"(?:回答|答案|解答|解析|分析|思考过程|思路|最终|正确|如下|如上|解|答|thought\s*process|thoughts?|thinking|solutions?"
    r"|(?:the\s+)?(?:final\s+)?answer(?:\s+is)?|let'?s\s+(?:think|solve)(?:\s+(?:this|it))?(?:\s+step\s+by\s+step)?"
    r"|explanation|reasoning|sure|ok(?:ay)?|好的?|嗯|呃|额|哦|啊|谢谢(?:您|你)?|(?:你|您)好|面试官|老师|hello|hi|hmm|um|uh)",
    re.IGNORECASE,
)

# What "I don't know" is made of. A whole answer that splits into these parts, one of them a core, says nothing else.
_CORE = tuple(
    re.compile(part)
    for part in (
        r"不(?:太|大|怎么|是很|是太|很)?(?:会|知道|清楚|了解|懂|记得|确定|熟悉|熟|晓得|明白)(?:怎么(?:回答|答|说|做))?",
        r"不知",
        r"没(?:有)?(?:怎么)?(?:了解|听说|听|学|接触|研究|看|做|用|想|复习)过",
        r"没(?:有)?(?:怎么)?(?:了解|听说|学|接触|研究|准备|复习)",
        r"没(?:有)?(?:思路|想法|概念|头绪|印象|准备)",
        r"毫无(?:思路|头绪|概念)|一无所知|一窍不通|一点(?:都|也)不(?:会|知道|懂)",
        r"(?:全|都|给)?忘(?:记|光|掉|干净)?了?",
        r"(?:想|记)不(?:起来|清楚?|起|得|住)",
        r"(?:回答|答|说|讲)不(?:上来|出来|来|上|了)",
        (
            r"(?:do not|don'?t|did not|didn'?t|never|haven'?t|have not|can ?not|can'?t|could not|couldn'?t) "
            r"(?:really |even |quite |actually |ever )?"
            r"(?:know|remember|recall|knew|learned|learnt|heard|studied|seen|used|understand|answer|tell|say|think of)"
            r"(?: how| what)?(?: to (?:answer|say|explain))?\b"
        ),
        r"(?:got |there is )?(?:no|not a|not any) (?:idea|clue|thoughts?)\b",
        r"(?:'m )?not (?:really |so |too |very |quite )?(?:sure|familiar|certain)\b",
        r"(?:unsure|unfamiliar|clueless|forgot(?:ten)?|idk|dunno)\b",
    )
)
_FILLER = tuple(
    re.compile(part)
    for part in (
        r"(?:关于|对于?)",
        r"(?:这个|这道|那个|这|那|该|此|本)(?:问题|题目?|知识点|概念|方面|块|部分|内容|领域)?",
        r"(?:抱歉|对不起|不好意思|惭愧|面试官|老师|您好|你好|谢谢(?:您|你)?|先?跳过|放弃|下一[题个]|换一[题个]|可以吗|行吗|好吗)",
        r"(?:嗯|呃|额|啊|哦|唉|哎|诶|emm+|我|真的?|确实|实在|完全|其实|有点|有些|可能|好像|暂时|目前|现在|之前|以前|平时|从来)",
        r"(?:也|都|就|还|是|的|了|呢|吧|啦|哈|呀|诚实|坦白|老实|说|讲|这里|方面|相关|问题|题目|内容|知识)",
        r"(?:下次|回去|之后|以后|后面)我?再?(?:补|学|看|查)(?:一下|习|一补)?",
        r"(?:sorry|i(?:'m|'ve)?|am|have|honestly|frankly|actually|really|to be (?:honest|frank)|tbh|but|so|afraid)\b",
        r"(?:um+|uh+|er+|hmm+|well|oh|ok(?:ay)?|unfortunately|(?:my )?apologies|thanks?(?: you)?|please|at all|just)\b",
        r"(?:right now|yet|exactly|simply|think|would|and|it|me|about|of|on|for|with|to|in|this|that|the|one|before)\b",
        r"(?:question|topic|answer|concept|area|part|pass|skip|next|give up)\b",
    )
)
_BETWEEN_IDEOGRAPHS = re.compile(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])")
_LONGEST = 120  # characters: nobody needs more to say that they don't know
# Asked whether something will happen, 不会 answers; asked whether it is certain, 不确定 does.
_PLAIN_NO = re.compile(r"(?:不会|不确定)[的啊吧]?")
_ASKS_MORE = re.compile(r"怎|什么|为何|如何|哪|多少|几")  # then 不会 is no answer to all of it
_ASKS_WHETHER = re.compile(r"会不会|是否会|能不能|(?:会|确定).{0,40}(?:吗|(?<![怎什这那多要])么)|是否.{0,20}确定")


def is_dont_know(text: str, question: str = "") -> bool:
    """Whether the whole answer is 不会, 不知道, "I don't know" or the like, with nothing but politeness around it.

    A bare 不会 in reply to a `question` that asks whether something will happen is an answer.
    """
    bare = _spoken(text)
    if not bare or len(bare) > _LONGEST or _is_plain_no(bare, question):
        return False
    return _made_of_parts(bare)


def is_empty(text: str) -> bool:
    """Whether there is no content: nothing, only punctuation, or only openings like 解： and "Thought process:"."""
    rest = _spoken(text)
    previous = None
    while rest and rest != previous:
        previous = rest
        found = _OPENING.match(rest)
        after = rest[found.end() :] if found else rest
        if found and (not after or not _joins(rest[found.end() - 1], after[0])):
            rest = after.strip()
    return not letters(rest)


def is_echo(text: str, question: str) -> bool:
    """Whether the answer is the question said back, whole or in greater part, and nothing else."""
    said, asked = letters(text), letters(question)
    if not said or not asked:
        return False
    if said in asked:
        return len(said) >= ECHOED * len(asked)
    if asked not in said:
        return False
    rest = text.replace(question, " ") if question in text else said.replace(asked, " ")
    return len(letters(rest)) <= _EXTRA or is_empty(rest) or is_dont_know(rest)


def is_copied(text: str, model_answers: tuple[str, ...]) -> bool:
    """Whether the answer is a stored answer, or the greater part of one, letter by letter."""
    said = letters(text)
    for stored in map(letters, model_answers):
        if stored and (stored in said or (said in stored and len(said) >= COPIED * len(stored))):
            return True
    return False


def rule_for(case: Case) -> Rule | None:
    """The rule that decides this answer, or None when a judge must read it."""
    if is_dont_know(case.answer, case.question):
        return "dont-know"
    if is_empty(case.answer):
        return "empty"
    if is_echo(case.answer, case.question):
        return "echo"
    return None


def all_missed(case: Case) -> tuple[Verdict, ...]:
    return tuple(
        Verdict(point_id=point.id, verdict="miss", via=case.via, confidence=1.0, judge=RULES) for point in case.points
    )


def _is_plain_no(bare: str, question: str) -> bool:
    asks_whether = _ASKS_WHETHER.search(question) and not _ASKS_MORE.search(question)
    return bool(_PLAIN_NO.fullmatch(bare) and asks_whether)


def _made_of_parts(bare: str) -> bool:
    """Whether `bare` splits into cores and fillers with at least one core. No place is tried twice."""
    reached: dict[int, bool] = {0: False}  # place -> whether a core lies before it
    for at in range(len(bare)):
        if at not in reached:
            continue
        if bare[at] == " ":
            reached[at + 1] = reached.get(at + 1, False) or reached[at]
        for part in _CORE + _FILLER:
            found = part.match(bare, at)
            if found and found.end() > at:
                reached[found.end()] = reached.get(found.end(), False) or reached[at] or part in _CORE
    return reached.get(len(bare), False)


def _spoken(text: str) -> str:
    """Folded text in which every run of punctuation, space and invisible characters is one space."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    kept = "".join(char if _sounds(char) else " " for char in folded if unicodedata.category(char) != "Cf")
    return _BETWEEN_IDEOGRAPHS.sub("", " ".join(kept.split()))


def _sounds(char: str) -> bool:
    return char == "'" or carries(char)


def _joins(left: str, right: str) -> bool:
    """Whether two neighbours belong to one Latin word; between ideographs a known opening always ends."""
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
