"""The judge for models that write JSON: one call for all points of an answer, and one more for what came out unusable.

The quote is asked for before the word, so that the word follows from the evidence. The model gives no number.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from interviewer.bank.question import Lang
from interviewer.errors import BadOutput
from interviewer.judge.clean import Cleaned, fenced
from interviewer.judge.evidence import locate, supports
from interviewer.judge.reply import Item, Problem, read_items, schema_for
from interviewer.judge.sentences import Range
from interviewer.judge.verdict import Case, CasePoint, JudgeIdentity, Judgement, Span, Usage, Verdict, Word
from interviewer.models.chat import Chat, JsonMode, Message, Reply
from interviewer.models.faults import TooLong, Unsupported
from interviewer.prompt import Prompt, load_prompt

MODES: tuple[JsonMode, ...] = ("json_schema", "json_object", "prompt")
LOWERED: Mapping[Word, Word] = {"hit": "partial", "partial": "miss", "wrong": "miss"}
SURE, REPAIRED, UNPROVEN = 1.0, 0.7, 0.4
TOKENS_PER_POINT = 160  # a quote of one sentence, the id and the JSON around them
TOKENS_SPARE = 200

Attempt = Literal["first", "again"]


@dataclass(frozen=True)
class StructuredPrompts:
    """The prompts of one language: what to do, the case, and what to do again."""

    rules: Prompt
    case: Prompt
    again: Prompt

    @classmethod
    def load(cls, lang: Lang) -> StructuredPrompts:
        """Raises InterviewerError when one of the files is missing or wrong."""
        return cls(*(load_prompt(lang, f"judge-{name}") for name in ("structured", "answer", "again")))


@dataclass
class _Work:
    """One answer being judged: what is settled, what must be asked again and why, and what it cost."""

    case: Case
    answer: Cleaned
    settled: dict[str, Verdict] = field(default_factory=dict[str, Verdict])
    unproven: dict[str, Item] = field(default_factory=dict[str, Item])
    problems: dict[str, Problem] = field(default_factory=dict[str, Problem])
    valid: int = 0
    usage: Usage = field(default_factory=Usage)

    def open_points(self) -> list[CasePoint]:
        return [point for point in self.case.points if point.id not in self.settled]


class StructuredJudge:
    """A `Reader` over a chat model that can write JSON.

    The strictest JSON mode that the endpoint takes is found at the first call and remembered.
    """

    def __init__(self, chat: Chat, prompts: Mapping[Lang, StructuredPrompts] | None = None) -> None:
        self._chat = chat
        self._prompts = prompts or {"zh": StructuredPrompts.load("zh"), "en": StructuredPrompts.load("en")}
        self._modes = list(MODES)
        self._identity = JudgeIdentity(
            model=chat.model, endpoint=chat.endpoint, prompt_sha=_digest(self._prompts), method="structured"
        )

    @property
    def identity(self) -> JudgeIdentity:
        return self._identity

    async def read(self, case: Case, answer: Cleaned) -> Judgement:
        """A point that stays missing or invalid is `abstain`. Raises BadOutput when no point of it came out valid."""
        started = time.monotonic()
        work = _Work(case=case, answer=answer)
        shown = fenced(answer.shown)
        await self._attempt(work, shown, "first")
        if work.open_points():
            await self._attempt(work, shown, "again")
        if not work.valid:
            raise BadOutput(
                f"{self._chat.endpoint} ({self._chat.model}) gave no usable verdict",
                "The answer is saved and not graded by this model.",
                "Grade it again with: interviewer judge again --all",
            )
        verdicts = tuple(work.settled.get(point.id) or self._last_resort(work, point) for point in case.points)
        usage = work.usage.model_copy(update={"seconds": time.monotonic() - started})
        return Judgement(verdicts=verdicts, usage=usage)

    async def _attempt(self, work: _Work, shown: str, attempt: Attempt) -> None:
        """Asks for every open point, and sorts what comes back into settled, unproven and problems."""
        points = work.open_points()
        reply = await self._ask(work, shown, points)
        if reply is None:
            work.problems = {point.id: "missing" for point in points}
            return
        work.usage += Usage(
            calls=1,
            prompt_tokens=reply.tokens.prompt,
            cached_tokens=reply.tokens.cached,
            completion_tokens=reply.tokens.completion,
        )
        items = read_items(reply.text, [point.id for point in points])
        work.problems = {}
        for point in points:
            item = items.get(point.id)
            if item is None:
                work.problems[point.id] = "missing"
                continue
            work.valid += 1
            self._take(work, point, item, attempt)

    def _take(self, work: _Work, point: CasePoint, item: Item, attempt: Attempt) -> None:
        if item.verdict == "miss":
            work.settled[point.id] = self._verdict(work, point, "miss", None, attempt)
            return
        found = locate(item.quote, work.answer)
        if found is not None and supports(found, work.answer, work.case.question):
            work.settled[point.id] = self._verdict(work, point, item.verdict, found, attempt)
            return
        work.unproven[point.id] = item
        work.problems[point.id] = "unquoted" if found is None else "unproven"

    def _last_resort(self, work: _Work, point: CasePoint) -> Verdict:
        """What stays of a point that was asked twice: a word without evidence is lowered, no word is `abstain`."""
        item = work.unproven.get(point.id)
        word: Word = LOWERED[item.verdict] if item else "abstain"
        return Verdict(
            point_id=point.id,
            verdict=word,
            via=work.case.via,
            confidence=UNPROVEN if item else 0.0,
            judge=self._identity,
        )

    def _verdict(self, work: _Work, point: CasePoint, word: Word, found: Range | None, attempt: Attempt) -> Verdict:
        evidence = None
        if found is not None:
            start, end = work.answer.raw_range(*found)
            evidence = Span(turn=work.case.turn, start=start, end=end)
        return Verdict(
            point_id=point.id,
            verdict=word,
            evidence=evidence,
            via=work.case.via,
            confidence=SURE if attempt == "first" else REPAIRED,
            judge=self._identity,
        )

    async def _ask(self, work: _Work, shown: str, points: Sequence[CasePoint]) -> Reply | None:
        """One reply about these points, or None when its body was unusable."""
        prompts = self._prompts[work.case.lang]
        listed = "\n".join(f"- {point.id}: {point.text}" for point in work.case.points)
        text = prompts.case.render(question=work.case.question, points=listed, answer=shown)
        if work.problems:
            text = f"{text}\n\n{_again(prompts.again, work.problems)}"
        messages = [Message("system", prompts.rules.body), Message("user", text)]
        try:
            return await self._reply(messages, points)
        except TooLong:
            raise
        except BadOutput:
            work.usage += Usage(calls=1)
            return None

    async def _reply(self, messages: Sequence[Message], points: Sequence[CasePoint]) -> Reply:
        """Tries the JSON modes from the strictest on; a mode that the endpoint does not take is not tried again."""
        limit = TOKENS_SPARE + TOKENS_PER_POINT * len(points)
        schema = schema_for([point.id for point in points])
        while True:
            mode = self._modes[0]
            try:
                return await self._chat.reply(messages, max_tokens=limit, schema=schema, json_mode=mode)
            except Unsupported:
                if len(self._modes) == 1:
                    raise
                if self._modes[0] == mode:  # another answer that is judged at the same time may have dropped it
                    self._modes.pop(0)


def _again(prompt: Prompt, problems: Mapping[str, Problem]) -> str:
    """What was wrong with the last reply, point by point."""
    kinds: tuple[Problem, ...] = ("missing", "unquoted", "unproven")
    said = {kind: ", ".join(name for name, problem in problems.items() if problem == kind) or "-" for kind in kinds}
    return prompt.render(**said)


def _digest(prompts: Mapping[Lang, StructuredPrompts]) -> str:
    """One digest of all prompt files in both languages."""
    shas = [prompt.sha for lang in sorted(prompts) for prompt in vars(prompts[lang]).values()]
    return hashlib.sha256("".join(shas).encode()).hexdigest()[:12]
