"""What went wrong, as it is shown: what happened, what was kept, what to do next. Needs no Textual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from interviewer.errors import InterviewerError

if TYPE_CHECKING:
    from interviewer.interview.events import Failed
    from tui.words import Words


@dataclass(frozen=True)
class Problem:
    """`resume` is the command that takes the interview up again; empty where there is none."""

    title: str
    kept: str = ""
    hint: str = ""
    resume: str = ""


def problem_of(error: BaseException, words: Words) -> Problem:
    """An error meant for the user as it stands; any other with what is known of it."""
    if isinstance(error, InterviewerError):
        return Problem(error.title, error.message, error.hint)
    detail = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Problem(words.unexpected, f"{detail}\n{words.unexpected_kept}", words.unexpected_hint)


def problem_of_failure(event: Failed) -> Problem:
    """The failure of a session: its message carries title, what was kept and the hint, one a line."""
    title, _, rest = event.message.partition("\n")
    kept, _, hint = rest.rpartition("\n")
    return Problem(title, kept or hint, hint if kept else "", event.resume)
