"""The store as the interview needs it. A failing disk raises StorageError and loses nothing that was saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from interviewer.transcript.record import (
    AnswerRecord,
    Draft,
    GradingRecord,
    SaidRecord,
    SessionRecord,
    Transcript,
    TurnRecord,
)


class TranscriptStore(Protocol):
    async def add_session(self, session: SessionRecord) -> None: ...

    async def set_plan(self, session: str, plan: Sequence[dict[str, Any]]) -> None: ...

    async def finish_session(self, session: SessionRecord) -> None:
        """Writes the closing fields of the record (status, reason, score, coverage, phases, finished_at)."""
        ...

    async def session(self, session: str) -> SessionRecord:
        """Raises UsageError, naming the known ids nearest to it, when there is no such session."""
        ...

    async def sessions(self) -> Sequence[SessionRecord]:
        """Newest first."""
        ...

    async def add_turn(self, session: str, turn: TurnRecord) -> None:
        """Inserts; a turn with a known request is left as it is (a node may run twice)."""
        ...

    async def add_answer(self, session: str, answer: AnswerRecord) -> bool:
        """Inserts under (session, request); False when that request was answered before, and nothing is changed."""
        ...

    async def add_grading(self, session: str, grading: GradingRecord) -> bool:
        """Inserts under (session, request, key) with its verdicts; False when it was there, and nothing is changed."""
        ...

    async def add_said(self, session: str, said_record: SaidRecord) -> None: ...

    async def turn(self, session: str, request: str) -> TurnRecord | None: ...

    async def turns_of(self, session: str, question_id: str) -> Sequence[TurnRecord]: ...

    async def answer(self, session: str, request: str) -> AnswerRecord | None: ...

    async def gradings_of(self, session: str, request: str) -> Sequence[GradingRecord]: ...

    async def save_draft(self, session: str, draft: Draft) -> None:
        """Keeps only the newest draft of a session."""
        ...

    async def draft(self, session: str, request: str) -> Draft | None: ...

    async def transcript(self, session: str) -> Transcript:
        """Everything of one session. Raises UsageError when there is no such session."""
        ...

    async def aclose(self) -> None: ...
