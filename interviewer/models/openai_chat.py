"""The chat port over any OpenAI-compatible endpoint."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from interviewer.errors import BadOutput, EndpointDown
from interviewer.models.chat import JsonMode, Message, NextToken, Reply
from interviewer.models.endpoint import Endpoint
from interviewer.models.faults import (
    BAD_REQUEST,
    RETRY_AFTER_MAX_S,
    Unsupported,
    clean,
    explain,
    retry_after,
    timed_out,
    unusable_proxy,
)
from interviewer.models.wire import Choice, Completion, first_token

if TYPE_CHECKING:
    import openai

CONNECT_S = 5.0
CUT_OFF = frozenset({"length", "content_filter"})


@dataclass(frozen=True)
class _Dialect:
    """What a model calls the length limit and whether it lets the temperature be chosen; learnt from its refusals."""

    limit: str = "max_tokens"
    temperature: bool = True

    def write(self, max_tokens: int) -> dict[str, Any]:
        chosen: dict[str, Any] = {"temperature": 0} if self.temperature else {}
        return {self.limit: max_tokens, **chosen}

    def corrected(self, error: openai.OpenAIError) -> _Dialect | None:
        """The dialect that the endpoint asks for, or None when the refusal is about something else."""
        if getattr(error, "status_code", None) != BAD_REQUEST:
            return None
        param = getattr(error, "param", None)
        if param == "max_tokens" and self.limit == "max_tokens" and "max_completion_tokens" in str(error):
            return replace(self, limit="max_completion_tokens")
        if param == "temperature" and self.temperature:
            return replace(self, temperature=False)
        return None


class OpenAIChat:
    """Implements `Chat`. The client is built at the first call; one instance belongs to one event loop.

    A call that fails for a passing reason is made once more (`retries`) after a short random pause, or after the
    pause the endpoint asks for when that is short; `endpoint.timeout_s` bounds all of it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        retries: int = 1,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._endpoint = endpoint
        self._retries = retries
        self._sleep = sleep
        self._jitter = jitter
        self._dialect = _Dialect()
        self._client: openai.AsyncOpenAI | None = None
        self._opening = asyncio.Lock()

    @property
    def endpoint(self) -> str:
        return self._endpoint.name

    @property
    def model(self) -> str:
        return self._endpoint.model

    async def ready(self) -> None:
        """Builds the client, which finds broken proxy settings. Whether the endpoint answers, its first call tells."""
        await self._open()

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: Mapping[str, Any] | None = None,
        json_mode: JsonMode = "json_schema",
    ) -> Reply:
        """One reply at temperature 0. Raises Unsupported when the endpoint refuses a request of this `json_mode`."""
        extras = _response_format(schema, json_mode)
        completion = await self._call(messages, max_tokens, extras)
        choice = self._choice(completion)
        text = choice.message.content or ""
        if not text.strip():
            raise self._empty(choice)
        return Reply(text=text, complete=choice.finish_reason not in CUT_OFF, tokens=completion.tokens)

    async def next_token(self, messages: Sequence[Message], *, top: int = 20) -> NextToken:
        """Raises Unsupported where the endpoint gives no log-probabilities."""
        completion = await self._call(messages, 1, {"logprobs": True, "top_logprobs": top})
        logprobs = first_token(self._choice(completion))
        if not logprobs:
            raise Unsupported(f"{self.endpoint} ({self.model}) gives no log-probabilities")
        return NextToken(logprobs=logprobs, tokens=completion.tokens)

    async def _call(self, messages: Sequence[Message], max_tokens: int, extras: Mapping[str, Any]) -> Completion:
        client = await self._open()
        try:
            async with asyncio.timeout(self._endpoint.timeout_s):
                body = await self._body(client, messages, max_tokens, extras)
        except TimeoutError:
            raise timed_out(self._endpoint) from None
        try:
            return Completion.read(body)
        except ValueError:
            text = clean(body.decode("utf-8", "replace"), self._endpoint)
            raise BadOutput(f"{self.endpoint} gave a reply that can't be read", text or "It is empty.") from None

    async def _body(
        self, client: openai.AsyncOpenAI, messages: Sequence[Message], max_tokens: int, extras: Mapping[str, Any]
    ) -> bytes:
        """The raw body of a successful reply. Errors lose their cause: a server may echo the key in its text."""
        import httpx2
        import openai

        failures = 0
        while True:
            request = {
                "model": self.model,
                "messages": [{"role": message.role, "content": _sendable(message.content)} for message in messages],
                **self._dialect.write(max_tokens),
                **extras,
            }
            try:
                response = await client.post("/chat/completions", cast_to=httpx2.Response, body=request)
                return response.content
            except openai.OpenAIError as error:
                dialect = self._dialect.corrected(error)
                if dialect:
                    self._dialect = dialect
                    continue
                fault = explain(error, self._endpoint, extras=bool(extras))
                failures += 1
                pause = self._pause(error)
                if not isinstance(fault, EndpointDown) or failures > self._retries or pause is None:
                    raise fault from None
            await self._sleep(pause)

    def _pause(self, error: openai.OpenAIError) -> float | None:
        """Seconds before the next attempt; None when the endpoint asks for a longer pause than is worth waiting."""
        asked = retry_after(error)
        if asked is None:
            return 0.2 + 0.4 * self._jitter()
        return asked if asked <= RETRY_AFTER_MAX_S else None

    def _choice(self, completion: Completion) -> Choice:
        if completion.choices:
            return completion.choices[0]
        detail = clean(str(completion.error), self._endpoint) if completion.error else "It has no choices."
        raise BadOutput(f"{self.endpoint} gave a reply without content", detail)

    def _empty(self, choice: Choice) -> BadOutput:
        if choice.message.refusal:
            return BadOutput(f"{self.endpoint} declined to answer", clean(choice.message.refusal, self._endpoint))
        if choice.finish_reason == "length":
            return BadOutput(f"{self.endpoint} used up its length limit before it answered")
        return BadOutput(f"{self.endpoint} gave an empty reply")

    async def _open(self) -> openai.AsyncOpenAI:
        async with self._opening:
            if self._client is None:
                # More than half a second of imports and certificates: in a thread, so that the screen goes on.
                self._client = await asyncio.to_thread(_build, self._endpoint)
            return self._client


def _build(endpoint: Endpoint) -> openai.AsyncOpenAI:
    """Raises EndpointDown when the environment's proxy or certificate settings can't be used."""
    import httpx2
    import openai

    timeout = httpx2.Timeout(endpoint.timeout_s, connect=min(CONNECT_S, endpoint.timeout_s))
    try:
        return openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=endpoint.api_key.get_secret_value() or "none",  # local servers want a header and read none
            timeout=timeout,
            max_retries=0,
            # A proxy of the environment can't reach this machine's own loopback.
            http_client=httpx2.AsyncClient(trust_env=False, timeout=timeout) if endpoint.local else None,
        )
    except (ImportError, ValueError, OSError, httpx2.InvalidURL) as error:
        raise unusable_proxy(error, endpoint) from error


def _response_format(schema: Mapping[str, Any] | None, json_mode: JsonMode) -> dict[str, Any]:
    if schema is None or json_mode == "prompt":
        return {}
    if json_mode == "json_object":
        return {"response_format": {"type": "json_object"}}
    described = {"name": "reply", "strict": True, "schema": dict(schema)}
    return {"response_format": {"type": "json_schema", "json_schema": described}}


def _sendable(text: str) -> str:
    """JSON in UTF-8 has no place for half characters, which a terminal may hand over."""
    return text.encode("utf-8", "replace").decode("utf-8")
