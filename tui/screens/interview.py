"""The interview itself: what is said above, the answer below, the clock at the top, every key at the foot.

One worker holds the session from its start to its end, takes what is sent out of a queue, and shows what comes back.
What is typed stays in the editor until the store has it, and is saved as a draft every second.
"""

# Textual leaves type parameters of its own classes open.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static, TextArea

from interviewer.errors import InterviewerError
from interviewer.interview.events import AnswerRequested, AnswerSaved, Command, Event
from tui.clean import one_line
from tui.messages import GoHome, OpenReport, Trouble
from tui.pace import Pace
from tui.problem import problem_of_failure
from tui.screens.confirm import ConfirmScreen, PauseScreen
from tui.screens.page import Page
from tui.view import UNSENT, InterviewView, PhasePlan, Sending
from tui.widgets.answer_editor import AnswerEditor
from tui.widgets.dialogue import Dialogue
from tui.widgets.key_line import KeyLine
from tui.widgets.phase_bar import PhaseBar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from interviewer.interview.events import Stamped
    from interviewer.interview.setup import Setup
    from tui.ports import Session

DRAFT_EVERY_S = 1.0
TICK_S = 0.5
ANSWERING = ("send", "command", "skip", "dont_know", "pause", "end")  # actions that need a question


class InterviewScreen(Page):
    CSS_PATH = "interview.tcss"
    # Priority: the editor would take some of these keys for itself.
    BINDINGS = [  # noqa: RUF012 -- Textual's own
        Binding("ctrl+s", "send", "key_send", priority=True),
        Binding("f2", "command('hint')", "key_hint", priority=True),
        Binding("f3", "command('repeat')", "key_repeat", priority=True),
        Binding("f4", "skip", "key_skip", priority=True),
        Binding("f5", "dont_know", "key_dont_know", priority=True),
        Binding("f7", "command('amend')", "key_amend", priority=True),
        Binding("f8", "pause", "key_pause", priority=True),
        Binding("f10,escape", "end", "key_end", priority=True),
        Binding("escape", "leave", "key_leave", priority=True),
        Binding("ctrl+up", "scroll(-1)", "key_scroll", key_display="^↑↓", priority=True),
        Binding("ctrl+down", "scroll(1)", show=False, priority=True),
    ]

    def __init__(self, what: Setup | str) -> None:
        super().__init__()
        self.view: InterviewView | None = None
        self._what = what
        self._session: Session | None = None
        self._outbox: asyncio.Queue[Sending] = asyncio.Queue()
        self._left = asyncio.Event()
        self._left.set()
        self._text = ""
        self._drafted = ""
        self._saving = False
        self._paused = False
        self._asking = False
        self._pace = Pace()

    def body(self) -> ComposeResult:
        yield PhaseBar(self.words)
        yield Dialogue(self.words)
        yield Static("", markup=False, id="status")
        yield AnswerEditor(self.words)

    def on_mount(self) -> None:
        self.query_one(AnswerEditor).focus()
        self.set_interval(TICK_S, self._tick)
        self.set_interval(DRAFT_EVERY_S, self._draft_tick)
        self._converse()

    async def on_unmount(self) -> None:
        self.workers.cancel_node(self)
        await self._left.wait()

    def again(self) -> None:
        self._converse()

    @work(exclusive=True, group="interview", exit_on_error=False)
    async def _converse(self) -> None:
        self._left.clear()
        try:
            await self._hold_session()
        finally:
            self._left.set()
        view = self._view
        if view.failed is not None:
            self.post_message(Trouble(problem_of_failure(view.failed), self.again))
        elif view.finished is not None and isinstance(self._what, str):
            self.post_message(OpenReport(self._what, fresh=True))

    async def _hold_session(self) -> None:
        desk = self.front.desk
        fresh = not isinstance(self._what, str)
        session = await (desk.resume(self._what) if isinstance(self._what, str) else desk.new_session(self._what))
        self._what = session.id
        async with session:
            self._session = session
            if self.view is None:
                self.view = self._new_view(session)
                if not fresh:
                    self.view.restore(await desk.transcript(session.id))
            try:
                await self._follow(session.start())
                while not self.view.over:
                    sending = await self._outbox.get()
                    await self._follow(session.answer(sending.request, sending.text, command=sending.command))
            finally:
                await self._keep_last_draft(session)
                self._session = None

    async def _follow(self, events: AsyncIterator[Stamped]) -> None:
        view = self._view
        async for stamped in events:
            sent = view.sending
            view.apply(stamped)
            await self.query_one(Dialogue).show(view.entries)
            await self._handle(stamped.event, sent)
            self._tick()

    async def _handle(self, event: Event, sent: Sending | None) -> None:
        editor = self.query_one(AnswerEditor)
        if isinstance(event, AnswerSaved):
            if sent is not None and sent.request == event.request and sent.command not in UNSENT:
                editor.take_out(sent.text)
            self._drafted = ""
        elif isinstance(event, AnswerRequested) and self._session is not None:
            editor.expect_code(code=event.kind == "code")
            if not editor.text:
                self._drafted = await self._session.draft(event.request)
                editor.put(self._drafted)
            if self._paused:
                self._session.pause_clock()
            editor.focus()

    @property
    def _view(self) -> InterviewView:
        if self.view is None:
            raise RuntimeError("the interview has not begun")  # the worker makes the view before anything is shown
        return self.view

    def _new_view(self, session: Session) -> InterviewView:
        preset = session.setup.choices().preset
        plan = [
            PhasePlan(shape.phase, None if shape.minutes is None else round(shape.minutes * 60))
            for shape in preset.phases
        ]
        questions = self.front.desk.bank.questions
        return InterviewView(lang=session.setup.lang, feedback=preset.feedback, plan=plan, questions=questions)

    def _send(self, text: str, command: Command | None = None) -> None:
        if self._session is None or self._must_wait():
            self.notify(self.words.wait_please, markup=False, timeout=3)
            return
        self._outbox.put_nowait(self._view.send(text, command, self._session.thinking_seconds))
        self._tick()

    def _must_wait(self) -> bool:
        return self.view is None or self.view.busy

    def action_send(self) -> None:
        text = self.query_one(AnswerEditor).text
        if text.strip():
            self._send(text)

    def action_command(self, command: Command) -> None:
        self._send("", command)

    def action_skip(self) -> None:
        self._give_up("")

    def action_dont_know(self) -> None:
        lang = self._session.setup.lang if self._session else self.words.lang
        self._give_up("不会" if lang == "zh" else "I don't know")

    @work(group="ask", exit_on_error=False)
    async def _give_up(self, said: str) -> None:
        """Skips, or says that one doesn't know. Text that is not sent goes into the record with a skip, if wanted."""
        typed = self.query_one(AnswerEditor).text
        if not typed.strip() or self._must_wait():
            self._send(said, None if said else "skip")
            return
        about = self.words.give_up_about.format(n=len(typed))
        if await self._confirmed(self.words.give_up_title, about):
            self._send(typed, "skip")

    @work(group="ask", exit_on_error=False)
    async def action_end(self) -> None:
        if self._session is None:
            self.post_message(GoHome())
            return
        if await self._confirmed(self.words.end_title, self.words.end_about):
            self._send(self.query_one(AnswerEditor).text, "end")

    async def _confirmed(self, title: str, about: str) -> bool:
        """Asks, unless a question is open already: a key pressed twice must not ask twice."""
        if self._asking:
            return False
        self._asking = True
        try:
            return await self.front.push_screen_wait(ConfirmScreen(title, about, self.words))
        finally:
            self._asking = False

    @work(group="ask", exit_on_error=False)
    async def action_pause(self) -> None:
        if self._session is None or self._paused or self._asking:
            return
        self._paused = True
        self._session.pause_clock()
        self._draft_tick()
        go_on = await self.front.push_screen_wait(PauseScreen(self.words))
        self._paused = False
        if not go_on:
            self.post_message(GoHome())
        elif not self._view.busy:
            self._go_on()

    def _go_on(self) -> None:
        if self._session is not None:
            self._session.go_on()

    def action_scroll(self, step: int) -> None:
        dialogue = self.query_one(Dialogue)
        dialogue.scroll_relative(y=step * max(1, dialogue.size.height // 2), animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the rest is graded nothing is waited for: one may look back, or leave."""
        if action in ANSWERING:
            return not self._grading_rest
        return self._grading_rest if action == "leave" else super().check_action(action, parameters)

    def action_leave(self) -> None:
        self.post_message(GoHome())

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        self._text = event.text_area.text
        self._show_notes()

    def _tick(self) -> None:
        if self.view is not None:
            thinking = self._session.thinking_seconds if self._session else 0.0
            self.query_one(PhaseBar).show(self.view, thinking)
        self._close_editor()
        self._show_notes()

    def _show_notes(self) -> None:
        editor = self.query_one(AnswerEditor)
        pending = self._session.pending_gradings if self._session else 0
        saved = bool(editor.text) and editor.text == self._drafted
        quiet = self.words.pending.format(n=pending) if pending and not self._grading_rest else ""
        editor.tell(self.words.draft_saved if saved else "", quiet)
        self.query_one("#status", Static).update(self._status(pending))

    def _status(self, pending: int) -> str:
        if self._grading_rest:
            return self._grading_status(pending) if pending else self.words.judging
        if self._session is not None and not self._view.busy:
            return ""
        return self.words.judging if pending and self._view.feedback else self.words.busy

    def _grading_status(self, pending: int) -> str:
        left_s = self._pace.remaining_s(pending, time.monotonic())
        about = "" if left_s is None else self.words.grading_time.format(n=max(1, math.ceil(left_s / 60)))
        parts = (self.words.grading_left.format(n=pending), about, self.words.leave_grading)
        return " · ".join(part for part in parts if part)

    def _close_editor(self) -> None:
        """Nothing more can be answered: the place of the editor goes to the dialogue, its keys go."""
        editor = self.query_one(AnswerEditor)
        if editor.display and self._grading_rest:
            editor.display = False
            self.query_one(KeyLine).fill()

    @property
    def _grading_rest(self) -> bool:
        return self.view is not None and self.view.closing

    def _draft_tick(self) -> None:
        if self._session is not None and self._view.request is not None and not self._saving:
            text = self.query_one(AnswerEditor).text
            if text != self._drafted:
                self._save_draft(self._session, self._view.request, text)

    @work(group="draft", exit_on_error=False)
    async def _save_draft(self, session: Session, request: str, text: str) -> None:
        self._saving = True
        try:
            await session.save_draft(request, text)
            self._drafted = text
        except InterviewerError as error:
            told = f"{self.words.draft_failed}: {one_line(error.title)}"
            self.notify(told, markup=False, severity="warning", timeout=5)
        finally:
            self._saving = False
        self._show_notes()

    async def _keep_last_draft(self, session: Session) -> None:
        """Whatever ends the worker, what was typed in the last second is saved too."""
        request = self._view.request
        if request is not None and self._text != self._drafted:
            await session.save_draft(request, self._text)
