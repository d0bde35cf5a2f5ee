from __future__ import annotations

from fake_desk import FakeDesk, finished, interrupted, setup
from textual.widgets import Static

from interviewer.errors import BankError, ModelError, SettingsError
from interviewer.interview.events import AnswerRequested
from interviewer.settings import Settings
from tui.app import InterviewerApp


async def test_the_menu_stands_before_anything_is_loaded(stage):
    desk = FakeDesk()
    desk.may_open.clear()
    async with stage(desk) as on:
        await on.pilot.pause()
        assert "开始一场模拟面试" in on.seen()
        assert "正在准备" in on.seen()
        desk.may_open.set()


async def test_a_choice_made_while_loading_is_carried_out_when_loaded(stage):
    desk = FakeDesk()
    desk.may_open.clear()
    async with stage(desk) as on:
        await on.pilot.pause()
        await on.press("enter")
        assert on.screen == "HomeScreen"
        desk.may_open.set()
        await on.until(lambda: on.screen == "SetupScreen")


async def test_progress_is_one_line_and_goes_when_done(stage):
    async with stage() as on:
        await on.home()
        on.desk.progress("join", 11, 22)
        await on.until(lambda: "合并模型文件" in on.seen())
        assert "50%" in on.seen()
        on.desk.may_warm.set()
        await on.until(lambda: on.app.readiness.warm)
        assert "合并模型文件" not in on.seen()


async def test_it_says_who_judges_and_that_the_judge_only_suggests(stage):
    async with stage() as on:
        await on.home()
        await on.until(lambda: "embedded/qwen2.5-coder-1.5b" in on.seen())
        assert "只提建议" in on.seen()


async def test_without_a_model_it_says_that_nothing_will_be_scored(stage):
    async with stage(FakeDesk(standing="none")) as on:
        await on.home()
        await on.until(lambda: "记为未评分" in on.seen())


async def test_a_judge_that_does_not_come_up_leaves_the_program_usable(stage):
    desk = FakeDesk()
    desk.warm_fails = ModelError("The model file is damaged", hint="Join it again.")
    desk.may_warm.set()
    async with stage(desk) as on:
        await on.until(lambda: "The model file is damaged" in on.seen())
        await on.press("enter")
        await on.until(lambda: on.screen == "SetupScreen")


async def test_a_broken_bank_is_told_and_can_be_tried_again(stage):
    desk = FakeDesk()
    desk.open_fails = BankError("attention.yaml: not valid YAML", "line 3", "Mend the file; nothing was changed.")
    async with stage(desk) as on:
        await on.until(lambda: on.screen == "ProblemScreen")
        assert "attention.yaml" in on.seen()
        assert "Mend the file" in on.seen()
        desk.open_fails = None
        await on.press("enter")
        await on.home()


async def test_an_unfinished_interview_comes_first(stage):
    async with stage(FakeDesk(records=[finished(), interrupted("u1")])) as on:
        await on.home()
        await on.until(lambda: "继续上次面试" in on.seen())
        await on.press("enter")
        await on.until(lambda: on.screen == "InterviewScreen")
        await on.until(lambda: "几个查询头共用一组" in on.seen())
        assert on.desk.session.id == "u1"


async def test_recent_interviews_show_score_and_status_in_words(stage):
    async with stage(FakeDesk(records=[finished("a"), finished("b", score=85.0), finished("c", score=None)])) as on:
        await on.home()
        await on.until(lambda: "优秀" in on.seen())
        seen = on.seen()
        assert "58 ✗ 未通过 · 仅供参考" in seen
        assert "85 ✓✓ 优秀" in seen
        assert "未评分" in seen


async def test_one_key_changes_the_language_and_back(stage):
    async with stage(FakeDesk(records=[finished()])) as on:
        await on.home()
        await on.press("ctrl+l")
        await on.until(lambda: "Start a mock interview" in on.seen())
        assert "not passed" in on.seen()
        assert "开始" not in on.seen()
        await on.press("ctrl+l")
        await on.until(lambda: "开始一场模拟面试" in on.seen())


async def test_notices_of_the_program_are_shown_as_plain_text(stage):
    async with stage() as on:
        await on.home()
        on.desk.notice("[red]kept[/red] \x1b[31mas text")
        await on.until(lambda: "[red]kept[/red] as text" in on.seen())


async def test_the_language_of_the_settings_is_spoken(stage):
    desk = FakeDesk()
    desk.settings = Settings(language="en")
    async with stage(desk) as on:
        await on.until(lambda: "Start a mock interview" in on.seen())


async def test_settings_that_can_not_be_read_are_told(stage):
    def broken():
        raise SettingsError("settings.toml: level: not a number", "", "Mend the file.")

    app = InterviewerApp(broken)
    async with app.run_test() as pilot:
        while not app.screen.query(".box"):
            await pilot.pause()
        assert any("level: not a number" in str(part.visual) for part in app.screen.query(Static))


async def test_an_interview_given_on_the_command_line_begins_at_once(stage):
    async with stage(start=setup()) as on:
        await on.asked("r001")
        assert on.desk.session.setup == setup()


async def test_an_interview_is_resumed_from_the_command_line(stage):
    desk = FakeDesk([[AnswerRequested("r002", 2, "knowledge", "answer")]], records=[interrupted("u1")])
    async with stage(desk, resume="u1") as on:
        await on.asked("r002")
        assert "几个查询头共用一组" in on.seen()
