"""Grades answers beside the interview: routing waits a little, the debrief waits for all, nothing is graded twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from interviewer.bank.load import Bank
from interviewer.bank.question import Lang
from interviewer.errors import ModelError
from interviewer.interview.clock import Clock
from interviewer.judge.chain import rules_only
from interviewer.judge.verdict import Case, Judge, JudgeIdentity, Judgement
from interviewer.transcript.port import TranscriptStore
from interviewer.transcript.record import AnswerRecord, GradingRecord, Transcript, TurnRecord
from interviewer.transcript.scoring import case_points, wants_grading

RULES_S = 0.3  # enough for what rules decide, and for writing it down
UNGRADED = JudgeIdentity(model="", endpoint="", prompt_sha="", method="rule")


@dataclass(frozen=True)
class Graded:
    """A grading that has become known, and the turn it belongs to."""

    turn: TurnRecord
    grading: GradingRecord


class Grader:
    """Owns the running gradings of one session. One answer is judged at a time: a local model has one mouth."""

    def __init__(
        self, *, session: str, lang: Lang, judge: Judge, store: TranscriptStore, bank: Bank, clock: Clock
    ) -> None:
        self._session = session
        self._lang: Lang = lang
        self._judge = judge
        self._store = store
        self._bank = bank
        self._clock = clock
        self._turn = asyncio.Lock()
        self._running: dict[str, asyncio.Task[Graded]] = {}
        self._unjudged: set[str] = set()
        self._slow = 0.0  # seconds that the last model's judgement took, waiting included

    @property
    def pending(self) -> int:
        """How many answers are still being graded."""
        return sum(not task.done() for task in self._running.values())

    @property
    def unjudged(self) -> int:
        """How many answers no model could be reached for."""
        return len(self._unjudged)

    def start(self, turn: TurnRecord, answer: AnswerRecord) -> None:
        """Begins to grade, unless that is under way already, or the bank has the question no longer."""
        if turn.request not in self._running and turn.question_id in self._bank.questions:
            self._running[turn.request] = asyncio.create_task(self._grade(turn, answer))

    def catch_up(self, transcript: Transcript) -> None:
        """Begins to grade every answer that was saved but not graded (the program was stopped in between)."""
        for turn in transcript.turns:
            answer = transcript.answer(turn.request)
            graded = any(grading.status == "graded" for grading in transcript.gradings_of(turn.request))
            if answer is not None and not graded and wants_grading(turn, answer):
                self.start(turn, answer)

    async def wait(self, request: str, patience_s: float | None) -> None:
        """Waits for one grading, at most `patience_s` seconds, and hardly at all when the last one took longer."""
        task = self._running.get(request)
        if task is None:
            return
        if patience_s is not None and self._slow > patience_s:
            patience_s = min(patience_s, RULES_S)
        await asyncio.wait({task}, timeout=patience_s)

    async def wait_any(self) -> None:
        """Waits until one more grading has ended."""
        running = [task for task in self._running.values() if not task.done()]
        if running:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)

    def collect(self) -> Sequence[Graded]:
        """The gradings that ended since the last call, in the order of the turns. Raises what a grading raised."""
        done = [request for request, task in self._running.items() if task.done()]
        return [self._running.pop(request).result() for request in sorted(done)]

    async def aclose(self) -> None:
        """Stops what is running; it begins again when the session is resumed."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._running.clear()

    async def _grade(self, turn: TurnRecord, answer: AnswerRecord) -> Graded:
        known = await self._store.gradings_of(self._session, turn.request)
        for grading in known:
            if grading.status == "graded":
                return Graded(turn, grading)
        case = self._case(turn, answer)
        began = self._clock.monotonic()
        try:
            judgement = rules_only(case)  # what rules decide does not queue behind a model
            if judgement is None:
                async with self._turn:
                    judgement = await self._judge.judge(case)
                self._slow = self._clock.monotonic() - began
        except ModelError as error:
            self._unjudged.add(turn.request)
            grading = self._record(turn, Judgement(verdicts=()), cause=str(error))
        else:
            self._unjudged.discard(turn.request)
            grading = self._record(turn, judgement)
        await self._store.add_grading(self._session, grading)
        return Graded(turn, grading)

    def _case(self, turn: TurnRecord, answer: AnswerRecord) -> Case:
        question = self._bank.question(turn.question_id)
        return Case(
            question=turn.text if turn.kind == "probe" else question.text.say(self._lang),
            points=case_points(question, self._lang),
            answer="" if answer.intent == "skip" else answer.text,
            lang=self._lang,
            turn=turn.turn,
            via=turn.via,
            model_answers=(question.answer.zh, question.answer.en),
        )

    def _record(self, turn: TurnRecord, judgement: Judgement, *, cause: str = "") -> GradingRecord:
        identity = next((verdict.judge for verdict in judgement.verdicts), UNGRADED)
        return GradingRecord(
            request=turn.request,
            question_id=turn.question_id,
            key=f"ungraded/{self._judge.identity.key}" if cause else identity.key,
            judge=identity,
            status="ungraded" if cause else "graded",
            verdicts=judgement.verdicts,
            usage=judgement.usage,
            flags=judgement.flags,
            cause=cause,
            graded_at=self._clock.now(),
        )
