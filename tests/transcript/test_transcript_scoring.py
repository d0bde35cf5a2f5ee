from __future__ import annotations

import pytest
from transcript_samples import JUDGE, RULE, answer, at, bank, grading, kv_cache, session, turn, verdict

from interviewer.judge.verdict import Verdict
from interviewer.transcript.record import Transcript
from interviewer.transcript.scoring import (
    NO_QUESTION,
    NOT_JUDGED,
    case_points,
    phase_scores,
    question_results,
    session_score,
)


def transcript(*gradings: object, turns: int = 1, **changes: object) -> Transcript:
    asked = (turn(1), *(turn(number, kind="probe", via="probe", probe_point="b") for number in range(2, turns + 1)))
    return Transcript(
        session=session(**changes),
        turns=asked,
        answers=tuple(answer(one.turn) for one in asked),
        gradings=gradings,  # type: ignore[arg-type]
    )


GRADED = {"status": "finished", "grade_status": "graded"}


def test_points_are_in_the_language_of_the_session_with_their_weights():
    points = case_points(kv_cache(), "en")
    assert [(point.id, point.text, point.weight, point.must) for point in points] == [
        ("a", "point a", 2, True),
        ("b", "point b", 1, False),
        ("c", "point c", 1, False),
    ]
    assert case_points(kv_cache(), "zh")[0].text == "要点a"


def test_a_question_is_scored_over_all_its_turns():
    first = grading(1, verdict("a"), verdict("b", "wrong"), verdict("c", "miss"))
    probed = grading(2, verdict("a", "miss", via="probe"), verdict("b", via="probe"), verdict("c", "miss", via="probe"))
    (result,) = question_results(transcript(first, probed, turns=2, **GRADED), bank())
    assert [result.standing[name].verdict for name in "abc"] == ["hit", "hit", "miss"]
    assert result.score.value == pytest.approx(100 * (2 + 0.8) / 4)
    assert result.score.status == "graded"
    assert [(one.turn.request, one.grading) for one in result.turns] == [("r1", first), ("r2", probed)]
    assert result.judges == (JUDGE,)


def test_the_newest_judgement_counts_unless_a_judge_is_named():
    old = grading(1, verdict("a", "miss"), verdict("b", "miss"), verdict("c", "miss"))
    new = grading(1, verdict("a"), verdict("b"), verdict("c"), key="better", graded_at=at(60))
    for order in ((old, new), (new, old)):
        values = [
            question_results(transcript(*order), bank(), key)[0].score.value for key in (None, JUDGE.key, "better")
        ]
        assert values == [100, 0, 100]
    assert question_results(transcript(old), bank(), "better")[0].score.reason == NOT_JUDGED


def test_a_later_failure_to_judge_does_not_hide_an_earlier_judgement():
    judged = grading(1, verdict("a"), verdict("b"), verdict("c"))
    failed = grading(1, key="other", graded_at=at(60))
    assert question_results(transcript(judged, failed), bank())[0].score.value == 100
    (result,) = question_results(transcript(failed), bank())
    assert (result.score.value, result.score.status, result.score.reason) == (
        None,
        "ungraded",
        "the model did not answer",
    )


def test_without_a_judgement_there_is_no_number():
    (result,) = question_results(transcript(), bank())
    assert (result.score.value, result.score.reason, result.standing) == (None, NOT_JUDGED, {})
    assert session_score([result]).status == "ungraded"
    assert session_score([]).value is None


def test_a_question_the_bank_no_longer_has_gets_no_number():
    (result,) = question_results(
        transcript(grading(1, verdict("a"))), bank(kv_cache().model_copy(update={"id": "x.y"}))
    )
    assert (result.question, result.points, result.score.value) == (None, (), None)
    assert result.score.reason == NO_QUESTION
    assert result.standing["a"].verdict == "hit"


def test_points_that_were_added_to_the_bank_since_count_as_not_judged():
    (result,) = question_results(transcript(grading(1, verdict("a"), verdict("b"))), bank())
    assert (result.score.value, result.score.coverage) == (None, 0.75)


@pytest.mark.parametrize(
    ("change", "trusted", "status"),
    [
        ({}, False, "provisional"),
        ({}, True, "graded"),
        ({"confirmed_by": "user"}, False, "graded"),
        ({"judge": RULE}, False, "graded"),
        ({"judge": JUDGE.model_copy(update={"method": "logprob"})}, False, "provisional"),
        ({"judge": JUDGE.model_copy(update={"method": "tests"})}, False, "graded"),
        ({"judge": JUDGE.model_copy(update={"method": "override"})}, False, "graded"),
    ],
)
def test_a_score_is_provisional_while_it_rests_on_unconfirmed_words_of_an_untrusted_judge(
    change: dict[str, object], trusted: bool, status: str
):
    verdicts: list[Verdict] = [verdict(name).model_copy(update=change) for name in "abc"]
    (result,) = question_results(transcript(grading(1, *verdicts)), bank(), provisional=not trusted)
    assert result.score.status == status


@pytest.mark.parametrize(
    ("closed", "status"), [("graded", "graded"), ("provisional", "provisional"), (None, "provisional")]
)
def test_how_the_session_was_closed_says_whether_its_judge_was_trusted(closed: str | None, status: str):
    whole = grading(1, verdict("a"), verdict("b"), verdict("c"))
    (result,) = question_results(transcript(whole, grade_status=closed), bank())
    assert result.score.status == status


def test_intro_and_reverse_are_no_questions_and_phases_keep_their_order():
    other = kv_cache().model_copy(update={"id": "inference.other"})
    turns = (
        turn(1, kind="intro", phase="intro", question_id=""),
        turn(2, phase="project", question_id="inference.other"),
        turn(3, phase="knowledge"),
        turn(4, kind="probe", phase="project", question_id="inference.other"),
        turn(5, kind="reverse", phase="reverse", question_id=""),
    )
    gradings = (
        grading(2, verdict("a"), verdict("b"), verdict("c"), question_id="inference.other"),
        grading(3, verdict("a", "miss"), verdict("b", "miss"), verdict("c", "miss")),
    )
    said = tuple(answer(number) for number in range(1, 4))
    record = Transcript(session=session(**GRADED), turns=turns, answers=said, gradings=gradings)
    results = question_results(record, bank(kv_cache(), other))
    assert [(one.question_id, len(one.turns)) for one in results] == [("inference.other", 2), ("inference.kv-cache", 1)]
    assert {phase: score.value for phase, score in phase_scores(results).items()} == {"project": 100, "knowledge": 0}
    assert session_score(results).value == pytest.approx(100 * 35 / 65)


def test_a_question_that_the_end_cut_off_counts_for_nothing():
    other = kv_cache().model_copy(update={"id": "inference.other"})
    record = Transcript(
        session=session(**GRADED),
        turns=(turn(1), turn(2, question_id="inference.other")),
        answers=(answer(1), answer(2, "", intent="end")),
        gradings=(grading(1, verdict("a"), verdict("b"), verdict("c")),),
    )
    results = question_results(record, bank(kv_cache(), other))
    assert [result.answered for result in results] == [True, False]
    assert session_score(results).value == 100
    assert session_score(results).coverage == 1


def test_a_probe_that_no_judge_has_seen_leaves_the_question_without_a_number():
    first = grading(1, verdict("a"), verdict("b"), verdict("c", "miss"))
    (result,) = question_results(transcript(first, turns=2), bank())
    assert (result.score.value, result.score.reason) == (None, NOT_JUDGED)
    assert result.standing["a"].verdict == "hit"
