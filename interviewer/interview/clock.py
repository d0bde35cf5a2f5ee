"""Time as an argument, so that tests freeze it; and the stopwatch that counts the candidate's time only."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The wall clock, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class Stopwatch:
    """Counts seconds while it runs; stopped while the judge works, while the program is paused, and after a crash."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._before = 0.0
        self._since: float | None = None

    def start(self, already: float = 0.0) -> None:
        """Starts a new count, from `already` seconds."""
        self._before = already
        self._since = self._clock.monotonic()

    def pause(self) -> None:
        self._before = self.seconds
        self._since = None

    def go_on(self) -> None:
        if self._since is None:
            self._since = self._clock.monotonic()

    @property
    def seconds(self) -> float:
        return self._before + (self._clock.monotonic() - self._since if self._since is not None else 0.0)
