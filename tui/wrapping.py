"""Where a line of Chinese and Latin text may be broken: between Chinese characters, and never before a closing mark.

Textual breaks at spaces only, which leaves Chinese with Latin words in it ragged. The rules are the common core of
GB/T 15834 and UAX #14: marks that close stay with what stands before them, marks that open with what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from rich.cells import cell_len, chop_cells

_OPENING = r"（《「『【〔“‘(\[{"
_CLOSING = r"，。、；：？！）》」』】〕”’…—·,.;:?!)\]}%～"
_WIDE = (
    r"\u1100-\u11ff\u2e80-\u303f\u3040-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    r"\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\U00020000-\U0003ffff"
)
# A piece that stays together: opening marks, one wide character or one word, closing marks, spaces.
_PIECE = re.compile(rf"[{_OPENING}]*(?:[^\s{_CLOSING}{_OPENING}](?:(?<=[{_WIDE}])|[^\s{_WIDE}]*))?[{_CLOSING}]*\s*")


def line_breaks(text: str, width: int) -> list[int]:
    """The places in `text` (one line, no line feeds) where new lines begin, so that none is wider than `width` cells.

    Spaces at a line's end hang over. A piece that is wider than a whole line is cut.
    """
    width = max(2, width)  # a wide character needs two cells
    breaks: list[int] = []
    used = 0
    for start, piece in _pieces(text):
        need = cell_len(piece.rstrip())
        if used and used + need > width:
            breaks.append(start)
            used = 0
        if need > width:
            *full, last = chop_cells(piece, width)
            breaks += list(accumulate((len(part) for part in full), initial=start))[1:]
            used = cell_len(last)
        else:
            used += cell_len(piece)
    return [place for place in breaks if 0 < place < len(text)]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    while at < len(text):
        found = _PIECE.match(text, at)
        end = found.end() if found and found.end() > at else at + 1
        yield at, text[at:end]
        at = end
