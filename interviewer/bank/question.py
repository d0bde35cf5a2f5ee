"""The schema of the bank: questions with the points that were fixed before anybody answered.

Everything is frozen, and unknown keys are refused, so that a typing error in a file is found when it is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")
Kind = Literal["concept", "comparison", "derivation", "calculation", "coding", "scenario", "project", "open"]
ClaimType = Literal["ownership", "metric", "technical", "architecture", "result"]
Level = Annotated[int, Field(ge=1, le=5)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
QuestionId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Frozen):
    """The same thing said natively in both languages."""

    zh: Line
    en: Line

    def say(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


class Point(Frozen):
    """One atomic, checkable statement that a good answer contains.

    `weight` 1–3. A `must` point that stays wrong caps the question. `probe` asks for it without giving it away.
    """

    id: Slug
    text: Text
    weight: Annotated[int, Field(ge=1, le=3)] = 1
    must: bool = False
    probe: Text
    sources: Annotated[tuple[Line, ...], Field(min_length=1)]


class Number(Frozen):
    """A number that the bank states and the arithmetic behind it, so that it can be worked out again.

    `value` is the numeral as it stands in the point, or else in the answer, in both languages; `formula` is in Python's
    notation over the names in `given`, and gives it in the same unit (see doctor/arithmetic.py).
    """

    point: Slug
    formula: Line
    given: dict[str, float] = {}
    value: Annotated[str, StringConstraints(pattern=r"^-?\d+(,\d{3})*(\.\d+)?$")]


class Misconception(Frozen):
    """A wrong statement that is often heard, the point that it contradicts, and where it was read (`seed:F33`)."""

    text: Text
    refuted_by: Slug
    origin: Line | None = None


class Question(Frozen):
    """`topic.slug` is the id; `origin` says where it came from.

    `rephrased` asks the same in other words, for a candidate who did not understand. `chain` stands on the first
    question of a chain: the ids that an interviewer asks next, in that order.
    """

    id: QuestionId
    topic: Slug
    kind: Kind
    level: Level
    text: Text
    rephrased: Text | None = None
    points: Annotated[tuple[Point, ...], Field(min_length=3, max_length=8)]
    numbers: tuple[Number, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    answer: Text
    chain: tuple[QuestionId, ...] = ()
    sources: Annotated[tuple[Line, ...], Field(min_length=1)]
    origin: Annotated[tuple[Line, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.id.partition(".")[0] != self.topic:
            raise ValueError(f"id {self.id!r} must begin with its topic {self.topic!r}")
        ids = [point.id for point in self.points]
        _unique(ids, "point id")
        for wrong in self.misconceptions:
            if wrong.refuted_by not in ids:
                raise ValueError(f"misconceptions: refuted_by {wrong.refuted_by!r} is not one of the points {ids}")
        for number in self.numbers:
            if number.point not in ids:
                raise ValueError(f"numbers: point {number.point!r} is not one of the points {ids}")
        return self

    def point(self, point_id: str) -> Point:
        """The point of that id. Raises KeyError when there is none."""
        for point in self.points:
            if point.id == point_id:
                return point
        raise KeyError(f"{self.id} has no point {point_id!r}")


class Stage(Frozen):
    """One rung of a project track: a bank question of kind `project`, four probes that dig deeper, and red flags."""

    question: QuestionId
    ladder: Annotated[tuple[Text, ...], Field(min_length=4, max_length=4)]
    red_flags: Annotated[tuple[Text, ...], Field(min_length=1)]
    claims: Annotated[tuple[ClaimType, ...], Field(min_length=1)]


class Track(Frozen):
    """The way through a project: its stages in the order an interviewer takes them."""

    id: Slug
    title: Text
    stages: Annotated[tuple[Stage, ...], Field(min_length=3)]


class ClaimProbes(Frozen):
    """What to ask when a candidate makes a claim of this type, from the first question to the one that settles it."""

    id: ClaimType
    title: Text
    sounds: Annotated[tuple[Text, ...], Field(min_length=1)]
    probes: Annotated[tuple[Text, ...], Field(min_length=4)]
    red_flags: Annotated[tuple[Text, ...], Field(min_length=1)]


class Phrasings(Frozen):
    """Other ways in which people ask for the question `id`: what search compares a query with, and never said aloud.

    Documents are found better when they are indexed with the queries they answer (Nogueira et al. 2019,
    arXiv:1904.08375).
    """

    id: QuestionId
    zh: Annotated[tuple[Line, ...], Field(min_length=1)]
    en: Annotated[tuple[Line, ...], Field(min_length=1)]

    def say(self, lang: Lang) -> tuple[str, ...]:
        return self.zh if lang == "zh" else self.en


class Source(Frozen):
    """Something that the bank cites: by this id alone, or followed by a place in it ("arXiv:2305.13245 §2.2")."""

    id: Line
    title: Line
    url: Line | None = None


class Topic(Frozen):
    """A topic, how often real rounds draw from it (all weights sum to about 100), and its nearest neighbours."""

    id: Slug
    title: Text
    weight: Annotated[int, Field(ge=0)]
    near: tuple[Slug, ...] = ()


def _unique(values: Sequence[str], what: str) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} {value!r} appears twice")
        seen.add(value)
