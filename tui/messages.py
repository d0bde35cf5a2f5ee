"""What screens ask of the app. They know no other screen; the app opens what is wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from interviewer.interview.setup import Setup
    from tui.problem import Problem


@dataclass
class OpenSetup(Message):
    """Choose what to practise: a whole round, or with `drill` one topic."""

    drill: bool


@dataclass
class OpenInterview(Message):
    """Begin the interview that was set up, or go on with the one of that id."""

    what: Setup | str


@dataclass
class OpenReport(Message):
    """Show a session's record. `fresh` when it has just ended: then it takes the interview's place."""

    session: str
    fresh: bool


@dataclass
class OpenTranscripts(Message):
    """Show the list of past interviews."""


@dataclass
class GoHome(Message):
    """Leave everything but the home screen."""


@dataclass
class Loaded(Message):
    """Something is getting ready: a short sentence, and how far it is (`total` 0: length unknown)."""

    stage: str
    done: int
    total: int


@dataclass
class Trouble(Message):
    """Tell what went wrong. `again` is what trying again means."""

    problem: Problem
    again: Callable[[], object]
