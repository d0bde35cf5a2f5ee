"""What went wrong, in the middle of the window: what happened, what was kept, what to do next."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.clean import clean
from tui.problem import Problem
from tui.show import MUTED
from tui.widgets.key_line import KeyLine
from tui.widgets.prose import Prose
from tui.words import Words


class ProblemScreen(ModalScreen[bool]):
    """True: try again. False: back to the home screen."""

    CSS_PATH = "problem.tcss"
    BINDINGS = [  # noqa: RUF012 -- Textual's own
        Binding("enter", "dismiss(True)", "key_again", priority=True),
        Binding("escape", "dismiss(False)", "key_back", priority=True),
    ]

    def __init__(self, problem: Problem, words: Words) -> None:
        super().__init__()
        self._problem = problem
        self._words = words

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box"):
            title = Content.assemble(("! ", "bold $error"), (clean(self._problem.title), "bold"))
            yield Static(title, classes="box-title")
            yield from self._part(self._words.problem_kept, self._problem.kept)
            yield from self._part(self._words.problem_hint, self._problem.hint)
            yield from self._part(self._words.problem_resume, self._problem.resume)
            yield KeyLine(self._words)

    def _part(self, label: str, text: str) -> ComposeResult:
        if text:
            yield Prose(Content.assemble((label, MUTED), "\n", clean(text)), classes="part")
