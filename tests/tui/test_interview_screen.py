from __future__ import annotations

import asyncio

from fake_desk import GQA, SECRET, FakeDesk, ask, finished, graded, interrupted

from interviewer.errors import StorageError
from interviewer.interview.events import (
    AnswerRequested,
    Failed,
    Finished,
    FollowUpAsked,
    PhaseChanged,
    QuestionAsked,
    Said,
)

DRILL = [
    [PhaseChanged("knowledge", None, 2), *ask(1)],
    [*graded(1, final=False), FollowUpAsked(2, GQA.id, "bank", "组数怎么定？"),
     AnswerRequested("r002", 2, "knowledge", "answer")],
    [*graded(2, final=True), *ask(3)],
]  # fmt: skip


async def test_enter_makes_a_new_line_and_ctrl_s_sends(stage):
    async with stage() as on:
        await on.begin()
        await on.press("你", "好", "enter", "K", "V", "ctrl+s")
        await on.asked("r002")
        assert on.desk.session.taken == [("r001", "你好\nKV", None)]
        assert on.editor.text == ""
        assert "组数怎么定" in on.seen()


async def test_an_empty_answer_is_not_sent(stage):
    async with stage() as on:
        await on.begin()
        await on.press("enter", "space", "ctrl+s")
        await on.pilot.pause()
        assert on.desk.session.taken == []


async def test_each_key_sends_its_command(stage):
    keys = ("f2", "f3", "f4", "f5", "f7")
    async with stage(FakeDesk([ask(turn) for turn in range(1, len(keys) + 2)])) as on:
        await on.begin()
        for turn, key in enumerate(keys, 1):
            await on.press(key)
            await on.asked(f"r{turn + 1:03d}")
        assert [(text, command) for _, text, command in on.desk.session.taken] == [
            ("", "hint"),
            ("", "repeat"),
            ("", "skip"),
            ("不会", None),
            ("", "amend"),
        ]


async def test_a_hint_leaves_what_is_typed_in_the_editor(stage):
    async with stage() as on:
        await on.begin()
        on.editor.insert("写到一半")
        await on.press("f2")
        await on.asked("r002")
        assert on.editor.text == "写到一半"


async def test_skipping_with_unsent_text_asks_first_and_keeps_the_text_in_the_record(stage):
    async with stage() as on:
        await on.begin()
        on.editor.insert("写到一半")
        await on.press("f4")
        await on.until(lambda: on.screen == "ConfirmScreen")
        assert "4 字没发送" in on.seen()
        await on.press("n")
        await on.until(lambda: on.screen == "InterviewScreen")
        assert on.desk.session.taken == []
        await on.press("f5")
        await on.until(lambda: on.screen == "ConfirmScreen")
        await on.press("y")
        await on.asked("r002")
        assert on.desk.session.taken == [("r001", "写到一半", "skip")]


async def test_a_mock_shows_no_verdict_before_its_end(stage):
    async with stage() as on:
        await on.begin()
        await on.answer("分组共享 KV", "r002")
        await on.answer("按显存定", "r003")
        texts = on.texts()
        for private in (SECRET, "67", "△", "答到", GQA.answer.zh):
            assert private not in texts


async def test_a_mock_only_says_how_many_answers_are_being_graded(stage):
    async with stage() as on:
        await on.begin()
        on.desk.session.pending_gradings = 2
        await on.until(lambda: "评审中 2" in on.seen())


async def test_a_drill_shows_verdicts_at_once_and_the_answer_when_no_follow_up_comes(stage):
    async with stage(FakeDesk(DRILL), size=(100, 40)) as on:
        await on.begin("drill")
        await on.answer("分组共享 KV", "r002")
        seen = on.seen()
        assert "「分组共享」" in seen
        assert "还有 1 点没答到" in seen
        assert GQA.answer.zh not in seen
        assert "可以从 MHA 检查点继续训练得到" not in seen
        await on.answer("按显存定", "r003")
        seen = on.seen()
        assert GQA.answer.zh in seen
        assert "67 ✓ 通过 · 仅供参考" in seen
        assert "✗  可以从 MHA 检查点继续训练得到  没答到" in seen


async def test_a_drill_says_that_the_judge_is_at_work(stage):
    async with stage(FakeDesk(DRILL)) as on:
        await on.begin("drill")
        on.desk.session.gate.clear()
        on.desk.session.pending_gradings = 1
        on.editor.insert("分组共享 KV")
        await on.press("ctrl+s")
        await on.until(lambda: "正在评分…" in on.seen())
        on.desk.session.gate.set()
        await on.asked("r002")


