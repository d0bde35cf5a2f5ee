"""What `bank list|show|search` print: everything that a reader needs, and nothing of the bank read as markup."""

from __future__ import annotations

import pytest
from fakes.interviews import the_bank

from interviewer.bank.question import Lang
from interviewer.cli.bank_pages import print_found, print_list, print_question, print_task
from interviewer.coding.task import load_tasks
from interviewer.resources import data_folder
from interviewer.retrieval.search import Found

LANGS: tuple[Lang, ...] = ("zh", "en")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("question_id", ["attention.kv-bytes", "alignment.dpo-derivation", "project.rl-reward"])
def test_a_question_is_printed_whole_and_unfolded(capsys: pytest.CaptureFixture[str], question_id: str, lang: Lang):
    question = the_bank().question(question_id)
    print_question(the_bank(), question, lang)
    lines = capsys.readouterr().out.split("\n")
    assert question.answer.say(lang) in lines
    for point in question.points:
        assert any(point.text.say(lang) in line for line in lines)
        assert any(point.probe.say(lang) in line for line in lines)
        assert all(any(source in line for line in lines) for source in point.sources)
    for wrong in question.misconceptions:
        assert any(wrong.text.say(lang) in line for line in lines)
    for link in question.chain:
        assert any(link in line for line in lines)


def test_a_source_is_printed_with_its_title(capsys: pytest.CaptureFixture[str]):
    print_question(the_bank(), the_bank().question("alignment.dpo-derivation"), "en")
    assert "arXiv:2305.18290 §4 (Direct Preference Optimization" in capsys.readouterr().out


def test_the_list_holds_every_question_of_a_topic_once(capsys: pytest.CaptureFixture[str]):
    asked = [one for one in the_bank().questions.values() if one.topic == "rag"]
    print_list(the_bank(), {"rag": asked}, "zh")
    out = capsys.readouterr().out
    assert f"{len(asked)} 题" in out
    assert all(out.count(f"  {one.id}\n") == 1 for one in asked)


def test_a_task_is_printed_with_its_contract_and_follow_ups(capsys: pytest.CaptureFixture[str]):
    task = load_tasks(data_folder("knowledge") / "coding")["gqa"]
    print_task(task, "en")
    out = capsys.readouterr().out
    assert "def grouped_query_attention(q, k, v, *, causal=False, attn_mask=None, scale=None):" in out
    assert all(follow_up.en in out for follow_up in task.follow_ups)


def test_a_hit_names_the_point_that_was_met(capsys: pytest.CaptureFixture[str]):
    question = the_bank().question("attention.kv-bytes")
    point = question.points[0]
    print_found(the_bank(), [Found(question.id, 0.87, point.text.zh, point.id)], "zh")
    out = capsys.readouterr().out
    assert question.text.zh in out
    assert "0.87" in out
    assert point.text.zh in out


def test_nothing_found_says_what_to_do(capsys: pytest.CaptureFixture[str]):
    print_found(the_bank(), [], "en")
    assert "interviewer bank list" in capsys.readouterr().out
