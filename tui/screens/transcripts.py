"""All interviews so far, newest first."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.messages import GoHome, OpenReport
from tui.screens.page import Page
from tui.show import session_line


class TranscriptsScreen(Page):
    CSS_PATH = "transcripts.tcss"
    BINDINGS = [  # noqa: RUF012 -- Textual's own
        Binding("up,down", "none", "key_choose", key_display="↑↓"),
        Binding("enter", "none", "key_open"),
        Binding("escape", "back", "key_back"),
    ]

    def body(self) -> ComposeResult:
        with Vertical(id="transcripts"):
            yield Static(self.words.records, markup=False, id="list-title")
            yield OptionList(id="list", markup=False, compact=True)
            yield Static(self.words.loading, markup=False, id="list-note")

    def on_mount(self) -> None:
        self._read()

    def again(self) -> None:
        self._read()

    def action_back(self) -> None:
        self.post_message(GoHome())

    @on(OptionList.OptionSelected, "#list")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if event.option_id is not None:
            self.post_message(OpenReport(event.option_id, fresh=False))

    @work(exclusive=True, group="transcripts", exit_on_error=False)
    async def _read(self) -> None:
        sessions = await self.front.desk.sessions()
        rows = self.query_one("#list", OptionList)
        rows.clear_options()
        rows.add_options(Option(session_line(self.words, session), id=session.id) for session in sessions)
        rows.highlighted = 0 if sessions else None
        rows.display = bool(sessions)
        self.query_one("#list-note", Static).update("" if sessions else self.words.no_transcripts)
        rows.focus()
