from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from transcript_samples import JUDGE, RULE, answer, at, bank, grading, remark, session, turn, verdict

from interviewer.bank.question import Lang
from interviewer.transcript.export import to_json, to_markdown
from interviewer.transcript.quoting import inline, paragraph, quoted, visible
from interviewer.transcript.record import Transcript

HOSTILE = (
    "# not a heading\n> no quote\n- no list\n1. no number\n| a | b |\n|---|---|\n***\n===\n"
    "<script>alert(1)</script> <img src=x onerror=alert(1)> &lt; [link](javascript:alert(1)) ![i](http://x/y)\n"
    "`code` **bold** __it__ ~~s~~ $x$ \x1b[31mred\x1b[0m \x9b2J \u202eevil \x07\x00\\"
)
EVIL_CODE = "```\nout of the fence\n````\n  # indented\n</code>\x1b]0;title\x07"


def record(**changes: object) -> Transcript:
    """One question with a probe and a hint, an introduction, a question without an answer."""
    turns = (
        turn(1, kind="intro", phase="intro", question_id="", text="请自我介绍"),
        turn(2, text="KV cache 存的是什么?"),
        turn(3, kind="probe", via="probe", probe_point="b", text="那显存呢?"),
        turn(4, phase="scenario", question_id="gone.question", text="旧题目"),
    )
    gradings = (
        grading(2, verdict("a", span=(2, 0, 7)), verdict("b", "miss"), verdict("c", "wrong", span=(2, 9, 12))),
        grading(3, verdict("a", "miss"), verdict("b", "partial", via="probe", span=(3, 0, 4)), verdict("c", "abstain")),
        grading(4, verdict("old-point"), question_id="gone.question"),
    )
    return Transcript(
        session=session(
            status="finished",
            finished_at=at(50),
            score=61.5,
            coverage=1.0,
            grade_status="provisional",
            phases=[{"phase": "knowledge", "score": 61.5, "status": "provisional"}],
        ).model_copy(update=changes),
        turns=turns,
        answers=(answer(1, "我叫小明"), answer(2, "缓存 K 和 V,显存不变"), answer(3, "显存翻倍吧")),
        gradings=gradings,
        said=(remark(3, "想想 batch"),),
    )


def test_the_chinese_document_tells_everything_in_order():
    text = to_markdown(record(), bank(), "zh")
    lines = [line for line in text.split("\n") if line]
    assert lines == [
        "# 面试记录: 一面",
        "- 时间: 2026-11-23 10:00 UTC",
        "- 得分: 62 (仅供参考, 覆盖 100%)",
        "- 评分者: qwen2.5 @ embedded",
        "- 场次: s1",
        "## 自我介绍",
        "**面试官:** 请自我介绍",
        "> 我叫小明",
        "## 八股 (62, 仅供参考)",
        "### 1. KV cache 存的是什么?",
        "得分: 48 (仅供参考, 覆盖 100%)",
        "**面试官:** KV cache 存的是什么?",
        "> 缓存 K 和 V,显存不变",
        "**追问:** 那显存呢?",
        "*面试官:* 想想 batch",
        "> 显存翻倍吧",
        "#### 要点",
        "- ✓ 要点a",
        "  — 「缓存 K 和」",
        "- △ 要点b (追问后才说到)",
        "  — 「显存翻倍」",
        "- ‼ 要点c",
        "  — 「显存不」",
        "#### 参考回答",
        "参考答案第一行\\",
        "第二行",
        "#### 来源",
        "- the paper",
        "- source of a",
        "- source of b",
        "- source of c",
        "## 场景题",
        "### 2. gone.question",
        "得分: 未评分 (题库中已没有这道题)",
        "**面试官:** 旧题目",
        "> *没有作答*",
        "#### 要点",
        "- ✓ old-point",
    ]


def test_the_english_document_has_english_headings_and_the_sessions_language_inside():
    text = to_markdown(record(lang="en", preset="drill", grade_status="graded", score=80.0), bank(), "en")
    for part in (
        "# Interview transcript: drill",
        "- Score: 80 (graded, coverage 100%)",
        "- Judged by: qwen2.5 @ embedded",
        "### 1. What does the KV cache hold?",
        "Score: 48 (graded, coverage 100%)",
        "- △ point b (only after a probe)\n  — “显存翻倍”",
        "#### A strong answer\n\nfirst line\\\nsecond line",
        "Score: ungraded (the bank no longer has this question)",
    ):
        assert part in text


