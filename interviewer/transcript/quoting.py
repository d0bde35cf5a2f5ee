"""Text of strangers inside a Markdown document: shown, never interpreted. The rules are CommonMark's (0.31)."""

from __future__ import annotations

import re
import unicodedata

_SPECIAL = re.compile(r"[\\`*_\[\]<&|~$]")
_LINE_START = re.compile(r"^(\d{0,9})([-+#>=.)])")  # headings, quotes, lists, underlines
_TICKS = re.compile("`+")
_PICTURES = {**{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"}, 0x7F: 0x2421}
_INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")
_JOINERS = "\u200c\u200d"  # parts of emoji and of words in some scripts


def visible(text: str) -> str:
    """Without anything a terminal or a renderer would obey: control characters, colours, changes of direction.

    Every kind of line end becomes a line feed; what is taken out leaves a visible sign in its place.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").translate(_PICTURES)
    return "".join(f"(U+{ord(char):04X})" if _is_invisible(char) else char for char in lines)


def inline(text: str) -> str:
    """One line of plain text, every mark of Markdown and HTML escaped."""
    return _escaped(" ".join(visible(text).split()))


def paragraph(text: str) -> str:
    """Plain text over several lines, each kept as a line."""
    lines = [_escaped(line.strip()) for line in visible(text).strip().split("\n")]
    followed = zip(lines, [*lines[1:], ""], strict=True)
    return "\n".join(f"{line}\\" if line and after else line for line, after in followed)


def quoted(text: str) -> str:
    """A block quote of `text`, line for line; as code where it looks like code."""
    lines = visible(text).split("\n")
    if _looks_like_code(lines):
        fence = "`" * max(3, 1 + max((len(ticks) for line in lines for ticks in _TICKS.findall(line)), default=0))
        lines = [f"{fence}text", *lines, fence]
    else:
        lines = paragraph(text).split("\n")
    return "\n".join(f"> {line}" if line else ">" for line in lines)


def _escaped(line: str) -> str:
    return _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", line))


def _looks_like_code(lines: list[str]) -> bool:
    return len(lines) > 1 and any(line.startswith(("  ", "\t", "```", "~~~")) for line in lines)


def _is_invisible(char: str) -> bool:
    return char not in "\n\t" and char not in _JOINERS and unicodedata.category(char) in _INVISIBLE
