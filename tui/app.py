"""The terminal interface: paints first, loads behind, and opens the screens that others ask for.

Only Textual is imported with this module; everything heavy comes in threads after the first frame.
"""

# Textual leaves type parameters of its own classes open.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual import work
from textual.binding import Binding
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from tui.clean import clean
from tui.front import Front
from tui.languages import words_of
from tui.messages import GoHome, Loaded, OpenInterview, OpenReport, OpenSetup, OpenTranscripts, Trouble
from tui.problem import problem_of
from tui.screens.home import HomeScreen
from tui.theme import CALM

if TYPE_CHECKING:
    from interviewer.interview.setup import Setup
    from tui.ports import Desk

# Imported in a thread once the first frame stands, so that no key waits for them later.
SCREENS = ("setup", "interview", "report", "transcripts")


class InterviewerApp(Front):
    # The home screen is there from the first frame, so its style is loaded with the app's.
    CSS_PATH = ["theme.tcss", "screens/page.tcss", "screens/home.tcss"]  # noqa: RUF012 -- Textual's own
    TITLE = "interviewer"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, make_desk: Callable[[], Desk], *, start: Setup | None = None, resume: str | None = None) -> None:
        super().__init__(make_desk)
        self._first = resume or start

    def on_mount(self) -> None:
        self.register_theme(CALM)
        self.theme = CALM.name
        self.call_after_refresh(self._open_desk)

    def get_key_display(self, binding: Binding) -> str:
        shown = super().get_key_display(binding)
        return shown.upper() if re.fullmatch(r"f\d+", shown) else shown

    def action_help_quit(self) -> None:
        """Textual's own answer to ctrl+c, in the user's language."""
        self.notify(self.words.quit_hint, markup=False, timeout=4)

    def get_default_screen(self) -> Screen[Any]:
        return HomeScreen()

    @work(exclusive=True, group="open", exit_on_error=False)
    async def _open_desk(self) -> None:
        if self._desk is None:
            self._desk = await asyncio.to_thread(self._make_desk)
            self.words = words_of(self._desk.settings.language)
        await self._desk.open(self._on_progress, self._on_notice)
        await asyncio.to_thread(_import_screens)
        self.readiness = replace(self.readiness, opened=True)
        self.opened.set()
        self._warm_desk()
        if self._first is not None:
            self.post_message(OpenInterview(self._first))

    async def aclose(self) -> None:
        """Closes the desk, if it came to one."""
        if self._desk is not None:
            await self._desk.aclose()

    @work(exclusive=True, group="warm", exit_on_error=False)
    async def _warm_desk(self) -> None:
        from interviewer.errors import InterviewerError

        try:
            await self.desk.warm()
        except InterviewerError as error:
            fault = ". ".join(part.rstrip(".") for part in (error.title, error.hint) if part)
            self.readiness = replace(self.readiness, fault=fault)
        else:
            self.readiness = replace(self.readiness, warm=True, stage="")

    def _on_progress(self, stage: str, done: int, total: int) -> None:
        """Called by the desk, from any thread."""
        self.post_message(Loaded(stage, done, total))

    def _on_notice(self, text: str) -> None:
        """Called by the desk, from any thread."""
        self.notify(clean(text), markup=False, timeout=8)

    def on_loaded(self, event: Loaded) -> None:
        self.readiness = replace(self.readiness, stage=event.stage, done=event.done, total=event.total)

    def on_open_setup(self, event: OpenSetup) -> None:
        def build() -> Screen[None]:
            from tui.screens.setup import SetupScreen

            return SetupScreen(drill=event.drill)

        self._go(build)

    def on_open_interview(self, event: OpenInterview) -> None:
        def build() -> Screen[None]:
            from tui.screens.interview import InterviewScreen

            return InterviewScreen(event.what)

        self._go(build, home_first=True)

    def on_open_report(self, event: OpenReport) -> None:
        def build() -> Screen[None]:
            from tui.screens.report import DebriefScreen, TranscriptScreen

            return DebriefScreen(event.session) if event.fresh else TranscriptScreen(event.session)

        self._go(build, home_first=event.fresh)

    def on_open_transcripts(self, _: OpenTranscripts) -> None:
        def build() -> Screen[None]:
            from tui.screens.transcripts import TranscriptsScreen

            return TranscriptsScreen()

        self._go(build)

    async def on_go_home(self, _: GoHome) -> None:
        await self._pop_to_home()

    def on_trouble(self, event: Trouble) -> None:
        self._tell(event)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            self.post_message(Trouble(problem_of(error, self.words), self._open_desk))

    @work(exclusive=True, group="go", exit_on_error=False)
    async def _go(self, build: Callable[[], Screen[None]], *, home_first: bool = False) -> None:
        """Opens a screen as soon as the desk is open; by then its module has been imported."""
        if not self.opened.is_set():
            self.notify(self.words.opening, markup=False, timeout=3)
            await self.opened.wait()
        screen = build()
        if home_first:
            await self._pop_to_home()
        await self.push_screen(screen)

    @work(group="tell", exit_on_error=False)
    async def _tell(self, event: Trouble) -> None:
        from tui.screens.problem import ProblemScreen

        if await self.push_screen_wait(ProblemScreen(event.problem, self.words)):
            event.again()
        else:
            await self._pop_to_home()

    async def _pop_to_home(self) -> None:
        while len(self.screen_stack) > 1:
            await self.pop_screen()


def run(make_desk: Callable[[], Desk], start: Setup | None = None, resume: str | None = None) -> int:
    """Runs the interface until the user leaves; returns the exit code.

    `make_desk` is called in a thread after the first paint, and its desk is closed in any case. `start` begins that
    interview at once, `resume` goes on with the one of that id.
    """
    return asyncio.run(_run(InterviewerApp(make_desk, start=start, resume=resume)))


async def _run(app: InterviewerApp) -> int:
    try:
        await app.run_async()
    finally:
        await app.aclose()
    return app.return_code or 0


def _import_screens() -> None:
    for name in SCREENS:
        import_module(f"tui.screens.{name}")
