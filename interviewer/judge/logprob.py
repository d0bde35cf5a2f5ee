"""The judge for small models: no text is generated, the probabilities of one next token are read.

For each point the sentences nearest to it are put beside it, one at a time, after rules and worked examples that never
change and so stay in the engine's prompt cache. A small fitted head turns the log-probabilities into the four words.
A 1.5B model judges one sentence beside one point far better than a point against a whole answer, and the sentence is
the evidence, verbatim by construction.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from interviewer.bank.question import Lang
from interviewer.errors import BadOutput, InterviewerError
from interviewer.judge.clean import Cleaned
from interviewer.judge.evidence import restates
from interviewer.judge.features import Nearness, Observation, Seen, features
from interviewer.judge.head import HEAD, PLAIN_HEAD, Head, load_head
from interviewer.judge.reply import WORDS, Given
from interviewer.judge.rules import all_missed
from interviewer.judge.sentences import Range
from interviewer.judge.similarity import Similarity, by_overlap
from interviewer.judge.verdict import Case, CasePoint, JudgeIdentity, Judgement, Span, Usage, Verdict, Word
from interviewer.models.chat import Chat, Message, NextToken
from interviewer.prompt import Prompt, load_prompt

SENTENCES = 2  # at most, per point: the right one is nearest for 76 % of the points, among the two nearest for 91 %
OFF_POINT = 0.25  # chance of `miss` from which the next sentence is asked too
LONGEST = 240  # characters of a sentence that are shown; spoken sentences run on
MASS = 0.5  # less than this on the four words, everywhere, means that the model does not follow the prompt
TOP = 20
_UNSEEN = -12.0  # log-probability of a word that is not among the likeliest tokens

# Every way a model's first token may begin the reply that the examples show.
LABELS: Mapping[Lang, Mapping[Given, tuple[str, ...]]] = {
    "zh": {"hit": ("对", "正确"), "partial": ("半", "部分"), "miss": ("无", "没", "没有"), "wrong": ("错", "错误")},
    "en": {
        "hit": ("right", "correct"),
        "partial": ("partly", "part", "partial", "partially"),
        "miss": ("absent", "abs", "none"),
        "wrong": ("wrong", "incorrect"),
    },
}


@dataclass(frozen=True)
class PointPrompts:
    """The prompts of one language. `messages` puts the part that never changes first."""

    rules: Prompt
    case: Prompt
    examples: Prompt

    @classmethod
    def load(cls, lang: Lang) -> PointPrompts:
        """Raises InterviewerError when one of the files is missing or wrong."""
        return cls(*(load_prompt(lang, name) for name in ("judge-point", "judge-point-case", "judge-point-examples")))

    def messages(self, point: str, words: str) -> list[Message]:
        """Raises InterviewerError when an example is not three lines."""
        found = [Message("system", self.rules.body)]
        for block in self.examples.body.split("\n\n"):
            lines = block.strip().split("\n")
            if len(lines) != 3:  # noqa: PLR2004 -- point, words, reply
                raise InterviewerError(f"Prompt {self.examples.name}: an example must be three lines", block)
            found.append(Message("user", self.case.render(point=lines[0], words=lines[1])))
            found.append(Message("assistant", lines[2]))
        return [*found, Message("user", self.case.render(point=point, words=words))]


class LogprobJudge:
    """A `Reader` over a chat model that tells next-token probabilities.

    `similarity` finds the sentences of the answer that are nearest to a point; without one the shared characters
    decide, and the head that was fitted without nearness is used.
    """

    def __init__(
        self,
        chat: Chat,
        prompts: Mapping[Lang, PointPrompts] | None = None,
        *,
        similarity: Similarity | None = None,
        head: Head | None = None,
    ) -> None:
        self._chat = chat
        self._prompts = prompts or {"zh": PointPrompts.load("zh"), "en": PointPrompts.load("en")}
        self._similarity = similarity
        self._head = head or load_head(HEAD if similarity else PLAIN_HEAD)
        self._identity = JudgeIdentity(
            model=chat.model, endpoint=chat.endpoint, prompt_sha=_digest(self._prompts, self._head), method="logprob"
        )

    @property
    def identity(self) -> JudgeIdentity:
        return self._identity

    async def warm(self, lang: Lang) -> None:
        """Brings up the model and puts the part of the prompt that never changes into its cache. Raises ModelError."""
        await self._chat.ready()
        await self._chat.next_token(self._prompts[lang].messages("", ""), top=TOP)

    async def read(self, case: Case, answer: Cleaned) -> Judgement:
        """Raises BadOutput when the model does not answer with the words of the prompt for any point."""
        started = time.monotonic()
        said = [part for part in answer.said() if not restates(answer.text[slice(*part)], case.question)]
        if not said:
            return Judgement(verdicts=all_missed(case))  # every sentence repeats the question or speaks to the judge
        observed: list[tuple[CasePoint, Observation, Mapping[str, Range]]] = []
        usage = Usage()
        for point in case.points:
            found, places, cost = await self.observe(case, point, answer, said)
            observed.append((point, found, places))
            usage += cost
        if all(seen.mass < MASS for _, found, _ in observed for seen in found.seen):
            raise BadOutput(
                f"{self._chat.endpoint} ({self._chat.model}) does not answer in the words it was asked for",
                "The answer is saved and not graded by this model.",
                "Choose another model, or one that follows instructions.",
            )
        verdicts = tuple(self._verdict(case, point, found, answer, places) for point, found, places in observed)
        return Judgement(verdicts=verdicts, usage=usage.model_copy(update={"seconds": time.monotonic() - started}))

    async def observe(
        self, case: Case, point: CasePoint, answer: Cleaned, said: Sequence[Range]
    ) -> tuple[Observation, Mapping[str, Range], Usage]:
        """What the model says of the sentences nearest to the point, where they stand in the text, and the cost."""
        texts = [answer.text[start:end] for start, end in said]
        # An embedder takes tens of milliseconds a sentence, which a screen must not feel.
        to_point = await asyncio.to_thread(self._similarity or by_overlap, point.text, texts)
        order = sorted(range(len(said)), key=lambda at: -to_point[at])[:SENTENCES]
        near: dict[int, Nearness] = {}
        if self._similarity:
            to_question = await asyncio.to_thread(self._similarity, case.question, [texts[at] for at in order])
            near = {at: Nearness(to_point[at], found) for at, found in zip(order, to_question, strict=True)}
        prompts = self._prompts[case.lang]
        seen: list[Seen] = []
        usage = Usage()
        for at in order:
            token = await self._chat.next_token(prompts.messages(point.text, texts[at][:LONGEST]), top=TOP)
            tokens = token.tokens
            usage += Usage(
                calls=1, prompt_tokens=tokens.prompt, cached_tokens=tokens.cached, completion_tokens=tokens.completion
            )
            seen.append(replace(_read(texts[at], token, LABELS[case.lang]), near=near.get(at)))
            if math.exp(seen[-1].logprobs["miss"]) < OFF_POINT:
                break
        places = {texts[at]: said[at] for at in order}
        observed = Observation(question=case.question, answer=answer.text, point=point.text, lang=case.lang, seen=seen)
        return observed, places, usage

    def _verdict(
        self, case: Case, point: CasePoint, found: Observation, answer: Cleaned, places: Mapping[str, Range]
    ) -> Verdict:
        probs = self._head.probs(features(found))
        word, sure = self._head.choose(probs)
        said: Word = word if sure >= self._head.floor else "abstain"
        evidence = None
        if said in {"hit", "partial", "wrong"}:
            start, end = answer.raw_range(*places[found.best.words])
            evidence = Span(turn=case.turn, start=start, end=end)
        return Verdict(
            point_id=point.id,
            verdict=said,
            evidence=evidence,
            via=case.via,
            confidence=sure,
            probs=probs,
            judge=self._identity,
        )


def _read(words: str, token: NextToken, labels: Mapping[Given, tuple[str, ...]]) -> Seen:
    """Sums the surface forms of each word (case and space around do not matter) and normalises over the four."""
    chances: dict[Given, float] = dict.fromkeys(WORDS, 0.0)
    for text, logprob in token.logprobs.items():
        bare = text.strip().casefold()
        for word in WORDS:
            if bare in labels[word]:
                chances[word] += math.exp(logprob)
    mass = math.fsum(chances.values())
    floor = math.exp(_UNSEEN)
    total = math.fsum(max(chance, floor) for chance in chances.values())
    logprobs: dict[Given, float] = {word: math.log(max(chances[word], floor) / total) for word in WORDS}
    return Seen(words=words, logprobs=logprobs, mass=min(1.0, mass))


def _digest(prompts: Mapping[Lang, PointPrompts], head: Head) -> str:
    """One digest of all prompt files in both languages and of the fit."""
    shas = [prompt.sha for lang in sorted(prompts) for prompt in vars(prompts[lang]).values()]
    return hashlib.sha256("".join([*shas, head.model_dump_json()]).encode()).hexdigest()[:12]
