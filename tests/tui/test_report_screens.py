from __future__ import annotations

from fake_desk import GQA, ROPE, FakeDesk, finished, interrupted
from textual.content import Content

from tui.messages import OpenReport, OpenTranscripts


async def opened(on, *, fresh, session="done"):
    await on.home()
    on.app.post_message(OpenReport(session, fresh=fresh))
    await on.until(lambda: on.screen == ("DebriefScreen" if fresh else "TranscriptScreen"))
    await on.until(lambda: "正在读取" not in on.seen())


async def test_the_debrief_tells_score_standing_and_judge(stage):
    async with stage(FakeDesk(records=[finished()])) as on:
        await opened(on, fresh=True)
        seen = on.seen()
        assert "✗ 未通过 · 仅供参考" in seen
        assert "及格线 60" in seen
        assert "embedded/qwen2.5-coder-1.5b" in seen
        assert "分数仅供参考" in seen
        assert "每日三题" in seen
        assert "01:20" in seen


async def test_a_question_unfolds_to_points_quotes_answer_and_sources(stage):
    async with stage(FakeDesk(records=[finished()]), size=(100, 40)) as on:
        await opened(on, fresh=True)
        assert "✓1 ‼1 ?1" in on.seen()
        assert GQA.answer.zh not in on.texts()
        await on.press("tab", "enter")
        await on.until(lambda: GQA.answer.zh in on.seen())
        seen = on.seen()
        for text in (
            "「分组共享」",
            "‼  质量接近 MHA，显存更省  答错",
            "「质量差一些」",
            "判不了",
            "arXiv:2305.13245 §2.2",
        ):
            assert text in seen


async def test_the_questions_stand_in_one_column_whatever_their_phase(stage):
    record = finished()
    turns = (record.turns[0].model_copy(update={"phase": "project"}), record.turns[1])
    async with stage(FakeDesk(records=[record.model_copy(update={"turns": turns})])) as on:
        await opened(on, fresh=True)
        rows = [row for row in on.seen().splitlines() if "▶" in row]
        cells = [Content(row[: row.index(text)]).cell_length for row, text in zip(rows, ("MHA", "RoPE"), strict=True)]
        assert cells[0] == cells[1]


async def test_what_could_not_be_judged_has_no_number(stage):
    async with stage(FakeDesk(records=[finished(score=None)])) as on:
        await opened(on, fresh=True)
        assert "未评分" in on.seen()
        assert "没有编造分数" in on.seen()
        assert not on.app.screen.query("#score")


async def test_where_nothing_was_answered_no_model_is_blamed(stage):
    record = finished(score=None).model_copy(update={"turns": (), "answers": (), "gradings": ()})
    async with stage(FakeDesk(records=[record])) as on:
        await opened(on, fresh=True)
        assert "没有回答计分的题目" in on.seen()
        assert "没有模型能评分" not in on.seen()


async def test_the_debrief_goes_back_home(stage):
    async with stage(FakeDesk(records=[finished()])) as on:
        await opened(on, fresh=True)
        await on.press("escape")
        await on.until(lambda: on.screen == "HomeScreen")


async def test_a_transcript_holds_the_whole_dialogue_and_goes_back_to_the_list(stage):
    async with stage(FakeDesk(records=[finished(answer="分组共享" + "很长" * 900 + "质量差一些")])) as on:
        await on.home()
        on.app.post_message(OpenTranscripts())
        await on.until(lambda: on.screen == "TranscriptsScreen")
        await on.until(lambda: "每日三题" in on.seen())
        await on.press("enter")
        await on.until(lambda: on.screen == "TranscriptScreen")
        await on.until(lambda: ROPE.text.zh in on.texts())
        texts = on.texts()
        assert "很长" * 900 in texts
        assert "（跳过）" in texts
        await on.press("escape")
        await on.until(lambda: on.screen == "TranscriptsScreen")


async def test_an_unfinished_interview_can_be_read(stage):
    async with stage(FakeDesk(records=[interrupted("u1")])) as on:
        await opened(on, fresh=False, session="u1")
        assert "未完成" in on.seen()


async def test_the_list_shows_date_round_and_outcome(stage):
    async with stage(FakeDesk(records=[finished("a"), interrupted("b")])) as on:
        await on.home()
        on.app.post_message(OpenTranscripts())
        await on.until(lambda: on.screen == "TranscriptsScreen")
        await on.until(lambda: "未通过" in on.seen())
        assert "未完成" in on.seen()
        assert "11-23" in on.seen()


async def test_an_empty_list_says_so(stage):
    async with stage() as on:
        await on.home()
        on.app.post_message(OpenTranscripts())
        await on.until(lambda: "还没有面试记录。回首页" in on.seen())
        await on.press("escape")
        await on.until(lambda: on.screen == "HomeScreen")


async def test_export_writes_markdown_to_the_working_folder_and_says_where(stage, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with stage(FakeDesk(records=[finished("20261123-181203-d515")])) as on:
        await opened(on, fresh=False, session="20261123-181203-d515")
        await on.press("e")
        await on.until(lambda: "已导出到" in on.seen())
        assert "./interview-20261123-181203-d515.md" in on.seen()
    assert GQA.text.zh in (tmp_path / "interview-20261123-181203-d515.md").read_text(encoding="utf-8")


async def test_an_export_that_can_not_be_written_is_told(stage, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "interview-done.md").mkdir()
    async with stage(FakeDesk(records=[finished()])) as on:
        await opened(on, fresh=False)
        await on.press("e")
        await on.until(lambda: on.screen == "ProblemScreen")
        assert "interview-done.md" in on.seen().replace("\n", "")


async def test_hostile_words_in_a_record_are_shown_as_text(stage):
    answer = "[red]分[/] \x1b[2Jabc 质量差一些"
    async with stage(FakeDesk(records=[finished(answer=answer)])) as on:
        await opened(on, fresh=False)
        texts = on.texts()
        assert "[red]分[/]" in texts
        assert "\x1b" not in texts
