"""The one place that builds things from settings."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from interviewer.bank.load import Bank, load_bank
from interviewer.errors import ModelError, SettingsError, UsageError
from interviewer.interview.clock import SystemClock
from interviewer.interview.events import Event, JudgeInfo, ModelSwitched
from interviewer.models.embedded.installed import missing
from interviewer.models.endpoint import Endpoint
from interviewer.paths import Paths, find_paths
from interviewer.resources import data_folder
from interviewer.settings import EndpointSettings, Settings, load_settings

if TYPE_CHECKING:
    from interviewer.interview.session import InterviewSession, Ports
    from interviewer.interview.setup import Setup
    from interviewer.judge.verdict import Judge
    from interviewer.models.chat import Chat
    from interviewer.retrieval.embedder import Embedder
    from interviewer.retrieval.index import BankIndex
    from interviewer.retrieval.search import QuestionSearch
    from interviewer.transcript.record import SessionRecord, Transcript
    from interviewer.transcript.scoring import QuestionResult
    from interviewer.transcript.store import SqlTranscriptStore

Progress = Callable[[str, int, int], None]
Notice = Callable[[str], None]
EMBEDDED = "embedded"
EMBEDDED_MODEL = "qwen2.5-coder-1.5b-instruct"


@dataclass(frozen=True)
class ModelChoice:
    """Which models may be asked. `endpoint` names the only one; `local_only` keeps everything on this machine."""

    endpoint: str | None = None
    local_only: bool = False


@dataclass(frozen=True)
class ModelRow:
    """One line of `models list`; `note` says what keeps it from judging, empty when nothing does."""

    endpoint: str
    model: str
    address: str
    note: str


class Desk:
    """Everything a front end works with. `open` loads bank and transcripts; `warm` brings up model and index."""

    def __init__(self, settings: Settings, paths: Paths, env: Mapping[str, str], choice: ModelChoice) -> None:
        self.settings = settings
        self.paths = paths
        self._env = env
        self._choice = choice
        self._clock = SystemClock()
        self._aside: deque[Event] = deque()
        self._progress: Progress = silent
        self._notice: Notice = unheard
        self._chats: list[Chat] = []
        self._bank: Bank | None = None
        self._store: SqlTranscriptStore | None = None
        self._judge: Judge | None = None
        self._search: QuestionSearch | None = None
        self._index: BankIndex | None = None
        self._embedder: Embedder | None = None

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
        from interviewer.retrieval.search import HybridSearch
        from interviewer.transcript.store import open_store

        place = self.settings.transcripts.url or self.paths.transcripts
        self._store = await open_store(place, clock=self._clock.now, on_notice=on_notice)
        self._judge = self._build_judge()
        self._index = self._build_index()
        self._search = HybridSearch(self._bank, self._index)

    async def warm(self) -> None:
        """Brings up the first model that can judge, and builds the index; both tell their progress."""
        for chat in self._chats:
            try:
                await chat.ready()
            except ModelError as error:
                self._notice(str(error))
            else:
                break
        await self.build_index(self._progress)

    async def build_index(self, progress: Progress) -> None:
        """Embeds what is new in the bank. Raises InterviewerError; search by words works all the same."""
        if self._index is not None:
            await self._index.build(lambda stage, done, total: progress(f"index: {stage}", done, total))

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
        if self._index is not None:
            await self._index.close()
        if self._store is not None:
            await self._store.aclose()

    def endpoints(self) -> list[Endpoint]:
        """The configured endpoints in the order they are asked, after `--endpoint` and `--local-only`."""
        found = [_endpoint(entry, self._env) for entry in self.settings.endpoints]
        name = self._choice.endpoint
        if name is not None and name != EMBEDDED:
            found = [endpoint for endpoint in found if endpoint.name == name]
            if not found:
                known = ", ".join([*(entry.name for entry in self.settings.endpoints), EMBEDDED])
                raise UsageError(f"No such endpoint: {name}", hint=f"Endpoints: {known}.")
        if name == EMBEDDED:
            found = []
        return [endpoint for endpoint in found if endpoint.local or not self._choice.local_only]

    def _build_index(self) -> BankIndex:
        from interviewer.retrieval.embedder import best_embedder
        from interviewer.retrieval.index import BankIndex, chroma_store

        self._embedder = best_embedder()
        lang = self.settings.language
        return BankIndex(
            self.bank,
            self._embedder,
            chroma_store(self.paths.index),
            folder=self.paths.index,
            locks=self.paths.locks,
            notice=lambda text: self._notice(text.say(lang)),
        )

    def _similarity(self, text: str, others: Sequence[str]) -> Sequence[float]:
        """Cosine similarity of `text` with each of `others`, for the evidence of a judge that can't quote."""
        embedder = _opened(self._embedder)
        return [float(value) for value in embedder.passages(others) @ embedder.queries([text])[0]]

    def _build_judge(self) -> Judge:
        """The rules before a fallback over one judge per endpoint: structured output, or log-probabilities embedded."""
        from interviewer.judge.chain import RuledJudge
        from interviewer.judge.fallback import FallbackJudge
        from interviewer.judge.logprob import LogprobJudge
        from interviewer.judge.structured import StructuredJudge
        from interviewer.models.embedded.chat import EmbeddedChat
        from interviewer.models.fallback import Fallback, Member, Switch
        from interviewer.models.openai_chat import OpenAIChat

        members: list[Member[Judge]] = []
        for endpoint in self.endpoints():
            chat = OpenAIChat(endpoint)
            self._chats.append(chat)
            members.append(Member(f"{endpoint.name}/{endpoint.model}", StructuredJudge(chat)))
        if self._may_embed():
            chat = EmbeddedChat(
                self.paths.models,
                self.paths.logs,
                gguf=self.settings.models.embedded.path,
                progress=lambda stage, done, total: self._progress(stage, done, total),
            )
            self._chats.append(chat)
            judge = LogprobJudge(chat, similarity=self._similarity)
            members.append(Member(f"{chat.endpoint}/{chat.model}", judge))

        def switched(switch: Switch) -> None:
            self._aside.append(ModelSwitched("judge", switch.from_name, switch.to_name, switch.cause))

        return RuledJudge(FallbackJudge(Fallback(members, switched), members[0].value if members else None))

    def _may_embed(self) -> bool:
        embedded = self.settings.models.embedded
        return (
            embedded.enabled
            and self._choice.endpoint in {None, EMBEDDED}
            and missing(self.paths.models, gguf=embedded.path) is None
        )

    def _ports(self) -> Ports:
        from interviewer.interview.session import Ports

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

    def describe_models(self) -> list[ModelRow]:
        """The endpoints in the order they are asked, the embedded model last, each with what keeps it from judging."""
        rows = [ModelRow(endpoint.name, endpoint.model, endpoint.host, "") for endpoint in self.endpoints()]
        embedded = self.settings.models.embedded
        if embedded.enabled and self._choice.endpoint in (None, EMBEDDED):
            lacking = missing(self.paths.models, gguf=embedded.path)
            rows.append(ModelRow(EMBEDDED, EMBEDDED_MODEL, "this machine", lacking.title if lacking else ""))
        return rows

    def load_bank(self) -> Bank:
        """The bank alone, for commands that need nothing else."""
        return load_bank(data_folder("knowledge"))


def desk_from_environment(choice: ModelChoice = ModelChoice()) -> Desk:
    """The desk of this user on this machine. Raises SettingsError for a bad settings file."""
    paths = find_paths(os.environ)
    return Desk(load_settings(paths.settings, os.environ), paths, os.environ, choice)


def silent(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


def unheard(_text: str) -> None:
    """A notice that nobody reads."""


def _endpoint(entry: EndpointSettings, env: Mapping[str, str]) -> Endpoint:
    try:
        return Endpoint(
            name=entry.name,
            base_url=entry.base_url,
            model=entry.model,
            api_key=entry.key(env),
            timeout_s=entry.timeout_s,
        )
    except ValidationError as error:
        problem = error.errors()[0]
        raise SettingsError(f"Endpoint {entry.name!r}: {problem['loc'][0]}: {problem['msg']}") from error


Part = TypeVar("Part")


def _opened(part: Part | None) -> Part:
    if part is None:
        raise RuntimeError("the desk is not open")
    return part


def _import_heavy() -> None:
    """Loads what takes seconds in a thread, so that the screen stays alive meanwhile."""
    import interviewer.interview.session
    import interviewer.transcript.store  # noqa: F401 -- for its side effect on sys.modules
