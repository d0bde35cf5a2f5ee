"""The checks that a task's tests are written with."""

from __future__ import annotations

import numpy as np
import pytest

from interviewer.coding.behaviour import Mismatch, behaviour, close, finite, has_dtype, same, slopes


@pytest.mark.parametrize(
    ("dtype", "off", "fits"),
    [("float64", 1e-6, True), ("float64", 1e-4, False), ("float16", 2e-3, True), ("float16", 2e-2, False)],
)
def test_the_tolerance_fits_the_dtype(dtype: str, off: float, fits: bool):
    actual = np.full(3, off, dtype=dtype)
    if fits:
        close(actual, np.zeros(3))
    else:
        with pytest.raises(Mismatch):
            close(actual, np.zeros(3))


def test_numbers_are_compared_too():
    close(1.0000001, 1)
    close(np.array(2), 2)
    with pytest.raises(Mismatch, match="got 1, expected 2"):
        close(1, 2)


def test_a_scalar_is_not_an_array_of_one():
    with pytest.raises(Mismatch, match=r"the shape is \(1\), expected \(\)"):
        close(np.ones(1), 1)


def test_infinities_are_equal_and_nan_is_not():
    close(np.array([-np.inf, 1]), [-np.inf, 1])
    for wrong in (np.nan, np.inf, 1e30):
        with pytest.raises(Mismatch):
            close(np.array([wrong]), [-np.inf])
    with pytest.raises(Mismatch):
        close(np.array([np.nan]), [np.nan])


def test_close_leaves_the_dtype_to_has_dtype():
    close(np.ones(2, np.float32), np.ones(2))
    with pytest.raises(Mismatch, match="float32, expected float64"):
        has_dtype(np.ones(2, np.float32), np.float64)


def test_same_means_to_the_last_bit():
    same(np.ones(2), np.ones(2))
    with pytest.raises(Mismatch):
        same(np.ones(2) + 1e-15, np.ones(2))
    with pytest.raises(Mismatch, match="…"):
        same(list(range(100)), [1])


def test_finite_counts_what_is_not():
    finite(np.ones(3))
    with pytest.raises(Mismatch, match="2 of the elements"):
        finite(np.array([np.nan, 1, np.inf]))


def test_slopes_are_the_gradients():
    x, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([5.0, 6.0])
    upstream = np.array([1.0, 10.0])
    by_x, by_y = slopes(lambda x, y: x @ y, [x, y], upstream)
    close(by_x, np.outer(upstream, y))
    close(by_y, x.T @ upstream)
    assert x.tolist() == [[1, 2], [3, 4]]


def test_a_behaviour_may_hold_for_some_backends_only():
    always = behaviour(zh="甲", en="a")(print)
    sometimes = behaviour(zh="乙", en="b", backends=("torch",))(print)
    assert always.holds_for("numpy")
    assert sometimes.holds_for("torch")
    assert not sometimes.holds_for("numpy")
