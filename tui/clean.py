"""Text from models, files and people is data: what a terminal would obey is taken out before it is shown."""

from __future__ import annotations

import re

# Whole escape sequences first (CSI, OSC, DCS and the like), then what is left of control characters. Line feeds stay.
_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_]?)|\x9b[0-?]*[ -/]*[@-~]"
)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
# Marks that turn the direction of writing can make a line read as what it is not.
_DIRECTION = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """The same text, safe to show: line ends become line feeds, tabs four spaces, nothing else controls anything."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _DIRECTION.sub("", _CONTROL.sub("", _SEQUENCE.sub("", text)))


def one_line(text: str, most: int = 0) -> str:
    """Cleaned, on one line; cut with an ellipsis after `most` characters (0: never)."""
    line = " ".join(clean(text).split())
    return f"{line[: most - 1]}…" if most and len(line) > most else line
