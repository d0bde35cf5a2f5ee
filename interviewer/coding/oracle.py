"""Runs the behaviours of a task over a solution and says which of them hold."""

from __future__ import annotations

import types
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from interviewer.bank.question import Text
from interviewer.coding.backend import Backend
from interviewer.coding.behaviour import Behaviour, Mismatch
from interviewer.coding.calls import Caller, Code, LocalCaller, SolutionError
from interviewer.errors import BankError


@dataclass(frozen=True)
class TestResult:
    """Whether one behaviour holds, and the reason in one line when it doesn't."""

    __test__: ClassVar[bool] = False  # pytest takes every class called Test… for a test

    name: Text
    passed: bool
    reason: Text | None = None


def load_behaviours(task_folder: Path) -> tuple[Behaviour, ...]:
    """The behaviours in `tests.py` of that folder, in their order.

    Raises BankError when the file can't be loaded or holds none.
    """
    file = task_folder / "tests.py"
    module = types.ModuleType(f"_interviewer_coding_{task_folder.name.replace('-', '_')}")
    module.__file__ = str(file)
    try:  # compiled here and not by importlib, which would write its cache among the shipped files
        exec(compile(file.read_bytes(), str(file), "exec", dont_inherit=True), module.__dict__)  # noqa: S102 -- the program's own tests
    except Exception as error:
        raise BankError(f"{file}: can't be loaded", f"{type(error).__name__}: {error}") from error
    found = tuple(value for value in vars(module).values() if isinstance(value, Behaviour))
    if not found:
        raise BankError(f"{file}: no behaviours there", "Expected functions under @behaviour(zh=…, en=…).")
    return found


def run_behaviours(task_folder: Path, solution: str, backend: Backend) -> tuple[TestResult, ...]:
    """The results of the source code `solution` in this process, one for each behaviour that concerns the backend.

    For trusted code only. A solution that can't even be loaded fails them all. Raises BankError for a broken tests.py.
    """
    behaviours = [one for one in load_behaviours(task_folder) if one.holds_for(backend.name)]
    try:
        caller = LocalCaller(solution, backend)
    except SolutionError as error:
        return tuple(TestResult(one.name, passed=False, reason=_reason(error)) for one in behaviours)
    return run_all(behaviours, caller)


def run_all(behaviours: Iterable[Behaviour], caller: Caller) -> tuple[TestResult, ...]:
    """The results over any caller; a behaviour that fails doesn't keep the others from running."""
    return tuple(_run(one, caller) for one in behaviours)


def _run(behaviour: Behaviour, caller: Caller) -> TestResult:
    try:
        behaviour.run(Code(caller))
    except (AssertionError, SolutionError) as error:
        return TestResult(behaviour.name, passed=False, reason=_reason(error))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # The behaviour stumbled over what it was given back: None, a list, a tuple that is too short.
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return TestResult(
            behaviour.name, passed=False, reason=Text(zh=f"返回值用不了：{said}", en=f"unusable result: {said}")
        )
    return TestResult(behaviour.name, passed=True)


def _reason(error: AssertionError | SolutionError) -> Text:
    if isinstance(error, Mismatch):
        return error.text
    if isinstance(error, SolutionError):
        said = f"{error.kinds[0]}: {error.message}"
        if error.line is None:
            return Text(zh=said, en=said)
        return Text(zh=f"第 {error.line} 行抛出 {said}", en=f"line {error.line} raised {said}")
    said = " ".join(str(error).split()) or "AssertionError"
    return Text(zh=said, en=said)
