from __future__ import annotations

from tui.screens.setup import SetupScreen


async def opened(on, *keys):
    await on.home()
    await on.press(*keys, "enter")
    await on.until(lambda: isinstance(on.app.screen, SetupScreen))


async def test_two_keys_from_home_to_the_first_question(stage):
    async with stage() as on:
        await on.home()
        await on.press("enter")
        await on.until(lambda: on.screen == "SetupScreen")
        await on.press("enter")
        await on.asked("r001")
        assert on.desk.session.setup.preset == "first"
        assert on.desk.session.setup.minutes is None
        assert "MHA、MQA、GQA" in on.seen()


async def test_arrows_choose_the_round_and_its_length_follows(stage):
    async with stage() as on:
        await opened(on)
        assert "由场次定：2–4" in on.seen()
        await on.press("left", "left")
        assert "每日三题 · 10 分钟" in on.seen()
        assert "三道八股" in on.seen()
        await on.press("down", "right", "down", "right", "enter")
        await on.asked("r001")
        chosen = on.desk.session.setup
        assert (chosen.preset, chosen.minutes, chosen.level) == ("daily", 15, 3)


async def test_the_language_of_the_interview_is_chosen_apart_from_the_interface(stage):
    async with stage() as on:
        await opened(on)
        await on.press("up", "right", "enter")
        await on.asked("r001")
        assert on.desk.session.setup.lang == "en"


async def test_a_drill_takes_a_topic_and_a_number_of_questions(stage):
    async with stage() as on:
        await opened(on, "down")
        assert "注意力" in on.seen()
        await on.press("down", "right", "enter")
        await on.asked("r001")
        chosen = on.desk.session.setup
        assert (chosen.preset, chosen.topics, chosen.count, chosen.minutes) == ("drill", ("attention",), 8, None)


async def test_escape_goes_back(stage):
    async with stage() as on:
        await opened(on)
        await on.press("escape")
        await on.until(lambda: on.screen == "HomeScreen")


async def test_all_of_it_fits_the_smallest_window(stage):
    async with stage(size=(60, 18)) as on:
        await opened(on)
        for text in ("场次", "时长", "级别", "语言", "中途不给反馈", "开始", "返回"):
            assert text in on.seen()
