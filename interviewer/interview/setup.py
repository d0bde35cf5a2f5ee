"""How an interview was asked for. It is stored with the session, so that resuming needs nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from interviewer.bank.question import Lang, Level
from interviewer.errors import UsageError
from interviewer.interview.context import Choices
from interviewer.interview.presets import PRESETS

PATIENCE_S = 4.0


class Setup(BaseModel):
    """`minutes` stretches the whole round; `count` sets the number of questions of a drill."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: str
    lang: Lang = "zh"
    seed: int
    level: Level = 2
    topics: tuple[str, ...] = ()
    minutes: Annotated[float, Field(gt=0, le=240)] | None = None
    count: Annotated[int, Field(ge=1, le=50)] | None = None

    def choices(self, *, unattended: bool = False) -> Choices:
        """What the graph is given. Unattended, nobody sits and waits, so routing always waits for the judge.

        Raises UsageError for an unknown preset.
        """
        preset = PRESETS.get(self.preset)
        if preset is None:
            raise UsageError(f"No such preset: {self.preset}", hint=f"Presets: {', '.join(PRESETS)}.")
        if self.count is not None:
            shapes = tuple(
                replace(shape, quota=self.count) if shape.phase == "knowledge" else shape for shape in preset.phases
            )
            preset = replace(preset, phases=shapes)
        if self.minutes is not None:
            preset = preset.lasting(self.minutes)
        waits = unattended or preset.feedback
        return Choices(
            preset=preset,
            lang=self.lang,
            seed=self.seed,
            level=self.level,
            topics=self.topics,
            patience_s=None if waits else PATIENCE_S,
        )
