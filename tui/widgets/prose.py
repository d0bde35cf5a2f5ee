"""Text to be read, wrapped as Chinese is: see `tui.wrapping`."""

from __future__ import annotations

from textual.content import Content
from textual.css.styles import RulesMap
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widgets import Static

from tui.wrapping import line_breaks


class Wrapped(Visual):
    """A `Content` whose lines are broken by our own rules."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._cached: tuple[int, Content] | None = None

    def __str__(self) -> str:
        return self._content.plain

    def at(self, width: int) -> Content:
        """The content with a line feed at every break for this many cells."""
        if self._cached is None or self._cached[0] != width:
            lines = [
                part.rstrip()
                for line in self._content.split(allow_blank=True)
                for part in line.divide(line_breaks(line.plain, width))
            ]
            self._cached = (width, Content("\n").join(lines))
        return self._cached[1]

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        return self.at(width).render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return self._content.get_optimal_width(rules, container_width)

    def get_minimal_width(self, rules: RulesMap) -> int:
        return self._content.get_minimal_width(rules)

    def get_height(self, rules: RulesMap, width: int) -> int:
        return self.at(width).get_height(rules, width)


class Prose(Static):
    """A `Static` for text of any length. What is selected with the mouse can be copied as it stands."""

    def __init__(self, content: Content | str = "", *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 -- Textual's own name
        super().__init__(_wrapped(content), id=id, classes=classes, markup=False)

    def say(self, content: Content | str) -> None:
        """Shows this from now on."""
        self.update(_wrapped(content))

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        visual = self.visual
        if not isinstance(visual, Wrapped):
            return super().get_selection(selection)
        return selection.extract(visual.at(self.content_size.width).plain), "\n"


def _wrapped(content: Content | str) -> Wrapped:
    return Wrapped(content if isinstance(content, Content) else Content(content))
