"""The fake server as a program: end-to-end tests start it beside the program under test."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import fakes.openai_server

from interviewer.models.chat import Message
from interviewer.models.endpoint import Endpoint
from interviewer.models.openai_chat import OpenAIChat


async def talk(url, asked):
    chat = OpenAIChat(Endpoint(name="fake", base_url=url, model="m"))
    heard = [(await chat.reply([Message("user", text)], max_tokens=8)).text for text in asked]
    await chat.aclose()
    return heard


def test_it_serves_a_script_from_a_file_and_records_what_it_was_asked(tmp_path):
    script, record = tmp_path / "script.json", tmp_path / "record.jsonl"
    script.write_text(json.dumps(["first", {"when": "LoRA", "text": "低秩"}, {"text": "last"}]))
    command = [sys.executable, fakes.openai_server.__file__, "--script", script, "--record", record, "--repeat"]
    asked = ["hello", "what is LoRA?", "hello", "hello"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        heard = asyncio.run(talk(server.stdout.readline().strip(), asked))
        server.stdin.close()
        assert server.wait(5) == 0
    assert heard == ["first", "低秩", "last", "last"]
    recorded = [json.loads(line)["body"]["messages"][0]["content"] for line in record.read_text().splitlines()]
    assert recorded == asked
