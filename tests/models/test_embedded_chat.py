"""The real child process and the real chat over it, with a made-up engine in place of llama.cpp."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from interviewer.errors import EndpointDown, EndpointRefused
from interviewer.models.chat import Message
from interviewer.models.embedded.chat import EmbeddedChat
from interviewer.models.embedded.engine import default_threads
from interviewer.models.embedded.pieces import Piece, Pieces

TESTS = Path(__file__).parents[1]
ASK = [Message("user", "hello")]

# What the engine does is written in the model file, after the magic.
ENGINE = """
import json, os, sys, time
from fakes.openai_server import FakeOpenAI

class _Values:
    pass

class CommonParams(_Values):
    def __init__(self):
        self.model, self.cpuparams, self.cpuparams_batch = _Values(), _Values(), _Values()

class Server:
    def __init__(self, params):
        with open(params.model.path) as file:
            order = json.loads(file.read()[4:])
        print("native noise on standard output", flush=True)
        if order.get("fail"):
            raise RuntimeError("Failed to init server")
        if order.get("exit"):
            os._exit(7)
        time.sleep(order.get("load_s", 0))
        self.fake = FakeOpenAI(order.get("script", []), api_key=params.api_keys[0], repeat=True)
        self.listening_address = self.fake.url.removesuffix("/v1")
        note = {key: getattr(params, key) for key in ("hostnames", "port", "n_parallel", "n_ctx", "ui", "verbosity")}
        with open(params.model.path + ".starts", "a") as file:
            file.write(json.dumps({**note, "pid": os.getpid(), "threads": params.cpuparams.n_threads}) + "\\n")
"""


@pytest.fixture
def bench(tmp_path, monkeypatch):
    return Bench(tmp_path, monkeypatch)


class Bench:
    def __init__(self, folder, monkeypatch):
        self.folder = folder
        self.gguf = folder / "made-up.gguf"
        (folder / "lib").mkdir()
        (folder / "lib" / "xllamacpp.py").write_text(ENGINE)
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder / "lib"), str(TESTS)]))

    def chat(self, **order):
        self.gguf.write_text("GGUF" + json.dumps(order))
        return EmbeddedChat(self.folder / "models", self.folder / "logs", gguf=self.gguf, threads=2, timeout_s=5)

    def shown(self, pid):
        """What others on the machine can read of a running engine."""
        texts = {place: Path(f"/proc/{pid}/{place}").read_text() for place in ("cmdline", "environ")}
        return {**texts, "log": (self.folder / "logs" / "engine.log").read_text()}

    @property
    def starts(self):
        file = self.folder / "made-up.gguf.starts"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def gone(pid, within_s=5.0):
    """Whether the process has ended; one that nobody has waited for yet (a zombie) has."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


async def test_the_first_call_starts_the_engine_and_all_callers_share_it(bench):
    chat = bench.chat(script=["hi"], load_s=0.2)
    replies = await asyncio.gather(chat.ready(), *(chat.reply(ASK, max_tokens=8) for _ in range(3)))
    assert [reply.text for reply in replies[1:]] == ["hi"] * 3
    assert [chat.endpoint, chat.model] == ["embedded", "made-up"]
    (start,) = bench.starts
    assert start["pid"] == chat.pid
    assert start["hostnames"] == ["127.0.0.1"]
    assert (start["port"], start["n_parallel"], start["n_ctx"], start["threads"]) == (0, 1, 8192, 2)
    await chat.aclose()
    assert gone(start["pid"], 0.1)


@pytest.mark.parametrize(("processors", "threads"), [(1, 1), (2, 2), (4, 3), (8, 7), (64, 8)])
def test_one_processor_is_left_to_the_rest_where_there_are_more_than_two(monkeypatch, processors, threads):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)), raising=False)
    assert default_threads() == threads


async def test_the_key_stands_in_no_argument_environment_or_log(bench):
    chat = bench.chat(script=["hi"])
    await chat.reply(ASK, max_tokens=8)
    key = chat._chat._endpoint.api_key.get_secret_value()
    assert len(key) > 40
    shown = bench.shown(chat.pid)
    await chat.aclose()
    assert "native noise" in shown["log"]
    assert not [place for place, text in shown.items() if key in text]


async def test_an_engine_that_died_is_started_again_and_the_request_repeated(bench):
    chat = bench.chat(script=[{"delay": 0.5, "text": "hi"}])
    await chat.ready()
    call = asyncio.create_task(chat.reply(ASK, max_tokens=8))
    await asyncio.sleep(0.25)
    os.kill(chat.pid, signal.SIGKILL)
    assert (await call).text == "hi"
    os.kill(chat.pid, signal.SIGKILL)
    assert (await chat.reply(ASK, max_tokens=8)).text == "hi"
    assert len({start["pid"] for start in bench.starts}) == 3
    await chat.aclose()


async def test_an_error_of_a_living_engine_starts_nothing(bench):
    chat = bench.chat(script=[{"status": 503}, "hi"])
    with pytest.raises(EndpointDown):
        await chat.reply(ASK, max_tokens=8)
    assert (await chat.reply(ASK, max_tokens=8)).text == "hi"
    assert len(bench.starts) == 1
    await chat.aclose()


