"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Language(StrEnum):
    zh = "zh"
    en = "en"


class PresetName(StrEnum):
    daily = "daily"
    screen = "screen"
    first = "first"
    second = "second"
    lead = "lead"


Lang = Annotated[Language | None, typer.Option("--lang", help="Language of the interview (default: the settings').")]
Level = Annotated[int | None, typer.Option("--level", min=1, max=5, help="Your level: 1 intern ... 5 expert.")]
Minutes = Annotated[float | None, typer.Option("--minutes", min=1, max=240, help="Length of the whole interview.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Fixes which questions are drawn.")]
EndpointName = Annotated[
    str | None, typer.Option("--endpoint", help="Judge with this endpoint ('embedded' for the built-in model).")
]
LocalOnly = Annotated[bool, typer.Option("--local-only", help="Keep everything on this machine.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Plain = Annotated[bool, typer.Option("--plain", help="Plain lines in place of the full screen.")]
AnswersFile = Annotated[
    Path | None, typer.Option("--answers", help="Answers from a file: blocks separated by blank lines, or .jsonl.")
]
Resume = Annotated[str | None, typer.Option("--resume", help="Take up an interrupted interview.", metavar="SESSION")]
