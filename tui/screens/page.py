"""Base of the full screens: the keys at the foot, a message where the window is too small, one way to tell trouble."""

# Textual leaves type parameters of its own classes open.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from textual import getters
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from tui.front import Front
from tui.messages import Trouble
from tui.problem import problem_of
from tui.widgets.key_line import KeyLine
from tui.words import Words


class Page(Screen[None]):
    HORIZONTAL_BREAKPOINTS = [(0, "-too-narrow"), (60, "-narrow"), (100, "-wide")]  # noqa: RUF012 -- Textual's own
    VERTICAL_BREAKPOINTS = [(0, "-too-low"), (18, "-low"), (30, "-high")]  # noqa: RUF012 -- Textual's own

    front = getters.app(Front)

    @property
    def words(self) -> Words:
        return self.front.words

    def compose(self) -> ComposeResult:
        yield from self.body()
        yield KeyLine(self.words)
        yield Static(self.words.too_small, markup=False, classes="too-small")

    def body(self) -> ComposeResult:
        """The widgets between the top and the keys."""
        raise NotImplementedError

    def again(self) -> None:
        """What trying again means after trouble on this screen."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            self.post_message(Trouble(problem_of(error, self.words), self.again))
