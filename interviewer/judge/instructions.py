"""Finds what an answer says to its judge: requests for marks, changed rules, posed system messages."""

from __future__ import annotations

import re

from interviewer.judge.sentences import Range, sentences

# A sentence with one of these speaks to the judge, not to the interviewer. The candidates' own trade has judge models,
# rewards, evaluation platforms and prompts too, so each pattern wants the imperative or the address, not the noun.
_PATTERNS = (
    r"(?:忽略|无视)(?:掉|以上|上面|上述|之前|前面|所有|全部|一切)",
    r"(?:请|应|直接|必须|务必)(?:您|你)?(?:给|打|判)(?:我|本题|这题|这道题)?(?:一个|出|为|成|了)?\s*(?:满分|高分|100\s*分|一百分|通过)",
    r"给(?:我|本题|这题|这道题|这个回答|该回答)(?:打|判|一个|个)?(?:为|成)?\s*(?:满分|高分|100\s*分|一百分|通过|hit)",
    r"(?:判|评|定)(?:为|成|定为)\s*(?:hit|满分|全对)|复核为满分|(?:尊敬|亲爱)的\s*(?:评委|判官|评审|评分员|阅卷|裁判)",
    r"^\W*(?:评委|判官|评审|评分员|阅卷人|裁判)(?:模型|老师|大人)?\s*(?:[，,：:]|您|你|请)",
    r"(?:评分|判分|评测|阅卷)(?:程序|系统|平台|模型|助手).{0,4}(?:更新|通知|提示|自动附加|注意)",
    r"(?:直接|只需|只能|必须|请|务必).{0,6}输出(?:以下|如下|下列|满分|hit)",
    r"(?:所有|全部|每个|每一个|各)(?:要点|得分点|考点).{0,10}(?:hit|命中(?!率)|满分|全对)|p\d+\s*[:：]\s*(?:命中|hit)",
    r"(?:ignore|disregard|forget)\s+(?:(?:all|any|of|the|your|my)\s+){0,4}(?:previous|above|prior|earlier|preceding|system)",
    r"(?:give|award|grant|assign|deserves?)\b.{0,30}\b(?:full|maximum|perfect|top)\s+(?:marks?|score|credit|points)",
    r"criteria_met|(?:note|message|attention)\s+(?:to|for)\s+(?:the\s+)?(?:graders?|judges?|evaluators?|reviewers?)",
    r"dear\s+(?:grader|judge|evaluator)|(?:evaluation|grading|scoring|grader)\s+(?:override|bypass)",
    r"^\W*(?:please\s+)?(?:mark|grade|score|rate|judge)\s+(?:this|it|me|every|all|each)\b.{0,40}\b(?:hit|correct|full|perfect|100)",
    r"covers?\s+(?:every|all(?:\s+the)?)\s+(?:reference\s+)?points?\b",
    r"^\W*(?:please\s+)?(?:output|return|respond|reply)\s+(?:exactly\b|only\b|with\b|\{)",
    r"[\"'](?:verdicts?|all_points|p\d+)[\"']\s*:|[\"'](?:score|overall|final)[\"']\s*:\s*[\"']?(?:100|excellent|hit|full|满分)",
    r"\bverdicts?\s+(?:other\s+than|must|should)|end\s+of\s+(?:the\s+)?(?:candidate'?s?\s+)?answer\b",
    r"^\W*(?:system|developer|grader)\s*[:：\]]|</?(?:answer|system|assistant|user|instructions?)>|\[/?system\]",
)
_INSTRUCTION = re.compile("|".join(_PATTERNS), re.IGNORECASE)
# Somebody who explains prompt injection quotes such words; that is an answer.
_MENTION = re.compile(
    r"(?:比如|例如|譬如|诸如|像是?|这类|攻击者|注入|such\s+as|e\.g\.|for\s+example|like|attackers?|inject).{0,60}[“\"'「『‘《]",
    re.IGNORECASE | re.DOTALL,
)
_BLOCKS = (
    re.compile(r"\[system\].*?(?:\[/system\]|\n\s*\n|\Z)", re.IGNORECASE | re.DOTALL),
    re.compile(r"```(?:json)?\s*\{.*?\}\s*```", re.IGNORECASE | re.DOTALL),
)


def instruction_ranges(text: str) -> tuple[Range, ...]:
    """The sentences and blocks of `text` that speak to the judge, in order, without overlaps."""
    found = [match.span() for block in _BLOCKS for match in block.finditer(text) if _INSTRUCTION.search(match.group())]
    for start, end in sentences(text):
        sentence = text[start:end]
        if _INSTRUCTION.search(sentence) and not _MENTION.search(sentence):
            found.append((start, end))
    merged: list[Range] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
