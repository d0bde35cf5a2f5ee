"""The full screen in a real terminal (tmux): an interview typed by hand, pasted, resized, killed, left."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fakes.program import Program

pytestmark = [pytest.mark.terminal, pytest.mark.timeout(150)]

INTRO = "先用两分钟做个自我介绍"
QUICK_S = 5.0  # a key is followed by what it does, on a busy machine too
MODES = ("alternate_on", "mouse_any_flag", "mouse_sgr_flag", "cursor_flag", "keypad_cursor_flag")


class Terminal:
    """One tmux session that runs the program."""

    def __init__(self, program: Program, width: int = 100, height: int = 30) -> None:
        self.name = f"t{uuid.uuid4().hex[:8]}"
        self._program = program
        shell = ["env", "PS1=ready> ", "bash", "--norc", "--noprofile"]
        self._tmux("new-session", "-d", "-s", self.name, "-x", str(width), "-y", str(height), *shell)
        self.wait_for("ready>")

    def start(self) -> None:
        settings = " ".join(f"{name}={value}" for name, value in self._settings().items())
        self.run(f"{settings} {sys.executable} -m interviewer")

    def run(self, command: str) -> None:
        """Types a command at the shell's prompt."""
        self.type(command)
        self.keys("Enter")

    def keys(self, *keys: str) -> None:
        self._tmux("send-keys", "-t", self.name, *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-t", self.name, "-l", text)

    def paste(self, file: Path) -> None:
        """Pastes a file as a terminal does, in brackets."""
        self._tmux("load-buffer", "-b", self.name, str(file))
        self._tmux("paste-buffer", "-p", "-d", "-b", self.name, "-t", self.name)

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-t", self.name, "-x", str(width), "-y", str(height))

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p", "-t", self.name)

    def wait_for(self, *texts: str, seconds: float = 40) -> str:
        """The screen once it shows all of `texts`; where its lines are broken does not matter."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            shown = self.screen()
            joined = "".join(line.strip(" │▌") for line in shown.splitlines())
            if all(text.replace(" ", "") in joined.replace(" ", "") for text in texts):
                return shown
            time.sleep(0.1)
        raise AssertionError(f"not all of {texts} appeared:\n{self.screen()}")

    def kill_program(self) -> None:
        """kill -9 to what the shell of this terminal runs, and to nothing else."""
        (shell,) = self._tmux("list-panes", "-t", self.name, "-F", "#{pane_pid}").split()
        children = subprocess.run(["pgrep", "-P", shell], check=True, capture_output=True, text=True).stdout.split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)

    def modes(self) -> str:
        """What a program can leave switched on: the second screen, mouse reports, a hidden cursor, the keypad."""
        flags = " ".join(f"{name}=#{{{name}}}" for name in MODES)
        return self._tmux("display-message", "-p", "-t", self.name, flags)

    def close(self) -> None:
        subprocess.run(["tmux", "kill-session", "-t", self.name], check=False, capture_output=True)

    def _settings(self) -> dict[str, str]:
        # Some shells export the size of the window, which then stays what it was at the start.
        size = {"COLUMNS": "100", "LINES": "30"}
        return {"INTERVIEWER_HOME": str(self._program.home), "PYTHONUTF8": "1", **size, **self._program.settings}

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(["tmux", "-u", *arguments], check=True, capture_output=True, text=True, encoding="utf-8")
        return done.stdout


@pytest.fixture
def terminal(judged: Program) -> Iterator[Terminal]:
    found = Terminal(judged)
    yield found
    found.close()


def begin(terminal: Terminal) -> None:
    """From the shell to the first question, as a new user would: one key to set up, one to start."""
    terminal.start()
    terminal.wait_for("开始一场模拟面试", "scripted")
    terminal.keys("Enter")
    terminal.wait_for("场次", "时长", "⏎ 开始")
    terminal.keys("Enter")
    terminal.wait_for("▸ 自我介绍", INTRO)
    waiting(terminal)


def waiting(terminal: Terminal) -> None:
    """Until the program waits for an answer."""
    end = time.monotonic() + 40
    while "面试官在听" in terminal.screen():
        if time.monotonic() > end:
            raise AssertionError(f"still listening:\n{terminal.screen()}")
        time.sleep(0.1)


def test_an_answer_is_typed_in_chinese_sent_and_followed_by_the_next_question(terminal: Terminal):
    begin(terminal)
    terminal.type("大家好，我做了两年大模型微调。")
    terminal.wait_for("大家好，我做了两年大模型微调。", "15 字")
    terminal.keys("C-s")
    terminal.wait_for("✓ 自我介绍", "▸ 项目深挖", "面试官  Q1")
    terminal.wait_for("我大家好，我做了两年大模型微调。")


def test_resizing_in_mid_answer_keeps_what_was_typed(terminal: Terminal):
    begin(terminal)
    terminal.type("写到一半的回答")
    terminal.wait_for("写到一半的回答")
    for width, height in ((80, 24), (140, 45), (60, 18)):
        terminal.resize(width, height)
        terminal.wait_for("写到一半的回答", "7 字", INTRO)
    terminal.resize(50, 10)
    terminal.wait_for("窗口太小")
    terminal.resize(100, 30)
    terminal.wait_for("写到一半的回答", "7 字", INTRO)


def test_a_kill_in_mid_answer_loses_at_most_a_second_of_typing(terminal: Terminal):
    begin(terminal)
    terminal.type("这句话不能丢")
    terminal.wait_for("这句话不能丢")
    time.sleep(1.5)
    terminal.kill_program()
    terminal.wait_for("Killed")
    terminal.keys("C-c")
    terminal.run("reset; clear")
    terminal.start()
    terminal.wait_for("继续上次面试", "一面")
    terminal.keys("Enter")
    terminal.wait_for("这句话不能丢", "6 字", INTRO)


def test_twenty_thousand_pasted_characters_arrive_whole_and_the_keys_still_work(
    terminal: Terminal, judged: Program, tmp_path: Path
):
    begin(terminal)
    text = "".join(f"第{number:04d}句注意力。" for number in range(2000))[:20_000]
    file = tmp_path / "pasted.txt"
    file.write_text(text, encoding="utf-8")
    terminal.paste(file)
    terminal.wait_for("20000 字", text[-20:])
    started = time.monotonic()
    terminal.type("完")
    terminal.wait_for("20001 字")
    assert time.monotonic() - started < QUICK_S
    terminal.keys("C-s")
    terminal.wait_for("▸ 项目深挖", "共 20001 字")
    with closing(sqlite3.connect(f"file:{judged.home}/transcripts.db?mode=ro", uri=True)) as record:
        assert record.execute("select text from answers").fetchall() == [(text + "完",)]


def test_ctrl_c_quits_nothing_and_leaving_gives_the_terminal_back(terminal: Terminal):
    before = terminal.modes()
    begin(terminal)
    assert terminal.modes() != before
    terminal.type("没发送的")
    terminal.wait_for("没发送的")
    terminal.keys("C-c")
    terminal.wait_for("退出请按 ctrl+q", "没发送的")
    terminal.keys("C-q")
    terminal.wait_for("ready>")
    assert terminal.modes() == before
    terminal.run("echo $((6 * 7)) back")
    terminal.wait_for("42 back")
