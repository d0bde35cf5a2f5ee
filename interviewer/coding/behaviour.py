"""What the `tests.py` of a task is written with.

A behaviour is one thing that right code does, with a name that a candidate can read:

    @behaviour(zh="因果遮挡时，第一个 query 只看得到第一个 key", en="Under a causal mask the first query sees one key")
    def first_row(code):
        out = code.grouped_query_attention(q, k, v, causal=True)
        close(out[:, :, 0], v[:, :, 0])

It reaches the candidate's code only through such calls, since that code may run in another process. What it expects it
works out on its own, by a plain loop in float64 or from a property; never by the reference solution.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from interviewer.bank.question import Text
from interviewer.coding import backend as backends_module
from interviewer.coding.calls import Code, SolutionError
from interviewer.coding.task import BackendName

TOLERANCE = 1e-5  # float32 against float64: a well written attention is off by about 4e-7
HALF_TOLERANCE = 5e-3  # float16: about 2e-3


@dataclass(frozen=True)
class Behaviour:
    """A named check. `plain` ones look at shapes and dtypes only and need no wrong variant that fails them."""

    name: Text
    run: Callable[[Code], None]
    backends: tuple[BackendName, ...] = ()
    plain: bool = False

    def holds_for(self, backend: BackendName) -> bool:
        """Whether it says something about solutions in `backend`; with no backends named, about all of them."""
        return not self.backends or backend in self.backends


def behaviour(
    *, zh: str, en: str, backends: Sequence[BackendName] = (), plain: bool = False
) -> Callable[[Callable[[Code], None]], Behaviour]:
    """Names a check, which fails by AssertionError."""

    def name(run: Callable[[Code], None]) -> Behaviour:
        return Behaviour(Text(zh=zh, en=en), run, tuple(backends), plain)

    return name


class Mismatch(AssertionError):
    """A failed check that says why in both languages, in one line."""

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh=zh, en=en)


def check(condition: object, *, zh: str, en: str) -> None:
    """Raises Mismatch with this reason unless `condition` holds."""
    if not condition:
        raise Mismatch(zh=zh, en=en)


def close(actual: Any, expected: Any, *, tolerance: float | None = None) -> None:
    """Raises Mismatch unless `actual` is a number or array of the expected shape and nearly the expected values.

    `tolerance` is both absolute and relative; by default it fits the dtype of `actual`. Dtypes may differ (see
    `has_dtype`). Infinities must be equal, NaN equals nothing.
    """
    found, wanted = _numbers(actual), np.asarray(expected)
    check(found.dtype.kind != "c", zh="得到复数", en="got complex numbers")
    check(
        found.shape == wanted.shape,
        zh=f"形状是 {_shape(found)}，应为 {_shape(wanted)}",
        en=f"the shape is {_shape(found)}, expected {_shape(wanted)}",
    )
    if tolerance is None:
        tolerance = HALF_TOLERANCE if found.dtype == np.float16 else TOLERANCE
    first, second = found.astype(np.float64), wanted.astype(np.float64)
    wrong = ~np.isclose(first, second, rtol=tolerance, atol=tolerance)
    if wrong.any():
        place = tuple(int(index) for index in np.argwhere(wrong)[0])
        zh, en = (f"位置 {list(place)} ", f"at {list(place)} ") if place else ("", "")
        share = f" ({int(wrong.sum())}/{wrong.size})" if place else ""
        raise Mismatch(
            zh=f"{zh}得到 {_number(first[place])}，应为 {_number(second[place])}{share}",
            en=f"{en}got {_number(first[place])}, expected {_number(second[place])}{share}",
        )


def same(actual: Any, expected: Any) -> None:
    """Raises Mismatch unless `actual` equals `expected` in every element, dtype included."""
    if not backends_module.same(actual, expected):
        raise Mismatch(
            zh=f"得到 {_brief(actual)}，应为 {_brief(expected)}",
            en=f"got {_brief(actual)}, expected {_brief(expected)}",
        )


def has_dtype(actual: Any, dtype: Any) -> None:
    """Raises Mismatch unless `actual` is an array of that dtype."""
    found, wanted = _numbers(actual).dtype, np.dtype(dtype)
    check(found == wanted, zh=f"dtype 是 {found}，应为 {wanted}", en=f"the dtype is {found}, expected {wanted}")


def finite(actual: Any) -> None:
    """Raises Mismatch when there is a NaN or an infinity in `actual`."""
    found = _numbers(actual)
    bad = int((~np.isfinite(found)).sum())
    check(not bad, zh=f"{bad} 个元素是 NaN 或 inf", en=f"{bad} of the elements are NaN or inf")


def unchanged(code: Code) -> None:
    """Raises Mismatch when the last call changed one of its arguments."""
    check(not code.changed_inputs, zh="改动了传入的参数", en="an argument was changed in place")


@contextmanager
def raises(kind: type[Exception], *, zh: str, en: str) -> Generator[None]:
    """Expects the solution to raise `kind`; `zh` and `en` say for what input ("q 有 8 个头、k 有 3 个头")."""
    try:
        yield
    except SolutionError as error:
        if kind.__name__ in error.kinds:
            return
        raise Mismatch(
            zh=f"{zh}：应抛 {kind.__name__}，却抛了 {error.kinds[0]}",
            en=f"{en}: expected {kind.__name__}, got {error.kinds[0]}",
        ) from error
    raise Mismatch(
        zh=f"{zh}：应抛 {kind.__name__}，却没有报错", en=f"{en}: expected {kind.__name__}, nothing was raised"
    )


def slopes(
    function: Callable[..., np.ndarray], args: Sequence[np.ndarray], upstream: np.ndarray, step: float = 1e-6
) -> list[np.ndarray]:
    """The gradients of Σ upstream·function(*args) by central differences, one for each argument (all float64)."""
    found: list[np.ndarray] = []
    for arg in args:
        slope = np.zeros_like(arg)
        for place in np.ndindex(arg.shape):
            kept = arg[place]
            ends: list[float] = []
            for shifted in (kept + step, kept - step):
                arg[place] = shifted
                ends.append(float((upstream * function(*args)).sum()))
            arg[place] = kept
            slope[place] = (ends[0] - ends[1]) / (2 * step)
        found.append(slope)
    return found


def _numbers(value: Any) -> np.ndarray:
    if isinstance(value, np.ndarray):
        return cast("np.ndarray", value)
    kind = type(value).__name__
    check(
        isinstance(value, (bool, int, float)),
        zh=f"得到 {kind}，应为数组或数",
        en=f"got {kind}, expected an array or a number",
    )
    return np.asarray(value)


def _shape(array: np.ndarray) -> str:
    return f"({', '.join(map(str, array.shape))})"


def _number(value: Any) -> str:
    return f"{float(value):.6g}"


def _brief(value: Any, limit: int = 80) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
