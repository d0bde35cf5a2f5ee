"""What a judge is given and what it gives back. The model never picks a number: it says one of four words per point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from interviewer.bank.question import Lang

Word = Literal["hit", "partial", "miss", "wrong", "abstain"]
Via = Literal["unprompted", "probe", "hint"]
Method = Literal["structured", "logprob", "probe", "tests", "rule", "override"]
Unit = Annotated[float, Field(ge=0.0, le=1.0)]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Frozen):
    """Where the evidence stands: `turn` of the interview, characters `start:end` of that turn's raw answer."""

    turn: int
    start: Annotated[int, Field(ge=0)]
    end: int

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.end <= self.start:
            raise ValueError("evidence is empty")
        return self

    def of(self, answer: str) -> str:
        return answer[self.start : self.end]


class Probs(Frozen):
    hit: Unit
    partial: Unit
    miss: Unit
    wrong: Unit


class JudgeIdentity(Frozen):
    """Who gave a verdict. `prompt_sha` is the digest of the prompt's text, so a changed prompt is another judge."""

    model: str
    endpoint: str
    prompt_sha: str
    method: Method

    @property
    def key(self) -> str:
        """Names this configuration; an answer is graded once per key."""
        return f"{self.endpoint}/{self.model}/{self.method}/{self.prompt_sha}"


class Verdict(Frozen):
    """One point of one answer. `confirmed_by` is set when a person confirmed or changed it."""

    point_id: str
    verdict: Word
    evidence: Span | None = None
    via: Via = "unprompted"
    confidence: Unit
    probs: Probs | None = None
    judge: JudgeIdentity
    confirmed_by: Literal["user"] | None = None


class CasePoint(Frozen):
    """A reference point in the language of the answer. `must` and `weight` matter to the score, not to the verdict."""

    id: str
    text: str
    weight: Annotated[int, Field(ge=1, le=3)] = 1
    must: bool = False


class Case(Frozen):
    """One answer to judge. `turn` and `via` are copied into the verdicts."""

    question: str
    points: Annotated[tuple[CasePoint, ...], Field(min_length=1)]
    answer: str
    lang: Lang
    turn: int = 0
    via: Via = "unprompted"
    # The stored strong answers in both languages, so that a pasted copy can be flagged.
    model_answers: tuple[str, ...] = ()


class Usage(Frozen):
    """What a judgement cost. Tokens are the endpoint's own count, 0 where it tells none; `seconds` is wall time."""

    calls: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            calls=self.calls + other.calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            seconds=self.seconds + other.seconds,
        )


class Judgement(Frozen):
    """A verdict for every point of the case, in the case's order. `flags` name what was seen: `copied-answer`."""

    verdicts: tuple[Verdict, ...]
    usage: Usage = Usage()
    flags: tuple[str, ...] = ()

    def by_point(self) -> Mapping[str, Verdict]:
        return {verdict.point_id: verdict for verdict in self.verdicts}


class Judge(Protocol):
    """Judges one answer at a time."""

    @property
    def identity(self) -> JudgeIdentity: ...

    async def judge(self, case: Case) -> Judgement:
        """Raises ModelError when the model behind it can't be reached or used; a point it can't decide is `abstain`."""
        ...
