"""Stopped at any moment, an interview goes on from what was saved."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.interviews import Room, drain, of, room
from fakes.judging import NamingJudge

from interviewer.errors import StorageError, UsageError
from interviewer.interview.events import (
    AnswerRequested,
    Event,
    Failed,
    Finished,
    FollowUpAsked,
    PointJudged,
    QuestionAsked,
    Said,
    SessionStarted,
)
from interviewer.interview.session import InterviewSession
from interviewer.transcript.record import AnswerRecord


def answer_to(request: AnswerRequested) -> str:
    return f"第 {request.turn} 次回答 {'全' if request.turn % 3 else '嗯'}"


async def load(r: Room, session: str) -> InterviewSession:
    return await InterviewSession.load(r.ports, session, unattended=True)


async def go_on(r: Room, session_id: str, stops: random.Random | None = None) -> list[Event]:
    """Runs the session; with `stops` it is abandoned and loaded again now and then."""
    collected: list[Event] = []
    session = await load(r, session_id)
    while True:
        async with session:
            stream = session.start()
            while True:
                request = None
                async for stamped in stream:
                    collected.append(stamped.event)
                    if isinstance(stamped.event, AnswerRequested):
                        request = stamped.event
                    if stops and stops.random() < 0.06:
                        await stream.aclose()  # type: ignore[attr-defined]
                        request = None
                        break
                else:
                    if request is None:
                        return collected
                    stream = session.answer(request.request, answer_to(request))
                    continue
                break
        session = await load(r, session_id)


def asked(events: list[Event]) -> list[str]:
    texts = [event.text for event in events if isinstance(event, (QuestionAsked, FollowUpAsked))]
    return list(dict.fromkeys(texts))


async def test_an_interview_abandoned_many_times_asks_the_same_and_judges_each_answer_once(tmp_path: Path):
    async with room(tmp_path / "whole") as r:
        session = await r.new("screen", seed=7)
        whole = await go_on(r, session.id)
        expected = [(turn.request, turn.text) for turn in (await r.transcript(session)).turns]
    for seed in range(2):
        async with room(tmp_path / f"cut{seed}") as r:
            session = await r.new("screen", seed=7)
            events = await go_on(r, session.id, random.Random(seed))
            transcript = await r.transcript(session)
        assert [(turn.request, turn.text) for turn in transcript.turns] == expected
        assert len(transcript.answers) == len({answer.request for answer in transcript.answers})
        assert len(transcript.gradings) == len({grading.request for grading in transcript.gradings})
        assert of(events, Finished)[-1].score == pytest.approx(of(whole, Finished)[0].score)
        assert set(asked(whole)) == set(asked(events))


async def test_an_answer_saved_but_not_taken_in_is_taken_in_at_the_next_start(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        events: list[Event] = []
        async with session:
            request = await drain(session.start(), events)
        assert request is not None
        # Killed between the insert and the resume.
        saved = AnswerRecord(request=request.request, text="全", intent="answer", seconds=9, saved_at=r.clock.now())
        await r.store.add_answer(session.id, saved)
        again = await load(r, session.id)
        async with again:
            following = await drain(again.start(), events)
        assert following is not None
        assert following.request != request.request
        judged = list(of(events, PointJudged))
        assert judged


async def test_the_resumed_session_says_so_and_repeats_the_open_question(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        first: list[Event] = []
        async with session:
            await drain(session.start(), first)
        second: list[Event] = []
        again = await load(r, session.id)
        async with again:
            await drain(again.start(), second)
    assert of(second, SessionStarted)[0].resumed
    assert of(second, QuestionAsked)[0] == of(first, QuestionAsked)[0]
    assert of(second, AnswerRequested)[0] == of(first, AnswerRequested)[0]


async def test_a_draft_and_its_time_come_back(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        async with session:
            request = await drain(session.start(), [])
            assert request is not None
            r.clock.advance(42)
            await session.save_draft(request.request, "写到一半")
        r.clock.advance(3600)  # away for an hour: not the candidate's time
        again = await load(r, session.id)
        async with again:
            await drain(again.start(), [])
            assert await again.draft(request.request) == "写到一半"
            assert again.thinking_seconds == 42


async def test_lost_checkpoints_are_rebuilt_from_the_transcript(tmp_path: Path):
    judge = NamingJudge()
    async with room(tmp_path, judge) as r:
        session = await r.new("screen")
        events: list[Event] = []
        async with session:
            request = await drain(session.start(), events)
            for _ in range(4):
                assert request is not None
                request = await drain(session.answer(request.request, answer_to(request)), events)
        waiting = request
        before = len(judge.judged)
        (tmp_path / "checkpoints.db").write_bytes(b"not a database at all" * 200)
        again = await load(r, session.id)
        async with again:
            request = await drain(again.start(), [])
        assert request == waiting
        assert len(judge.judged) == before  # nothing is judged a second time
        assert any("checkpoints" in notice for notice in r.notices)
        assert list(tmp_path.glob("checkpoints.db.bad-*"))


async def test_a_judgement_cut_off_by_a_stop_is_made_at_the_next_start(tmp_path: Path):
    judge = NamingJudge(delay_s=30)
    async with room(tmp_path, judge) as r:
        session = await r.new("daily", unattended=False)
        object.__setattr__(session._context.choices, "patience_s", 0.0)
        async with session:
            request = await drain(session.start(), [])
            assert request is not None
            await drain(session.answer(request.request, "全"), [])
        assert (await r.transcript(session)).gradings == ()
        judge.delay_s = 0
        await go_on(r, session.id)
        transcript = await r.transcript(session)
    assert len(transcript.gradings) == len({grading.request for grading in transcript.gradings})
    assert request.request in {grading.request for grading in transcript.gradings}


async def test_a_finished_session_only_reports_and_leaves_no_checkpoint(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        await go_on(r, session.id)
        again = await load(r, session.id)
        events: list[Event] = []
        async with again:
            assert await drain(again.start(), events) is None
            snapshot = await again._graph.aget_state(again._config)
    assert [type(event).__name__ for event in events] == ["SessionStarted", "Finished"]
    assert snapshot.values == {}


async def test_an_interview_left_in_the_debrief_is_not_closed_before_all_is_graded(tmp_path: Path):
    judge = NamingJudge(delay_s=30)
    async with room(tmp_path, judge) as r:
        session = await r.new("daily", unattended=False)
        object.__setattr__(session._context.choices, "patience_s", 0.0)
        async with session:
            request = await drain(session.start(), [])
            for said in ("大概和梯度有关", "不会", "不会"):  # the first waits for the judge; rules decide the others
                assert request is not None
                request = await drain(session.answer(request.request, said), [])
            assert request is not None
            stream = session.answer(request.request, "不会")
            async for stamped in stream:
                if isinstance(stamped.event, Said):
                    break
            await asyncio.sleep(0.05)  # the debrief waits for the judge by now
        await asyncio.sleep(0.05)
        assert (await r.transcript(session)).session.status == "running"
        judge.delay_s = 0
        events = await go_on(r, session.id)
    assert of(events, Finished)[0].status == "graded"


async def test_what_was_said_is_written_down_once_however_often_a_step_is_run(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        async with session:
            request = await drain(session.start(), [])
            for text in ("提示", "再说一遍", "全"):
                assert request is not None
                request = await drain(session.answer(request.request, text), [])
        before = (await r.transcript(session)).said
        (tmp_path / "checkpoints.db").unlink()
        again = await load(r, session.id)
        async with again:
            await drain(again.start(), [])
        assert (await r.transcript(session)).said == before
    assert [said.kind for said in before] == ["hint", "repeat"]


async def test_an_answer_to_a_question_that_the_bank_has_no_longer_does_not_stop_the_rest(tmp_path: Path):
    judge = NamingJudge(delay_s=30)
    async with room(tmp_path, judge) as r:
        session = await r.new("daily", unattended=False)
        object.__setattr__(session._context.choices, "patience_s", 0.0)
        async with session:
            request = await drain(session.start(), [])
            assert request is not None
            request = await drain(session.answer(request.request, "不会"), [])
        gone = (await r.transcript(session)).turns[0].question_id
        bank = r.ports.bank
        smaller = replace(bank, questions={name: each for name, each in bank.questions.items() if name != gone})
        judge.delay_s = 0
        again = await InterviewSession.load(replace(r.ports, bank=smaller), session.id, unattended=True)
        events = await r.sit(again, lambda request, events: "全")
    assert of(events, Finished)[0].reason == "complete"
    assert not of(events, Failed)


async def test_the_checkpoint_of_a_session_killed_after_its_end_is_deleted_at_the_next_start(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        async with session:
            await drain(session.start(), [])
        record = (await r.transcript(session)).session
        await r.store.finish_session(record.model_copy(update={"status": "finished", "reason": "complete"}))
        again = await load(r, session.id)
        async with again:
            await drain(again.start(), [])
            assert (await again._graph.aget_state(again._config)).values == {}


async def test_an_interview_cancelled_while_the_judge_works_goes_on_at_the_next_start(tmp_path: Path):
    judge = NamingJudge(delay_s=30)
    async with room(tmp_path, judge) as r:
        session = await r.new("daily")

        async def sit() -> None:
            async with session:
                request = await drain(session.start(), [])
                assert request is not None
                await drain(session.answer(request.request, "全"), [])

        sitting = asyncio.create_task(sit())
        await asyncio.sleep(0.5)
        assert judge.judged
        sitting.cancel()
        await asyncio.gather(sitting, return_exceptions=True)
        judge.delay_s = 0
        again = await load(r, session.id)
        events: list[Event] = []
        async with again:
            request = await drain(again.start(), events)
    assert request is not None
    assert of(events, PointJudged)


async def test_a_step_that_failed_is_made_again_at_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        events: list[Event] = []
        async with session:
            request = await drain(session.start(), events)
            assert request is not None
            with monkeypatch.context() as full:
                full.setattr(r.store, "add_grading", _disk_full)
                await drain(session.answer(request.request, "全"), events)
        assert of(events, Failed)[0].code == "StorageError"
        events = await go_on(r, session.id)
        transcript = await r.transcript(session)
    assert of(events, Finished)
    assert [answer.text for answer in transcript.answers].count("全") == 1


async def _disk_full(*_: object) -> bool:
    raise StorageError("The disk is full")


async def test_a_session_of_another_version_is_told_and_kept(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        record = await r.store.session(session.id)
        strange = record.model_copy(update={"id": "strange", "config": {**record.config, "voice": True}})
        await r.store.add_session(strange)
        with pytest.raises(UsageError, match="another version"):
            await load(r, "strange")
