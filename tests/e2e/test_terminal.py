"""The full screen in a real terminal (tmux): an interview typed by hand, resized, killed and taken up again."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.program import Program

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.timeout(150),
    pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed; .ci/run installs it"),
]


class Terminal:
    """One tmux session that runs the program."""

    def __init__(self, program: Program, width: int = 100, height: int = 30) -> None:
        self.name = f"t{uuid.uuid4().hex[:8]}"
        self._program = program
        self._tmux("new-session", "-d", "-s", self.name, "-x", str(width), "-y", str(height), "bash", "--norc")

    def start(self) -> None:
        settings = " ".join(f"{name}={value}" for name, value in self._settings().items())
        self.keys(f"{settings} {sys.executable} -m interviewer", "Enter")

    def keys(self, *keys: str) -> None:
        self._tmux("send-keys", "-t", self.name, *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-t", self.name, "-l", text)

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-t", self.name, "-x", str(width), "-y", str(height))

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p", "-t", self.name)

    def wait_for(self, *texts: str, seconds: float = 30, unless: Callable[[], None] | None = None) -> str:
        """The screen once it shows one of `texts`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            shown = self.screen()
            if any(text in shown for text in texts):
                return shown
            if unless:
                unless()
            time.sleep(0.1)
        raise AssertionError(f"none of {texts} appeared:\n{self.screen()}")

    def kill_program(self) -> None:
        subprocess.run(["pkill", "-9", "-f", f"INTERVIEWER_TEST={self.name}"], check=False)
        pids = self._tmux("list-panes", "-t", self.name, "-F", "#{pane_pid}").split()
        for pid in pids:
            subprocess.run(["pkill", "-9", "-P", pid], check=False)

    def close(self) -> None:
        subprocess.run(["tmux", "kill-session", "-t", self.name], check=False, capture_output=True)

    def _settings(self) -> dict[str, str]:
        return {"INTERVIEWER_HOME": str(self._program.home), "PYTHONUTF8": "1", **self._program.settings}

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(["tmux", "-u", *arguments], check=True, capture_output=True, text=True, encoding="utf-8")
        return done.stdout


@pytest.fixture
def terminal(judged: Program) -> Iterator[Terminal]:
    found = Terminal(judged)
    yield found
    found.close()


def begin(terminal: Terminal) -> None:
    """From the home screen to the first question, as a new user would: one key to set up, one to start."""
    terminal.start()
    terminal.wait_for("模拟面试")
    terminal.keys("Enter")
    terminal.wait_for("轮次", "预设", "时长", "开始")
    terminal.keys("Enter")
    terminal.wait_for("自我介绍", seconds=40)


def test_an_answer_is_typed_in_chinese_sent_and_followed_by_the_next_question(terminal: Terminal):
    begin(terminal)
    terminal.type("大家好,我做了两年大模型微调。")
    terminal.wait_for("大家好,我做了两年大模型微调")
    terminal.keys("C-s")
    terminal.wait_for("项目", seconds=40)


def test_resizing_in_mid_answer_keeps_what_was_typed(terminal: Terminal):
    begin(terminal)
    terminal.type("写到一半的回答")
    terminal.resize(80, 24)
    terminal.wait_for("写到一半的回答")
    terminal.resize(140, 45)
    terminal.wait_for("写到一半的回答")


def test_a_kill_in_mid_answer_loses_at_most_a_second_of_typing(terminal: Terminal, tmp_path: Path):
    begin(terminal)
    terminal.type("这句话不能丢")
    terminal.wait_for("这句话不能丢")
    time.sleep(1.5)
    terminal.kill_program()
    terminal.wait_for("Killed", "$")
    terminal.keys("clear", "Enter")
    terminal.start()
    terminal.wait_for("继续")
    terminal.keys("Enter")
    terminal.wait_for("这句话不能丢", seconds=40)
