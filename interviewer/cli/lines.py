"""An interview in plain lines or JSON lines: for pipes, screen readers and other programs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, cast, get_args

from interviewer.bank.question import Lang
from interviewer.cli.standard_input import read_line
from interviewer.errors import UsageError
from interviewer.interview.events import (
    AnswerRequested,
    AnswerSaved,
    Command,
    Failed,
    Finished,
    FinishReason,
    Stamped,
)

if TYPE_CHECKING:
    from interviewer.interview.session import InterviewSession


@dataclass(frozen=True)
class Given:
    """What was given for one request: an answer, or a command with the reason for an `end`."""

    text: str = ""
    command: Command | None = None
    reason: FinishReason = "ended"


@dataclass(frozen=True)
class Wanted:
    """The answer that is waited for. `number` counts from 1 through the whole interview, earlier runs included.

    `draft` is what was half typed in an earlier run; `keep` saves what is half typed now.
    """

    request: str
    number: int
    draft: str
    keep: Callable[[str], Awaitable[None]]


class Answers(Protocol):
    async def next(self, wanted: Wanted) -> Given | None:
        """The answer; None when input has ended, which pauses the interview."""
        ...


class FileAnswers:
    """Answers from a file: blocks separated by blank lines, or JSON lines; the n-th block answers the n-th request."""

    def __init__(self, file: Path) -> None:
        self._blocks = read_answers(file)

    async def next(self, wanted: Wanted) -> Given | None:
        if wanted.number > len(self._blocks):
            return Given(command="end", reason="answers_exhausted")
        return self._blocks[wanted.number - 1]


class TypedAnswers:
    """Answers typed line by line, each line kept at once; an empty line hands in. `/skip`, `/hint` ... are commands."""

    def __init__(self, lang: Lang) -> None:
        self._prompt = "> "
        self._note = (
            "(空行提交;/skip 跳过 /hint 提示 /repeat 重复 /pause 暂停 /end 结束)"
            if lang == "zh"
            else "(an empty line hands in; /skip /hint /repeat /pause /end)"
        )
        self._told = False

    async def next(self, wanted: Wanted) -> Given | None:
        if not self._told:
            print(self._note, flush=True)
            self._told = True
        lines = [wanted.draft] if wanted.draft else []
        if lines:
            print(f"{self._prompt}{wanted.draft}", flush=True)
        typed = False
        while True:
            line = await read_line()
            if not line:
                return Given("\n".join(lines)) if typed else None
            stripped = line.rstrip("\r\n")
            if not lines and stripped.startswith("/") and stripped[1:] in get_args(Command):
                return Given(command=cast("Command", stripped[1:]))
            if stripped.strip():
                lines.append(stripped)
                typed = True
                await wanted.keep("\n".join(lines))
            elif lines:
                return Given("\n".join(lines))


class JsonAnswers:
    """One JSON line from standard input for each request: {"request", "answer"} or {"request", "command"}."""

    async def next(self, wanted: Wanted) -> Given | None:
        line = await read_line()
        if not line:
            return None
        body = _object(line, "standard input")
        if body.get("request") != wanted.request:
            raise UsageError(
                f"The answer names request {body.get('request')!r}, but {wanted.request!r} is waited for",
                "The interview is kept as it was before this line.",
            )
        return _given(body, "standard input")


def read_answers(file: Path) -> Sequence[Given]:
    """The answers in `file`. Raises UsageError when it can't be read, holds none, or has a line that is no answer."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"No such answer file: {file}", hint="Nothing was started.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Can't read the answer file {file}", str(error), "It must be UTF-8 text.") from error
    if file.suffix == ".jsonl":
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        answers = [_given(_object(line, f"{file}:{number}"), f"{file}:{number}") for number, line in lines]
    else:
        blocks: list[list[str]] = [[]]
        for line in text.splitlines():
            if line.strip():
                blocks[-1].append(line)
            elif blocks[-1]:
                blocks.append([])
        answers = [Given("\n".join(block)) for block in blocks if block]
    if not answers:
        raise UsageError(f"The answer file is empty: {file}", "Nothing was started.", "Write one block per answer.")
    return answers


def _object(line: str, place: str) -> dict[str, object]:
    try:
        body: object = json.loads(line)
    except json.JSONDecodeError as error:
        raise UsageError(f"{place}: not a JSON object: {error.msg}", f"Read: {line.strip()[:80]}") from error
    if not isinstance(body, dict):
        raise UsageError(f"{place}: not a JSON object", f"Read: {line.strip()[:80]}")
    return cast("dict[str, object]", body)


def _given(body: dict[str, object], place: str) -> Given:
    answer, command = body.get("answer"), body.get("command")
    if command is not None:
        if command not in get_args(Command):
            raise UsageError(f"{place}: no such command: {command!r}", f"Commands: {', '.join(get_args(Command))}.")
        return Given(command=cast("Command", command))
    if not isinstance(answer, str):
        raise UsageError(f'{place}: needs "answer" (text) or "command"')
    return Given(answer)


@dataclass
class Outcome:
    """How the run of an interview ended."""

    end: Literal["finished", "paused", "failed"] = "failed"
    failure: Failed | None = None
    # A pause that the candidate asked for, not one because the input ended.
    asked_for: bool = False


class Printer(Protocol):
    def show(self, stamped: Stamped) -> None: ...


class JsonPrinter:
    def show(self, stamped: Stamped) -> None:
        print(stamped.to_json(), flush=True)


async def conduct(session: InterviewSession, answers: Answers, printer: Printer) -> Outcome:
    """Runs the interview to its end, a pause, a failure, or the end of the input."""
    outcome = Outcome()
    request, _ = await _show(session.start(), printer, outcome)  # a pause that is told now was an earlier run's
    paused = False
    number = await session.answered() if request else 0
    while request is not None:
        number += 1
        draft = await session.draft(request.request)
        wanted = Wanted(request.request, number, draft, partial(session.save_draft, request.request))
        given = None if paused else await answers.next(wanted)
        if given is None:
            outcome.end, outcome.asked_for = "paused", paused
            break
        events = session.answer(request.request, given.text, command=given.command, reason=given.reason)
        request, paused = await _show(events, printer, outcome)
    return outcome


async def _show(
    events: AsyncIterator[Stamped], printer: Printer, outcome: Outcome
) -> tuple[AnswerRequested | None, bool]:
    request, paused = None, False
    async for stamped in events:
        printer.show(stamped)
        match stamped.event:
            case AnswerRequested():
                request = stamped.event
            case AnswerSaved(intent="pause"):
                paused = True
            case Finished():
                outcome.end = "finished"
            case Failed():
                outcome.failure = stamped.event
            case _:
                pass
    return request, paused
