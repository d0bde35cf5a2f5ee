"""Where the answer is typed: many lines, wrapped, Enter for a new line; the screen decides what sending means."""

from __future__ import annotations

from textual.events import Paste, Resize
from textual.widgets import TextArea

from tui.clean import clean
from tui.words import Words

LONG = 20_000  # characters; beyond this the user is warned, and all is kept


class AnswerEditor(TextArea):
    """Its border says what it is for, how much is typed, and whether the draft is safe."""

    def __init__(self, words: Words) -> None:
        super().__init__(soft_wrap=True, highlight_cursor_line=False, id="editor")
        self._words = words

    def on_mount(self) -> None:
        self.expect_code(code=False)

    def expect_code(self, *, code: bool) -> None:
        """In code, Tab indents and there is more room."""
        self.tab_behavior = "indent" if code else "focus"
        self.set_class(code, "-code")
        title = self._words.editor_code if code else self._words.editor_title
        self.border_title = f"{title} · {self._words.editor_hint}"

    def take_out(self, sent: str) -> None:
        """Removes what was sent and saved; what was typed after it stays."""
        if sent and self.text.startswith(sent):
            self.put(self.text[len(sent) :].lstrip("\n"))

    def put(self, text: str) -> None:
        """Puts this text in place of all there is, with the cursor at its end."""
        self.text = clean(text)
        self.move_cursor(self.document.end)

    def tell(self, *notes: str) -> None:
        """Shows these notes in the border, with the length of what is typed."""
        length = len(self.text)
        parts = [self._words.characters.format(n=length)] if length else []
        if length > LONG:
            parts.append(self._words.too_long.format(most=LONG))
        self.set_class(length > LONG, "-long")
        self.border_subtitle = " · ".join([*parts, *(note for note in notes if note)])

    def on_resize(self, _: Resize) -> None:
        """What is being typed stays in sight when the lines wrap anew."""
        self.call_after_refresh(self.scroll_cursor_visible)

    async def _on_paste(self, event: Paste) -> None:
        event.prevent_default()
        event.stop()
        if not self.read_only:
            result = self.insert(clean(event.text), maintain_selection_offset=False)
            self.move_cursor(result.end_location)
