"""One point with its verdict: mark, what it asks for, the candidate's own words."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.content import Content
from textual.widgets import Static

from tui.clean import clean, one_line
from tui.points import PointRow
from tui.show import MARK_STYLE, MUTED
from tui.widgets.prose import Prose
from tui.words import Words

QUOTE = 160  # characters


class PointLine(HorizontalGroup):
    DEFAULT_CSS = """
    PointLine {
        & > .mark { width: 3; height: auto; }
        & > .point { width: 1fr; height: auto; }
    }
    """

    def __init__(self, row: PointRow, words: Words) -> None:
        super().__init__()
        self._row = row
        self._words = words

    def compose(self) -> ComposeResult:
        row = self._row
        yield Static(Content.styled(row.mark, f"bold {MARK_STYLE[row.word]}"), classes="mark")
        yield Prose(self._text(), classes="point")

    def _text(self) -> Content:
        row, words = self._row, self._words
        notes = [words.marks[row.word], words.vias.get(row.via, "")]
        note = " · ".join(part for part in notes if part)
        text = Content.assemble(clean(row.text), "  " if row.text else "", (note, MUTED))
        if row.quote:
            text = text.append_text(f"\n「{one_line(row.quote, QUOTE)}」", f"italic {MUTED}")
        return text
