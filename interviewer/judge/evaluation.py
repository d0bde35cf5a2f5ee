"""`judge eval`: runs a judge over labelled answers and says how good it is. Nothing is read from stored verdicts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from interviewer.errors import BadOutput, StorageError
from interviewer.judge import metrics
from interviewer.judge.card import standing
from interviewer.judge.cases import LabelledCase
from interviewer.judge.metrics import Labelled
from interviewer.judge.score import question_score
from interviewer.judge.verdict import Judge, JudgeIdentity, Judgement, Usage, Verdict, Word

DIGITS = 4

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Row:
    """One answer as it was judged, by point id. `evidence` is text of the answer; seconds are wall time."""

    id: str
    verdicts: dict[str, Word]
    probs: dict[str, dict[str, float] | None]
    confidence: dict[str, float]
    evidence: dict[str, str | None]
    score: float | None
    status: str
    calls: int
    prompt_tokens: int
    cached_tokens: int
    seconds: float


@dataclass(frozen=True)
class Report:
    """All rows, the labelled points among them, and the pairs of a person's mark and the judge's score (both 0..1)."""

    identity: JudgeIdentity
    rows: tuple[Row, ...]
    labelled: tuple[Labelled, ...]
    marks: tuple[tuple[float, float], ...]

    def summary(self) -> dict[str, Any]:
        """What `judge eval --json` prints. A figure that the cases can't give is null."""
        points = self.labelled
        found: dict[str, Any] = {
            "cases": len(self.rows),
            "points": sum(len(row.verdicts) for row in self.rows),
            "macro_f1": metrics.macro_f1(points),
            "f1": dict(metrics.f1_by_word(points)),
            "auc_hit": metrics.auc_hit(points),
            "accuracy_top50": metrics.accuracy_top50(points),
            "coverage": self._coverage(),
            "false_credit": metrics.false_credit(points),
            "ece": metrics.ece(points),
            "credit_mae": metrics.credit_mae(points),
            "by_kind": metrics.by_kind(points),
            "pearson": metrics.pearson(self.marks),
            "seconds_per_answer": _mean([row.seconds for row in self.rows]),
            "prompt_tokens_per_answer": _mean([row.prompt_tokens for row in self.rows]),
            "model": self.identity.model,
            "endpoint": self.identity.endpoint,
            "method": self.identity.method,
        }
        return _rounded(found)

    def _coverage(self) -> float | None:
        """Over every point that was judged, with or without a label."""
        words = [word for row in self.rows for word in row.verdicts.values()]
        return sum(word != "abstain" for word in words) / len(words) if words else None


async def evaluate(judge: Judge, cases: Sequence[LabelledCase], on_progress: Progress | None = None) -> Report:
    """Judges every case. Where the reply stays invalid every point is `abstain`; other ModelErrors are raised."""
    rows: list[Row] = []
    labelled: list[Labelled] = []
    marks: list[tuple[float, float]] = []
    provisional = standing(judge.identity) == "provisional"
    for done, entry in enumerate(cases, start=1):
        started = time.monotonic()
        judgement = await _judged(judge, entry)
        row = _row(entry, judgement, time.monotonic() - started, provisional=provisional)
        rows.append(row)
        labelled += _labelled(entry, judgement)
        if entry.mark is not None and row.score is not None:
            marks.append((entry.mark, row.score / 100))
        if on_progress:
            on_progress(done, len(cases))
    return Report(identity=judge.identity, rows=tuple(rows), labelled=tuple(labelled), marks=tuple(marks))


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """One JSON object a line. Raises StorageError when the file can't be written."""
    text = "".join(f"{json.dumps(_rounded(asdict(row)), ensure_ascii=False)}\n" for row in rows)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"Can't write {path}", str(error.strerror or error), "Choose another --out FILE.") from error


async def _judged(judge: Judge, entry: LabelledCase) -> Judgement:
    try:
        return await judge.judge(entry.case)
    except BadOutput:
        # An unusable reply is this judge's failing and must show in its figures, not end the run.
        verdicts = tuple(
            Verdict(point_id=point.id, verdict="abstain", confidence=0.0, judge=judge.identity)
            for point in entry.case.points
        )
        return Judgement(verdicts=verdicts, usage=Usage(calls=1))


def _row(entry: LabelledCase, judgement: Judgement, seconds: float, *, provisional: bool) -> Row:
    by_point = judgement.by_point()
    score = question_score(entry.case.points, by_point, provisional=provisional)
    return Row(
        id=entry.id,
        verdicts={name: verdict.verdict for name, verdict in by_point.items()},
        probs={name: verdict.probs.model_dump() if verdict.probs else None for name, verdict in by_point.items()},
        confidence={name: verdict.confidence for name, verdict in by_point.items()},
        evidence={
            name: verdict.evidence.of(entry.case.answer) if verdict.evidence else None
            for name, verdict in by_point.items()
        },
        score=score.value,
        status=score.status,
        calls=judgement.usage.calls,
        prompt_tokens=judgement.usage.prompt_tokens,
        cached_tokens=judgement.usage.cached_tokens,
        seconds=seconds,
    )


def _labelled(entry: LabelledCase, judgement: Judgement) -> list[Labelled]:
    if entry.gold is None:
        return []
    by_point = judgement.by_point()
    return [
        Labelled(
            gold=word,
            said=by_point[name].verdict,
            confidence=by_point[name].confidence,
            probs=by_point[name].probs,
            kind=entry.kind,
        )
        for name, word in entry.gold.items()
    ]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _rounded(value: Any) -> Any:
    """The same JSON value with its fractions cut to four digits."""
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in cast("dict[str, Any]", value).items()}
    return value
