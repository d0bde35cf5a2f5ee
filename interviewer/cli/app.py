"""Exit codes: 0 fine, 1 failed, 2 bad arguments or input, 3 an answer needed a model and none could judge it."""

from __future__ import annotations

import asyncio
import codecs
import json as jsonlib
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, cast

from interviewer.errors import InterviewerError, UsageError

if TYPE_CHECKING:
    import io

    from interviewer.interview.setup import Setup
    from interviewer.wiring import Desk

INTERRUPTED = 130


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code. Without arguments, in a terminal, that is the TUI."""
    # Whoever traces other LangGraph programs has not asked for interviews to be sent anywhere.
    os.environ["LANGSMITH_TRACING"] = "false"
    if sys.stdout is sys.__stdout__:  # a terminal without Chinese must not end the program
        codecs.register_error("json-escapes", _as_json_escapes)
        cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="json-escapes")
    try:
        if not arguments:
            return full_screen(_default_desk)
        # Typer costs a tenth of a second, which the first paint should not wait for.
        from interviewer.cli.commands import call

        return call(arguments)
    except InterviewerError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone; nothing more can be told
        return 1


def run_async(work: Coroutine[Any, Any, int]) -> int:
    """The one place where the async core meets the synchronous command line."""
    return asyncio.run(work)


def full_screen(make_desk: Callable[[], Desk], start: Setup | None = None, resume: str | None = None) -> int:
    """The full-screen interface; `make_desk` is called after the first paint. `start` or `resume` opens one at once."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("This is no terminal", hint="Use: interviewer mock --plain, or: interviewer --help")
    if (sys.stderr.encoding or "").lower().replace("-", "") != "utf8":
        raise UsageError("This terminal is not set to UTF-8", hint="Use: LC_ALL=C.UTF-8 interviewer")
    # Where a shell exports them, Textual would believe these and never see that the window was resized.
    for frozen in ("COLUMNS", "LINES"):
        os.environ.pop(frozen, None)
    from tui.app import run as run_tui

    return run_tui(make_desk, start=start, resume=resume)


def _as_json_escapes(error: UnicodeError) -> tuple[str, int]:
    """Escapes what an output can't hold, so that JSON stays JSON: `backslashreplace` writes some signs as hex bytes."""
    assert isinstance(error, UnicodeEncodeError)
    return jsonlib.dumps(error.object[error.start : error.end])[1:-1], error.end


def _default_desk() -> Desk:
    from interviewer.wiring import desk_from_environment

    return desk_from_environment()
