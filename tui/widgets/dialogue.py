"""What was said, oldest first. The interviewer's lines stand at the left edge, one's own are set in."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalGroup, VerticalScroll
from textual.content import Content
from textual.widget import Widget

from tui.clean import clean, one_line
from tui.show import MUTED, score_text
from tui.view import Entry, Feedback, Line, Switch
from tui.widgets.point_line import PointLine
from tui.widgets.prose import Prose
from tui.words import Words

MOST = 400  # characters of one's own answer shown here, about ten lines; the debrief and the transcript show all


class Said(Prose):
    """One remark, with who said it."""

    def __init__(self, line: Line, words: Words, *, whole: bool) -> None:
        super().__init__(classes=f"-{line.speaker}")
        self._line = line
        self._words = words
        self._whole = whole

    def on_mount(self) -> None:
        self.say(self._own() if self._line.speaker == "candidate" else self._asked())

    def _asked(self) -> Content:
        line, words = self._line, self._words
        labels = {"probe": words.label_probe, "hint": words.label_hint}
        tag = labels.get(line.tag, "")
        if line.number is not None:
            tag = f"Q{line.number}"
        head = Content.assemble((words.interviewer, "bold $primary"), (f"  {tag}" if tag else "", MUTED))
        return Content.assemble(head, "\n", clean(line.text))

    def _own(self) -> Content:
        line, words = self._line, self._words
        acts = {
            "skip": words.said_skip,
            "hint": words.said_hint,
            "repeat": words.said_repeat,
            "amend": words.said_amend,
            "end": words.said_end,
        }
        act = acts.get(line.tag, "")
        text = clean(line.text).strip()
        if not self._whole and len(text) > MOST:
            text = text[:MOST] + words.shortened.format(n=len(text))
        said = "\n".join(part for part in (act, text) if part)
        return Content.assemble((words.me, "bold $secondary"), "\n", said)


class FeedbackBox(VerticalGroup):
    """The verdicts on an answer, as a drill shows them at once."""

    def __init__(self, feedback: Feedback, words: Words) -> None:
        super().__init__()
        self._feedback = feedback
        self._words = words

    def compose(self) -> ComposeResult:
        feedback, words = self._feedback, self._words
        if feedback.status == "pending":
            yield Prose(words.waiting_judge, classes="quiet")
            return
        yield Prose(score_text(words, feedback.score, feedback.status), classes="feedback-score")
        for row in feedback.rows:
            yield PointLine(row, words)
        if feedback.hidden:
            yield Prose(words.not_said_yet.format(n=feedback.hidden), classes="quiet")
        if feedback.status == "ungraded" and feedback.reason:
            reason = one_line(feedback.reason, 200)
            yield Prose(words.why_ungraded.format(reason=reason), classes="quiet")
        if feedback.answer:
            yield Prose(Content.assemble((words.strong_answer, MUTED), "\n", clean(feedback.answer)), classes="strong")


def entry_widget(entry: Entry, words: Words, *, whole: bool = False) -> Widget:
    """The widget of one entry; `whole` shows long answers uncut."""
    if isinstance(entry, Feedback):
        return FeedbackBox(entry, words)
    if isinstance(entry, Switch):
        model, cause = one_line(entry.to_model), one_line(entry.cause, 120)
        role = words.roles.get(entry.role, entry.role)
        text = words.switched.format(role=role, model=model, cause=cause)
        return Prose(text if model else words.no_model_left.format(cause=cause), classes="quiet")
    return Said(entry, words, whole=whole)


class Dialogue(VerticalScroll, can_focus=False):
    """Follows what is new at its end."""

    def __init__(self, words: Words) -> None:
        super().__init__(id="dialogue")
        self._words = words
        self._shown = 0

    async def show(self, entries: Sequence[Entry]) -> None:
        """Adds the entries that are not shown yet."""
        fresh = entries[self._shown :]
        if fresh:
            self._shown = len(entries)
            await self.mount_all([entry_widget(entry, self._words) for entry in fresh])
            self.anchor()
