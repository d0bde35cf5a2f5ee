"""The one place that builds things from settings."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from interviewer.bank.load import Bank, load_bank
from interviewer.errors import ModelError, UsageError
from interviewer.interview.clock import SystemClock
from interviewer.interview.events import Event, JudgeInfo, ModelSwitched
from interviewer.models.endpoint import Endpoint
from interviewer.paths import Paths, find_paths
from interviewer.resources import data_folder
from interviewer.settings import EndpointSettings, Settings, load_settings

if TYPE_CHECKING:
    from interviewer.interview.session import InterviewSession
    from interviewer.interview.setup import Setup
    from interviewer.judge.verdict import Judge
    from interviewer.models.chat import Chat
    from interviewer.retrieval.search import QuestionSearch
    from interviewer.transcript.record import SessionRecord, Transcript
    from interviewer.transcript.scoring import QuestionResult
    from interviewer.transcript.store import SqlTranscriptStore

Progress = Callable[[str, int, int], None]
Notice = Callable[[str], None]


@dataclass(frozen=True)
class ModelChoice:
    """Which models may be asked. `endpoint` names the only one; `local_only` keeps everything on this machine."""

    endpoint: str | None = None
    local_only: bool = False


class Desk:
    """Everything a front end works with. `open` loads bank and transcripts; `warm` brings up model and index."""

    def __init__(self, settings: Settings, paths: Paths, choice: ModelChoice = ModelChoice()) -> None:  # noqa: B008 -- frozen
        self.settings = settings
        self.paths = paths
        self._choice = choice
        self._clock = SystemClock()
        self._aside: deque[Event] = deque()
        self._progress: Progress = _silent
        self._notice: Notice = _unheard
        self._chats: list[Chat] = []
        self._bank: Bank | None = None
        self._store: SqlTranscriptStore | None = None
        self._judge: Judge | None = None
        self._search: QuestionSearch | None = None

    @property
    def bank(self) -> Bank:
        return _opened(self._bank)

    @property
    def store(self) -> SqlTranscriptStore:
        return _opened(self._store)

    @property
    def judge(self) -> Judge:
        return _opened(self._judge)

    @property
    def search(self) -> QuestionSearch:
        return _opened(self._search)

    async def open(self, on_progress: Progress, on_notice: Notice) -> None:
        """Loads bank, transcripts and judge, without starting a model. Raises InterviewerError."""
        self._progress, self._notice = on_progress, on_notice
        self.paths.make()
        self._bank = await asyncio.to_thread(load_bank, data_folder("knowledge"))
        await asyncio.to_thread(_import_heavy)
        from interviewer.transcript.store import open_store

        place = self.settings.transcripts.url or self.paths.transcripts
        self._store = await open_store(place, clock=self._clock.now, on_notice=on_notice)
        self._judge = self._build_judge()
        self._search = self._build_search()

    async def warm(self) -> None:
        """Brings up the first model that can judge, and builds the index; both tell their progress."""
        for chat in self._chats:
            try:
                await chat.ready()
            except ModelError as error:
                self._notice(str(error))
            else:
                break
        await self.search.prepare(self._progress)

    @property
    def judge_info(self) -> JudgeInfo:
        """Who judges first, and how far that judge is trusted."""
        from interviewer.judge.card import standing

        identity = self.judge.identity
        return JudgeInfo(identity.model, identity.endpoint, standing(identity) if self._chats else "none")

    async def new_session(self, setup: Setup, *, unattended: bool = False) -> InterviewSession:
        from interviewer.interview.session import InterviewSession

        return await InterviewSession.new(self._ports(), setup, unattended=unattended)

    async def resume(self, session: str, *, unattended: bool = False) -> InterviewSession:
        from interviewer.interview.session import InterviewSession

        return await InterviewSession.load(self._ports(), session, unattended=unattended)

    async def sessions(self) -> Sequence[SessionRecord]:
        return await self.store.sessions()

    async def transcript(self, session: str) -> Transcript:
        return await self.store.transcript(session)

    async def results(self, session: str) -> Sequence[QuestionResult]:
        from interviewer.transcript.scoring import question_results

        return question_results(await self.store.transcript(session), self.bank)

    async def aclose(self) -> None:
        for chat in self._chats:
            await chat.aclose()
        if self._store is not None:
            await self._store.aclose()

    def endpoints(self) -> list[Endpoint]:
        """The configured endpoints in the order they are asked, after `--endpoint` and `--local-only`."""
        found = [_endpoint(entry) for entry in self.settings.endpoints]
        name = self._choice.endpoint
        if name is not None and name != EMBEDDED:
            found = [endpoint for endpoint in found if endpoint.name == name]
            if not found:
                known = ", ".join([*(entry.name for entry in self.settings.endpoints), EMBEDDED])
                raise UsageError(f"No such endpoint: {name}", hint=f"Endpoints: {known}.")
        if name == EMBEDDED:
            found = []
        return [endpoint for endpoint in found if endpoint.local or not self._choice.local_only]

    def _ports(self) -> Ports:
        return Ports(
            bank=self.bank,
            store=self.store,
            judge=self.judge,
            judge_info=self.judge_info,
            clock=self._clock,
            checkpoints=self.paths.checkpoints,
            locks=self.paths.locks,
            on_notice=self._notice,
            aside=self._aside,
        )

