"""A question that is answered with yes or no."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.widgets.key_line import KeyLine
from tui.widgets.prose import Prose
from tui.words import Words


class ConfirmScreen(ModalScreen[bool]):
    """True only after an explicit yes: Enter, which may still be under the finger, says no."""

    CSS_PATH = "confirm.tcss"
    BINDINGS = [  # noqa: RUF012 -- Textual's own
        Binding("y", "dismiss(True)", "key_yes"),
        Binding("n,escape,enter", "dismiss(False)", "key_no", key_display="n"),
    ]

    def __init__(self, title: str, about: str, words: Words) -> None:
        super().__init__()
        self._texts = (title, about)
        self._words = words

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(self._texts[0], markup=False, classes="box-title")
            yield Prose(self._texts[1])
            yield KeyLine(self._words)


class PauseScreen(ConfirmScreen, inherit_bindings=False):
    """True: go on. False: leave, and go on another time."""

    BINDINGS = [  # noqa: RUF012 -- Textual's own
        Binding("enter,f8,escape,space", "dismiss(True)", "key_go_on", key_display="Enter"),
        Binding("q", "dismiss(False)", "key_leave"),
    ]

    def __init__(self, words: Words) -> None:
        super().__init__(words.paused, words.paused_about, words)
