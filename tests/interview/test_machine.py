"""Whole interviews through the session facade: what is asked, in which order, and what it comes to."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes.interviews import drain, of, room, the_bank
from fakes.judging import NamingJudge

from interviewer.errors import LockedError, NoModel, StorageError, UsageError
from interviewer.interview.events import (
    AnswerGraded,
    AnswerRequested,
    AnswerSaved,
    Event,
    Failed,
    Finished,
    FollowUpAsked,
    PhaseChanged,
    PointJudged,
    QuestionAsked,
    Said,
    SessionStarted,
)
from interviewer.interview.session import InterviewSession


def everything(request: AnswerRequested, events: list[Event]) -> str:
    return "全 全都说到了"


def nothing(request: AnswerRequested, events: list[Event]) -> str:
    return "不会"


def vague(request: AnswerRequested, events: list[Event]) -> str:
    return "大概就是那样"


async def test_a_perfect_candidate_gets_100_and_no_probe(tmp_path: Path):
    async with room(tmp_path) as r:
        events = await r.sit(await r.new("screen"), everything)
    [finished] = of(events, Finished)
    assert (finished.reason, finished.status, finished.score) == ("complete", "graded", 100)
    assert not of(events, FollowUpAsked)
    assert [phase.phase for phase in finished.phases] == ["intro", "project", "knowledge", "scenario", "reverse"]


async def test_dont_know_is_taken_at_once_and_moves_on(tmp_path: Path):
    async with room(tmp_path) as r:
        events = await r.sit(await r.new("screen"), nothing)
    assert not of(events, FollowUpAsked)
    assert of(events, Finished)[0].score == 0


async def test_at_most_two_probes_a_question_and_each_for_another_point(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        events = await r.sit(session, vague)
        transcript = await r.transcript(session)
    for asked in of(events, QuestionAsked):
        assert sum(probe.question_id == asked.question_id for probe in of(events, FollowUpAsked)) == 2
    probed = [(turn.question_id, turn.probe_point) for turn in transcript.turns if turn.probe_point]
    assert len(probed) == len(set(probed))


async def test_probes_go_to_wrong_points_first_then_by_weight(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        bank = r.ports.bank
        wrong: dict[str, str] = {}

        def mistaken(request: AnswerRequested, events: list[Event]) -> str:
            question = bank.question(of(events, QuestionAsked)[-1].question_id)
            light = min(question.points, key=lambda point: point.weight)
            wrong[question.id] = light.id
            return f"!{light.id}"

        await r.sit(session, mistaken)
        transcript = await r.transcript(session)
    first: dict[str, str | None] = {}
    for turn in transcript.turns:
        if turn.kind == "probe":
            first.setdefault(turn.question_id, turn.probe_point)
    assert first == wrong


async def test_no_question_comes_twice_and_the_seed_fixes_them(tmp_path: Path):
    async def asked(seed: int, folder: str) -> list[str]:
        async with room(tmp_path / folder) as r:
            events = await r.sit(await r.new("second", seed=seed), everything)
        return [event.question_id for event in of(events, QuestionAsked)]

    once, again, other = await asked(7, "a"), await asked(7, "b"), await asked(8, "c")
    assert once == again
    assert once != other
    assert len(once) == len(set(once))


@pytest.mark.parametrize("preset", ["daily", "screen", "first", "second", "lead", "drill"])
@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_every_round_runs_to_its_end_in_both_languages(tmp_path: Path, preset: str, lang: str):
    async with room(tmp_path) as r:
        events = await r.sit(await r.new(preset, lang=lang), vague)
    assert of(events, Finished)[0].reason == "complete"
    assert [event.phase for event in of(events, PhaseChanged)] == list(
        dict.fromkeys(event.phase for event in of(events, PhaseChanged))
    )


async def test_every_answer_is_judged_exactly_once(tmp_path: Path):
    judge = NamingJudge()
    async with room(tmp_path, judge) as r:
        session = await r.new("first")
        await r.sit(session, vague)
        transcript = await r.transcript(session)
    judged = [case.turn for case in judge.judged]
    assert len(judged) == len(set(judged))
    requests = [grading.request for grading in transcript.gradings]
    assert len(requests) == len(set(requests)) == len(judged)


async def test_evidence_lies_in_the_answer(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        await r.sit(session, everything)
        transcript = await r.transcript(session)
    spans = [(g.request, v.evidence) for g in transcript.gradings for v in g.verdicts if v.evidence]
    assert spans
    for request, span in spans:
        answer = transcript.answer(request)
        assert answer is not None
        assert span.of(answer.text) == "全"


async def test_a_hint_gives_no_point_away_and_halves_the_credit(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        seen: set[str] = set()

        def hinted(request: AnswerRequested, events: list[Event]) -> str:
            question = of(events, QuestionAsked)[-1].question_id
            if question in seen:
                return "全"
            seen.add(question)
            return "提示"

        events = await r.sit(session, hinted)
        bank = r.ports.bank
    hints = [event for event in of(events, Said) if event.kind == "hint"]
    assert len(hints) == 3
    points = {point.text.zh for question in bank.questions.values() for point in question.points}
    assert not any(point in hint.text for hint in hints for point in points)
    assert of(events, Finished)[0].score == 50


async def test_skip_is_recorded_and_counts_as_missed(tmp_path: Path):
    async with room(tmp_path) as r:
        events = await r.sit(await r.new("daily"), lambda request, events: "跳过")
    assert {event.intent for event in of(events, AnswerSaved)} == {"skip"}
    assert of(events, Finished)[0].score == 0
    assert not of(events, FollowUpAsked)


async def test_repeat_says_the_same_again_and_clarify_asks_in_other_words_without_a_verdict(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        script = iter(["再说一遍", "你是指训练阶段吗?", *["全"] * 3])
        events = await r.sit(session, lambda request, events: next(script))
    first = of(events, QuestionAsked)[0]
    repeat, clarify = [event for event in of(events, Said) if event.kind in ("repeat", "clarify")]
    assert [repeat.kind, clarify.kind] == ["repeat", "clarify"]
    assert first.text in repeat.text
    rephrased = the_bank().question(first.question_id).rephrased
    assert rephrased is not None
    assert rephrased.zh in clarify.text
    assert len(of(events, AnswerGraded)) == 3


async def test_an_amendment_reopens_the_question_before(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        script = iter(["不会", "更正:全", "全", "全"])
        events = await r.sit(session, lambda request, events: next(script))
    questions = [event.question_id for event in of(events, QuestionAsked)]
    assert questions[1] == questions[2]  # the running question is asked again after the amendment
    graded = [(event.question_id, event.score) for event in of(events, AnswerGraded)]
    assert graded[:2] == [(questions[0], 0), (questions[0], 100)]
    assert of(events, Finished)[0].score == 100


async def test_a_correction_is_judged_for_the_question_before_alone(tmp_path: Path):
    judge = NamingJudge()
    async with room(tmp_path, judge) as r:
        session = await r.new("daily")
        script = iter(["不会", "更正:全", "全", "全"])
        await r.sit(session, lambda request, events: next(script))
        transcript = await r.transcript(session)
    graded = {grading.request: grading.question_id for grading in transcript.gradings}
    assert graded == {turn.request: turn.question_id for turn in transcript.turns if turn.request in graded}
    assert "r002" not in graded  # the turn in which the correction was announced
    assert len(judge.judged) == 3  # rules decide 不会


@pytest.mark.parametrize(("said", "intent"), [("", "repeat"), ("更正:全", "answer")])
async def test_an_amendment_with_no_question_before_is_no_empty_answer(tmp_path: Path, said: str, intent: str):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        events: list[Event] = []
        async with session:
            request = await drain(session.start(), events)
            assert request is not None
            await drain(session.answer(request.request, said, command="amend" if not said else None), events)
    assert of(events, AnswerSaved)[0].intent == intent
    assert len(of(events, AnswerGraded)) == (intent == "answer")


async def test_a_bare_amendment_of_a_follow_up_asks_it_again(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        script = iter(["嗯", "更正", "全", "全", "全"])
        events = await r.sit(session, lambda request, events: next(script))
        transcript = await r.transcript(session)
    assert [event.intent for event in of(events, AnswerSaved)][:3] == ["answer", "repeat", "answer"]
    assert [turn.kind for turn in transcript.turns][:3] == ["question", "probe", "probe"]


async def test_credit_stays_halved_after_a_hint_when_an_amendment_comes_between(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        script = iter(["全", "提示", "更正:全", "全", "全"])
        events = await r.sit(session, lambda request, events: next(script))
        transcript = await r.transcript(session)
    hinted = of(events, Said)[0].turn
    question = transcript.turns[hinted - 1].question_id
    graded = [event for event in of(events, AnswerGraded) if event.question_id == question]
    assert [event.score for event in graded] == [50]


async def test_a_question_to_the_interviewer_is_no_request_to_clarify(tmp_path: Path):
    async with room(tmp_path) as r:

        def asking(request: AnswerRequested, events: list[Event]) -> str:
            return "团队主要做哪方面的工作?" if request.kind == "reverse" else "不会"

        events = await r.sit(await r.new("screen"), asking)
    assert of(events, AnswerSaved)[-1].intent == "answer"
    assert of(events, Finished)[0].reason == "complete"


async def test_an_answer_with_broken_characters_is_saved_and_judged(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        events = await r.sit(session, lambda request, events: "半个表情 \ud83d 和零\x00 全")
        transcript = await r.transcript(session)
    assert of(events, Finished)[0].score == 100
    assert transcript.answers[0].text == "半个表情 ? 和零 全"


async def test_end_goes_to_the_debrief_at_once(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("screen")
        script = iter(["大家好", "全", "结束"])
        events = await r.sit(session, lambda request, events: next(script))
    [finished] = of(events, Finished)
    assert finished.reason == "ended"
    assert finished.score == 100  # over what was held


async def test_time_that_is_used_up_ends_the_phase_and_the_interview(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("screen")

        def slow(request: AnswerRequested, events: list[Event]) -> str:
            r.clock.advance(10 * 60)
            return "嗯"

        events = await r.sit(session, slow)
    # Ten minutes each: one question a phase; knowledge has thirteen, so its first answer still gets a probe.
    assert len(of(events, QuestionAsked)) == len(of(events, PhaseChanged)) == 5
    assert len(of(events, FollowUpAsked)) == 1
    assert of(events, Finished)[0].reason == "complete"


async def test_the_candidates_time_alone_is_counted(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")

        def thinking(request: AnswerRequested, events: list[Event]) -> str:
            r.clock.advance(30)
            return "全"

        events = await r.sit(session, thinking)
        transcript = await r.transcript(session)
    assert [answer.seconds for answer in transcript.answers] == [30, 30, 30]
    assert of(events, Finished)[0].phases[0].seconds == 90


async def test_without_a_model_answers_stay_ungraded_and_nothing_is_made_up(tmp_path: Path):
    judge = NamingJudge(error=NoModel("No model could answer"))
    async with room(tmp_path, judge) as r:
        session = await r.new("daily")
        events = await r.sit(session, everything)
        assert session.unjudged == len(of(events, AnswerSaved))
    [finished] = of(events, Finished)
    assert (finished.status, finished.score) == ("ungraded", None)
    assert {event.status for event in of(events, AnswerGraded)} == {"ungraded"}


async def test_a_judge_that_is_not_trusted_gives_provisional_scores(tmp_path: Path):
    async with room(tmp_path) as r:
        r.standing = "provisional"
        events = await r.sit(await r.new("daily"), everything)
    assert of(events, Finished)[0].status == "provisional"


async def test_a_slow_judge_does_not_stall_the_interview_and_the_debrief_waits(tmp_path: Path):
    judge = NamingJudge(delay_s=0.3)
    async with room(tmp_path, judge) as r:
        session = await r.new("daily", unattended=False)
        object.__setattr__(session._context.choices, "patience_s", 0.0)
        events = await r.sit(session, everything)
    statuses = [event.status for event in of(events, AnswerGraded)]
    assert "pending" in statuses
    assert of(events, Finished)[0].status == "graded"
    judged = {event.question_id for event in of(events, PointJudged)}
    assert judged == {event.question_id for event in of(events, QuestionAsked)}


async def test_an_answer_to_another_request_is_refused_and_changes_nothing(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        events: list[Event] = []
        async with session:
            request = await drain(session.start(), events)
            assert request is not None
            with pytest.raises(UsageError, match="r009"):
                await drain(session.answer("r009", "text"), events)
        assert (await r.transcript(session)).answers == ()


async def test_an_unknown_topic_is_refused_with_the_nearest_one(tmp_path: Path):
    async with room(tmp_path) as r:
        with pytest.raises(UsageError, match="finetuning"):
            await r.new("drill", topics=("finetunning",))


async def test_the_same_interview_is_not_opened_twice(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        async with session:
            other = await InterviewSession.load(r.ports, session.id)
            with pytest.raises(LockedError, match="this interview"):
                async with other:
                    pass


async def test_a_checkpoint_file_that_cannot_be_opened_is_told_and_leaves_no_lock(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("daily")
        (tmp_path / "checkpoints.db").mkdir()
        with pytest.raises(StorageError, match=r"checkpoints\.db"):
            await session.__aenter__()
        (tmp_path / "checkpoints.db").rmdir()
        async with await InterviewSession.load(r.ports, session.id) as again:
            assert await drain(again.start(), []) is not None


async def test_a_drill_grades_at_once(tmp_path: Path):
    async with room(tmp_path) as r:
        events = await r.sit(await r.new("drill", topics=("attention",), count=1), everything)
    names = [type(event).__name__ for event in events]
    assert names.index("AnswerGraded") < names.index("Finished")
    assert not of(events, Failed)
    assert of(events, SessionStarted)[0].preset == "drill"


async def test_a_hint_to_a_probe_leads_to_no_other_point(tmp_path: Path):
    async with room(tmp_path) as r:
        session = await r.new("drill", count=1)
        script = iter(["大概吧", "提示", "还是不清楚", "全"])
        events = await r.sit(session, lambda request, events: next(script))
        bank = r.ports.bank
    [hint] = [event for event in of(events, Said) if event.kind == "hint"]
    assert not any(point.probe.zh in hint.text for question in bank.questions.values() for point in question.points)


async def test_what_rules_decide_does_not_wait_for_the_model(tmp_path: Path):
    judge = NamingJudge(delay_s=1.5)
    async with room(tmp_path, judge) as r:
        session = await r.new("daily", unattended=False)
        object.__setattr__(session._context.choices, "patience_s", 0.2)
        script = iter(["长回答", "不会", "不会", "不会"])
        events = await r.sit(session, lambda request, events: next(script))
    graded = [(event.turn, event.status) for event in of(events, AnswerGraded) if event.turn == 2]
    assert graded[0] == (2, "ungraded")  # turn 1 of that question is still being judged
