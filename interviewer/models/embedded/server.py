"""The child process that holds the model: llama.cpp with its OpenAI-compatible server, on loopback only.

It is run as a file, and imports nothing of the program, so that it starts however the program was started. The
first line of standard input is its order, a JSON object (so the key stands in no argument and no environment);
standard output gets one line, `READY port` or `FAILED {"reason", "detail"}`; it ends when standard input does.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import importlib
import json
import os
import signal
import sys
from typing import Any, BinaryIO

PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> None:
    # Ctrl-C in a terminal goes to the whole group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    answers = _own_stdout()
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):
        os._exit(1)
    order: dict[str, Any] = json.loads(line)
    _end_with(order["parent"], by_signal=order["parent_in_main_thread"])
    try:
        engine = _engine(order)
    except ImportError as error:
        _fail(answers, "engine", error)
    except RuntimeError as error:
        _fail(answers, "model", error)
    else:
        _say(answers, f"READY {engine.listening_address.rsplit(':', 1)[1]}")
        while sys.stdin.buffer.read(1):
            pass
    os._exit(0)  # the engine's own threads are not waited for: nothing of theirs is worth keeping


def _engine(order: dict[str, Any]) -> Any:
    """Loads the model (seconds, holding the interpreter's lock) and serves it from threads of its own."""
    llama: Any = importlib.import_module("xllamacpp")
    params = llama.CommonParams()
    params.model.path = order["model"]
    params.model_alias = {order["alias"]}
    params.hostnames = ["127.0.0.1"]
    params.port = 0  # a free one
    params.api_keys = [order["key"]]
    params.n_parallel = 1  # the whole context and the whole prompt cache for one conversation
    params.n_ctx = order["context"]
    params.cpuparams.n_threads = order["threads"]
    params.cpuparams_batch.n_threads = order["threads"]
    params.n_gpu_layers = order["gpu_layers"]
    params.no_extra_bufts = True  # measured: faster to load, to read a prompt, and 0.5 GB smaller
    params.warmup = False
    params.ui = False
    params.verbosity = 0
    return llama.Server(params)


def _own_stdout() -> BinaryIO:
    """A private copy of standard output; whatever native code prints goes to standard error from now on."""
    copy = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return copy


def _end_with(parent: int, *, by_signal: bool) -> None:
    """Asks Linux to kill this process when the parent's thread that started it ends, however it ends."""
    if sys.platform != "linux" or not by_signal:
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it was already gone
        os._exit(1)


def _say(answers: BinaryIO, line: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        answers.write(line.encode() + b"\n")
        answers.flush()


def _fail(answers: BinaryIO, reason: str, error: Exception) -> None:
    _say(answers, "FAILED " + json.dumps({"reason": reason, "detail": str(error)}))


if __name__ == "__main__":
    main()
