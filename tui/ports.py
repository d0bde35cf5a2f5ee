"""What the screens need of the program. `interviewer.wiring.Desk` is one; tests bring their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from interviewer.bank.load import Bank
    from interviewer.interview.events import Command, FinishReason, JudgeInfo, Stamped
    from interviewer.interview.setup import Setup
    from interviewer.settings import Settings
    from interviewer.transcript.record import SessionRecord, Transcript
    from interviewer.transcript.scoring import QuestionResult

# Stage (a short sentence), done, total; total 0 means the length is not known.
Progress = Callable[[str, int, int], None]


class Session(Protocol):
    """One interview; see `interviewer.interview.session.InterviewSession`."""

    id: str
    setup: Setup

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *args: object) -> None: ...

    @property
    def waiting_for(self) -> str | None: ...

    @property
    def thinking_seconds(self) -> float: ...

    @property
    def pending_gradings(self) -> int: ...

    def pause_clock(self) -> None: ...

    def go_on(self) -> None: ...

    def start(self) -> AsyncIterator[Stamped]: ...

    def answer(
        self, request: str, text: str = "", *, command: Command | None = None, reason: FinishReason = "ended"
    ) -> AsyncIterator[Stamped]: ...

    async def save_draft(self, request: str, text: str) -> None: ...

    async def draft(self, request: str) -> str: ...


class Desk(Protocol):
    """Everything between the screens and the program. `open` does the heavy loading and is called after first paint."""

    async def open(self, on_progress: Progress, on_notice: Callable[[str], None]) -> None:
        """Loads the bank and the transcripts. Raises InterviewerError."""
        ...

    async def warm(self) -> None:
        """Brings up the judging model and the index, with progress; returns when the model can judge (or none can)."""
        ...

    @property
    def settings(self) -> Settings: ...

    @property
    def bank(self) -> Bank: ...

    @property
    def judge_info(self) -> JudgeInfo: ...

    async def new_session(self, setup: Setup) -> Session: ...

    async def resume(self, session: str) -> Session: ...

    async def sessions(self) -> Sequence[SessionRecord]: ...

    async def transcript(self, session: str) -> Transcript: ...

    async def results(self, session: str) -> Sequence[QuestionResult]: ...

    async def aclose(self) -> None: ...
