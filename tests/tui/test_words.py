from __future__ import annotations

import string
from dataclasses import fields
from importlib import import_module

import pytest
from textual.binding import Binding
from textual.screen import Screen

from interviewer.interview.presets import PRESETS
from tui.languages import words_of
from tui.words import Words
from tui.words_en import EN
from tui.words_zh import ZH


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", [field.name for field in fields(Words)])
def test_both_languages_say_the_same_things(name):
    zh, en = getattr(ZH, name), getattr(EN, name)
    if isinstance(zh, str):
        assert zh
        assert en
        assert blanks(zh) == blanks(en)
    else:
        assert zh.keys() == en.keys()


def test_every_preset_and_phase_has_a_name():
    for words in (ZH, EN):
        assert PRESETS.keys() == words.presets.keys() == words.preset_about.keys()
        assert {shape.phase for preset in PRESETS.values() for shape in preset.phases} <= words.phases.keys()


def test_words_are_found_by_language():
    assert words_of("zh") is ZH
    assert words_of("en") is EN


@pytest.mark.parametrize("module", ["home", "setup", "interview", "report", "transcripts", "problem", "confirm"])
def test_every_key_shown_has_words(module):
    loaded = import_module(f"tui.screens.{module}")
    own = [kind for kind in vars(loaded).values() if isinstance(kind, type) and issubclass(kind, Screen)]
    bindings = [binding for kind in own for binding in kind.BINDINGS if isinstance(binding, Binding) and binding.show]
    assert bindings
    for binding in bindings:
        assert getattr(ZH, binding.description)
