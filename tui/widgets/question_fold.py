"""One question of the debrief: a line with score and marks, unfolded to points, a strong answer and sources."""

from __future__ import annotations

from typing import cast

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import Collapsible

from tui.clean import clean, one_line
from tui.report import Card
from tui.show import MUTED, mark_counts, score_text
from tui.widgets.point_line import PointLine
from tui.widgets.prose import Prose
from tui.words import Words

ANSWER = 400  # characters of an answer
OUTCOME = 22  # cells for score and marks
PHASE = 10  # cells for the phase's name, so that the questions stand in one column


class QuestionFold(Collapsible):
    """What is folded is built when it is first unfolded, so that a long interview opens at once."""

    def __init__(self, card: Card, words: Words, *, collapsed: bool) -> None:
        # Collapsible takes Content as its title, though it says str; a str would be read as markup.
        super().__init__(title=cast("str", _title(card, words)), collapsed=collapsed)
        self._card = card
        self._words = words
        self._filled = False

    def compose(self) -> ComposeResult:
        yield self._title
        with self.Contents():
            if not self.collapsed:
                self._filled = True
                yield from self._inside()

    async def on_collapsible_expanded(self, event: Collapsible.Expanded) -> None:
        event.stop()
        if not self._filled:
            self._filled = True
            await self.query_one(self.Contents).mount_all(list(self._inside()))

    def _inside(self) -> ComposeResult:
        card, words = self._card, self._words
        yield Prose(clean(card.text), classes="fold-question")
        yield Prose(score_text(words, card.score.value, card.score.status), classes="fold-part")
        yield from self._spoken()
        yield VerticalGroup(*(PointLine(row, words) for row in card.rows), classes="fold-points")
        if card.score.status == "ungraded" and card.score.reason:
            reason = one_line(card.score.reason, 200)
            yield Prose(words.why_ungraded.format(reason=reason), classes="quiet")
        if card.answer:
            yield Prose(
                Content.assemble((words.strong_answer, f"bold {MUTED}"), "\n", clean(card.answer)),
                classes="fold-part",
            )
        if card.sources:
            sources = "\n".join(one_line(source) for source in card.sources)
            yield Prose(Content.assemble((words.sources, f"bold {MUTED}"), "\n", (sources, MUTED)))

    def _spoken(self) -> ComposeResult:
        words = self._words
        for turn in self._card.turns:
            if turn.probe:
                yield Prose(words.after_probe.format(text=one_line(turn.probe)), classes="fold-probe")
            if turn.answer.strip():
                said = Content.assemble((words.me, f"bold {MUTED}"), "  ", one_line(turn.answer, ANSWER))
                yield Prose(said, classes="quiet")


def _title(card: Card, words: Words) -> Content:
    value = card.score.value
    score = Content.styled("  –" if value is None else f"{value:3.0f}", "bold")
    outcome = Content.assemble(f"{card.number:>2}  ", score, " ", mark_counts(card.rows))
    pad = " " * max(2, OUTCOME - outcome.cell_length)
    phase = words.phases.get(card.phase, card.phase)
    gap = " " * max(2, PHASE - Content(phase).cell_length)
    return Content.assemble(outcome, pad, (phase, MUTED), gap, one_line(card.text))