def test_a_running_session_shows_what_it_has_so_far():
    running = Transcript(session=session(), turns=(turn(1), turn(2, kind="probe")), answers=(answer(1, " "),))
    text = to_markdown(running, bank(), "en")
    assert "- Score: ungraded (no phase could be judged)" in text
    assert "- Judged by: nobody" in text
    assert "- Not finished" in text
    assert "> *An empty answer*" in text
    assert "- ? 要点a" in text


def test_a_rule_is_named_as_the_judge_and_unknown_phases_and_presets_keep_their_names():
    miss = [verdict(name, "miss").model_copy(update={"judge": RULE}) for name in "abc"]
    text = to_markdown(
        Transcript(
            session=session(preset="my_own", status="finished", grade_status="graded", score=0.0, coverage=1.0),
            turns=(turn(1, phase="extra_phase"),),
            answers=(answer(1, "不会", intent="dont_know"),),
            gradings=(grading(1, *miss),),
        ),
        bank(),
        "en",
    )
    assert "- Judged by: rule" in text
    assert "# Interview transcript: my\\_own" in text
    assert "## extra\\_phase" in text
    assert text.count("✗") == 3


def test_hostile_text_stays_text_in_every_place():
    where = record()
    evil_turns = tuple(one.model_copy(update={"text": HOSTILE, "question_id": one.question_id}) for one in where.turns)
    evil_answers = (answer(1, HOSTILE), answer(2, EVIL_CODE), answer(3, HOSTILE))
    evil_judge = JUDGE.model_copy(update={"model": "<b>x</b>\x1b[31m"})
    evil_gradings = (
        grading(2, verdict("a", span=(2, 0, 40)).model_copy(update={"judge": evil_judge})),
        grading(3, verdict("b", span=(3, 0, len(HOSTILE))), verdict("<i>", "miss")),
    )
    evil = where.model_copy(
        update={
            "turns": evil_turns,
            "answers": evil_answers,
            "gradings": evil_gradings,
            "said": (remark(3, HOSTILE),),
            "session": where.session.model_copy(update={"id": HOSTILE, "preset": HOSTILE}),
        }
    )
    text = to_markdown(evil, bank(), "zh")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    html = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    tags = set(re.findall(r"<([a-z0-9]+)", html))
    assert tags <= {"h1", "h2", "h3", "h4", "p", "ul", "li", "strong", "em", "blockquote", "br", "pre", "code"}
    assert html.count("<h1>") == 1
    assert html.count("<pre>") == 1
    assert html.count("<strong>") == 4
    assert "out of the fence\n````\n  # indented" in html


@given(st.text())
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
def test_any_text_is_shown_as_it_is(text: str):
    markdown = MarkdownIt("gfm-like", {"linkify": False})
    words = visible(text).split()
    for made in (inline(text), paragraph(text), quoted(text)):
        html = markdown.render(f"before\n\n{made}\n\nafter")
        inside = html.removeprefix("<p>before</p>\n").removesuffix("<p>after</p>\n")
        assert set(re.findall(r"</?([a-z0-9]+)", inside)) <= {"p", "br", "blockquote", "pre", "code"}
        plain = re.sub(r"<[^>]*>", " ", inside)
        for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
            plain = plain.replace(entity, char)
        assert plain.split() == words


def test_code_keeps_its_indentation():
    assert quoted("def f(x):\n    return x\n") == "> ```text\n> def f(x):\n>     return x\n>\n> ```"


def test_json_holds_the_whole_record_and_a_version():
    body = json.loads(to_json(record()))
    assert body.pop("version") == 1
    assert Transcript.model_validate(body) == record()


def test_json_holds_no_secrets():
    config = {
        "endpoints": [{"name": "a", "api_key": "sk-verysecretkey123", "url": "https://me:hunter2@host/v1"}],
        "OPENAI_API_KEY": "plainsecret",
        "note": "use sk-abcdefgh12345 or Bearer zzz",
        "max_tokens": 5,
        "token": "",
    }
    text = to_json(record(config=config))
    for secret in ("verysecret", "hunter2", "plainsecret", "abcdefgh", "zzz"):
        assert secret not in text
    kept = json.loads(text)["session"]["config"]
    assert (kept["max_tokens"], kept["token"], kept["endpoints"][0]["name"]) == (5, "", "a")
    assert kept["endpoints"][0]["url"] == "https://***host/v1"


@pytest.mark.parametrize(("lang", "heading"), [("zh", "题目已丢失的作答"), ("en", "Answers whose questions were lost")])
def test_an_answer_whose_question_was_lost_is_shown_too(lang: Lang, heading: str):
    rescued = Transcript(session=session(preset="rescued", bank_version=""), answers=(answer(1, "孤立的回答"),))
    assert f"## {heading}\n\n> 孤立的回答\n" in to_markdown(rescued, bank(), lang)
