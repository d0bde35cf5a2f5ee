"""Choose what to practise. Everything has a sensible default, so Enter starts at once."""

from __future__ import annotations

import secrets
from typing import cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from interviewer.interview.presets import KINDS, PRESETS, Preset
from interviewer.interview.setup import Setup
from tui.messages import GoHome, OpenInterview
from tui.screens.page import Page
from tui.show import MUTED
from tui.widgets.choice_row import ChoiceRow, Option

DEFAULT_PRESET = "first"
DRILL = "drill"
LENGTHS = (10, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120)  # minutes
COUNTS = (1, 3, 5, 8, 10, 15, 20)
DEFAULT_COUNT = 5


class SetupScreen(Page):
    CSS_PATH = "setup.tcss"
    BINDINGS = [  # noqa: RUF012 -- Textual's own
        Binding("enter", "start", "key_start", priority=True),
        Binding("up", "app.focus_previous", "key_choose", key_display="↑↓"),
        Binding("down", "app.focus_next", show=False),
        Binding("left,right", "none", "key_change", key_display="←→"),
        Binding("escape", "back", "key_back"),
    ]

    def __init__(self, *, drill: bool) -> None:
        super().__init__()
        self._drill = drill

    def body(self) -> ComposeResult:
        words = self.words
        with VerticalScroll(id="setup", can_focus=False):
            yield Static(words.setup_drill if self._drill else words.setup_mock, markup=False, id="setup-title")
            if self._drill:
                yield ChoiceRow(words.row_topic, self._topics(), self._topics()[0].value, id="topic")
                counts = [Option(count, words.questions.format(n=count)) for count in COUNTS]
                yield ChoiceRow(words.row_count, counts, DEFAULT_COUNT, id="count")
            else:
                rounds = [Option(name, self._round_name(PRESETS[name])) for name in PRESETS if name != DRILL]
                yield ChoiceRow(words.row_preset, rounds, DEFAULT_PRESET, id="preset")
                yield ChoiceRow(words.row_minutes, self._lengths(), self._preset.minutes, id="minutes")
            yield ChoiceRow(words.row_level, self._levels(), self._own_level, id="level")
            languages = [Option(lang, words.languages[lang]) for lang in ("zh", "en")]
            yield ChoiceRow(words.row_lang, languages, words.lang, id="lang")
            yield Static(self._about(), markup=False, id="about")

    def again(self) -> None:
        self.action_start()

    @on(ChoiceRow.Changed, "#preset")
    def _preset_changed(self) -> None:
        self.query_one("#minutes", ChoiceRow).offer(self._lengths(), self._preset.minutes)
        level = self.query_one("#level", ChoiceRow)
        level.offer(self._levels(), self._own_level)
        self.query_one("#about", Static).update(self._about())

    def action_start(self) -> None:
        self.post_message(OpenInterview(self._chosen()))

    def action_back(self) -> None:
        self.post_message(GoHome())

    @property
    def _preset(self) -> Preset:
        if self._drill:
            return PRESETS[DRILL]
        rows = self.query("#preset").results(ChoiceRow)
        return PRESETS[next((cast("str", row.value) for row in rows), DEFAULT_PRESET)]

    @property
    def _own_level(self) -> int:
        return self.front.desk.settings.level

    def _chosen(self) -> Setup:
        preset = self._preset
        values = {row.id: row.value for row in self.query(ChoiceRow)}
        topic, minutes = values.get("topic"), values.get("minutes")
        return Setup(
            preset=preset.name,
            lang=values["lang"],
            seed=secrets.randbelow(1_000_000),
            level=values["level"],
            topics=(topic,) if topic else (),
            minutes=None if minutes == preset.minutes else minutes,
            count=values.get("count"),
        )

    def _topics(self) -> list[Option]:
        """Most often asked first, then any topic. Only topics that have questions for a drill are offered."""
        bank = self.front.desk.bank
        held = {question.topic for question in bank.questions.values() if question.kind in KINDS["knowledge"]}
        topics = sorted((topic for topic in bank.topics.values() if topic.id in held), key=lambda topic: -topic.weight)
        return [
            *(Option(topic.id, topic.title.say(self.words.lang)) for topic in topics),
            Option(None, self.words.all_topics),
        ]

    def _lengths(self) -> list[Option]:
        own = self._preset.minutes
        values = sorted({*LENGTHS, *([own] if own else [])})
        return [Option(value, self.words.minutes.format(n=f"{value:g}")) for value in values]

    def _levels(self) -> list[Option]:
        fixed = self._preset.levels
        if fixed is not None:
            return [Option(self._own_level, self.words.level_fixed.format(low=fixed[0], high=fixed[1]))]
        return [Option(level, f"{level} / 5") for level in range(1, 6)]

    def _round_name(self, preset: Preset) -> str:
        minutes = self.words.minutes.format(n=f"{preset.minutes:g}") if preset.minutes else self.words.no_clock
        return f"{self.words.presets[preset.name]} · {minutes}"

    def _about(self) -> Content:
        preset = self._preset
        phases = " → ".join(self.words.phases[shape.phase] for shape in preset.phases)
        feedback = self.words.feedback_now if preset.feedback else self.words.feedback_later
        about = self.words.preset_about[preset.name]
        return Content.assemble(about, "\n", (phases, "$primary"), "\n", (feedback, MUTED))
