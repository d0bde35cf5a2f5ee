"""How long what is left will take, judged by what is done. Needs no Textual."""

from __future__ import annotations


class Pace:
    """Told how many are left, again and again; knows the remaining seconds once one is done."""

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None
        self._last: tuple[float, int] = (0.0, 0)

    def remaining_s(self, left: int, now: float) -> float | None:
        """`now` in seconds on any steady clock. None until one is done."""
        if self._first is None or left > self._first[1]:
            self._first = self._last = (now, left)
        if left != self._last[1]:
            self._last = (now, left)
        done = self._first[1] - left
        if not done:
            return None
        each = (self._last[0] - self._first[0]) / done
        return max(0.0, each * left - (now - self._last[0]))