async def test_the_text_stays_until_it_is_known_to_be_saved(stage):
    async with stage() as on:
        await on.begin()
        on.desk.session.gate.clear()
        on.editor.insert("还没存")
        await on.press("ctrl+s")
        await on.until(lambda: on.desk.session.taken)
        assert on.editor.text == "还没存"
        on.editor.insert("，又想到一点")
        on.desk.session.gate.set()
        await on.asked("r002")
        assert on.editor.text == "，又想到一点"


async def test_a_second_send_waits_for_the_first(stage):
    async with stage() as on:
        await on.begin()
        on.desk.session.gate.clear()
        on.editor.insert("第一条")
        await on.press("ctrl+s", "ctrl+s", "f4")
        await on.until(lambda: on.desk.session.taken)
        assert len(on.desk.session.taken) == 1
        on.desk.session.gate.set()
        await on.asked("r002")


async def test_the_draft_is_saved_while_typing_and_restored_on_resume(stage):
    async with stage() as on:
        await on.begin()
        on.editor.insert("半句话")
        await on.until(lambda: on.desk.session.drafts == {"r001": "半句话"})
        assert "草稿已存" in on.seen()
    again = FakeDesk([[AnswerRequested("r002", 2, "knowledge", "answer")]], records=[interrupted("u1")])
    session = await again.resume("u1")
    session.drafts["r002"] = "半句话"
    async with stage(again) as on:
        await on.home()
        await on.until(lambda: "继续上次面试" in on.seen())
        await on.press("enter")
        await on.asked("r002")
        assert on.editor.text == "半句话"
        assert "08:30" in on.seen()  # ten minutes less the 90 seconds of the answer before


async def test_leaving_the_program_saves_what_was_just_typed(stage):
    async with stage() as on:
        await on.begin()
        on.editor.insert("最后一句")
        await on.pilot.pause()
        session = on.desk.session
        on.app.exit()
    assert session.drafts == {"r001": "最后一句"}
    assert session.left == 1


async def test_a_draft_that_can_not_be_saved_is_told_and_the_text_stays(stage):
    async with stage() as on:
        await on.begin()

        async def full(request, text):
            raise StorageError("The disk is full")

        on.desk.session.save_draft = full
        on.editor.insert("别丢")
        await on.until(lambda: "草稿没能保存" in on.seen())
        assert on.editor.text == "别丢"


async def test_pause_stops_the_clock_and_going_on_starts_it(stage):
    async with stage() as on:
        await on.begin()
        await on.press("f8")
        await on.until(lambda: on.screen == "PauseScreen")
        assert not on.desk.session.clock_runs
        assert "已暂停" in on.seen()
        await on.press("enter")
        await on.until(lambda: on.screen == "InterviewScreen")
        await on.until(lambda: on.desk.session.clock_runs)


async def test_a_question_that_comes_while_paused_does_not_start_the_clock(stage):
    async with stage() as on:
        await on.begin()
        on.desk.session.gate.clear()
        on.editor.insert("答")
        await on.press("ctrl+s", "f8")
        await on.until(lambda: on.screen == "PauseScreen")
        on.desk.session.clock_runs = True  # what a session does when it asks
        on.desk.session.gate.set()
        await on.until(lambda: not on.desk.session.clock_runs)
        await on.press("enter")
        await on.until(lambda: on.desk.session.clock_runs)


async def test_one_can_leave_from_the_pause_and_the_session_is_closed(stage):
    async with stage() as on:
        await on.begin()
        session = on.desk.session
        await on.press("f8")
        await on.until(lambda: on.screen == "PauseScreen")
        await on.press("q")
        await on.until(lambda: on.screen == "HomeScreen")
        await on.until(lambda: session.left == 1)


async def test_the_end_is_confirmed_and_leads_to_the_debrief(stage):
    async with stage() as on:
        await on.begin()
        on.desk.records["s1"] = finished("s1")
        await on.press("f10")
        await on.until(lambda: on.screen == "ConfirmScreen")
        await on.press("enter")
        await on.until(lambda: on.screen == "InterviewScreen")
        assert on.desk.session.taken == []
        on.editor.insert("没发的")
        await on.press("escape")
        await on.until(lambda: on.screen == "ConfirmScreen")
        await on.press("y")
        await on.until(lambda: on.screen == "DebriefScreen")
        assert on.desk.session.taken == [("r001", "没发的", "end")]


