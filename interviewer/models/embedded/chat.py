"""The chat port over the embedded model: joins it, starts its engine, and speaks to that like to any endpoint."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr

from interviewer.errors import EndpointDown, EndpointRefused, LockedError, StorageError
from interviewer.models.chat import JsonMode, Message, NextToken, Reply
from interviewer.models.embedded.engine import CONTEXT, EmbeddedEngine
from interviewer.models.embedded.pieces import QWEN_CODER, WAIT_S, Pieces, Progress, join
from interviewer.models.endpoint import Endpoint
from interviewer.models.openai_chat import OpenAIChat
from interviewer.settings import BUILT_IN

R = TypeVar("R")

MODEL = "qwen2.5-coder-1.5b-instruct"
TIMEOUT_S = 300.0  # a full context takes minutes on two cores
POLL_S = 0.3


class _ClosedError(Exception):
    """Ends a join that nobody waits for any more."""


class EmbeddedChat:
    """Implements `Chat`. The first call, or `ready`, joins the model and starts the engine; all callers share that.

    Calls wait for each other, because the engine answers one at a time. An engine that died during a call is started
    again and the call repeated, once. `gguf` is the user's own model file, used instead of the one that is joined
    into `models`. `progress` is called from a thread while the model is joined.
    """

    def __init__(
        self,
        models: Path,
        logs: Path,
        *,
        gguf: Path | None = None,
        description: Pieces = QWEN_CODER,
        threads: int | None = None,
        context: int = CONTEXT,
        gpu_layers: int = -1,
        timeout_s: float = TIMEOUT_S,
        progress: Progress | None = None,
    ) -> None:
        self._models = models
        self._logs = logs
        self._gguf = gguf
        self._description = description
        self._threads = threads
        self._context = context
        self._gpu_layers = gpu_layers
        self._timeout_s = timeout_s
        self._progress = progress
        self._engine: EmbeddedEngine | None = None
        self._chat: OpenAIChat | None = None
        self._starting: asyncio.Task[OpenAIChat] | None = None
        self._turn = asyncio.Lock()
        self._closed = False

    @property
    def endpoint(self) -> str:
        return BUILT_IN

    @property
    def model(self) -> str:
        return self._gguf.stem if self._gguf else MODEL

    @property
    def pid(self) -> int | None:
        """The engine's process, when it runs."""
        return self._engine.pid if self._engine else None

    async def ready(self) -> None:
        """Returns when the engine answers: seconds, and the first time half a minute on a slow disk.

        Raises EndpointRefused when something is missing or damaged, EndpointDown for what may pass (a full disk,
        another program that joins the model, an engine that died).
        """
        await self._up()

    async def aclose(self) -> None:
        """Ends the engine; the model that is being joined is given up. It can't be used afterwards."""
        self._closed = True
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        if self._chat is not None:
            await self._chat.aclose()
        if self._engine is not None:
            await self._engine.stop()

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: Mapping[str, Any] | None = None,
        json_mode: JsonMode = "json_schema",
    ) -> Reply:
        async def ask(chat: OpenAIChat) -> Reply:
            return await chat.reply(messages, max_tokens=max_tokens, schema=schema, json_mode=json_mode)

        return await self._call(ask)

    async def next_token(self, messages: Sequence[Message], *, top: int = 20) -> NextToken:
        async def ask(chat: OpenAIChat) -> NextToken:
            return await chat.next_token(messages, top=top)

        return await self._call(ask)

    async def _call(self, ask: Callable[[OpenAIChat], Awaitable[R]]) -> R:
        async with self._turn:
            chat = await self._up()
            try:
                return await ask(chat)
            except EndpointDown:
                if self._closed or self._engine is None or not await self._engine.died():
                    raise
            return await ask(await self._up())

    async def _up(self) -> OpenAIChat:
        if self._closed:
            raise EndpointRefused("The embedded model was closed")
        if self._starting is None:
            if self._chat is not None and self._engine is not None and self._engine.alive:
                return self._chat
            self._starting = asyncio.create_task(self._start())
            self._starting.add_done_callback(self._started)
        # A caller that gives up must not end the start that others wait for.
        return await asyncio.shield(self._starting)

    def _started(self, task: asyncio.Task[OpenAIChat]) -> None:
        self._starting = None
        if not task.cancelled():
            task.exception()  # told to whoever waits; when nobody does, it is told to the next caller

    async def _start(self) -> OpenAIChat:
        if self._chat is not None:
            await self._chat.aclose()
            self._chat = None
        try:
            if self._engine is None:
                self._engine = await self._prepare()
            address = await self._engine.start()
        except (StorageError, LockedError) as error:
            raise EndpointDown(error.title, error.message, error.hint) from error
        self._chat = OpenAIChat(
            Endpoint(
                name=self.endpoint,
                base_url=address.base_url,
                model=self.model,
                api_key=SecretStr(address.api_key),
                timeout_s=self._timeout_s,
            ),
            retries=0,
        )
        return self._chat

    async def _prepare(self) -> EmbeddedEngine:
        path = self._gguf or await self._joined()
        return EmbeddedEngine(
            path,
            alias=self.model,
            logs=self._logs,
            threads=self._threads,
            context=self._context,
            gpu_layers=self._gpu_layers,
        )

    async def _joined(self) -> Path:
        """Waits here, not in the thread, while another program joins: a thread could not be called off."""
        give_up = time.monotonic() + WAIT_S
        while True:
            try:
                return await asyncio.to_thread(join, self._description, self._models, self._tell, wait_s=0.0)
            except LockedError:
                if time.monotonic() > give_up:
                    raise
            await asyncio.sleep(POLL_S)

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self._closed:
            raise _ClosedError
        if self._progress:
            self._progress(stage, done, total)
