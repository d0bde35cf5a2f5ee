"""An OpenAI-compatible chat server that misbehaves on demand, for tests: in the same process or as a program.

In a test:     with FakeOpenAI(["hello", Step(status=429, headers={"retry-after": "1"})]) as server: server.url
As a program:  python tests/fakes/openai_server.py --script FILE [--record FILE] [--repeat]
               prints its URL as the first line and serves until its standard input ends or it is killed.
               FILE is a JSON list of steps: a string is a reply, an object has the fields of Step.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Step:
    """What the server does with one request. The first field that is set, from the top, decides."""

    when: str = ""  # only for requests that contain this text, and then as often as they come
    delay: float = 0.0  # seconds before anything is sent
    hang: bool = False  # never answers
    drop: bool = False  # closes the connection without an answer
    cut: int | None = None  # sends the headers and this many bytes of the body, then closes
    garbage: str | None = None  # this body as it is, as application/json
    status: int = 200  # an error with this status, and `error` as its body
    error: Mapping[str, Any] = field(default_factory=lambda: {"message": "scripted error"})
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    no_choices: bool = False
    text: str | None = "ok"
    finish: str = "stop"
    logprobs: Mapping[str, float] | None = None
    cached: int | None = None  # cached tokens in the usage

    @classmethod
    def of(cls, value: str | Mapping[str, Any] | Step) -> Step:
        if isinstance(value, Step):
            return value
        return cls(text=value) if isinstance(value, str) else cls(**value)


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


Script = str | Mapping[str, Any] | Step | Callable[[Mapping[str, Any]], str | Step]


class FakeOpenAI:
    """Serves on a free port of 127.0.0.1 from construction until `close`. A request beyond the script gets a 500."""

    def __init__(self, script: Iterable[Script] = (), *, api_key: str = "", repeat: bool = False) -> None:
        steps = [step if callable(step) else Step.of(step) for step in script]
        self._rules = [step for step in steps if isinstance(step, Step) and step.when]
        self._script = [step for step in steps if not (isinstance(step, Step) and step.when)]
        self._repeat = repeat
        self._lock = threading.Lock()
        self.api_key = api_key
        self.closing = threading.Event()
        self.requests: list[Seen] = []
        self.on_request: Callable[[Seen], None] = lambda _: None
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, seen: Seen) -> Step:
        """Records the request and gives the step for it."""
        text = json.dumps(seen.body, ensure_ascii=False)
        with self._lock:
            self.requests.append(seen)
            self.on_request(seen)
            for rule in self._rules:
                if rule.when in text:
                    return rule
            if not self._script:
                return Step(status=500, error={"message": "the script has ended"})
            step = self._script[0] if self._repeat and len(self._script) == 1 else self._script.pop(0)
        return Step.of(step(seen.body)) if callable(step) else step


def completion(step: Step, request: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a good reply."""
    choice: dict[str, Any] = {
        "index": 0,
        "finish_reason": step.finish,
        "message": {"role": "assistant", "content": step.text},
    }
    if step.logprobs is not None and request.get("logprobs"):
        top = [{"token": token, "logprob": value, "bytes": None} for token, value in step.logprobs.items()]
        choice["logprobs"] = {"content": [{**top[0], "top_logprobs": top[: request.get("top_logprobs", 0)]}]}
    usage: dict[str, Any] = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    if step.cached is not None:
        usage["prompt_tokens_details"] = {"cached_tokens": step.cached}
    return {
        "id": "fake",
        "object": "chat.completion",
        "created": 1,
        "model": request.get("model", "fake"),
        "choices": [] if step.no_choices else [choice],
        "usage": usage,
    }


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, fake: FakeOpenAI) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _fake(self) -> FakeOpenAI:
        assert isinstance(self.server, _Server)
        return self.server.fake

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name that the base class gives it
        pass

    def do_GET(self) -> None:
        if self.path.endswith("/models"):
            self._send(200, json.dumps({"object": "list", "data": [{"id": "fake", "object": "model"}]}))
        elif self.path.endswith("/health"):
            self._send(200, '{"status": "ok"}')
        else:
            self._send(404, '{"error": {"message": "no such path"}}')

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self._fake.api_key and self.headers.get("authorization") != f"Bearer {self._fake.api_key}":
            self._send(401, '{"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}')
            return
        with contextlib.suppress(OSError):  # the client may have gone: that is what some tests do
            self._play(self._fake.take(Seen(self.path, dict(self.headers), body)), body)

    def _play(self, step: Step, body: Mapping[str, Any]) -> None:
        if step.delay:
            self._fake.closing.wait(step.delay)
        if step.hang:
            self._fake.closing.wait()
        if step.hang or step.drop:
            self._hang_up()
        elif step.garbage is not None:
            self._send(200, step.garbage, step.headers)
        elif step.status != 200:
            self._send(step.status, json.dumps({"error": dict(step.error)}), step.headers)
        else:
            self._send(200, json.dumps(completion(step, body)), step.headers, cut=step.cut)

    def _send(self, status: int, text: str, headers: Mapping[str, str] | None = None, cut: int | None = None) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data if cut is None else data[:cut])
        if cut is not None:
            self._hang_up()

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--script", type=Path, required=True)
    arguments.add_argument("--record", type=Path, help="a JSON line is appended for every request")
    arguments.add_argument("--repeat", action="store_true", help="the last step serves all further requests")
    given = arguments.parse_args()
    with FakeOpenAI(json.loads(given.script.read_text(encoding="utf-8")), repeat=given.repeat) as server:
        if given.record:
            record: Path = given.record

            def note(seen: Seen) -> None:
                with record.open("a", encoding="utf-8") as file:
                    line = {"path": seen.path, "headers": dict(seen.headers), "body": seen.body, "at": time.time()}
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")

            server.on_request = note
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
