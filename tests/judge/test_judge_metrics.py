from __future__ import annotations

import pytest

from interviewer.judge import metrics
from interviewer.judge.metrics import Labelled
from interviewer.judge.verdict import Probs


def point(gold, said, confidence=1.0, kind="strong", hit=None):
    probs = None if hit is None else Probs(hit=hit, partial=0, miss=1 - hit, wrong=0)
    return Labelled(gold=gold, said=said, confidence=confidence, probs=probs, kind=kind)


MIXED = [
    point("hit", "hit"),
    point("hit", "hit"),
    point("hit", "miss"),
    point("partial", "hit"),
    point("miss", "miss"),
    point("miss", "abstain"),
    point("wrong", "wrong"),
    point("wrong", "hit"),
]


def test_f1_counts_an_abstention_against_the_word():
    # hit: 2 of 3 found, 2 of 4 right; miss: 1 of 2 found, 1 of 2 right; wrong: 1 of 2 found, 1 of 1 right.
    assert metrics.f1_by_word(MIXED) == {
        "hit": pytest.approx(4 / 7),
        "partial": 0.0,
        "miss": pytest.approx(1 / 2),
        "wrong": pytest.approx(2 / 3),
    }
    assert metrics.macro_f1(MIXED) == pytest.approx((4 / 7 + 0 + 1 / 2 + 2 / 3) / 4)


def test_a_word_that_nobody_used_has_no_f1():
    points = [point("miss", "miss"), point("miss", "hit")]
    assert metrics.f1_by_word(points) == {"hit": 0.0, "partial": None, "miss": pytest.approx(2 / 3), "wrong": None}
    assert metrics.macro_f1(points) == pytest.approx(1 / 3)


def test_accuracy_and_coverage():
    assert metrics.accuracy(MIXED) == pytest.approx(4 / 8)
    assert metrics.coverage(MIXED) == pytest.approx(7 / 8)


def test_auc_by_probability_counts_ties_half():
    points = [
        point("hit", "hit", hit=0.9),
        point("hit", "miss", hit=0.4),
        point("miss", "miss", hit=0.4),
        point("wrong", "hit", hit=0.6),
    ]
    # 0.9 beats both; 0.4 ties one and loses one.
    assert metrics.auc_hit(points) == pytest.approx((1 + 1 + 0.5 + 0) / 4)


def test_auc_without_probabilities_goes_by_word_and_confidence():
    points = [
        point("hit", "hit", 1.0),
        point("hit", "partial", 1.0),
        point("miss", "miss", 1.0),
        point("miss", "hit", 0.4),
    ]
    # Ranks: 1.0, 0.5 against 0.0, 0.7.
    assert metrics.auc_hit(points) == pytest.approx((1 + 1 + 1 + 0) / 4)


def test_auc_needs_both_sides():
    assert metrics.auc_hit([point("hit", "hit")]) is None


def test_the_surer_half_is_taken_by_confidence():
    points = [
        point("hit", "hit", 0.9),
        point("miss", "miss", 0.8),
        point("hit", "miss", 0.3),
        point("miss", "hit", 0.2),
    ]
    assert metrics.accuracy_top50(points) == 1.0
    assert metrics.accuracy_top50(points[:3]) == 1.0


def test_equal_confidence_shares_the_places_of_the_surer_half():
    assert metrics.accuracy_top50(MIXED) == pytest.approx(4 / 7)


def test_an_abstention_is_never_among_the_surest():
    points = [point("hit", "abstain", 1.0), point("hit", "hit", 0.1)]
    assert metrics.accuracy_top50(points) == 1.0


def test_false_credit_looks_at_answers_that_want_something_for_nothing():
    points = [
        point("miss", "hit", kind="injection"),
        point("miss", "miss", kind="echo"),
        point("miss", "partial", kind="keyword-stuffed"),
        point("miss", "miss", kind="dont-know"),
        point("miss", "hit", kind="strong"),
    ]
    assert metrics.false_credit(points) == pytest.approx(1 / 4)
    assert metrics.false_credit(points[4:]) is None


def test_calibration_error_weighs_the_bins_by_their_points():
    points = [
        point("hit", "hit", 0.95),
        point("hit", "miss", 0.95),
        point("miss", "miss", 0.55),
        point("miss", "abstain", 0.0),
    ]
    # Bin 0.9-1.0: 0.95 said, half right; bin 0.5-0.6: 0.55 said, all right.
    assert metrics.ece(points) == pytest.approx((2 * 0.45 + 1 * 0.45) / 3)


def test_full_confidence_belongs_to_the_last_bin():
    assert metrics.ece([point("hit", "hit", 1.0), point("hit", "hit", 0.95)]) == pytest.approx(0.025)


def test_credit_error_knows_how_far_a_word_is_off():
    points = [point("hit", "wrong"), point("hit", "partial"), point("miss", "miss"), point("hit", "abstain")]
    assert metrics.credit_mae(points) == pytest.approx((1.5 + 0.5 + 0) / 3)


def test_figures_by_kind():
    points = [
        point("hit", "hit", kind="strong"),
        point("miss", "hit", kind="echo"),
        point("miss", "abstain", kind="echo"),
    ]
    found = metrics.by_kind(points)
    assert list(found) == ["echo", "strong"]
    assert found["echo"] == {"points": 2, "accuracy": 0.0, "macro_f1": 0.0, "coverage": 0.5, "called_hit": 0.5}
    assert found["strong"]["macro_f1"] == 1.0


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(0, 0), (1, 2), (2, 4)], 1.0),
        ([(0, 4), (1, 2), (2, 0)], -1.0),
        ([(1, 1), (2, 3), (3, 2)], 0.5),
        ([(1, 1)], None),
        ([(1, 1), (1, 2)], None),
        ([], None),
    ],
)
def test_pearson(pairs, expected):
    assert metrics.pearson(pairs) == (None if expected is None else pytest.approx(expected))


def test_confusion_counts_every_point_once():
    found = metrics.confusion(MIXED)
    assert found["hit"] == {"hit": 2, "partial": 0, "miss": 1, "wrong": 0, "abstain": 0}
    assert sum(sum(row.values()) for row in found.values()) == len(MIXED)


def test_nothing_judged_gives_no_figures():
    for figure in (metrics.macro_f1, metrics.accuracy, metrics.coverage, metrics.auc_hit, metrics.accuracy_top50,
                   metrics.false_credit, metrics.ece, metrics.credit_mae):  # fmt: skip
        assert figure([]) is None
