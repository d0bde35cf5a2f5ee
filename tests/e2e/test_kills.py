"""`kill -9` at random moments: the same questions, every answer stored once and graded once, none lost."""

from __future__ import annotations

import json
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from fakes.judging_server import judge
from fakes.openai_server import FakeOpenAI, Step
from fakes.program import Program

SETUP = ("--json", "--endpoint", "openai")


def slowly(body: Any) -> Step:
    return Step(text=judge(body), delay=0.15)


def record(program: Program, session: str) -> dict[str, Any]:
    return json.loads(program.run("review", session, "--export", "json").stdout)


def shape(exported: dict[str, Any]) -> tuple[Any, ...]:
    turns = [(turn["request"], turn["question_id"], turn["text"]) for turn in exported["turns"]]
    answers = sorted((answer["request"], answer["text"]) for answer in exported["answers"])
    graded = sorted(grading["request"] for grading in exported["gradings"])
    verdicts = sorted(
        (grading["request"], verdict["point_id"], verdict["verdict"])
        for grading in exported["gradings"]
        for verdict in grading["verdicts"]
    )
    return turns, answers, graded, verdicts


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_ten_kills_change_nothing(tmp_path: Path, answers: Path, seed: int):
    moments = random.Random(seed)
    with FakeOpenAI([slowly], repeat=True) as server:
        settings = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "k", "OPENAI_MODEL": "m"}
        whole = Program(tmp_path / "whole", settings)
        done = whole.run("mock", "--preset", "screen", "--seed", "7", *SETUP, "--answers", str(answers))
        assert done.returncode == 0, done.stderr
        expected = shape(record(whole, json.loads(done.stdout.splitlines()[0])["session"]))

        cut = Program(tmp_path / "cut", settings)
        running = cut.start("mock", "--preset", "screen", "--seed", "7", *SETUP, "--answers", str(answers))
        assert running.stdout is not None
        session = json.loads(running.stdout.readline())["session"]
        for _ in range(10):
            time.sleep(moments.uniform(0.0, 1.2))
            running.send_signal(signal.SIGKILL)
            running.communicate()
            running = cut.start("mock", "--resume", session, *SETUP, "--answers", str(answers))
            # From the first line on, the interview is running again; before it, the program is only loading.
            assert running.stdout is not None
            running.stdout.readline()
        out, err = running.communicate(timeout=120)
        assert running.returncode == 0, err
        assert json.loads(out.splitlines()[-1])["event"] == "Finished"
        assert shape(record(cut, session)) == expected
