"""The narrow port through which everything speaks to a model: one reply, or the probabilities of one next token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True)
class Message:
    role: Role
    content: str


@dataclass(frozen=True)
class TokenCount:
    prompt: int = 0
    cached: int = 0
    completion: int = 0


@dataclass(frozen=True)
class Reply:
    """`text` is the whole reply; `complete` is False when it was cut off by a length limit."""

    text: str
    complete: bool
    tokens: TokenCount


@dataclass(frozen=True)
class NextToken:
    """`logprobs` maps the most likely next tokens, as text, to natural-log probabilities."""

    logprobs: Mapping[str, float]
    tokens: TokenCount


JsonMode = Literal["json_schema", "json_object", "prompt"]


class Chat(Protocol):
    """One OpenAI-compatible chat endpoint with one model.

    All calls raise EndpointDown (may pass), EndpointRefused (will not pass) or BadOutput (an unusable body).
    """

    @property
    def endpoint(self) -> str: ...

    @property
    def model(self) -> str: ...

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: Mapping[str, Any] | None = None,
        json_mode: JsonMode = "json_schema",
    ) -> Reply:
        """One reply at temperature 0. With `schema` (a JSON schema) the reply is asked to be JSON, by `json_mode`."""
        ...

    async def next_token(self, messages: Sequence[Message], *, top: int = 20) -> NextToken:
        """Log-probabilities of the `top` likeliest first tokens of the reply.

        Raises EndpointRefused where the endpoint gives none.
        """
        ...

    async def ready(self) -> None:
        """Returns when the endpoint can answer; raises ModelError when it can't be brought up."""
        ...

    async def aclose(self) -> None: ...
