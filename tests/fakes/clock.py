"""A clock that moves only when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FrozenClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 1, 2, 20, 0, 0, tzinfo=UTC)
        self.passed = 0.0

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.passed += seconds

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.passed
