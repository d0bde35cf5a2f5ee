"""Where everything begins: go on, start, drill, look back; and who judges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.clean import one_line
from tui.front import Readiness
from tui.languages import words_of
from tui.messages import OpenInterview, OpenSetup, OpenTranscripts
from tui.screens.page import Page
from tui.show import MUTED, preset_name, session_line, when
from tui.widgets.loading_line import LoadingLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from interviewer.transcript.record import SessionRecord

RECENT = 5


class HomeScreen(Page):
    BINDINGS = [  # noqa: RUF012 -- Textual's own
        Binding("up,down", "none", "key_choose", key_display="↑↓"),
        Binding("enter", "none", "key_open"),
        Binding("ctrl+l", "language", "key_language"),
        Binding("ctrl+q", "app.quit", "key_quit"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._sessions: Sequence[SessionRecord] = ()
        self._spoken = ""

    def body(self) -> ComposeResult:
        self._spoken = self.words.lang
        with VerticalScroll(id="home", can_focus=False):
            yield Static(
                Content.assemble(("interviewer", "bold $primary"), "   ", (self.words.title, MUTED)), id="name"
            )
            yield OptionList(*self._options(), id="menu", markup=False, compact=True)
            yield Static(self.words.recent, markup=False, id="recent-title")
            yield Static(self._recent(), markup=False, id="recent")
        yield Static("", markup=False, id="judge")
        yield LoadingLine(self.words, id="loading")

    def on_mount(self) -> None:
        self.watch(self.front, "readiness", self._ready_changed)
        self.watch(self.front, "words", self._words_changed)

    def on_screen_resume(self) -> None:
        if self.front.readiness.opened:
            self._read_sessions()

    def again(self) -> None:
        self._read_sessions()

    def action_language(self) -> None:
        self.front.words = words_of("en" if self.words.lang == "zh" else "zh")

    async def _words_changed(self) -> None:
        if self._spoken == self.words.lang:
            return
        await self.recompose()
        self._show_sessions()
        self._show_readiness(self.front.readiness)
        self.query_one("#menu").focus()

    @on(OptionList.OptionSelected, "#menu")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        unfinished = self._unfinished()
        if event.option_id == "resume" and unfinished is not None:
            self.post_message(OpenInterview(unfinished.id))
        elif event.option_id in ("new", "drill"):
            self.post_message(OpenSetup(drill=event.option_id == "drill"))
        elif event.option_id == "records":
            self.post_message(OpenTranscripts())

    def _ready_changed(self, before: Readiness, now: Readiness) -> None:
        self._show_readiness(now)
        if now.opened and not before.opened:
            self._read_sessions()

    @work(exclusive=True, group="sessions", exit_on_error=False)
    async def _read_sessions(self) -> None:
        self._sessions = await self.front.desk.sessions()
        self._show_sessions()

    def _show_sessions(self) -> None:
        if not self.query("#recent"):
            return  # the language is being changed, and what is shown then is shown with these sessions
        menu = self.query_one("#menu", OptionList)
        was = menu.highlighted_option.id if menu.highlighted_option else None
        had = menu.option_count
        menu.clear_options()
        menu.add_options(self._options())
        keep = was if menu.option_count == had and was is not None else None
        menu.highlighted = menu.get_option_index(keep) if keep else 0
        self.query_one("#recent", Static).update(self._recent())

    def _show_readiness(self, readiness: Readiness) -> None:
        # While the language changes the widgets are away for a moment.
        for line in self.query(LoadingLine):
            line.show(readiness)
        for judge in self.query("#judge").results(Static):
            judge.update(self._judge(readiness))

    def _options(self) -> list[Option]:
        words = self.words
        options = [Option(Content(words.new), id="new"), Option(Content(words.drill), id="drill")]
        options.append(Option(Content(words.records), id="records"))
        unfinished = self._unfinished()
        if unfinished is not None:
            name, begun = preset_name(words, unfinished.preset), when(unfinished.started_at)
            about = words.started_at.format(preset=one_line(name), when=begun)
            options.insert(0, Option(Content.assemble(words.resume, (f"   {about}", "dim")), id="resume"))
        return options

    def _unfinished(self) -> SessionRecord | None:
        return next((session for session in self._sessions if session.status == "running"), None)

    def _recent(self) -> Content:
        finished = [session for session in self._sessions if session.status == "finished"][:RECENT]
        if not finished:
            return Content.styled(self.words.no_recent, MUTED)
        return Content("\n").join(session_line(self.words, session) for session in finished)

    def _judge(self, readiness: Readiness) -> Content:
        head = Content.assemble((self.words.judged_by, MUTED), "  ")
        if not readiness.opened:
            return head.append_text(self.words.getting_ready, MUTED)
        judge = self.front.desk.judge_info
        if judge.standing == "none":
            return Content.assemble(head, ("! ", "bold $warning"), self.words.standings["none"])
        who = "/".join(one_line(part) for part in (judge.endpoint, judge.model) if part)
        style = "$success" if judge.standing == "trusted" else "$warning"
        return Content.assemble(head, who, " · ", (self.words.standings[judge.standing], style))
