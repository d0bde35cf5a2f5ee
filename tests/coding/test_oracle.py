"""What the oracle reports: each behaviour by name, and a reason in one line for each that fails."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from coding.task_samples import SOLUTION, write_task

from interviewer.coding.backend import NumpyBackend
from interviewer.coding.calls import Code, LocalCaller
from interviewer.coding.oracle import TestResult, run_behaviours


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_task(tmp_path)


def run(folder: Path, solution: str) -> tuple[TestResult, ...]:
    return run_behaviours(folder, solution, NumpyBackend())


def reasons(folder: Path, solution: str) -> dict[str, str]:
    """The English reasons of what failed, by the English name."""
    return {one.name.en: one.reason.en for one in run(folder, solution) if one.reason is not None}


def test_a_right_solution_passes_all_that_concerns_its_backend(folder: Path):
    results = run(folder, SOLUTION)
    assert [one.name.en for one in results] == [
        "Each element is doubled",
        "Not in place",
        "The dtype stays",
        "Nothing given raises",
    ]
    assert all(one.passed and one.reason is None for one in results)


def test_a_failure_does_not_keep_the_others_from_running(folder: Path):
    found = reasons(folder, SOLUTION.replace("x * 2", "x * 3"))
    assert found == {"Each element is doubled": "at [1] got 3, expected 2 (2/3)"}


def test_reasons_are_said_in_both_languages(folder: Path):
    (failed,) = [one for one in run(folder, SOLUTION.replace("x * 2", "x * 3")) if not one.passed]
    assert failed.reason is not None
    assert failed.reason.zh == "位置 [1] 得到 3，应为 2 (2/3)"


@pytest.mark.parametrize(
    ("body", "name", "reason"),
    [
        ("x[:2]", "Each element is doubled", "the shape is (2), expected (3)"),
        ("x.astype(int) * 2", "The dtype stays", "the dtype is int64, expected float32"),
        ("'text'", "Each element is doubled", "got str, expected an array or a number"),
        ("None", "Each element is doubled", "got NoneType, expected an array or a number"),
        ("{1, 2}", "Each element is doubled", "TypeError: a value of type set came back"),
        ("x * float('nan')", "Each element is doubled", "at [0] got nan, expected 0 (3/3)"),
        ("missing", "Each element is doubled", "line 4 raised NameError: name 'missing' is not defined"),
        ("exit()", "Each element is doubled", "line 4 raised"),
        ("helper(x)", "Each element is doubled", "line 4 raised NameError"),
        ("x.__imul__(2)", "Not in place", "an argument was changed in place"),
    ],
)
def test_what_went_wrong_is_said_in_one_line(folder: Path, body: str, name: str, reason: str):
    found = reasons(folder, SOLUTION.replace("return x * 2", f"return {body}"))[name]
    assert reason in found
    assert "\n" not in found


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ("return x[:0]", "an empty array: expected ValueError, nothing was raised"),
        ("raise IndexError", "an empty array: expected ValueError, got IndexError"),
    ],
)
def test_the_expected_error_has_to_be_raised(folder: Path, check: str, reason: str):
    found = reasons(folder, SOLUTION.replace('raise ValueError("nothing to double")', check))
    assert found == {"Nothing given raises": reason}


def test_a_subclass_of_the_expected_error_will_do(folder: Path):
    assert reasons(folder, SOLUTION.replace("raise ValueError", "raise UnicodeError")) == {}


def test_an_assertion_of_the_solution_is_its_own_error(folder: Path):
    found = reasons(folder, SOLUTION.replace('raise ValueError("nothing to double")', "assert len(x)"))
    assert found == {"Nothing given raises": "an empty array: expected ValueError, got AssertionError"}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def double(x:\n", "line 1 raised SyntaxError"),
        ("import numpy\nraise RuntimeError('so')\n", "line 2 raised RuntimeError: so"),
        ("def triple(x):\n    return x\n", "NameError: no function called double"),
        ("double = 3\n", "NameError: no function called double"),
    ],
)
def test_a_solution_that_cannot_be_called_fails_everything(folder: Path, source: str, reason: str):
    results = run(folder, source)
    assert len(results) == 4
    assert not any(one.passed for one in results)
    assert reason in reasons(folder, source)["Each element is doubled"]


def test_warnings_of_the_solution_are_no_failures(folder: Path):
    noisy = "import warnings\nimport numpy as np\n" + SOLUTION.replace(
        "return", "warnings.warn('old'); np.log(np.zeros(2)); return"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert reasons(folder, noisy) == {}


def test_a_list_that_the_solution_spoils_counts_as_changed(tmp_path: Path):
    tests = (
        "from interviewer.coding.behaviour import behaviour, unchanged\n"
        "@behaviour(zh='甲', en='a')\n"
        "def kept(code):\n"
        "    code.double([1, 2])\n"
        "    unchanged(code)\n"
    )
    folder = write_task(tmp_path, tests=tests)
    spoiling = SOLUTION.replace("return x * 2", "y = x * 2; x.append(object()); return y")
    assert reasons(folder, spoiling) == {"a": "an argument was changed in place"}


def test_a_result_that_a_behaviour_stumbles_over_is_a_failure(tmp_path: Path):
    tests = (
        "from interviewer.coding.behaviour import behaviour\n"
        "@behaviour(zh='甲', en='a')\n"
        "def two(code):\n"
        "    first, second = code.double([1, 2, 3])\n"
    )
    found = reasons(write_task(tmp_path, tests=tests), SOLUTION)
    assert found == {"a": "unusable result: ValueError: too many values to unpack (expected 2)"}


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_a_solution_may_hold_a_dataclass(folder: Path, future: str):
    extra = "from dataclasses import dataclass\n\n@dataclass\nclass Node:\n    value: int\n\n"
    assert all(one.passed for one in run(folder, future + extra + SOLUTION))


def test_a_number_of_numpy_that_stays_as_it_is_counts_as_unchanged():
    code = Code(LocalCaller("def scale(x, by):\n    return x * by\n", NumpyBackend()))
    code.scale(np.ones(2), np.float32(0.5))
    assert not code.changed_inputs
