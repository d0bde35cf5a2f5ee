"""The rounds: which phases they hold, how long, how many questions, at which level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from interviewer.bank.question import Kind
from interviewer.interview.events import Phase

PROBES_PER_QUESTION = 2
CHAIN_LENGTH = 3
KINDS: Mapping[Phase, tuple[Kind, ...]] = {
    "project": ("project",),
    "knowledge": ("concept", "comparison", "derivation", "calculation"),
    "coding": ("coding",),
    "scenario": ("scenario", "open"),
}


CHAINED: tuple[Kind, ...] = (*KINDS["knowledge"], *KINDS["scenario"])
"""What a chain may lead to: it ends where a technique meets a situation."""


@dataclass(frozen=True)
class PhaseShape:
    """`minutes` of the candidate's time (None: no clock). `quota` counts questions, or chains where `chained`."""

    phase: Phase
    minutes: float | None
    quota: int
    chained: bool = False
    tracks: int = 0


@dataclass(frozen=True)
class Preset:
    """A round. `levels` None means the candidate's own level; `feedback` shows verdicts after each answer."""

    name: str
    phases: tuple[PhaseShape, ...]
    levels: tuple[int, int] | None
    feedback: bool = False
    first_topics: tuple[str, ...] = ()

    @property
    def minutes(self) -> float | None:
        parts = [shape.minutes for shape in self.phases]
        return None if any(part is None for part in parts) else sum(part or 0.0 for part in parts)

    def lasting(self, minutes: float) -> Preset:
        """The same round squeezed or stretched to `minutes` in all, each phase keeping its share."""
        own = self.minutes
        factor = minutes / own if own else 1.0
        shapes = tuple(
            replace(shape, minutes=minutes / len(self.phases) if shape.minutes is None else shape.minutes * factor)
            for shape in self.phases
        )
        return replace(self, phases=shapes)


PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("daily", (PhaseShape("knowledge", 10, 3),), None),
        Preset(
            "screen",
            (
                PhaseShape("intro", 2, 1),
                PhaseShape("project", 9, 2, tracks=1),
                PhaseShape("knowledge", 13, 4),
                PhaseShape("scenario", 4, 1),
                PhaseShape("reverse", 2, 1),
            ),
            (1, 3),
        ),
        Preset(
            "first",
            (
                PhaseShape("intro", 3, 1),
                PhaseShape("project", 15, 3, tracks=1),
                PhaseShape("knowledge", 15, 2, chained=True),
                PhaseShape("coding", 13, 1),
                PhaseShape("reverse", 4, 1),
            ),
            (2, 4),
        ),
        Preset(
            "second",
            (
                PhaseShape("intro", 3, 1),
                PhaseShape("project", 20, 4, tracks=2),
                PhaseShape("knowledge", 15, 2, chained=True),
                PhaseShape("coding", 12, 1),
                PhaseShape("scenario", 7, 1),
                PhaseShape("reverse", 3, 1),
            ),
            (3, 5),
            first_topics=("alignment", "inference"),
        ),
        Preset(
            "lead",
            (
                PhaseShape("intro", 2, 1),
                PhaseShape("project", 11, 3, tracks=1),
                PhaseShape("scenario", 12, 2),
                PhaseShape("reverse", 5, 1),
            ),
            (4, 5),
        ),
        Preset("drill", (PhaseShape("knowledge", None, 5),), None, feedback=True),
    )
}
