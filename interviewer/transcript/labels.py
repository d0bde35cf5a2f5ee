"""The words of an exported transcript in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from interviewer.bank.question import Lang
from interviewer.judge.verdict import Word

MARKS: Mapping[Word, str] = {"hit": "✓", "partial": "△", "miss": "✗", "wrong": "‼", "abstain": "?"}


@dataclass(frozen=True)
class Labels:
    """`after` says what a point was earned by, `reasons` translates the reasons that `Score` gives."""

    title: str
    date: str
    score: str
    coverage: str
    judged_by: str
    nobody: str
    session: str
    unfinished: str
    interviewer: str
    probe: str
    remark: str
    no_answer: str
    empty_answer: str
    points: str
    not_judged: str
    strong_answer: str
    sources: str
    lost_turns: str
    open_quote: str
    close_quote: str
    after: Mapping[str, str]
    statuses: Mapping[str, str]
    phases: Mapping[str, str]
    presets: Mapping[str, str]
    reasons: Mapping[str, str]


_ZH = Labels(
    title="面试记录",
    date="时间",
    score="得分",
    coverage="覆盖",
    judged_by="评分者",
    nobody="无",
    session="场次",
    unfinished="尚未结束",
    interviewer="面试官:",
    probe="追问:",
    remark="面试官:",
    no_answer="没有作答",
    empty_answer="空白作答",
    points="要点",
    not_judged="未评分",
    strong_answer="参考回答",
    sources="来源",
    lost_turns="题目已丢失的作答",
    open_quote="「",
    close_quote="」",
    after={"probe": "追问后才说到", "hint": "提示后才说到"},
    statuses={"graded": "已评分", "provisional": "仅供参考", "ungraded": "未评分", "noted": "不计分"},
    phases={
        "intro": "自我介绍",
        "project": "项目深挖",
        "knowledge": "八股",
        "coding": "手撕代码",
        "scenario": "场景题",
        "reverse": "反问",
    },
    presets={
        "daily": "每日练习",
        "screen": "初筛",
        "first": "一面",
        "second": "二面",
        "lead": "三面",
        "drill": "专项练习",
        "rescued": "从损坏文件中恢复",
    },
    reasons={
        "over 20 % of the weight could not be judged": "超过 20% 的权重无法评判",
        "nothing in this phase could be judged": "本环节无法评判",
        "no phase could be judged": "没有可以评判的环节",
        "the bank no longer has this question": "题库中已没有这道题",
        "not judged": "没有评判",
    },
)

_EN = Labels(
    title="Interview transcript",
    date="Date",
    score="Score",
    coverage="coverage",
    judged_by="Judged by",
    nobody="nobody",
    session="Session",
    unfinished="Not finished",
    interviewer="Interviewer:",
    probe="Probe:",
    remark="Interviewer:",
    no_answer="No answer",
    empty_answer="An empty answer",
    points="Points",
    not_judged="Not judged",
    strong_answer="A strong answer",
    sources="Sources",
    lost_turns="Answers whose questions were lost",
    open_quote="“",
    close_quote="”",
    after={"probe": "only after a probe", "hint": "only after a hint"},
    statuses={"graded": "graded", "provisional": "provisional", "ungraded": "ungraded", "noted": "not scored"},
    phases={
        "intro": "Introduction",
        "project": "Project",
        "knowledge": "Knowledge",
        "coding": "Coding",
        "scenario": "Scenario",
        "reverse": "Your questions",
    },
    presets={
        "daily": "daily",
        "screen": "screening",
        "first": "first round",
        "second": "second round",
        "lead": "lead round",
        "drill": "drill",
        "rescued": "rescued from a damaged file",
    },
    reasons={},
)

LABELS: Mapping[Lang, Labels] = {"zh": _ZH, "en": _EN}
