"""Runs the program as a user would, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

KEPT_OUT = ("OPENAI_", "INTERVIEWER_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "interviewer", *arguments]


@dataclass(frozen=True)
class Program:
    """One user's program: a home of its own, no keys but those of `settings`."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(KEPT_OUT)}
        return {**kept, "INTERVIEWER_HOME": str(self.home), "PYTHONUTF8": "1", **self.settings}

    def run(
        self, *arguments: str, stdin: str = "", before: Callable[[], None] | None = None, timeout: float = 50
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(arguments),
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
            preexec_fn=before,
        )

    def start(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command(arguments),
            env=self.environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            # A shell that runs the tests in the background has them ignore Ctrl-C, and children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
