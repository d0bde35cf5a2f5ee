"""The first that works, of several that could answer."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from interviewer.errors import EndpointRefused, ModelError, NoModel

T = TypeVar("T")
R = TypeVar("R")

COOL_DOWN_S = 30.0


@dataclass(frozen=True)
class Member(Generic[T]):
    """One that could answer, under the name that the user is told."""

    name: str
    value: T


@dataclass(frozen=True)
class Switch:
    """Another one speaks from now on; `to_name` is empty when nobody is left, `from_name` when nobody was."""

    from_name: str
    to_name: str
    cause: str


@dataclass
class _Standing:
    """What is known of one member: why it failed last, and when it is worth asking again."""

    cause: ModelError | None = None
    rests_until: float = 0.0
    off: bool = False


class Fallback(Generic[T]):
    """Asks its members in order until one answers.

    A member that is down, or whose output can't be used, rests for `cool_down_s` seconds and is then tried first
    again; while it rests it is asked only when all the others failed. A member that refuses is off for the session.
    `on_switch` is called when another member answered than the one before, and when nobody could.
    """

    def __init__(
        self,
        members: Sequence[Member[T]],
        on_switch: Callable[[Switch], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        cool_down_s: float = COOL_DOWN_S,
    ) -> None:
        self._members = tuple(members)
        self._standings = {member.name: _Standing() for member in self._members}
        if len(self._standings) != len(self._members):
            raise ValueError(f"two members share a name: {[member.name for member in self._members]}")
        self._on_switch = on_switch
        self._clock = clock
        self._cool_down_s = cool_down_s
        self._speaking = self._members[0].name if self._members else ""

    @property
    def speaking(self) -> str:
        """The name of the member that answered last, or is to be asked first; empty when nobody could answer."""
        return self._speaking

    @property
    def causes(self) -> Mapping[str, ModelError]:
        """Why members failed last; a member that has answered since is not among them."""
        return {name: standing.cause for name, standing in self._standings.items() if standing.cause}

    async def call(self, operation: Callable[[T], Awaitable[R]]) -> R:
        """The result of the first member that gives one.

        Raises NoModel, which names every cause, when none does. Errors that are no ModelError pass through.
        """
        for member in self._in_turn():
            standing = self._standings[member.name]
            try:
                result = await operation(member.value)
            except EndpointRefused as refused:
                standing.cause, standing.off = refused, True
            except ModelError as error:
                standing.cause, standing.rests_until = error, self._clock() + self._cool_down_s
            else:
                standing.cause, standing.rests_until = None, 0.0
                self._switch_to(member.name)
                return result
        self._switch_to("")
        raise self._no_model()

    def _in_turn(self) -> list[Member[T]]:
        """Those worth asking: the rested in their order, then those at rest, because somebody is better than nobody."""
        now = self._clock()
        able = [member for member in self._members if not self._standings[member.name].off]
        return sorted(able, key=lambda member: self._standings[member.name].rests_until > now)

    def _switch_to(self, name: str) -> None:
        before, self._speaking = self._speaking, name
        if name == before:
            return
        failed = self._standings.get(before, _Standing()).cause
        if failed:
            cause = "; ".join(part for part in (failed.title, failed.message) if part)
        else:
            cause = f"{name} answers again" if name else "no model is configured"
        self._on_switch(Switch(before, name, cause))

    def _no_model(self) -> NoModel:
        if not self._members:
            return NoModel("No model is configured", "", "See: interviewer models list")
        causes = [(name, error) for name, error in self.causes.items()]
        return NoModel(
            "No model could answer",
            "\n".join(f"{name}: {error.title}. {error.message}".rstrip() for name, error in causes),
            next((error.hint for _, error in causes if error.hint), ""),
        )
