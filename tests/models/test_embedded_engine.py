"""The real model: joined from the installed pieces, loaded by the real engine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from interviewer.models.chat import Message
from interviewer.models.embedded.chat import EmbeddedChat
from interviewer.models.embedded.installed import missing

pytestmark = [pytest.mark.local, pytest.mark.timeout(300)]

SYSTEM = Message("system", "你是严格的面试评分助手，只根据候选人的回答判断，不凭印象。" * 6)
ANSWER = Message("user", "要点：冻结预训练权重。候选人：LoRA 冻结原参数，只训练两个低秩矩阵。要点命中了吗？")
SCHEMA = {
    "type": "object",
    "properties": {"verdict": {"enum": ["hit", "partial", "miss", "wrong"]}},
    "required": ["verdict"],
    "additionalProperties": False,
}


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """The folder of INTERVIEWER_MODELS, which may hold the joined file already."""
    folder = os.environ.get("INTERVIEWER_MODELS")
    path = Path(folder) if folder else tmp_path_factory.mktemp("models")
    lacking = missing(path)
    assert lacking is None, f"{lacking}"
    yield path
    if not folder:
        shutil.rmtree(path)  # pytest would keep a gigabyte of each of the last runs


async def test_it_answers_in_the_schema_gives_probabilities_and_reuses_its_prompt(models, tmp_path):
    steps = []
    chat = EmbeddedChat(models, tmp_path, progress=lambda *step: steps.append(step))
    try:
        await chat.ready()
        assert all(total == 1_117_320_768 for _, _, total in steps)
        first = await chat.reply([SYSTEM, ANSWER], max_tokens=64, schema=SCHEMA)
        assert json.loads(first.text)["verdict"] in SCHEMA["properties"]["verdict"]["enum"]
        assert first.complete
        assert first.tokens.prompt > 100

        question = Message("user", "只回答 是 或 否：LoRA 训练时会冻结预训练权重吗？")
        token = await chat.next_token([SYSTEM, question])
        assert len(token.logprobs) == 20
        assert all(value <= 0 for value in token.logprobs.values())
        assert token.tokens.cached > 50  # the system message of the first call

        again = await chat.reply([SYSTEM, ANSWER], max_tokens=64, schema=SCHEMA)
        assert again.text == first.text
        assert again.tokens.cached > 50
    finally:
        await chat.aclose()


PARENT = """
import asyncio, sys
from pathlib import Path
from interviewer.models.embedded.chat import EmbeddedChat

async def main():
    chat = EmbeddedChat(Path(sys.argv[1]), Path(sys.argv[2]))
    start = asyncio.create_task(chat.ready())
    if sys.argv[3] == "ready":
        await start
    while chat.pid is None:
        await asyncio.sleep(0.01)
    await asyncio.sleep(1.0)
    print(chat.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.parametrize("moment", ["ready", "loading"])
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc; elsewhere a child that is loading ends afterwards")
def test_no_child_is_left_five_seconds_after_its_parent_was_killed(models, tmp_path, moment):
    command = [sys.executable, "-c", PARENT, str(models), str(tmp_path), moment]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        stat = Path(f"/proc/{int(parent.stdout.readline())}/stat")
        assert stat.exists()
        parent.kill()
    until = time.monotonic() + 5
    while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < until
        time.sleep(0.05)
