"""The keys of a screen on as many lines as they need, so that no key is cut off in a narrow window."""

# Textual leaves type parameters of its own classes open.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from textual import actions
from textual.binding import Binding
from textual.content import Content
from textual.events import Resize
from textual.style import Style
from textual.widgets import Static

from tui.words import Words

GAP = 3  # cells


class KeyLine(Static):
    """Shows the screen's own bindings in their order, also those a widget in focus carries out.

    A binding's description is the name of a field of `Words`. A click presses the key.
    """

    DEFAULT_CSS = """
    KeyLine {
        dock: bottom;
        height: auto;
        padding: 0 2;
        background: $panel;
        color: $secondary;
        link-style: none;
        link-color: $secondary;
        link-style-hover: bold;
        link-color-hover: $foreground;
        link-background-hover: $panel;
    }
    """

    def __init__(self, words: Words) -> None:
        super().__init__(markup=False)
        self._words = words

    def on_mount(self) -> None:
        self.fill()

    def on_resize(self, _: Resize) -> None:
        self.fill()

    def fill(self) -> None:
        """Shows the keys that do something now."""
        width = max(1, self.size.width or self.app.size.width - 4)
        lines: list[Content] = []
        for item in self._items():
            if lines and lines[-1].cell_length + GAP + item.cell_length <= width:
                lines[-1] = lines[-1].append(" " * GAP).append(item)
            else:
                lines.append(item)
        self.update(Content("\n").join(lines))

    def _items(self) -> list[Content]:
        bindings = [binding for binding in self.screen.BINDINGS if isinstance(binding, Binding) and binding.show]
        return [self._item(binding) for binding in bindings if self._does_something(binding)]

    def _does_something(self, binding: Binding) -> bool:
        _, name, parameters = actions.parse(binding.action)
        return self.screen.check_action(name, parameters) is not False

    def _item(self, binding: Binding) -> Content:
        first = next(iter(Binding.make_bindings([binding])))
        label = str(getattr(self._words, binding.description))
        press = Style.from_meta({"@click": f"app.simulate_key({first.key!r})"})
        key = Content.styled(self.app.get_key_display(first), "bold $primary")
        return Content.assemble(key, " ", label).stylize(press)
