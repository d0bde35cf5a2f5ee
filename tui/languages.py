"""Which words belong to a language."""

from __future__ import annotations

from tui.words import Lang, Words
from tui.words_en import EN
from tui.words_zh import ZH


def words_of(lang: Lang) -> Words:
    return ZH if lang == "zh" else EN
