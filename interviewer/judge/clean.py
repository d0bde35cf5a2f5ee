"""What a judge sees of an answer: plain text without tricks, and the way back to the raw answer's characters.

Normalised to NFKC (Chinese punctuation stays), without invisible characters and without the control tokens of chat
templates. Sentences that speak to the judge are found and left out of what is shown; they support no point.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from interviewer.judge.instructions import instruction_ranges
from interviewer.judge.sentences import Range, sentences

LIMIT = 8000  # characters; nobody says more to one question, and a small context still holds it
MASK = "[…]"

_KEPT = frozenset("，；：！？（）～")  # NFKC would make them ASCII, which helps nobody
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_CONTROL_TOKEN = re.compile(
    r"<\|im_start\|>(?:system|user|assistant|tool)?|<\|[^<>\n]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Cleaned:
    """A cleaned answer. `starts[i]`, `ends[i]`: the raw characters that character `i` of `text` came from.

    `masked` are the ranges of `text` that speak to the judge. `flags`: `instruction`, `cut`, `control-tokens`.
    """

    raw: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    masked: tuple[Range, ...]
    flags: tuple[str, ...]

    @property
    def shown(self) -> str:
        """What is put before a model: the text with every masked range replaced by a mark."""
        parts: list[str] = []
        at = 0
        for start, end in self.masked:
            parts += [self.text[at:start], MASK]
            at = end
        return "".join([*parts, self.text[at:]]).strip()

    def is_masked(self, start: int, end: int) -> bool:
        """Whether `text[start:end]` touches a masked range."""
        return any(start < stop and begin < end for begin, stop in self.masked)

    def raw_range(self, start: int, end: int) -> Range:
        """The range of the raw answer that `text[start:end]` (not empty) was made from."""
        return self.starts[start], self.ends[end - 1]

    def said(self) -> list[Range]:
        """The sentences of `text` that speak to the interviewer."""
        return [part for part in sentences(self.text) if not self.is_masked(*part)]


def clean(raw: str, limit: int = LIMIT) -> Cleaned:
    """The answer as a judge may see it. Longer answers are cut at the last sentence end before `limit`."""
    chars, starts, ends = _normalised(raw)
    flags: list[str] = []
    keep = _without_tokens(chars)
    if len(keep) < len(chars):
        flags.append("control-tokens")
    keep = _trimmed([at for at in keep if not _invisible(chars[at])], chars)
    text = "".join(chars[at] for at in keep)
    if len(text) > limit:
        text = text[: _cut_at(text, limit)]
        keep = keep[: len(text)]
        flags.append("cut")
    masked = instruction_ranges(text)
    if masked:
        flags.append("instruction")
    return Cleaned(
        raw=raw,
        text=text,
        starts=tuple(starts[at] for at in keep),
        ends=tuple(ends[at] for at in keep),
        masked=masked,
        flags=tuple(flags),
    )


def fenced(text: str, nonce: Callable[[], str] = lambda: secrets.token_hex(4)) -> str:
    """The text between two marks that it can't contain, so that it can't pretend to end early."""
    mark = nonce()
    while mark in text:
        mark = nonce()
    return f"<answer-{mark}>\n{text}\n</answer-{mark}>"


def _normalised(raw: str) -> tuple[list[str], list[int], list[int]]:
    """Characters of the NFKC form with their raw ranges; a base and its combining marks are normalised together."""
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(raw):
        end = at + 1
        while end < len(raw) and unicodedata.combining(raw[end]):
            end += 1
        cluster = raw[at:end].replace("\r", "\n").replace("\t", " ")
        for char in cluster if cluster in _KEPT else unicodedata.normalize("NFKC", cluster):
            chars.append(char)
            starts.append(at)
            ends.append(end)
        at = end
    return chars, starts, ends


def _without_tokens(chars: Sequence[str]) -> list[int]:
    """The indices left when invisible characters and control tokens are gone, also tokens that this puts together."""
    keep = [at for at, char in enumerate(chars) if not _invisible(char)]
    hidden = [at for at, char in enumerate(chars) if _invisible(char)]
    found = False
    while True:
        text = "".join(chars[at] for at in keep)
        tokens = [match.span() for match in _CONTROL_TOKEN.finditer(text)]
        if not tokens:
            return keep if found else sorted([*keep, *hidden])
        found = True
        gone = {at for start, end in tokens for at in keep[start:end]}
        keep = [at for at in keep if at not in gone]


def _invisible(char: str) -> bool:
    if char == "\n":
        return False
    return unicodedata.category(char) in {"Cc", "Cf", "Cs"} or bool(_VARIATION.match(char))


def _trimmed(keep: list[int], chars: Sequence[str]) -> list[int]:
    while keep and chars[keep[-1]].isspace():
        keep = keep[:-1]
    first = next((place for place, at in enumerate(keep) if not chars[at].isspace()), len(keep))
    return keep[first:]


def _cut_at(text: str, limit: int) -> int:
    """The end of the last whole sentence within the limit, or the limit where there is none in its second half."""
    last = max((end for _, end in sentences(text[:limit]) if end < limit), default=0)
    return last if last >= limit // 2 else limit
