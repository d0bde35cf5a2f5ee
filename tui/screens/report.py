"""What an interview came to: the score and how far it can be trusted, each phase, each question, who judged."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalGroup, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Digits, Static

from interviewer.errors import StorageError
from interviewer.judge.score import PASS
from tui.clean import one_line
from tui.messages import GoHome
from tui.report import PhaseLine, Report, build_report
from tui.screens.page import Page
from tui.show import FAINT, MUTED, minutes, preset_name, score_text, short_score, when
from tui.widgets.dialogue import entry_widget
from tui.widgets.prose import Prose
from tui.widgets.question_fold import QuestionFold

if TYPE_CHECKING:
    from interviewer.transcript.record import Transcript

BAR = 20  # cells for 100 points
NAME = 14  # cells for a phase's name


class ReportScreen(Page):
    """Reads the record, then shows it. `whole` adds the dialogue."""

    CSS_PATH = "report.tcss"
    BINDINGS = [  # noqa: RUF012 -- Textual's own
        Binding("tab", "app.focus_next", "key_choose", key_display="Tab"),
        Binding("enter", "none", "key_unfold"),
        Binding("e", "export", "key_export"),
        Binding("escape", "back", "key_back"),
    ]
    whole = False

    def __init__(self, session: str) -> None:
        super().__init__()
        self._session = session

    def body(self) -> ComposeResult:
        with VerticalScroll(id="report"):
            yield Static(self.words.loading, markup=False, classes="quiet")

    def on_mount(self) -> None:
        self._read()

    def again(self) -> None:
        self._read()

    def action_back(self) -> None:
        self.post_message(GoHome())

    def action_export(self) -> None:
        self._export()

    @work(exclusive=True, group="report", exit_on_error=False)
    async def _read(self) -> None:
        desk = self.front.desk
        transcript = await desk.transcript(self._session)
        results = await desk.results(self._session)
        report = await asyncio.to_thread(build_report, transcript, results)
        place = self.query_one("#report", VerticalScroll)
        await place.remove_children()
        await place.mount_all(self._parts(report))
        place.focus()

    @work(exclusive=True, group="export", exit_on_error=False)
    async def _export(self) -> None:
        transcript = await self.front.desk.transcript(self._session)
        path = await asyncio.to_thread(self._write, transcript)
        self.notify(self.words.exported.format(path=one_line(f"./{path.name}")), markup=False, timeout=8)

    def _write(self, transcript: Transcript) -> Path:
        from interviewer.transcript.export import to_markdown

        path = Path.cwd() / f"interview-{self._session}.md"
        text = to_markdown(transcript, self.front.desk.bank, self.words.lang)
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise StorageError(f"Can't write {path}", str(error.strerror or error)) from error
        return path

    def _parts(self, report: Report) -> list[Widget]:
        words = self.words
        parts: list[Widget] = [*self._head(report)]
        if report.phases:
            parts.append(_heading(words.by_phase))
            parts.append(Static(Content("\n").join(self._phase(line) for line in report.phases), classes="section"))
        if report.cards:
            parts.append(_heading(words.by_question))
            parts += [QuestionFold(card, words, collapsed=True) for card in report.cards]
        if self.whole and report.dialogue:
            parts.append(_heading(words.dialogue))
            parts.append(
                VerticalGroup(*(entry_widget(entry, words, whole=True) for entry in report.dialogue), id="said")
            )
        return parts

    def _head(self, report: Report) -> list[Widget]:
        words, session = self.words, report.session
        finished = session.status == "finished"
        ending = words.reasons.get(session.reason or "", "") if finished else words.unfinished
        name = preset_name(words, one_line(session.preset))
        title = Content.assemble((name, "bold"), (f"   {when(session.started_at)}   {ending}", MUTED))
        lines = [Content(words.unfinished)]
        if finished:
            lines = [score_text(words, session.score, session.grade_status, outcome_only=True)]
        lines.append(Content.styled(words.score_line, MUTED))
        if report.judges:
            lines.append(Content.assemble((words.judged_by, MUTED), "  ", one_line("、".join(report.judges))))
        if finished and session.score is None:
            lines.append(Content(words.ungraded_about if report.cards else words.unanswered_about))
        elif session.grade_status == "provisional":
            lines.append(Content.styled(words.provisional_about, "$warning"))
        about = Prose(Content("\n").join(lines), id="score-about")
        if session.score is None:
            return [Static(title, id="report-title"), about]
        digits = Digits(f"{session.score:.0f}", id="score")
        return [Static(title, id="report-title"), Horizontal(digits, about, id="score-line")]

    def _phase(self, line: PhaseLine) -> Content:
        words = self.words
        name = words.phases.get(line.phase, line.phase)
        head = Content.assemble(name, " " * max(1, NAME - Content(name).cell_length))
        tail = Content.styled(f"   {minutes(line.seconds)}", MUTED)
        if line.status == "noted":
            return Content.assemble(head, (words.noted, MUTED), tail)
        count = words.questions.format(n=line.questions)
        score = short_score(words, line.score)
        return Content.assemble(head, _bar(line.score), "  ", score, (f"   {count}", MUTED), tail)


class DebriefScreen(ReportScreen):
    """Right after an interview."""


class TranscriptScreen(ReportScreen):
    """An earlier interview, with everything that was said."""

    whole = True

    def action_back(self) -> None:
        self.dismiss()


def _heading(text: str) -> Static:
    return Static(text, markup=False, classes="heading")


def _bar(score: float | None) -> Content:
    """Twenty cells; the pass line is marked, so that the bar can be read without colour."""
    full = round((score or 0.0) / 100 * BAR)
    line = round(PASS / 100 * BAR)
    cells = ["━" if place < full else "─" for place in range(BAR)]
    left, right = "".join(cells[:line]), "".join(cells[line:])
    style = "$success" if score is not None and score >= PASS else "$warning"
    return Content.assemble(
        (left[:full], style), (left[full:], FAINT), ("┃", MUTED),
        (right[: max(0, full - line)], style), (right[max(0, full - line) :], FAINT),
    )  # fmt: skip
