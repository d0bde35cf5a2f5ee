"""Sentences of Chinese and English text, as ranges of characters."""

from __future__ import annotations

import re
from typing import TypeAlias

Range: TypeAlias = tuple[int, int]

# An English full stop ends a sentence only before a space, so that 3.5 and model.py stay whole.
_END = re.compile(r"[。；！？!?;\n]+[”’」』）)\"']*|\.+[”’)\"']*(?=\s|$)")
_COMMA = re.compile(r"[，,：:]+(?=\D|$)")


def sentences(text: str) -> list[Range]:
    """The sentences of `text`, without the space around them."""
    return _parts(text, (0, len(text)), _END)


def clauses(text: str, within: Range) -> list[Range]:
    """The parts between commas of one sentence."""
    return _parts(text, within, _COMMA)


def _parts(text: str, within: Range, end: re.Pattern[str]) -> list[Range]:
    start, stop = within
    found: list[Range] = []
    for match in end.finditer(text, start, stop):
        found.append((start, match.end()))
        start = match.end()
    found.append((start, stop))
    return [part for part in (_stripped(text, *each) for each in found) if part[0] < part[1]]


def _stripped(text: str, start: int, end: int) -> Range:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
