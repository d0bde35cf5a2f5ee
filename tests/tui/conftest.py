"""What the screen tests share: an app on a scripted desk, and waiting on conditions instead of sleeping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fake_desk import FakeDesk, setup
from textual.pilot import Pilot
from textual.widgets import Static

from tui.app import InterviewerApp
from tui.messages import OpenInterview
from tui.widgets.answer_editor import AnswerEditor

LIMIT_S = 10.0
POLL_S = 0.01


class Stage:
    """An app under test: what can be seen, what can be pressed."""

    def __init__(self, app: InterviewerApp, pilot: Pilot[Any], desk: FakeDesk) -> None:
        self.app = app
        self.pilot = pilot
        self.desk = desk

    @property
    def screen(self) -> str:
        return type(self.app.screen).__name__

    @property
    def editor(self) -> AnswerEditor:
        return self.app.screen.query_one(AnswerEditor)

    def seen(self) -> str:
        """Everything that stands on the screen, line by line, wide characters once."""
        self.app.screen._compositor.update_widgets({self.app.screen})
        strips = self.app.screen._compositor.render_strips(self.app.size)
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    def texts(self) -> str:
        """The text of all widgets, whether scrolled into view or not."""
        return "\n".join(str(static.visual) for static in self.app.screen.query(Static) if static.display)

    async def until(self, condition: Callable[[], object]) -> None:
        """Lets the app run until the condition holds."""
        limit = time.monotonic() + LIMIT_S
        while not condition():
            if time.monotonic() > limit:
                raise AssertionError(f"never came; the screen shows:\n{self.seen()}")
            await asyncio.sleep(POLL_S)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def home(self) -> None:
        await self.until(lambda: self.app.readiness.opened and self.screen == "HomeScreen")

    async def begin(self, preset: str = "first") -> None:
        """Straight to the first question of such an interview."""
        await self.home()
        self.app.post_message(OpenInterview(setup(preset)))
        await self.asked("r001")

    async def asked(self, request: str) -> None:
        """Until this request waits for an answer."""
        await self.until(
            lambda: (
                self.screen == "InterviewScreen"
                and self.app.screen.view is not None
                and self.app.screen.view.request == request
                and self.app.screen.view.sending is None
            )
        )
        self.editor.cursor_blink = False

    async def answer(self, text: str, then: str) -> None:
        self.editor.insert(text)
        await self.press("ctrl+s")
        await self.asked(then)


@pytest.fixture
def stage() -> Callable[..., Any]:
    @asynccontextmanager
    async def open_stage(
        desk: FakeDesk | None = None, *, size: tuple[int, int] = (80, 24), **begin: Any
    ) -> AsyncIterator[Stage]:
        desk = desk or FakeDesk()
        app = InterviewerApp(lambda: desk, **begin)
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Stage(app, pilot, desk)

    return open_stage
