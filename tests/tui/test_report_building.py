from __future__ import annotations

import pytest
from fake_desk import BANK, GQA, finished, interrupted

from interviewer.transcript.scoring import question_results
from tui.report import build_report, verdict_of


def report(transcript):
    return build_report(transcript, question_results(transcript, BANK))


def test_each_question_has_its_verdicts_with_the_candidates_words():
    built = report(finished())
    card = built.cards[0]
    assert [(row.mark, row.quote) for row in card.rows] == [("✓", "分组共享"), ("‼", "质量差一些"), ("?", "")]
    assert card.answer == GQA.answer.zh
    assert card.sources == GQA.sources
    assert built.judges == ("embedded/qwen2.5-coder-1.5b",)


def test_what_could_not_be_judged_has_no_number_and_says_why():
    card = report(finished()).cards[1]
    assert card.score.value is None
    assert card.score.status == "ungraded"
    assert card.score.reason == "endpoint down"


def test_a_phase_has_the_candidates_time():
    (phase,) = report(finished()).phases
    assert (phase.phase, phase.questions, phase.seconds) == ("knowledge", 2, 80.0)


def test_an_unfinished_interview_can_be_looked_at():
    built = report(interrupted("s"))
    assert [(turn.probe, turn.answer) for turn in built.cards[0].turns] == [
        ("", "几个查询头共用一组 K 和 V"),
        ("组数怎么定？", ""),
    ]
    assert len(built.dialogue) == 3


def test_a_follow_up_that_was_asked_again_after_a_hint_stands_once():
    record = finished()
    probe = record.turns[0].model_copy(update={"kind": "probe", "text": "组数怎么定？"})
    turns = (record.turns[0], *(probe.model_copy(update={"turn": at, "request": f"r{at:03d}"}) for at in (3, 4, 5)))
    hint = record.answers[1].model_copy(update={"intent": "hint", "request": "r003"})
    said = record.answers[0].model_copy(update={"text": "按显存", "request": "r005"})
    answers = (record.answers[0], hint, hint.model_copy(update={"request": "r004"}), said)
    card = report(record.model_copy(update={"turns": turns, "answers": answers})).cards[0]
    assert [(turn.probe, turn.answer) for turn in card.turns] == [
        ("", record.answers[0].text),
        ("组数怎么定？", "按显存"),
    ]


@pytest.mark.parametrize(("score", "word"), [(59.9, "failed"), (60.0, "passed"), (80.0, "strong"), (None, "")])
def test_the_pass_line_is_sixty(score, word):
    assert verdict_of(score) == word
