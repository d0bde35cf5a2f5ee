"""One calm line that says what is getting ready, and how far it is."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.clean import one_line
from tui.front import Readiness
from tui.show import FAINT, MUTED
from tui.words import Words

BAR = 24  # cells
STAGE = 36  # characters


class LoadingLine(Static):
    def __init__(self, words: Words, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(id=id, markup=False)
        self._words = words

    def show(self, readiness: Readiness) -> None:
        if readiness.fault:
            self.update(Content.assemble(("! ", "bold $warning"), one_line(readiness.fault)))
        elif readiness.warm:
            self.update("")
        else:
            self.update(self._progress(readiness))

    def _progress(self, readiness: Readiness) -> Content:
        stage = self._words.stages.get(readiness.stage) or one_line(readiness.stage, STAGE)
        stage = stage or self._words.getting_ready
        if readiness.total <= 0:
            return Content.assemble((f"{stage}…", MUTED))
        share = min(1.0, max(0.0, readiness.done / readiness.total))
        full = round(share * BAR)
        return Content.assemble(
            ("━" * full, "$primary"),
            ("─" * (BAR - full), FAINT),
            (f"  {share:4.0%}  {stage}", MUTED),
        )
