from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content
from textual.widgets import Static

from tui.widgets.prose import Prose
from tui.wrapping import line_breaks


def lines(text: str, width: int) -> list[str]:
    cuts = [0, *line_breaks(text, width), len(text)]
    return [text[start:end].rstrip() for start, end in pairwise(cuts)]


def test_chinese_fills_the_line_though_latin_words_stand_in_it():
    assert lines("长上下文模型和 RAG 怎么取舍，信息冲突时怎么办", 20) == [
        "长上下文模型和 RAG",
        "怎么取舍，信息冲突时",
        "怎么办",
    ]
    assert lines("用 LoRA 微调的时候学习率怎么定", 16) == ["用 LoRA 微调的时", "候学习率怎么定"]


def test_no_line_begins_with_a_mark_that_closes_and_none_ends_with_one_that_opens():
    assert lines("占比还是有点低，有差距", 14) == ["占比还是有点", "低，有差距"]
    assert lines("这个方法叫做《注意力》", 14) == ["这个方法叫做", "《注意力》"]


def test_words_are_kept_whole_where_they_fit():
    assert lines("the attention output is a weighted mean", 16) == ["the attention", "output is a", "weighted mean"]


def test_a_word_longer_than_the_line_is_cut():
    assert lines("abcdefghij", 4) == ["abcd", "efgh", "ij"]


@given(st.text("注意力，。（）《》abc 1.?！", max_size=60), st.integers(2, 30))
def test_nothing_is_lost_and_no_line_is_too_wide(text, width):
    cuts = line_breaks(text, width)
    assert cuts == sorted(set(cuts))
    assert all(0 < cut < len(text) for cut in cuts)
    for line in lines(text, width):
        assert Content(line).cell_length <= width


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_a_prose_widget_is_as_high_as_what_it_shows(stage, width):
    text = "长上下文模型和 RAG 怎么取舍？拿到的信息互相冲突时怎么办？" * 6
    async with stage(size=(width, 24)) as on:
        await on.home()
        prose = Prose(Content(text))
        await on.app.screen.mount(Static("上面"), prose)
        await on.until(lambda: prose.size.height > 1)
        shown = [row.strip() for row in on.seen().splitlines()]
        start = shown.index("上面")
        rows = shown[start + 1 : start + 1 + prose.size.height]
        assert "".join(rows).replace(" ", "") == text.replace(" ", "")
        assert all(row[0] not in "，。？！" for row in rows)
