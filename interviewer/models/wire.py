"""The part of the chat-completions reply that the program reads, strict where it matters and lenient elsewhere."""

from __future__ import annotations

import math
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from interviewer.models.chat import TokenCount


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", protected_namespaces=())


class WireMessage(_Part):
    content: str | None = None
    refusal: str | None = None


class Alternative(_Part):
    token: str
    logprob: float


class Position(_Part):
    """One token of the reply and the tokens that could have stood there."""

    top_logprobs: tuple[Alternative, ...] = ()


class Logprobs(_Part):
    content: tuple[Position, ...] | None = None


class Choice(_Part):
    message: WireMessage
    finish_reason: str | None = None
    logprobs: Logprobs | None = None


class _Details(_Part):
    cached_tokens: int | None = None


class _Usage(_Part):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Details | None = None


class Completion(_Part):
    """A reply's body. `usage` stays raw: an odd count must not spoil a good reply."""

    choices: tuple[Choice, ...] | None = None
    usage: Any = None
    error: Any = None

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Raises ValidationError (a ValueError) when the body is not JSON or not of this shape."""
        return cls.model_validate_json(body)

    @property
    def tokens(self) -> TokenCount:
        try:
            usage = _Usage.model_validate(self.usage)
        except ValidationError:
            return TokenCount()
        details = usage.prompt_tokens_details
        cached = details.cached_tokens if details else None
        return TokenCount(prompt=usage.prompt_tokens, cached=cached or 0, completion=usage.completion_tokens)


def first_token(choice: Choice) -> dict[str, float]:
    """Natural-log probabilities of the reply's first token; empty when the reply has none.

    Tokens that read the same (pieces of one character do) are added up.
    """
    positions = choice.logprobs.content if choice.logprobs else None
    found: dict[str, float] = {}
    for option in positions[0].top_logprobs if positions else ():
        if option.token in found:
            both = math.exp(found[option.token]) + math.exp(option.logprob)
            found[option.token] = math.log(both) if both > 0 else option.logprob
        else:
            found[option.token] = option.logprob
    return found
