"""Reads labelled answers for `judge eval`: one JSON object a line, with a right word per point or a person's mark."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from interviewer.bank.question import Lang
from interviewer.errors import UsageError
from interviewer.judge.evidence import letters
from interviewer.judge.reply import Given
from interviewer.judge.sentences import Range, clauses, sentences
from interviewer.judge.verdict import Case, CasePoint

QUICK = 20
MOST_POINTS = 8
_SHORTEST_POINT = 2  # letters: 化 alone is the end of a word that was cut

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Row(BaseModel):
    """A line of the file. Fields that are not named here are left alone."""

    model_config = ConfigDict(frozen=True)

    id: Text
    lang: Lang
    question: Text
    answer: str
    kind: str = "unsorted"
    points: tuple[CasePoint, ...] = ()
    verdicts: Mapping[str, Given] | None = None
    reference: Text | None = None
    score: float | None = None
    score_max: Annotated[float, Field(gt=0)] = 1.0

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.points and self.verdicts is not None:
            ids = [point.id for point in self.points]
            if len(set(ids)) < len(ids):
                raise ValueError("points: an id appears twice")
            if set(ids) != set(self.verdicts):
                raise ValueError(f"verdicts: must name exactly the points {ids}")
        elif self.reference is None or self.score is None:
            raise ValueError("needs points and verdicts, or reference and score")
        elif not 0 <= self.score <= self.score_max:
            raise ValueError("score: must lie between 0 and score_max")
        return self


@dataclass(frozen=True)
class LabelledCase:
    """One answer with what is right: `gold` has the word of every point, or `mark` (0..1) is what a person gave."""

    id: str
    kind: str
    case: Case
    gold: Mapping[str, Given] | None
    mark: float | None


def read_cases(path: Path) -> tuple[LabelledCase, ...]:
    """All cases of the file. Raises UsageError, naming line and field, for anything that is not a case."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Can't read {path}", str(error), "Give a file of JSON lines in UTF-8.") from error
    found: list[LabelledCase] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        case = _read_line(path, number, line)
        if case.id in seen:
            raise _wrong(path, number, "id", f"{case.id!r} appears twice")
        seen.add(case.id)
        found.append(case)
    if not found:
        raise UsageError(f"{path} has no cases", hint="Give a file with one JSON object a line.")
    return tuple(found)


def quick_sample(cases: Sequence[LabelledCase], count: int = QUICK) -> tuple[LabelledCase, ...]:
    """The same `count` cases every time, spread evenly over the kinds and languages, in the order of the file."""
    groups: dict[tuple[str, str], list[LabelledCase]] = {}
    for case in sorted(cases, key=lambda case: hashlib.sha256(case.id.encode()).hexdigest()):
        groups.setdefault((case.kind, case.case.lang), []).append(case)
    # The n-th of every group stands before any group's next one.
    order = sorted((place, key) for key, group in groups.items() for place in range(len(group)))
    chosen = {groups[key][place].id for place, key in order[:count]}
    return tuple(case for case in cases if case.id in chosen)


def points_of_reference(reference: str) -> tuple[CasePoint, ...]:
    """Points cut from a reference text: its sentences; of a single sentence its clauses, or the items of its list."""
    parts = sentences(reference)
    if len(parts) == 1:
        parts = clauses(reference, parts[0])
    texts = [reference[start:end] for start, end in _merged(reference, parts)]
    if len(texts) == 1:
        texts = [part for part in texts[0].split("、") if letters(part)]
    return tuple(CasePoint(id=f"p{number}", text=text) for number, text in enumerate(texts, start=1))


def _merged(text: str, parts: Sequence[Range]) -> list[Range]:
    """Parts too short to be a point join the one before; beyond MOST_POINTS the shortest neighbours join."""
    found: list[Range] = []
    for start, end in parts:
        if found and len(letters(text[start:end])) < _SHORTEST_POINT:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    while len(found) > MOST_POINTS:
        at = min(range(len(found) - 1), key=lambda place: found[place + 1][1] - found[place][0])
        found[at : at + 2] = [(found[at][0], found[at + 1][1])]
    return found


def _read_line(path: Path, number: int, line: str) -> LabelledCase:
    try:
        row = _Row.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise _wrong(path, number, f"column {error.colno}", error.msg) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise _wrong(path, number, field, first["msg"]) from error
    points = row.points if row.verdicts is not None else points_of_reference(row.reference or "")
    if not points:
        raise _wrong(path, number, "reference", "no point can be cut from it")
    return LabelledCase(
        id=row.id,
        kind=row.kind,
        case=Case(question=row.question, points=points, answer=row.answer, lang=row.lang),
        gold=row.verdicts,
        mark=None if row.score is None else row.score / row.score_max,
    )


def _wrong(path: Path, number: int, field: str, what: str) -> UsageError:
    place = f", {field}" if field else ""
    return UsageError(f"{path}, line {number}{place}: {what}", hint="Nothing was judged.")
