"""How long the interface takes from exec to its first frame, against an empty Textual app on the same machine.

Both run in a pseudo-terminal of 80 x 24, in turn, several times after one run that warms the file cache. The first
frame is there when its text has arrived. Prints one JSON object: seconds, medians, and their ratio (bar: 1.5).
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Sequence

BAR = 1.5
LIMIT_S = 60.0
EMPTY = """
from textual.app import App
from textual.widgets import Static

class Empty(App):
    def compose(self):
        yield Static("READY")

Empty().run()
"""
MENU = ("开始一场模拟面试", "Start a mock interview")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--command", nargs="+", default=[sys.executable, "-m", "interviewer"])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "INTERVIEWER_HOME": home, "TERM": "xterm-256color", "PYTHONUTF8": "1"}
        empty, own = [], []
        for run in range(chosen.runs + 1):
            pair = (
                first_frame([sys.executable, "-c", EMPTY], ["READY"], env),
                first_frame(chosen.command, MENU, env),
            )
            if run:
                empty.append(pair[0])
                own.append(pair[1])
    medians = statistics.median(empty), statistics.median(own)
    ratio = medians[1] / medians[0]
    print(
        json.dumps(
            {
                "runs": chosen.runs,
                "empty_s": [round(value, 3) for value in empty],
                "interviewer_s": [round(value, 3) for value in own],
                "empty_median_s": round(medians[0], 3),
                "interviewer_median_s": round(medians[1], 3),
                "ratio": round(ratio, 2),
                "bar": BAR,
            }
        )
    )
    return 0 if ratio <= BAR else 1


def first_frame(command: Sequence[str], texts: Sequence[str], env: dict[str, str]) -> float:
    """Seconds from exec until one of the texts has been painted. Raises TimeoutError when none comes."""
    wanted = [text.encode() for text in texts]
    master, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, env=env, start_new_session=True
    )
    os.close(terminal)
    try:
        return _painted(master, wanted, began)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(master)


def _painted(master: int, wanted: Sequence[bytes], began: float) -> float:
    seen = b""
    while time.perf_counter() - began < LIMIT_S:
        if not select.select([master], [], [], 0.5)[0]:
            continue
        try:
            seen += os.read(master, 65536)
        except OSError:
            break
        if any(text in seen for text in wanted):
            return time.perf_counter() - began
    raise TimeoutError(f"no first frame; the end of what came: {seen[-400:]!r}")


if __name__ == "__main__":
    sys.exit(main())