async def test_a_model_that_can_not_be_loaded_says_what_to_check(bench):
    chat = bench.chat(fail=True)
    with pytest.raises(EndpointRefused, match="can't load") as caught:
        await chat.ready()
    assert "Failed to init server" in caught.value.message
    assert "GGUF" in caught.value.hint
    assert "memory" in caught.value.hint
    await chat.aclose()


async def test_an_engine_that_dies_while_loading_is_down_and_points_to_its_log(bench):
    chat = bench.chat(exit=True)
    with pytest.raises(EndpointDown, match="exit code 7") as caught:
        await chat.reply(ASK, max_tokens=8)
    assert "engine.log" in caught.value.message
    await chat.aclose()


async def test_an_engine_that_is_not_installed_says_how_to_install_it(bench):
    (bench.folder / "lib" / "xllamacpp.py").write_text("raise ImportError('no wheel for this machine')")
    chat = bench.chat()
    with pytest.raises(EndpointRefused, match="can't be loaded") as caught:
        await chat.ready()
    assert "no wheel for this machine" in caught.value.message
    assert "interviewer[local]" in caught.value.hint
    await chat.aclose()


@pytest.mark.parametrize(("contents", "told"), [(b"PK\x03\x04", "not a GGUF"), (None, "can't be read")])
async def test_a_file_that_is_no_model_is_refused_without_starting_anything(bench, contents, told):
    chat = bench.chat()
    bench.gguf.unlink()
    if contents:
        bench.gguf.write_bytes(contents)
    with pytest.raises(EndpointRefused, match=told):
        await chat.ready()
    assert bench.starts == []
    await chat.aclose()


async def test_missing_pieces_are_a_refusal(bench):
    lacking = Pieces("x.gguf", 1, "0", (Piece("not-installed", "1", "x"),))
    chat = EmbeddedChat(bench.folder / "models", bench.folder / "logs", description=lacking)
    with pytest.raises(EndpointRefused, match="not installed"):
        await chat.reply(ASK, max_tokens=8)
    await chat.aclose()


async def test_models_that_can_not_be_written_may_pass(bench):
    bench.gguf.write_text("")
    chat = EmbeddedChat(bench.gguf / "models", bench.folder / "logs")
    with pytest.raises(EndpointDown):
        await chat.ready()
    await chat.aclose()


async def test_a_caller_that_gives_up_does_not_end_the_start_of_the_others(bench):
    chat = bench.chat(script=["hi"], load_s=0.5)
    impatient = asyncio.create_task(chat.ready())
    patient = asyncio.create_task(chat.reply(ASK, max_tokens=8))
    await asyncio.sleep(0.1)
    impatient.cancel()
    assert (await patient).text == "hi"
    assert len(bench.starts) == 1
    await chat.aclose()


async def test_closing_while_it_loads_ends_the_child_at_once_and_for_good(bench):
    chat = bench.chat(script=["hi"], load_s=60)
    start = asyncio.create_task(chat.ready())
    while chat.pid is None:  # noqa: ASYNC110 -- a process has no event for its birth
        await asyncio.sleep(0.01)
    pid = chat.pid
    began = time.monotonic()
    await chat.aclose()
    assert time.monotonic() - began < 2
    assert gone(pid, 0.1)
    with pytest.raises(asyncio.CancelledError):
        await start
    with pytest.raises(EndpointRefused, match="closed"):
        await chat.reply(ASK, max_tokens=8)


PARENT = """
import asyncio, sys
from pathlib import Path
from interviewer.models.embedded.chat import EmbeddedChat

async def main():
    chat = EmbeddedChat(Path(sys.argv[1]), Path(sys.argv[1]), gguf=Path(sys.argv[2]))
    start = asyncio.create_task(chat.ready())
    if sys.argv[3] == "ready":
        await start
    while chat.pid is None:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)
    print(chat.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.parametrize("moment", ["ready", "loading"])
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a child that is loading ends when it has loaded")
def test_no_child_is_left_when_the_parent_is_killed(bench, moment):
    bench.chat(load_s=0 if moment == "ready" else 600)
    command = [sys.executable, "-c", PARENT, str(bench.folder), str(bench.gguf), moment]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        assert not gone(pid, 0.1)
        parent.kill()
    assert gone(pid)


@pytest.mark.parametrize("sent", [b"", b'{"half'])
def test_a_child_whose_parent_says_nothing_ends(sent):
    server = Path(sys.modules[EmbeddedChat.__module__].__file__).with_name("server.py")
    done = subprocess.run([sys.executable, str(server)], input=sent, capture_output=True, timeout=10, check=False)
    assert (done.returncode, done.stdout) == (1, b"")


def test_ctrl_c_in_the_terminal_does_not_end_the_engine(bench):
    bench.chat(script=["hi"])
    server = Path(sys.modules[EmbeddedChat.__module__].__file__).with_name("server.py")
    order = {"model": str(bench.gguf), "alias": "m", "key": "k", "threads": 1, "context": 64, "gpu_layers": 0}
    order |= {"parent": os.getpid(), "parent_in_main_thread": False}
    command = [sys.executable, "-P", str(server)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        child.stdin.write(json.dumps(order).encode() + b"\n")
        child.stdin.flush()
        assert child.stdout.readline().startswith(b"READY ")
        child.send_signal(signal.SIGINT)
        assert not gone(child.pid, 0.3)
        child.stdin.close()
        assert child.wait(5) == 0
