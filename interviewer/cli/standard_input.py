"""Standard input, line by line, so that a read that waits keeps the program from nothing."""

from __future__ import annotations

import asyncio
import io
import sys
import threading
from contextlib import suppress
from typing import cast


async def read_line() -> str:
    """The next line with its end; empty when input has ended. What is no valid text is replaced.

    The read stands on a daemon thread and below Python's own buffer: Ctrl-C then ends the program at once, which
    would otherwise wait for the line (asyncio joins its threads), or abort on the buffer's lock.
    """
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def tell(text: str) -> None:
        if not line.done():
            line.set_result(text)

    def read() -> None:
        try:
            raw = cast("io.RawIOBase", cast("io.BufferedReader", sys.stdin.buffer).raw)
            found = raw.readline()
        except OSError:  # the terminal has gone
            found = b""
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, found.decode(sys.stdin.encoding, "replace"))

    threading.Thread(target=read, daemon=True).start()
    return await line
