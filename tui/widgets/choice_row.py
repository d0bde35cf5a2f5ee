"""One row of a form: a label and a value that ← and → change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.show import MUTED

LABEL = 12  # cells


@dataclass(frozen=True)
class Option:
    """A value and how it is shown."""

    value: Any
    label: str


class ChoiceRow(Static, can_focus=True):
    """Keeps one of its options chosen. With a single option there is nothing to change."""

    DEFAULT_CSS = """
    ChoiceRow {
        height: 1;
        padding: 0 1;
        &:focus {
            background: $primary 30%;
            text-style: bold;
        }
    }
    """
    BINDINGS = [  # noqa: RUF012 -- Textual's own
        Binding("left", "change(-1)", "key_change", key_display="←→"),
        Binding("right", "change(1)", show=False),
    ]

    @dataclass
    class Changed(Message):
        row: ChoiceRow

        @property
        def control(self) -> ChoiceRow:
            return self.row

    def __init__(self, label: str, options: Sequence[Option], chosen: Any, *, id: str) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id, markup=False)
        self._label = label
        self._options = tuple(options)
        self._index = self._find(chosen)

    @property
    def value(self) -> Any:
        return self._options[self._index].value

    def offer(self, options: Sequence[Option], chosen: Any) -> None:
        """Puts other options in place of the present ones."""
        self._options = tuple(options)
        self._index = self._find(chosen)
        self._show()

    def on_mount(self) -> None:
        self._show()

    def on_click(self) -> None:
        self.action_change(1)

    def action_change(self, step: int) -> None:
        if len(self._options) > 1:
            self._index = (self._index + step) % len(self._options)
            self._show()
            self.post_message(self.Changed(self))

    def _find(self, chosen: Any) -> int:
        return next((index for index, option in enumerate(self._options) if option.value == chosen), 0)

    def _show(self) -> None:
        pad = " " * max(1, LABEL - Content(self._label).cell_length)
        label = self._options[self._index].label
        several = len(self._options) > 1
        value = Content.assemble(("‹ ", "$primary"), label, (" ›", "$primary")) if several else Content(f"  {label}")
        self.update(Content.assemble((self._label, MUTED), pad, value))
