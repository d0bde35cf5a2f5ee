"""Where the interview stands: the phases of the round, the running one's questions, and the candidate's clock."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from tui.show import FAINT, MUTED, minutes
from tui.view import InterviewView
from tui.words import Words

LITTLE_S = 60  # under a minute the clock stands out


class PhaseBar(Horizontal):
    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def compose(self) -> ComposeResult:
        yield Static("", markup=False, id="phases")
        yield Static("", markup=False, id="clock")

    def show(self, view: InterviewView, thinking_s: float) -> None:
        self.query_one("#phases", Static).update(self._phases(view))
        self.query_one("#clock", Static).update(self._clock(view, thinking_s))

    def _phases(self, view: InterviewView) -> Content:
        names = [part.phase for part in view.plan]
        here = names.index(view.phase) if view.phase in names else -1
        parts: list[Content] = []
        for place, name in enumerate(names):
            label = self._words.phases[name]
            if place < here:
                parts.append(Content.styled(f"✓ {label}", MUTED))
            elif place == here:
                parts.append(self._running_phase(label, view))
            else:
                parts.append(Content.styled(label, FAINT))
        return Content("  ").join(parts)

    def _running_phase(self, label: str, view: InterviewView) -> Content:
        count = f" {view.number}/{view.quota}" if view.quota > 1 and view.number else ""
        return Content.styled(f"▸ {label}{count}", "bold $primary")

    def _clock(self, view: InterviewView, thinking_s: float) -> Content:
        left = view.remaining_s(thinking_s)
        if left is None:
            return Content.styled(self._words.no_clock if view.phase else "", MUTED)
        if left == 0:
            return Content.assemble(("00:00 ", "bold $warning"), self._words.time_up)
        return Content.styled(minutes(left), "bold $warning" if left < LITTLE_S else "bold")
