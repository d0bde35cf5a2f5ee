from __future__ import annotations

import pytest
from fake_desk import BANK, GQA, MOCK, ROPE, SECRET, START, ask, graded, interrupted

from interviewer.interview.events import (
    AnswerRequested,
    AnswerSaved,
    Failed,
    Finished,
    FollowUpAsked,
    ModelSwitched,
    PhaseChanged,
    Said,
    Stamped,
)
from tui.view import Feedback, InterviewView, Line, PhasePlan, Switch

PLAN = (PhasePlan("intro", 60), PhasePlan("knowledge", 600), PhasePlan("reverse", None))


def view(*, feedback: bool = False) -> InterviewView:
    return InterviewView(lang="zh", feedback=feedback, plan=PLAN, questions=BANK.questions)


def play(state: InterviewView, *events) -> InterviewView:
    for number, event in enumerate(events, 1):
        state.apply(Stamped(number, "s", START.isoformat(), event))
    return state


def lines(state: InterviewView) -> list[tuple[str, str, str]]:
    return [(entry.speaker, entry.tag, entry.text) for entry in state.entries if isinstance(entry, Line)]


def test_questions_answers_and_follow_ups_come_in_order():
    state = play(view(), *MOCK[0])
    state.send("共享 KV", None, 5.0)
    play(state, AnswerSaved("r001", 1, "answer"), *MOCK[1])
    assert lines(state) == [
        ("interviewer", "question", GQA.text.zh),
        ("candidate", "answer", "共享 KV"),
        ("interviewer", "probe", "组数怎么定？"),
    ]
    assert state.request == "r002"


def test_a_mock_keeps_no_trace_of_private_events():
    state = play(view(), *MOCK[0], *MOCK[1], *MOCK[2])
    assert not any(isinstance(entry, Feedback) for entry in state.entries)
    assert SECRET not in repr(vars(state)["entries"])
    assert not state._verdicts
    assert not state._graded


def test_a_drill_shows_verdicts_with_quotes_at_once():
    state = play(view(feedback=True), PhaseChanged("knowledge", None, 2), *ask(1))
    state.send("分组共享 KV", None, 5.0)
    play(state, AnswerSaved("r001", 1, "answer"), *graded(1, final=True))
    feedback = state.entries[-1]
    assert isinstance(feedback, Feedback)
    assert [(row.mark, row.text, row.quote) for row in feedback.rows] == [
        ("✓", SECRET, "分组共享"),
        ("△", "质量接近 MHA，显存更省", "分组"),
        ("✗", "可以从 MHA 检查点继续训练得到", ""),
    ]
    assert feedback.answer == GQA.answer.zh
    assert (feedback.score, feedback.status) == (67.0, "provisional")


def test_while_a_follow_up_may_come_points_not_said_are_not_given_away():
    state = play(view(feedback=True), *ask(1))
    state.send("分组共享 KV", None, 5.0)
    play(state, AnswerSaved("r001", 1, "answer"), *graded(1, final=False))
    feedback = state.entries[-1]
    assert isinstance(feedback, Feedback)
    assert [(row.mark, row.text) for row in feedback.rows] == [("✓", SECRET), ("△", "")]
    assert feedback.hidden == 1
    assert feedback.answer == ""


def test_the_clock_counts_only_the_candidates_time():
    state = play(view(), *MOCK[0])
    assert state.remaining_s(20.0) == 580
    state.send("答", None, 30.0)
    play(state, AnswerSaved("r001", 1, "answer"))
    assert state.remaining_s(30.0) == 570  # the judge works: the stopwatch's last reading is counted once
    play(state, *MOCK[1])
    assert state.remaining_s(10.0) == 560
    assert state.remaining_s(9999.0) == 0


def test_each_phase_has_its_own_clock():
    state = play(view(), *MOCK[0])
    state.send("答", None, 30.0)
    play(state, AnswerSaved("r001", 1, "answer"), PhaseChanged("reverse", None, 1))
    assert state.remaining_s(0.0) is None
    assert state.number == 0


@pytest.mark.parametrize("command", ["hint", "repeat"])
def test_a_command_asks_again_without_a_second_question(command):
    state = play(view(), *MOCK[0])
    state.send("", command, 3.0)
    play(
        state,
        AnswerSaved("r001", 1, command),
        Said(1, command, "换个角度"),
        AnswerRequested("r002", 2, "knowledge", "answer"),
    )
    assert state.number == 1
    assert lines(state)[-1] == ("interviewer", command, "换个角度")
    assert not state.busy


def test_nothing_can_be_sent_twice():
    state = play(view(), *MOCK[0])
    state.send("答", None, 1.0)
    assert state.busy
    play(state, AnswerSaved("r001", 1, "answer"))
    assert state.busy
    with pytest.raises(RuntimeError):
        state.send("再答", None, 1.0)


def test_a_failure_keeps_what_was_being_sent_until_it_is_known_to_be_saved():
    state = play(view(), *MOCK[0])
    state.send("答", None, 1.0)
    play(state, Failed("StorageError", "disk full", "interviewer mock --resume s"))
    assert state.over
    assert state.sending is not None
    play(state, AnswerSaved("r001", 1, "answer"), *MOCK[1])
    assert ("candidate", "answer", "答") in lines(state)


def test_an_interrupted_interview_is_restored_with_its_clock():
    state = view()
    state.restore(interrupted("s"))
    assert lines(state) == [
        ("interviewer", "question", GQA.text.zh),
        ("candidate", "answer", "几个查询头共用一组 K 和 V"),
        ("interviewer", "probe", "组数怎么定？"),
    ]
    play(state, FollowUpAsked(2, GQA.id, "bank", "组数怎么定？"), AnswerRequested("r002", 2, "knowledge", "answer"))
    assert len(state.entries) == 3  # the repeated question is not shown twice
    assert state.remaining_s(10.0) == 500
    assert state.quota == 3
    assert state.number == 1


def test_the_switch_of_a_model_is_told():
    state = play(view(), ModelSwitched("judge", "a/x", "b/y", "timeout"))
    assert state.entries == [Switch("judge", "b/y", "timeout")]


def test_the_closing_words_stand_once_when_the_grading_is_taken_up_again():
    state = play(view(), *ask(1, ROPE), Said(1, "closing", "今天就到这里。"), Said(1, "closing", "今天就到这里。"))
    assert [entry.text for entry in state.entries].count("今天就到这里。") == 1


def test_the_end_is_known():
    state = play(view(), *ask(1, ROPE), Said(1, "closing", "今天就到这里。"))
    assert state.closing
    assert not state.over
    play(state, Finished("complete", "ungraded", None, 0.0))
    assert state.over
    assert state.request is None
