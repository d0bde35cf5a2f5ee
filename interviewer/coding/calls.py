"""The one way from a test to a candidate's code: named calls with values that can cross a process boundary."""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from interviewer.coding.backend import Backend, same
from interviewer.coding.task import BackendName

FILE = "<solution>"
MODULE = "_interviewer_solution"


class SolutionError(Exception):
    """The candidate's code raised, or could not be called.

    `kinds` are the names of the error's class and of the classes above it, since the class itself may live in another
    process; `line` is the line of the solution where it was raised.
    """

    def __init__(self, kinds: Sequence[str], message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.kinds = tuple(kinds)
        self.message = message
        self.line = line

    @classmethod
    def of(cls, error: BaseException) -> SolutionError:
        """What `error`, raised while the solution ran, has to say in one line."""
        line = error.lineno if isinstance(error, SyntaxError) and error.filename == FILE else None
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == FILE:
                line = trace.tb_lineno
            trace = trace.tb_next
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        return cls([kind.__name__ for kind in type(error).__mro__], " ".join(message.split()), line)


@dataclass(frozen=True)
class Reply:
    """What a call gave, and whether it changed what it was given."""

    value: Any
    changed_inputs: bool


class Caller(Protocol):
    """Calls a function of the solution by its name. Both methods raise SolutionError."""

    @property
    def backend(self) -> BackendName: ...

    def call(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reply: ...
    def gradients(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], upstream: np.ndarray
    ) -> list[np.ndarray]: ...


class Code:
    """The solution as a test sees it: `code.some_function(q, k, causal=True)` takes and gives NumPy arrays.

    `changed_inputs` tells whether the last call changed one of its arguments.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.changed_inputs = False

    @property
    def backend(self) -> BackendName:
        return self._caller.backend

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self.changed_inputs = False
            reply = self._caller.call(name, args, kwargs)
            self.changed_inputs = reply.changed_inputs
            return reply.value

        return call

    def gradients(self, name: str, /, *args: Any, upstream: np.ndarray, **kwargs: Any) -> list[np.ndarray]:
        """The gradients of Σ upstream·output of that function, one for each positional array of floats.

        For behaviours that are marked with `backends=("torch",)`.
        """
        return self._caller.gradients(name, args, kwargs, upstream)


class LocalCaller:
    """Runs a solution in this process: for the references and their wrong variants, which ship with the program."""

    def __init__(self, source: str, backend: Backend) -> None:
        """Raises SolutionError when the source can't be compiled or fails as it is loaded."""
        self._backend = backend
        self._module = types.ModuleType(MODULE)
        sys.modules[MODULE] = self._module  # dataclasses look their module up
        with _running():
            code = compile(source, FILE, "exec", dont_inherit=True)
            exec(code, self._module.__dict__)  # noqa: S102 -- shipped with the program

    @property
    def backend(self) -> BackendName:
        return self._backend.name

    def call(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reply:
        function = self._function(name)
        given: Any = self._backend.enter((tuple(args), dict(kwargs)))
        before = self._backend.leave(given)
        with _running():
            value: Any = self._backend.leave(function(*given[0], **given[1]))
        try:
            changed = not same(self._backend.leave(given), before)
        except TypeError:  # something that can't cross was put into a list or dictionary
            changed = True
        return Reply(value, changed)

    def gradients(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], upstream: np.ndarray
    ) -> list[np.ndarray]:
        function = self._function(name)
        with _running():
            return self._backend.gradients(function, args, kwargs, upstream)

    def _function(self, name: str) -> Callable[..., Any]:
        function: Any = getattr(self._module, name, None)
        if not callable(function):
            raise SolutionError(["NameError"], f"no function called {name}")
        return function


@contextmanager
def _running() -> Generator[None]:
    """Around the solution's own code: its errors become SolutionError, its warnings stay quiet."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            yield
        except (Exception, SystemExit) as error:
            raise SolutionError.of(error) from error
