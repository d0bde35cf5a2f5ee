"""Finds a quote in an answer, and tells words that say something from words that only repeat the question."""

from __future__ import annotations

import difflib
import unicodedata

from interviewer.judge.clean import Cleaned, clean
from interviewer.judge.sentences import Range

FUZZY = 0.9  # a quote with one character in ten changed is still that quote
RESTATED = 0.85  # share of a quote's character pairs that also stand in the question
_SHORTEST = 2  # letters or ideographs: a quote of one character shows nothing


def overlap(text: str, other: str) -> float:
    """Share of the character pairs of `text` that also occur in `other`, 0..1: a language-free likeness of words."""
    pairs = _pairs(text)
    return len(pairs & _pairs(other)) / len(pairs) if pairs else 0.0


def letters(text: str) -> str:
    """The text reduced to what carries content: folded letters, digits and mathematical signs, no space between."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if carries(char))


def restates(quote: str, question: str) -> bool:
    """Whether the quote says nothing that the question did not."""
    bare = letters(quote)
    return bare in letters(question) or overlap(quote, question) >= RESTATED


def locate(quote: str, answer: Cleaned) -> Range | None:
    """Where the quote stands in `answer.text`: letter by letter, else the likeliest place if it is nearly there."""
    wanted = letters(clean(quote).text)
    if len(wanted) < _SHORTEST:
        return None
    bare, places = _bare(answer.text)
    at = bare.find(wanted)
    if at < 0:
        at = _nearly(wanted, bare)
    if at < 0:
        return None
    last = min(at + len(wanted), len(bare)) - 1
    return places[at], places[last] + 1


def supports(found: Range, answer: Cleaned, question: str) -> bool:
    """Whether the words at `found` count as evidence: said to the interviewer, and more than the question."""
    start, end = found
    return not answer.is_masked(start, end) and not restates(answer.text[start:end], question)


def _nearly(wanted: str, bare: str) -> int:
    """Start of the window most like `wanted`, or -1 when none reaches FUZZY."""
    matcher = difflib.SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(wanted)
    best, best_at = FUZZY, -1
    for at in range(max(1, len(bare) - len(wanted) + 1)):
        matcher.set_seq1(bare[at : at + len(wanted)])
        if matcher.real_quick_ratio() >= best and matcher.quick_ratio() >= best:
            ratio = matcher.ratio()
            if ratio > best or (best_at < 0 and ratio >= best):
                best, best_at = ratio, at
    return best_at


def _bare(text: str) -> tuple[str, list[int]]:
    """`letters` of the text, with the place of each in the text."""
    found: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        for folded in unicodedata.normalize("NFKC", char).casefold():
            if carries(folded):
                found.append(folded)
                places.append(at)
    return "".join(found), places


def carries(char: str) -> bool:
    """Whether a character carries content: letters, digits, marks on them and mathematical signs; not emoji."""
    category = unicodedata.category(char)
    return category[0] in "LNM" or category in {"Sm", "Sc"}


def _pairs(text: str) -> set[str]:
    bare = letters(text)
    return {bare[at : at + 2] for at in range(len(bare) - 1)}
