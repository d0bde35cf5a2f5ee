"""The numbers of the bank are worked out again from formulas that can do nothing else."""

from __future__ import annotations

import pytest

from interviewer.doctor.arithmetic import evaluate, states


def test_a_formula_is_worked_out_over_what_is_given():
    given = {"layers": 80, "kv_heads": 8, "head_dim": 128, "bytes": 2}
    assert evaluate("2 * layers * kv_heads * head_dim * bytes", given) == 327_680


@pytest.mark.parametrize(
    ("formula", "value"),
    [("-3 + 5", 2), ("7 // 2 + 7 % 2", 4), ("2 ** 10 / 4", 256), ("comb(5, 2)", 10), ("max(1, sqrt(9))", 3)],
)
def test_operators_and_functions(formula: str, value: float):
    assert evaluate(formula, {}) == value


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os')",
        "(1).real",
        "[1, 2]",
        "a",
        "1 if 1 else 2",
        "'a' * 3",
        "sqrt(x=4)",
        "1 +",
        "1 / 0",
        "log(0)",
        "True + 1",
    ],
)
def test_anything_else_is_refused(formula: str):
    with pytest.raises(ValueError, match=r"."):
        evaluate(formula, {"b": 1})


def test_choosing_takes_whole_numbers():
    assert evaluate("comb(n, 2)", {"n": 5.0}) == 10
    with pytest.raises(ValueError, match="no whole numbers"):
        evaluate("comb(5, 2.5)", {})


def test_a_result_without_end_is_refused():
    with pytest.raises(ValueError, match="inf"):
        evaluate("x * 10", {"x": 1e308})
    with pytest.raises(ValueError, match="comb"):
        evaluate("comb(2000, 1000)", {})


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("327,680", 327_680), ("2.5", 2.46), ("140", 139.6), ("1000", 1040.5), ("16", 16.4), ("-0.5", -0.52), ("0", 0.3)],
)
def test_a_numeral_states_what_rounds_to_it(numeral: str, value: float):
    assert states(numeral, value)


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("327,680", 327_780), ("2.5", 2.44), ("140", 146), ("16", 16.6), ("2.50", 2.46), ("1", 2), ("16,000", 15_500)],
)
def test_a_numeral_does_not_state_what_rounds_to_another(numeral: str, value: float):
    assert not states(numeral, value)


def test_words_are_no_numeral():
    with pytest.raises(ValueError, match="not a number"):
        states("about 3", 3.0)