async def test_while_the_judge_finishes_it_says_how_many_are_left(stage):
    class Slow(FakeDesk):
        async def new_session(self, setup):
            session = await super().new_session(setup)
            answer = session.answer
            hold = asyncio.Event()
            session.hold = hold

            async def slow(request, text="", **how):
                async for stamped in answer(request, text, **how):
                    if isinstance(stamped.event, Finished):
                        await hold.wait()
                    yield stamped

            session.answer = slow
            return session

    script = [ask(1), [Said(1, "closing", "今天就到这里。"), Finished("complete", "graded", 70.0, 1.0)]]
    async with stage(Slow(script)) as on:
        await on.begin()
        on.desk.session.pending_gradings = 3
        on.editor.insert("答")
        await on.press("ctrl+s")
        await on.until(lambda: "正在评分，还剩 3 个回答 · 可以先离开" in on.seen())
        assert "你的回答" not in on.seen()
        assert "^s 发送" not in on.seen()
        assert "esc 先离开，以后继续" in on.seen()
        on.desk.session.hold.set()
        await on.until(lambda: on.screen == "DebriefScreen")


async def test_one_can_leave_while_the_judge_finishes_and_the_session_is_closed(stage):
    script = [ask(1), [Said(1, "closing", "今天就到这里。"), PhaseChanged("reverse", 60, 0)]]
    async with stage(FakeDesk(script)) as on:
        await on.begin()
        session = on.desk.session
        on.editor.insert("答")
        await on.press("ctrl+s")
        await on.until(lambda: "正在评分" in on.seen())
        await on.press("f10", "f8", "ctrl+s")
        assert on.screen == "InterviewScreen"
        await on.press("escape")
        await on.until(lambda: on.screen == "HomeScreen")
        await on.until(lambda: session.left == 1)


async def test_a_failure_shows_how_to_go_on_and_trying_again_takes_the_interview_up(stage):
    failed = Failed(
        "StorageError", "The disk is full\nYour answers are saved.\nMake room.", "interviewer mock --resume s1"
    )
    async with stage() as on:
        await on.begin()
        session = on.desk.session
        session.fails = None
        good, session.script[1] = session.script[1], [failed]
        on.editor.insert("答")
        await on.press("ctrl+s")
        await on.until(lambda: on.screen == "ProblemScreen")
        for text in ("The disk is full", "Your answers are saved.", "Make room.", "interviewer mock --resume s1"):
            assert text in on.seen()
        assert session.left == 1
        session.script[1] = good
        await on.press("enter")
        await on.asked("r002")
        assert session.entered == 2


async def test_an_unexpected_error_is_told_and_the_text_is_still_there(stage):
    async with stage() as on:
        await on.begin()
        on.desk.session.fails = ZeroDivisionError("a [bold]bug[/bold]")
        on.editor.insert("别丢")
        await on.press("ctrl+s")
        await on.until(lambda: on.screen == "ProblemScreen")
        assert "ZeroDivisionError: a [bold]bug[/bold]" in on.seen()
        on.desk.session.fails = None
        await on.press("enter")
        await on.asked("r001")
        assert on.editor.text == "别丢"
        await on.press("ctrl+s")
        await on.asked("r002")


async def test_in_a_coding_task_tab_indents(stage):
    script = [[PhaseChanged("coding", 600, 1), QuestionAsked(1, GQA.id, "coding", 1, "attention", "手写", ""),
               AnswerRequested("r001", 1, "coding", "code")], ask(2)]  # fmt: skip
    async with stage(FakeDesk(script)) as on:
        await on.begin()
        assert "你的代码" in on.seen()
        await on.press("tab", "x")
        assert on.editor.text == "    x"


async def test_one_can_look_back_without_leaving_the_editor(stage):
    async with stage(FakeDesk([ask(1), ask(2), ask(3)])) as on:
        await on.begin()
        await on.answer("很长的回答\n" * 30, "r002")
        assert "Q1" not in on.seen()
        for _ in range(8):
            await on.press("ctrl+up")
        await on.until(lambda: "Q1" in on.seen())
        assert on.editor.has_focus


async def test_a_key_pressed_twice_asks_once(stage):
    async with stage() as on:
        await on.begin()
        on.app.screen.action_end()
        on.app.screen.action_end()
        await on.until(lambda: on.screen == "ConfirmScreen")
        await on.press("n")
        await on.until(lambda: on.screen == "InterviewScreen")


async def test_one_can_quit_from_a_question_too(stage):
    async with stage() as on:
        await on.begin()
        await on.press("f10")
        await on.until(lambda: on.screen == "ConfirmScreen")
        await on.press("ctrl+q")
        await on.until(lambda: not on.app.is_running)
    assert on.desk.session.left == 1
