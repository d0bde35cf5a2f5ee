"""An interview conducted in lines: which answer goes to which request, and what an empty line or an early end means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from fakes.interviews import Room, drain, room, the_bank

from interviewer.cli import lines
from interviewer.cli.lines import Answers, FileAnswers, Outcome, TypedAnswers, conduct
from interviewer.cli.plain import PlainPrinter
from interviewer.interview.events import AnswerGraded, Event, PointJudged, Stamped
from interviewer.interview.session import InterviewSession
from interviewer.judge.verdict import JudgeIdentity, Verdict, Word
from interviewer.transcript.record import AnswerRecord


class Unseen:
    def show(self, stamped: Stamped) -> None:
        pass


def blocks(folder: Path, *answers: str) -> FileAnswers:
    file = folder / "answers.txt"
    file.write_text("\n\n".join(answers), encoding="utf-8")
    return FileAnswers(file)


def typing(monkeypatch: pytest.MonkeyPatch, typed: Iterable[str]) -> TypedAnswers:
    waiting = iter(typed)

    async def read_line() -> str:
        return next(waiting, "")

    monkeypatch.setattr(lines, "read_line", read_line)
    return TypedAnswers("zh")


async def run(session: InterviewSession, answers: Answers) -> Outcome:
    async with session:
        return await conduct(session, answers, Unseen())


async def load(r: Room, session: str) -> InterviewSession:
    return await InterviewSession.load(r.ports, session, unattended=True)


async def answers_of(r: Room, session: InterviewSession) -> Sequence[str]:
    return [answer.text for answer in (await r.transcript(session)).answers]


async def test_no_block_of_the_file_is_passed_over_after_a_correction(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        given = ["全 一", "更正:全 又一", "全 二", "全 三"]
        assert (await run(session, blocks(tmp_path, *given))).end == "finished"
        assert await answers_of(r, session) == ["全 一", "更正:全 又一", "全 又一", "全 二", "全 三"]


async def test_a_resumed_interview_goes_on_in_the_file_where_it_stopped(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        given = ["全 一", "更正:全 又一", "暂停", "全 二", "全 三"]
        assert (await run(session, blocks(tmp_path, *given))).asked_for
        again = await load(r, session.id)
        assert (await run(again, blocks(tmp_path, *given))).end == "finished"
        assert (await answers_of(r, session))[-2:] == ["全 二", "全 三"]


async def test_a_pause_of_an_earlier_run_does_not_pause_this_one(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        async with session:
            request = await drain(session.start(), [])
        assert request is not None
        # Killed between the insert and the resume.
        pause = AnswerRecord(request=request.request, text="", intent="pause", seconds=1, saved_at=r.clock.now())
        await r.store.add_answer(session.id, pause)
        assert (await run(await load(r, session.id), blocks(tmp_path, "暂停", "全", "全", "全"))).end == "finished"


async def test_an_empty_line_alone_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        typed = ["\n", "全 一\n", "续\r\n", "\n", "  \n", "全 二\n", "\n", "全 三\n"]
        assert (await run(session, typing(monkeypatch, typed))).end == "finished"
        assert await answers_of(r, session) == ["全 一\n续", "全 二", "全 三"]


async def test_each_typed_line_is_kept_and_an_early_end_does_not_hand_in_the_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with room(tmp_path) as r:
        session = await r.new("daily")

        def typed() -> Iterable[str]:
            yield "写到一半\n"
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            await run(session, typing(monkeypatch, typed()))
        again = await load(r, session.id)
        outcome = await run(again, typing(monkeypatch, []))
        assert (outcome.end, outcome.asked_for) == ("paused", False)
        assert await again.draft("r001") == "写到一半"
        assert await answers_of(r, session) == []


def graded(word: Word, *, final: bool) -> list[Event]:
    point = the_bank().question("attention.self-attention").points[0]
    judge = JudgeIdentity(model="m", endpoint="e", prompt_sha="0", method="rule")
    verdict = Verdict(point_id=point.id, verdict=word, confidence=1, judge=judge)
    question = "attention.self-attention"
    return [
        PointJudged(question, verdict),
        AnswerGraded(question, 1, final=final, status="graded", score=50.0, coverage=1.0),
    ]


@pytest.mark.parametrize(
    ("word", "final", "told"),
    [("miss", False, False), ("miss", True, True), ("hit", False, True), ("wrong", False, False)],
)
def test_a_drill_tells_a_missed_point_only_when_no_probe_can_ask_for_it(
    capsys: pytest.CaptureFixture[str], word: Word, final: bool, told: bool
):
    printer = PlainPrinter("zh", the_bank(), feedback=True)
    for number, event in enumerate(graded(word, final=final)):
        printer.show(Stamped(number, "s", "t", event))
    point = the_bank().question("attention.self-attention").points[0]
    assert (point.text.zh in capsys.readouterr().out) == told


def test_a_mock_tells_no_verdict_at_all(capsys: pytest.CaptureFixture[str]):
    printer = PlainPrinter("zh", the_bank(), feedback=False)
    for number, event in enumerate(graded("hit", final=True)):
        printer.show(Stamped(number, "s", "t", event))
    assert capsys.readouterr().out == ""
