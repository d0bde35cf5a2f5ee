"""The arithmetic of DESIGN.md, on cases worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.judge.score import Score, overall_score, phase_score, question_score, standing_verdicts
from interviewer.judge.verdict import CasePoint, JudgeIdentity, Verdict, Via, Word

JUDGE = JudgeIdentity(model="m", endpoint="e", prompt_sha="0", method="structured")


def points(*weights: int, must: int | None = None) -> list[CasePoint]:
    return [CasePoint(id=f"p{n}", text="t", weight=w, must=n == must) for n, w in enumerate(weights)]


def verdict(n: int, word: Word, via: Via = "unprompted") -> Verdict:
    return Verdict(point_id=f"p{n}", verdict=word, via=via, confidence=1, judge=JUDGE)


def score(weights: list[CasePoint], *words: Word, via: Via = "unprompted") -> Score:
    return question_score(weights, {f"p{n}": verdict(n, word, via) for n, word in enumerate(words)})


def test_all_hit_is_100_and_all_missed_is_0():
    assert score(points(1, 2, 3), "hit", "hit", "hit").value == 100
    assert score(points(1, 2, 3), "miss", "miss", "miss").value == 0


def test_weights_and_half_credit():
    assert score(points(1, 3), "hit", "partial").value == pytest.approx(100 * (1 + 1.5) / 4)


def test_a_wrong_claim_costs_half_a_point_but_never_below_zero():
    assert score(points(1, 1), "hit", "wrong").value == pytest.approx(25)
    assert score(points(1, 1), "wrong", "miss").value == 0


def test_credit_after_a_probe_and_after_a_hint():
    assert score(points(1), "hit", via="probe").value == pytest.approx(80)
    assert score(points(1), "hit", via="hint").value == pytest.approx(50)
    assert score(points(1), "partial", via="hint").value == pytest.approx(25)


def test_a_must_point_that_stays_wrong_caps_the_question_below_the_pass_line():
    capped = score(points(1, 3, 3, 3, must=0), "wrong", "hit", "hit", "hit")
    assert capped.value == 59
    assert "must" in capped.reason


def test_a_corrected_must_point_lifts_the_cap_and_earns_probe_credit():
    rubric = points(1, 1, must=0)
    standing = standing_verdicts([[verdict(0, "wrong"), verdict(1, "hit")], [verdict(0, "hit", "probe")]])
    assert question_score(rubric, standing).value == pytest.approx(100 * (0.8 + 1) / 2)


def test_silence_in_a_later_turn_never_lowers():
    standing = standing_verdicts([[verdict(0, "hit")], [verdict(0, "miss", "probe")]])
    assert standing["p0"].verdict == "hit"


def test_a_later_contradiction_counts():
    standing = standing_verdicts([[verdict(0, "hit")], [verdict(0, "wrong", "probe")]])
    assert standing["p0"].verdict == "wrong"


def test_a_later_half_does_not_lower_an_earlier_hit():
    standing = standing_verdicts([[verdict(0, "hit")], [verdict(0, "partial", "probe")]])
    assert standing["p0"].via == "unprompted"


def test_saying_it_again_after_a_probe_keeps_the_full_credit():
    standing = standing_verdicts([[verdict(0, "hit")], [verdict(0, "miss", "probe")], [verdict(0, "hit", "probe")]])
    assert standing["p0"].via == "unprompted"


def test_abstained_points_leave_the_sum_up_to_a_fifth_of_the_weight():
    few = score(points(1, 1, 1, 1, 1), "abstain", "hit", "hit", "hit", "miss")
    assert few.value == pytest.approx(75)
    assert few.coverage == pytest.approx(0.8)


def test_more_than_a_fifth_abstained_gives_no_number():
    many = score(points(1, 1, 1, 1), "abstain", "hit", "hit", "hit")
    assert many.value is None
    assert many.status == "ungraded"


def test_no_verdict_at_all_gives_no_number():
    assert question_score(points(1, 1), {}).status == "ungraded"


def test_an_ungraded_question_leaves_the_phase_mean():
    phase = phase_score([Score(80, 1, "graded"), Score(None, 0, "ungraded"), Score(60, 1, "provisional")])
    assert phase.value == 70
    assert phase.status == "provisional"
    assert phase.coverage == pytest.approx(2 / 3)


def test_the_overall_score_weighs_the_phases_that_were_held():
    phases = {
        "project": Score(50, 1, "graded"),
        "knowledge": Score(100, 1, "graded"),
        "intro": Score(None, 0, "ungraded"),
    }
    assert overall_score(phases).value == pytest.approx((35 * 50 + 30 * 100) / 65)


def test_nothing_judged_gives_no_overall_number():
    assert overall_score({"knowledge": Score(None, 0, "ungraded")}).value is None


WORDS = st.sampled_from(["hit", "partial", "miss", "wrong"])


@given(st.lists(st.tuples(st.integers(1, 3), WORDS), min_size=1, max_size=8))
def test_a_score_is_always_between_0_and_100(rubric: list[tuple[int, Word]]):
    result = score(points(*(weight for weight, _ in rubric)), *(word for _, word in rubric))
    assert result.value is not None
    assert 0 <= result.value <= 100


@given(st.lists(st.tuples(st.integers(1, 3), WORDS), min_size=2, max_size=8), st.data())
def test_saying_one_more_point_never_lowers_the_score(rubric: list[tuple[int, Word]], data: st.DataObject):
    weights = points(*(weight for weight, _ in rubric))
    words = [word for _, word in rubric]
    better = list(words)
    better[data.draw(st.integers(0, len(words) - 1))] = "hit"
    assert (score(weights, *better).value or 0) >= (score(weights, *words).value or 0)
