"""Small pieces of text that several screens show alike: dates, scores, names, verdict counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from tui.words import Words

if TYPE_CHECKING:
    from interviewer.transcript.record import SessionRecord
    from tui.points import PointRow

# Quieter than the text itself: for what is beside the point, and for what is not there yet.
MUTED = "$secondary"
FAINT = "dim $secondary"
MARK_STYLE = {
    "hit": "$success",
    "partial": "$warning",
    "miss": MUTED,
    "wrong": "$error",
    "abstain": MUTED,
}
VERDICT_MARK = {"strong": "✓✓", "passed": "✓", "failed": "✗", "": "–"}


def when(moment: datetime) -> str:
    """Month, day and time on this machine's clock."""
    return f"{moment.astimezone():%m-%d %H:%M}"


def minutes(seconds: float) -> str:
    """Minutes and seconds, 12:05."""
    whole = max(0, round(seconds))
    return f"{whole // 60:02d}:{whole % 60:02d}"


def preset_name(words: Words, preset: str) -> str:
    return words.presets.get(preset, preset)


def score_text(words: Words, score: float | None, status: str | None, *, outcome_only: bool = False) -> Content:
    """A score with its mark and its status; never a number where there is none.

    `outcome_only` leaves the number out, where it stands beside.
    """
    from tui.report import verdict_of

    if score is None:
        return Content.assemble(("" if outcome_only else "  – ", MUTED), words.no_score)
    verdict = verdict_of(score)
    style = "$error" if verdict == "failed" else "$success"
    word = {"strong": words.strong, "passed": words.passed, "failed": words.failed}[verdict]
    number = "" if outcome_only else f"{score:3.0f} "
    text = Content.assemble((number, "bold"), (VERDICT_MARK[verdict], style), f" {word}")
    return text.append_text(f" · {words.statuses['provisional']}", "$warning") if status == "provisional" else text


def short_score(words: Words, score: float | None) -> Content:
    """A score with its mark alone, where its status is told nearby."""
    from tui.report import verdict_of

    if score is None:
        return Content.assemble("  – ", (words.no_score, MUTED))
    verdict = verdict_of(score)
    style = "$error" if verdict == "failed" else "$success"
    return Content.assemble((f"{score:3.0f} ", "bold"), (VERDICT_MARK[verdict], style))


def session_line(words: Words, session: SessionRecord) -> Content:
    """Date, round and outcome of a session, in columns."""
    name = preset_name(words, session.preset)
    head = Content.assemble((when(session.started_at), MUTED), "   ", _padded(name, 14), "  ")
    if session.status != "finished":
        return head.append_text(f"    {words.unfinished}", MUTED)
    return head.append(score_text(words, session.score, session.grade_status))


def mark_counts(rows: Sequence[PointRow]) -> Content:
    """How many points got which mark, as ✓2 △1 ✗1."""
    from interviewer.transcript.labels import MARKS  # not before the first frame

    counts = Content("")
    for word, mark in MARKS.items():
        number = sum(row.word == word for row in rows)
        if number:
            counts = counts.append_text(f" {mark}{number}", MARK_STYLE[word])
    return counts


def _padded(text: str, cells: int) -> str:
    return text + " " * max(0, cells - Content(text).cell_length)
