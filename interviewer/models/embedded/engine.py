"""Starts and stops the child process that holds the embedded model."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import sys
import threading
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from interviewer.errors import EndpointDown, EndpointRefused, StorageError

SERVER = Path(__file__).with_name("server.py")
CONTEXT = 8192
START_S = 180.0  # a cold disk and a slow processor; 2 to 8 s is usual
THREADS_MAX = 8  # more share the same memory bandwidth and gain nothing
LOG_MAX = 1_000_000
INSTALL = "Install it with: pip install 'interviewer[local]' (in a checkout: make run)."


@dataclass(frozen=True)
class Address:
    """Where the running engine is reached, and its key, which is drawn anew at every start."""

    base_url: str
    api_key: str = field(repr=False)


def default_threads() -> int:
    """The processors that this process may use, less one for everything else where there are more than two; 1–8.

    llama.cpp's threads wait for each other at every layer: one that must share its processor slows all of them down
    (measured: two threads on two busy cores are five times slower than one).
    """
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable - 1 if usable > 2 else usable, THREADS_MAX))  # noqa: PLR2004 -- two are needed


class EmbeddedEngine:
    """One child process at a time, which ends with this one: by end of its input, and on Linux by signal too.

    Start it from the main thread, because the signal comes when the starting thread ends. What the child prints goes
    to `engine.log` in `logs`.
    """

    def __init__(
        self,
        model_path: Path,
        *,
        alias: str,
        logs: Path,
        threads: int | None = None,
        context: int = CONTEXT,
        gpu_layers: int = -1,
        start_s: float = START_S,
    ) -> None:
        self._model_path = model_path
        self._alias = alias
        self._log = logs / "engine.log"
        self._threads = threads or default_threads()
        self._context = context
        self._gpu_layers = gpu_layers
        self._start_s = start_s
        self._process: Process | None = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def died(self, within_s: float = 0.5) -> bool:
        """Whether the child has ended or ends within this time: its connections break a moment before."""
        if self._process is None:
            return True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), within_s)
        return not self.alive

    async def start(self) -> Address:
        """Loads the model in a new child and returns when it answers; a child that is there is stopped first.

        Raises EndpointRefused when it can't work (no engine, no model file, not a model), EndpointDown when it died
        or took too long, StorageError when its log can't be written.
        """
        await self.stop()
        _check(self._model_path)
        key = secrets.token_urlsafe(32)
        self._process = await self._spawn()
        started = False
        try:
            async with asyncio.timeout(self._start_s):
                await _send(self._process, self._order(key))
                port = await self._port(self._process)
                await _until_healthy(port)
            started = True
        except TimeoutError:
            raise EndpointDown(
                f"The embedded engine was not ready within {self._start_s:g} s", f"Its log is {self._log}."
            ) from None
        finally:
            if not started:
                await self.stop()
        return Address(f"http://127.0.0.1:{port}/v1", key)

    async def stop(self) -> None:
        """Ends the child and waits until it is gone. It is killed: it keeps nothing that could be lost."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    def _order(self, key: str) -> Mapping[str, Any]:
        return {
            "model": str(self._model_path),
            "alias": self._alias,
            "key": key,
            "threads": self._threads,
            "context": self._context,
            "gpu_layers": self._gpu_layers,
            "parent": os.getpid(),
            "parent_in_main_thread": threading.current_thread() is threading.main_thread(),
        }

    async def _spawn(self) -> Process:
        with _open_log(self._log) as log:
            # -P: neither the working folder nor this one may shadow a module of the child.
            return await asyncio.create_subprocess_exec(
                sys.executable, "-P", str(SERVER), stdin=PIPE, stdout=PIPE, stderr=log
            )

    async def _port(self, process: Process) -> int:
        assert process.stdout is not None
        async for line in process.stdout:
            word, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if word == "READY":
                return int(rest)
            if word == "FAILED":
                raise self._failed(json.loads(rest))
        code = await process.wait()
        raise EndpointDown(
            f"The embedded engine ended while it loaded the model ({_ending(code)})",
            f"Its log is {self._log}.",
            "It needs about 2 GB of free memory.",
        )

    def _failed(self, told: Mapping[str, str]) -> EndpointRefused:
        if told["reason"] == "engine":
            return EndpointRefused("The embedded engine can't be loaded", told["detail"], INSTALL)
        return EndpointRefused(
            f"The embedded engine can't load {self._model_path}",
            f"{told['detail']}. Its log is {self._log}.",
            "Check that the file is a whole GGUF model, and that memory for it is free (about twice its size).",
        )


def _check(model: Path) -> None:
    """llama.cpp gives one and the same error for everything, so what can be told apart is told apart here."""
    try:
        with model.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise EndpointRefused(
            f"The embedded model can't be read: {model}",
            str(error.strerror or error),
            "Check models.embedded.path in the settings.",
        ) from error
    if magic != b"GGUF":
        raise EndpointRefused(
            f"This is not a GGUF model: {model}", "", "Check models.embedded.path in the settings, or delete the file."
        )


async def _send(process: Process, order: Mapping[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(order).encode() + b"\n")
    with contextlib.suppress(ConnectionError):  # a child that has died is noticed where its answer is read
        await process.stdin.drain()


async def _until_healthy(port: int) -> None:
    import httpx2

    async with httpx2.AsyncClient(trust_env=False, timeout=2.0) as client:
        while True:
            with contextlib.suppress(httpx2.HTTPError):
                if (await client.get(f"http://127.0.0.1:{port}/health")).is_success:
                    return
            await asyncio.sleep(0.05)


def _open_log(file: Path) -> BinaryIO:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        full = file.exists() and file.stat().st_size > LOG_MAX
        return file.open("wb" if full else "ab")
    except OSError as error:
        raise StorageError(f"Can't write {file}", str(error.strerror or error)) from error


def _ending(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"
