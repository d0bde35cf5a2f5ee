"""What nodes may use and the checkpoint never holds: the ports, and the choices of this interview."""

from __future__ import annotations

from dataclasses import dataclass

from interviewer.bank.load import Bank
from interviewer.bank.question import Lang
from interviewer.interview.clock import Clock
from interviewer.interview.grading import Grader
from interviewer.interview.presets import Preset
from interviewer.transcript.port import TranscriptStore


@dataclass(frozen=True)
class Choices:
    """How an interview is set up. `level` 1-5 is the candidate's own; `topics` empty means all.

    `patience_s` is how long routing waits for the judge before it goes on without (None: as long as it takes).
    """

    preset: Preset
    lang: Lang
    seed: int
    level: int = 2
    topics: tuple[str, ...] = ()
    patience_s: float | None = 4.0


@dataclass(frozen=True)
class Context:
    bank: Bank
    store: TranscriptStore
    grader: Grader
    clock: Clock
    choices: Choices
    # Whether the judge only suggests: its scores are then marked provisional.
    provisional: bool = True
