"""No test reaches a network, a user's folder, or a tracing service; LangGraph may store plain JSON values only."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.judging_server import judge
from fakes.openai_server import FakeOpenAI
from fakes.program import Program

# Read when LangGraph is imported: anything but plain values in the state then fails loudly.
os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"
os.environ["LANGSMITH_TRACING"] = "false"

_LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test; keys and proxies of the machine are out of reach."""
    folder = tmp_path / "home"
    monkeypatch.setenv("INTERVIEWER_HOME", str(folder))
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return folder


@pytest.fixture
def endpoint() -> Iterator[FakeOpenAI]:
    """An endpoint that judges, on loopback."""
    with FakeOpenAI([judge], repeat=True) as server:
        yield server


@pytest.fixture
def judged(home: Path, endpoint: FakeOpenAI) -> Program:
    """The program with that endpoint."""
    settings = {"OPENAI_BASE_URL": endpoint.url, "OPENAI_API_KEY": "sk-test-7", "OPENAI_MODEL": "scripted"}
    return Program(home, settings)


@pytest.fixture
def alone(home: Path) -> Program:
    """The program with no key."""
    return Program(home)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """Thirty answers, more than a screen needs."""
    file = tmp_path / "answers.txt"
    file.write_text("\n\n".join(f"第 {n} 个回答:注意力是对 V 的加权和。" for n in range(30)), encoding="utf-8")
    return file


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(host).startswith(_LOOPBACK):
            raise AssertionError(f"a test tried to reach {host}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return
