"""What a solution computes with. Values cross as NumPy arrays, so that one set of tests does for every backend.

What may cross: None, booleans, numbers, strings, bytes, arrays, and lists, tuples and dictionaries of those. Every
array is copied both ways: nothing that a solution keeps or changes reaches a test.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

import numpy as np

from interviewer.coding.task import BackendName


class Backend(Protocol):
    """`enter` turns a test's value into what the solution gets, `leave` turns the solution's value back.

    `leave` raises TypeError for a value that can't cross. `gradients` calls `function` and gives the gradients of
    Σ upstream·output with respect to each positional floating array, as NumPy arrays (the first output where there
    are several); it raises TypeError where the backend knows no gradients or the output carries none.
    """

    name: BackendName

    def enter(self, value: Any) -> Any: ...
    def leave(self, value: Any) -> Any: ...
    def gradients(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], upstream: np.ndarray
    ) -> list[np.ndarray]: ...


class NumpyBackend:
    """Arrays stay arrays; NumPy's scalars come back as arrays without axes, of the same dtype."""

    def __init__(self, name: BackendName = "numpy") -> None:
        self.name: BackendName = name

    def enter(self, value: Any) -> Any:
        return _each(value, lambda array: np.array(array, order="C"))

    def leave(self, value: Any) -> Any:
        return _each(value, lambda array: np.array(array, order="C"))

    def gradients(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], upstream: np.ndarray
    ) -> list[np.ndarray]:
        del function, args, kwargs, upstream
        raise TypeError(f"{self.name} keeps no gradients")


class TorchBackend:
    """Arrays become tensors of the same dtype on the CPU, and arrays again. Raises ImportError without PyTorch."""

    def __init__(self) -> None:
        self.name: BackendName = "torch"
        self._torch: Any = importlib.import_module("torch")  # optional, and heavy: only where it is asked for

    def enter(self, value: Any) -> Any:
        return _each(value, lambda array: self._torch.from_numpy(np.array(array, order="C")))

    def leave(self, value: Any) -> Any:
        return _each(value, lambda array: np.array(array, order="C"), self._tensor)

    def gradients(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], upstream: np.ndarray
    ) -> list[np.ndarray]:
        entered = [self.enter(arg) for arg in args]
        leaves = [value for value in entered if isinstance(value, self._torch.Tensor) and value.is_floating_point()]
        for leaf in leaves:
            leaf.requires_grad_()
        output: Any = function(*entered, **{name: self.enter(value) for name, value in kwargs.items()})
        if isinstance(output, (tuple, list)):
            output = cast("Sequence[Any]", output)[0]
        if not getattr(output, "requires_grad", False):
            raise TypeError("the output carries no gradient")
        found = self._torch.autograd.grad(output, leaves, self.enter(upstream), allow_unused=True)
        pairs = zip(leaves, found, strict=True)
        return [self.leave(self._torch.zeros_like(leaf) if slope is None else slope) for leaf, slope in pairs]

    def _tensor(self, value: Any) -> np.ndarray | None:
        if not isinstance(value, self._torch.Tensor):
            return None
        return np.array(value.detach().cpu().resolve_conj().numpy(), order="C")


def make_backend(name: BackendName) -> Backend:
    """The backend of that name; "python" is for tasks in which no arrays occur. Raises ImportError without PyTorch."""
    return TorchBackend() if name == "torch" else NumpyBackend(name)


def same(one: Any, other: Any) -> bool:
    """Whether two values that crossed are equal in type, shape, dtype and every element; NaN equals NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        first, second = cast("np.ndarray", one), cast("np.ndarray", other)
        equal_nan = first.dtype.kind in "fc"
        return first.dtype == second.dtype and np.array_equal(first, second, equal_nan=equal_nan)
    if isinstance(one, dict):
        first, second = cast("dict[Any, Any]", one), cast("dict[Any, Any]", other)
        return list(first) == list(second) and all(same(first[key], second[key]) for key in first)
    if isinstance(one, (list, tuple)):
        first, second = cast("Sequence[Any]", one), cast("Sequence[Any]", other)
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == other)


def _each(value: Any, array: Callable[[Any], Any], foreign: Callable[[Any], np.ndarray | None] = lambda _: None) -> Any:
    """`value` with each array in it replaced; `foreign` turns what is no plain value into an array, or gives None."""
    if isinstance(value, (np.ndarray, np.generic)):  # first, since NumPy's float64 is a float too
        return array(cast("Any", value))
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return value
    if isinstance(value, dict):
        items = cast("dict[Any, Any]", value).items()
        return {_key(key): _each(inner, array, foreign) for key, inner in items}
    if isinstance(value, (list, tuple)):
        inner = [_each(one, array, foreign) for one in cast("Sequence[Any]", value)]
        return inner if isinstance(value, list) else tuple(inner)
    found = foreign(value)
    if found is None:
        raise TypeError(f"a value of type {type(value).__name__} came back, which is no array, number or list")
    return found


def _key(key: Any) -> Any:
    return cast("Any", key).item() if isinstance(key, np.generic) else key
