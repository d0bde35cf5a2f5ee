"""A chat model that says what it was told to: for tests, simulations and demonstrations. It needs no network."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from interviewer.models.chat import JsonMode, Message, NextToken, Reply, TokenCount

V = TypeVar("V")
Step = V | Exception | Callable[[Sequence[Message]], V]


class ScriptEnded(AssertionError):
    """More was asked than was scripted. Not an InterviewerError, so that nothing falls back on it silently."""


class ScriptedChat:
    """Implements `Chat` with the next step of a script at every call.

    A step is the value itself (text or a whole Reply; probabilities), an exception to raise, or a function of the
    messages that gives the value. Every prompt is kept in `seen`, in order. Tokens are counted as characters.
    """

    def __init__(
        self,
        replies: Sequence[Step[str | Reply]] = (),
        next_tokens: Sequence[Step[Mapping[str, float]]] = (),
        *,
        endpoint: str = "scripted",
        model: str = "scripted",
        delay_s: float = 0.0,
    ) -> None:
        self.seen: list[tuple[Message, ...]] = []
        self._replies = deque(replies)
        self._next_tokens = deque(next_tokens)
        self._endpoint = endpoint
        self._model = model
        self._delay_s = delay_s

    @property
    def endpoint(self) -> str:
        return self._endpoint

    @property
    def model(self) -> str:
        return self._model

    async def ready(self) -> None:
        pass

    async def aclose(self) -> None:
        pass

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: Mapping[str, Any] | None = None,
        json_mode: JsonMode = "json_schema",
    ) -> Reply:
        """The next scripted reply. Raises ScriptEnded after the last one."""
        del max_tokens, schema, json_mode
        said = await self._next("reply", self._replies, messages)
        if isinstance(said, Reply):
            return said
        return Reply(text=said, complete=True, tokens=_count(messages, len(said)))

    async def next_token(self, messages: Sequence[Message], *, top: int = 20) -> NextToken:
        """The `top` likeliest of the next scripted probabilities. Raises ScriptEnded after the last ones."""
        logprobs = await self._next("next_token", self._next_tokens, messages)
        likeliest = sorted(logprobs.items(), key=lambda pair: -pair[1])[:top]
        return NextToken(logprobs=dict(likeliest), tokens=_count(messages, 1))

    async def _next(self, what: str, script: deque[Step[V]], messages: Sequence[Message]) -> V:
        self.seen.append(tuple(messages))
        if not script:
            last = messages[-1].content if messages else ""
            raise ScriptEnded(f"The script has no {what} left for call {len(self.seen)}, whose prompt ends: {last!r}")
        step = script.popleft()
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        if isinstance(step, Exception):
            raise step
        if callable(step):
            return cast(Callable[[Sequence[Message]], V], step)(messages)
        return cast(V, step)


def _count(messages: Sequence[Message], completion: int) -> TokenCount:
    return TokenCount(prompt=sum(len(message.content) for message in messages), completion=completion)
