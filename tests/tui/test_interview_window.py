from __future__ import annotations

import pytest
from fake_desk import GQA, FakeDesk, ask
from textual import events

from interviewer.interview.events import AnswerRequested, PhaseChanged, QuestionAsked
from tui.widgets.answer_editor import LONG
from tui.widgets.dialogue import Dialogue


async def test_hostile_text_is_shown_as_text(stage):
    hostile = "[bold red]你好[/] \x1b[2J\x1b]0;x\x07[@click=app.quit]点我[/] ＷＩＤＥ 👩‍👩‍👧 \u202eabc"
    script = [[PhaseChanged("knowledge", 600, 1), QuestionAsked(1, GQA.id, "concept", 1, "attention", hostile, ""),
               AnswerRequested("r001", 1, "knowledge", "answer")]]  # fmt: skip
    async with stage(FakeDesk([*script, ask(2)])) as on:
        await on.begin()
        assert "[bold red]你好[/]" in on.seen()
        assert "[@click=app.quit]点我[/]" in on.seen()
        assert "\x1b" not in on.seen()
        on.app.post_message(events.Paste(hostile))
        await on.until(lambda: on.editor.text)
        assert "\x1b" not in on.editor.text
        await on.press("ctrl+s")
        await on.asked("r002")
        assert on.seen().count("[bold red]你好[/]") == 2


async def test_twenty_thousand_pasted_characters_are_kept_with_a_warning(stage):
    text = "注意力机制的计算复杂度。" * (LONG // 12 + 1)
    async with stage() as on:
        await on.begin()
        on.app.post_message(events.Paste(text))
        await on.until(lambda: len(on.editor.text) == len(text))
        await on.until(lambda: f"超过 {LONG} 字" in on.seen())
        await on.press("ctrl+s")
        await on.asked("r002")
        assert on.desk.session.taken == [("r001", text, None)]


async def test_a_resize_in_mid_answer_keeps_text_and_keys(stage):
    async with stage(size=(120, 40)) as on:
        await on.begin()
        on.editor.insert("长回答" * 60)
        await on.pilot.resize_terminal(60, 20)
        await on.until(lambda: on.app.size.width == 60)
        assert on.editor.text == "长回答" * 60
        assert on.editor.has_focus
        seen = on.seen()
        for key in ("^s 发送", "F2 提示", "F3 重复", "F4 跳过", "F5 不会", "F7 更正上题", "F8 暂停", "F10 结束"):
            assert key in seen
        assert "长回答" in seen
        assert "MHA、MQA、GQA" in seen


async def test_a_window_that_is_too_small_says_so_and_recovers(stage):
    async with stage() as on:
        await on.begin()
        await on.pilot.resize_terminal(50, 16)
        await on.until(lambda: "窗口太小" in on.seen())
        assert "MHA" not in on.seen()
        await on.pilot.resize_terminal(80, 24)
        await on.until(lambda: "MHA、MQA、GQA" in on.seen())
        assert "窗口太小" not in on.seen()


async def test_what_is_typed_stays_in_sight_through_resizes(stage):
    async with stage() as on:
        await on.begin()
        on.editor.insert("很长的回答，" * 400 + "终")
        for size in ((120, 40), (62, 18), (80, 24)):
            await on.pilot.resize_terminal(*size)
            await on.until(lambda size=size: on.app.size.width == size[0])
            await on.until(lambda: "终" in on.seen())


async def test_ctrl_c_tells_how_to_quit_and_quits_nothing(stage):
    async with stage() as on:
        await on.begin()
        on.editor.insert("写到一半")
        await on.press("ctrl+c")
        await on.until(lambda: "退出请按 ctrl+q" in on.seen())
        assert on.editor.text == "写到一半"


@pytest.mark.parametrize("width", [80, 100, 120])
async def test_what_is_said_is_as_wide_as_the_editor(stage, width):
    async with stage(size=(width, 30)) as on:
        await on.begin()
        dialogue, editor = on.app.screen.query_one(Dialogue), on.editor
        assert (dialogue.region.x, dialogue.region.right) == (editor.region.x, editor.region.right)


async def test_a_long_answer_leaves_room_for_the_next_question(stage):
    async with stage() as on:
        await on.begin()
        await on.answer("很长的回答。" * 400, "r002")
        assert "共 2400 字" in on.seen()
        assert "组数怎么定" in on.seen()
