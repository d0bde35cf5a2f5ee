"""`mock` and `drill`: an interview in lines, in JSON, from a file, or on the full screen."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interviewer.cli.app import full_screen, run_async
from interviewer.cli.lines import (
    Answers,
    FileAnswers,
    JsonAnswers,
    JsonPrinter,
    Outcome,
    Printer,
    TypedAnswers,
    conduct,
)
from interviewer.cli.options import (
    AnswersFile,
    EndpointName,
    Json,
    Lang,
    Level,
    LocalOnly,
    Minutes,
    Plain,
    PresetName,
    Resume,
    Seed,
)
from interviewer.cli.plain import PlainPrinter
from interviewer.interview.setup import Setup
from interviewer.wiring import Desk, ModelChoice, desk_from_environment

if TYPE_CHECKING:
    from interviewer.interview.session import InterviewSession


@dataclass(frozen=True)
class Front:
    """How the interview is shown and answered."""

    json: bool
    plain: bool
    answers: Path | None

    @property
    def in_lines(self) -> bool:
        return self.json or self.plain or self.answers is not None or not sys.stdin.isatty()


def mock(
    preset: Annotated[PresetName, typer.Option("--preset", help="The round.")] = PresetName.first,
    lang: Lang = None,
    level: Level = None,
    topics: Annotated[str | None, typer.Option("--topics", help="Topics, separated by commas.")] = None,
    minutes: Minutes = None,
    endpoint: EndpointName = None,
    local_only: LocalOnly = False,
    seed: Seed = None,
    plain: Plain = False,
    json: Json = False,
    answers: AnswersFile = None,
    resume: Resume = None,
) -> int:
    """A whole mock interview with a clock."""
    desk = desk_from_environment(ModelChoice(endpoint, local_only))
    setup = Setup(
        preset=preset.value,
        lang=lang.value if lang else desk.settings.language,
        seed=secrets.randbelow(2**31) if seed is None else seed,
        level=level or desk.settings.level,
        topics=tuple(part.strip() for part in (topics or "").split(",") if part.strip()),
        minutes=minutes,
    )
    return _hold(desk, setup, resume, Front(json, plain, answers))


def drill(
    topic: Annotated[str, typer.Argument(help="The topic (see: interviewer bank list).")],
    count: Annotated[int, typer.Option("--count", min=1, max=50, help="How many questions.")] = 5,
    lang: Lang = None,
    level: Level = None,
    minutes: Minutes = None,
    endpoint: EndpointName = None,
    local_only: LocalOnly = False,
    seed: Seed = None,
    plain: Plain = False,
    json: Json = False,
    answers: AnswersFile = None,
    resume: Resume = None,
) -> int:
    """Questions on one topic, with the verdicts after each answer."""
    desk = desk_from_environment(ModelChoice(endpoint, local_only))
    setup = Setup(
        preset="drill",
        lang=lang.value if lang else desk.settings.language,
        seed=secrets.randbelow(2**31) if seed is None else seed,
        level=level or desk.settings.level,
        topics=(topic,),
        minutes=minutes,
        count=count,
    )
    return _hold(desk, setup, resume, Front(json, plain, answers))


def _hold(desk: Desk, setup: Setup, resume: str | None, front: Front) -> int:
    if not front.in_lines:
        return full_screen(lambda: desk, None if resume else setup, resume)
    return run_async(_in_lines(desk, setup, resume, front))


async def _in_lines(desk: Desk, setup: Setup, resume: str | None, front: Front) -> int:
    # Read before anything is started: a bad file must cost nothing.
    answers = FileAnswers(front.answers) if front.answers else None
    unattended = answers is not None
    try:
        await desk.open(_progress, _notice)
        session = (
            await desk.resume(resume, unattended=unattended)
            if resume
            else await desk.new_session(setup, unattended=unattended)
        )
        feedback = session.setup.preset == "drill"
        typed: Answers = JsonAnswers() if front.json else TypedAnswers(session.setup.lang)
        printer: Printer = (
            JsonPrinter() if front.json else PlainPrinter(session.setup.lang, desk.bank, feedback=feedback)
        )
        async with session:
            warming = asyncio.create_task(_quietly(desk.warm_model()))
            try:
                outcome = await conduct(session, answers or typed, printer)
            except asyncio.CancelledError:  # Ctrl-C
                print(f"\nStopped. Go on with: {session.resume_command}", file=sys.stderr)
                raise
            finally:
                warming.cancel()
                await asyncio.gather(warming, return_exceptions=True)
            return _exit_code(outcome, session)
    finally:
        await desk.aclose()


def _exit_code(outcome: Outcome, session: InterviewSession) -> int:
    if outcome.end == "paused":
        print(f"Paused. Go on with: {session.resume_command}", file=sys.stderr)
        return 0 if outcome.asked_for else 1
    if outcome.end == "failed":
        if outcome.failure:
            print(f"{outcome.failure.message}\nGo on with: {outcome.failure.resume}", file=sys.stderr)
        return 1
    return 3 if session.unjudged else 0


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    """Warming up only makes the interview quicker; what fails here is told where the model is really needed."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 -- whatever it is, the interview must not end by it
        print(f"{type(error).__name__}: {error}", file=sys.stderr)


def _progress(stage: str, done: int, total: int) -> None:
    if total and done in {0, total}:
        print(f"{stage}: {100 * done // total} %", file=sys.stderr)


def _notice(text: str) -> None:
    print(text, file=sys.stderr)
