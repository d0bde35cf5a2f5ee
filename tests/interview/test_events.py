"""The event stream as other programs read it."""

from __future__ import annotations

import json

from interviewer.interview.events import (
    AnswerGraded,
    Finished,
    JudgeInfo,
    ModelSwitched,
    PhaseResult,
    PointJudged,
    QuestionAsked,
    SessionStarted,
    Stamped,
)
from interviewer.judge.verdict import JudgeIdentity, Verdict


def line(event: object) -> dict[str, object]:
    return json.loads(Stamped(3, "s1", "2026-01-01T00:00:00.000+00:00", event).to_json())  # type: ignore[arg-type]


def test_every_line_carries_version_sequence_session_time_and_name():
    body = line(SessionStarted("screen", "zh", 7, resumed=False, judge=JudgeInfo("m", "e", "provisional")))
    assert body["v"] == 1
    assert (body["seq"], body["session"], body["event"]) == (3, "s1", "SessionStarted")
    assert body["judge"] == {"model": "m", "endpoint": "e", "standing": "provisional"}


def test_a_switch_of_models_says_from_and_to():
    body = line(ModelSwitched("judge", "a/x", "b/y", "timeout"))
    assert (body["from"], body["to"], body["cause"]) == ("a/x", "b/y", "timeout")


def test_a_verdict_is_a_whole_object():
    judge = JudgeIdentity(model="m", endpoint="e", prompt_sha="0", method="rule")
    body = line(PointJudged("a.b", Verdict(point_id="p", verdict="miss", confidence=1, judge=judge)))
    assert body["verdict"]["judge"]["method"] == "rule"  # type: ignore[index]


def test_a_line_holds_the_fields_of_the_format_and_no_others():
    body = line(AnswerGraded("a.b", 2, final=True, status="graded", score=50.0, coverage=1.0))
    head = {"v", "seq", "session", "at", "event"}
    assert set(body) == head | {"question_id", "turn", "final", "status", "score", "coverage", "reason"}


def test_phases_are_a_list_of_objects():
    body = line(Finished("complete", "graded", 61.5, 1.0, (PhaseResult("knowledge", 61.5, "graded", 1.0, 3, 200.0),)))
    assert body["phases"][0]["phase"] == "knowledge"  # type: ignore[index]


def test_verdicts_and_scores_are_private_and_questions_are_not():
    assert PointJudged.private
    assert AnswerGraded.private
    assert not QuestionAsked.private
    assert not Finished.private


def test_chinese_stays_readable():
    text = Stamped(1, "s", "t", QuestionAsked(1, "a.b", "concept", 2, "a", "讲讲注意力", "")).to_json()
    assert "讲讲注意力" in text
