"""The one place that builds things from settings."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from interviewer.bank.cache import cached_bank
from interviewer.bank.load import Bank
from interviewer.errors import ModelError, NoModel, SettingsError, UsageError
from interviewer.interview.clock import SystemClock
from interviewer.interview.events import Event, JudgeInfo, ModelSwitched
from interviewer.models.embedded.installed import missing
from interviewer.models.endpoint import Endpoint
from interviewer.paths import Paths, find_paths
from interviewer.resources import data_folder
from interviewer.settings import BUILT_IN, EndpointSettings, Settings, load_settings

if TYPE_CHECKING:
    from interviewer.coding.task import CodingTask
    from interviewer.doctor.finding import Finding
    from interviewer.interview.session import InterviewSession, Ports
    from interviewer.interview.setup import Setup
    from interviewer.judge.chain import Reader
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
Part = TypeVar("Part")


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


@dataclass(frozen=True)
class Asked:
    """One model that may judge: what reads its verdicts, what brings it up, and the chat behind it."""

    name: str
    reader: Reader
    warm: Callable[[], Awaitable[None]]
    chat: Chat


class Desk:
    """Everything a front end works with. `open` loads bank and transcripts; models and index are built when needed."""

    def __init__(self, settings: Settings, paths: Paths, env: Mapping[str, str], choice: ModelChoice) -> None:
        self.settings = settings
        self.paths = paths
        self._env = env
        self._choice = choice
        self._clock = SystemClock()
        self._aside: deque[Event] = deque()
        self._progress: Progress = silent
        self._notice: Notice = unheard
        self._store: SqlTranscriptStore | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def bank(self) -> Bank:
        """Raises BankError for a wrong file."""
        return self._bank

    @cached_property
    def tasks(self) -> Mapping[str, CodingTask]:
        """The hand-written-code tasks by id. Raises BankError for a wrong file."""
        from interviewer.coding.task import load_tasks

        return load_tasks(data_folder("knowledge") / "coding", self.bank)

    @property
    def store(self) -> SqlTranscriptStore:
        return _opened(self._store)

    @property
    def judge(self) -> Judge:
        """The rules, before a fallback over all models in their order."""
        return self._judge

    def first_judge(self) -> Judge:
        """The judge that is asked first, alone: a figure must not mix two judges. Raises NoModel when there is none."""
        from interviewer.judge.chain import RuledJudge

        if not self._asked:
            raise NoModel("No model is there to judge", hint="See: interviewer models list")
        return RuledJudge(self._asked[0].reader)

    @cached_property
    def search(self) -> QuestionSearch:
        from interviewer.retrieval.search import HybridSearch

        return HybridSearch(self.bank, self._index)

    @property
    def judge_info(self) -> JudgeInfo:
        """Who judges first, and how far that judge is trusted."""
        from interviewer.judge.card import standing

        identity = self.judge.identity
        return JudgeInfo(identity.model, identity.endpoint, standing(identity) if self._asked else "none")

    async def open(self, on_progress: Progress, on_notice: Notice) -> None:
        """Loads bank and transcripts, and starts no model. Raises InterviewerError."""
        self._progress, self._notice = on_progress, on_notice
        self._loop = asyncio.get_running_loop()
        self.paths.make()
        await asyncio.to_thread(lambda: self.bank)
        open_store = await asyncio.to_thread(_import_store)
        place = self.settings.transcripts.url or self.paths.transcripts
        self._store = await open_store(place, clock=self._clock.now, on_notice=on_notice)

    async def warm(self) -> None:
        """Brings up the first model that can judge, then the index; both tell their progress."""
        await self.warm_model()
        await self.build_index(self._progress)

    async def warm_model(self) -> None:
        """Brings up the first model that can judge; what keeps another from it is told."""
        await asyncio.to_thread(_import_interviews)
        for asked in self._asked:
            try:
                await asked.warm()
            except ModelError as error:
                self._notice(str(error))
            else:
                break

    async def build_index(self, progress: Progress) -> None:
        """Embeds what is new in the bank. Raises InterviewerError; search by words works all the same."""
        await self._index.build(lambda stage, done, total: progress(f"index: {stage}", done, total))

    def bank_findings(self) -> Iterator[Finding]:
        """What the doctor finds in the bank without a model; questions that are new are embedded on the way."""
        from interviewer.doctor.check import check_bank
        from interviewer.retrieval.vectors import VectorCache

        self.paths.make()
        cache = VectorCache(self.paths.index / "vectors.db")
        return check_bank(self.bank, self.tasks, self._embedder, partial(cache.passages, self._embedder))

    async def new_session(self, setup: Setup, *, unattended: bool = False) -> InterviewSession:
        sessions = await asyncio.to_thread(_import_interviews)
        return await sessions.new(self._ports(), setup, unattended=unattended)

    async def resume(self, session: str, *, unattended: bool = False) -> InterviewSession:
        sessions = await asyncio.to_thread(_import_interviews)
        return await sessions.load(self._ports(), session, unattended=unattended)

    async def sessions(self) -> Sequence[SessionRecord]:
        return await self.store.sessions()

    async def transcript(self, session: str) -> Transcript:
        return await self.store.transcript(session)

    async def results(self, session: str) -> Sequence[QuestionResult]:
        from interviewer.transcript.scoring import question_results

        return question_results(await self.store.transcript(session), self.bank)

    def describe_models(self) -> list[ModelRow]:
        """The endpoints in the order they are asked, the embedded model last, each with what keeps it from judging."""
        rows = [ModelRow(endpoint.name, endpoint.model, endpoint.host, "") for endpoint in self._endpoints()]
        embedded = self.settings.models.embedded
        if embedded.enabled and self._choice.endpoint in {None, BUILT_IN}:
            from interviewer.models.embedded.chat import MODEL

            lacking = missing(self.paths.models, gguf=embedded.path)
            rows.append(ModelRow(BUILT_IN, MODEL, "this machine", lacking.title if lacking else ""))
        return rows

    async def aclose(self) -> None:
        """Ends the engine and closes the files. What was never built is not built for this."""
        built = vars(self)
        async with AsyncExitStack() as stack:  # the last one pushed is closed first, whatever the others raise
            if self._store is not None:
                stack.push_async_callback(self._store.aclose)
            if "_index" in built:
                stack.push_async_callback(self._index.close)
            for asked in built.get("_asked", ()):
                stack.push_async_callback(asked.chat.aclose)

    @cached_property
    def _bank(self) -> Bank:
        return cached_bank(data_folder("knowledge"), self.paths.data / "bank.json")

    @cached_property
    def _judge(self) -> Judge:
        from interviewer.judge.chain import RuledJudge
        from interviewer.judge.fallback import FallbackReader
        from interviewer.models.fallback import Fallback, Member, Switch

        def switched(switch: Switch) -> None:
            self._aside.append(ModelSwitched("judge", switch.from_name, switch.to_name, switch.cause))

        members: list[Member[Reader]] = [Member(asked.name, asked.reader) for asked in self._asked]
        first = members[0].value if members else None
        return RuledJudge(FallbackReader(Fallback(members, switched), first))

    @cached_property
    def _asked(self) -> tuple[Asked, ...]:
        """Structured output for endpoints, log-probabilities for the embedded model, in the order they are asked."""
        from interviewer.judge.logprob import LogprobJudge
        from interviewer.judge.structured import StructuredJudge
        from interviewer.models.embedded.chat import EmbeddedChat
        from interviewer.models.openai_chat import OpenAIChat
        from interviewer.retrieval.similarity import EmbeddedSimilarity

        found: list[Asked] = []
        for endpoint in self._endpoints():
            chat = OpenAIChat(endpoint)
            found.append(Asked(f"{endpoint.name}/{endpoint.model}", StructuredJudge(chat), chat.ready, chat))
        if self._may_embed():
            chat = EmbeddedChat(
                self.paths.models, self.paths.logs, gguf=self.settings.models.embedded.path, progress=self._tell
            )
            near = EmbeddedSimilarity(self._embedder) if self._embedder.understands else None
            judge = LogprobJudge(chat, similarity=near)
            warm = partial(judge.warm, self.settings.language)
            found.append(Asked(f"{chat.endpoint}/{chat.model}", judge, warm, chat))
        return tuple(found)

    def _endpoints(self) -> list[Endpoint]:
        """The configured endpoints after `--endpoint` and `--local-only`. Raises UsageError for an unknown name."""
        found = [_endpoint(entry, self._env) for entry in self.settings.endpoints]
        name = self._choice.endpoint
        if name is not None:
            known = [*(endpoint.name for endpoint in found), BUILT_IN]
            if name not in known:
                raise UsageError(f"No such endpoint: {name}", hint=f"Endpoints: {', '.join(known)}.")
            found = [endpoint for endpoint in found if endpoint.name == name]
        return [endpoint for endpoint in found if endpoint.local or not self._choice.local_only]

    def _may_embed(self) -> bool:
        embedded = self.settings.models.embedded
        wanted = embedded.enabled and self._choice.endpoint in {None, BUILT_IN}
        return wanted and missing(self.paths.models, gguf=embedded.path) is None

    @cached_property
    def _embedder(self) -> Embedder:
        from interviewer.retrieval.embedder import best_embedder

        return best_embedder()

    @cached_property
    def _index(self) -> BankIndex:
        from interviewer.retrieval.index import BankIndex, chroma_store

        lang = self.settings.language
        return BankIndex(
            self.bank,
            self._embedder,
            chroma_store(self.paths.index),
            folder=self.paths.index,
            locks=self.paths.locks,
            notice=lambda text: self._notice(text.say(lang)),
        )

    def _tell(self, stage: str, done: int, total: int) -> None:
        """Progress of a thread, told on the loop's own thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._progress, stage, done, total)

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


def desk_from_environment(choice: ModelChoice | None = None) -> Desk:
    """The desk of this user on this machine. Raises SettingsError for a bad settings file."""
    paths = find_paths(os.environ)
    return Desk(load_settings(paths.settings, os.environ), paths, os.environ, choice or ModelChoice())


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


def _opened(part: Part | None) -> Part:
    if part is None:
        raise RuntimeError("the desk is not open")
    return part


# Each import takes up to seconds; in a thread, the screen stays alive meanwhile.


def _import_store() -> Callable[..., Coroutine[Any, Any, SqlTranscriptStore]]:
    from interviewer.transcript.store import open_store

    return open_store


def _import_interviews() -> type[InterviewSession]:
    for heavy in ("judge.logprob", "judge.structured", "models.openai_chat"):
        import_module(f"interviewer.{heavy}")
    from interviewer.interview.session import InterviewSession

    return InterviewSession
