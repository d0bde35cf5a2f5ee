"""What every screen may use of the app: the desk, the words, and how far the program is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import App
from textual.reactive import var

from tui.languages import words_of
from tui.words import Words

if TYPE_CHECKING:
    from tui.ports import Desk


@dataclass(frozen=True)
class Readiness:
    """`opened`: bank and transcripts are there. `warm`: the judge can judge, or none can. `fault` tells why not."""

    stage: str = ""
    done: int = 0
    total: int = 0
    opened: bool = False
    warm: bool = False
    fault: str = ""


class Front(App[None]):
    """Base of the app; screens import this and never the app itself."""

    readiness: var[Readiness] = var(Readiness())
    words: var[Words] = var(words_of("zh"))

    def __init__(self, make_desk: Callable[[], Desk]) -> None:
        super().__init__()
        self.opened = asyncio.Event()
        self._make_desk = make_desk
        self._desk: Desk | None = None

    @property
    def desk(self) -> Desk:
        if self._desk is None:
            raise RuntimeError("the desk is not there yet")  # screens that need it open only afterwards
        return self._desk
