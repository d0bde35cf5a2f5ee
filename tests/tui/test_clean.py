from __future__ import annotations

import pytest

from tui.clean import clean, one_line


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\x9b31mb", "ab"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\x00b\x07c\x7fd", "abcd"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("tab\there", "tab    here"),
        ("你好，[bold]不是标记[/bold]", "你好，[bold]不是标记[/bold]"),
    ],
)
def test_what_a_terminal_would_obey_is_taken_out(hostile, harmless):
    assert clean(hostile) == harmless


def test_one_line_is_cut_with_an_ellipsis():
    assert one_line("a\nb  c", 0) == "a b c"
    assert one_line("abcdef", 4) == "abc…"
    assert one_line("abcd", 4) == "abcd"
