"""The judge that everybody calls: rules first, then a clean answer, then the judge that reads it."""

from __future__ import annotations

from typing import Protocol

from interviewer.judge.clean import Cleaned, clean
from interviewer.judge.rules import all_missed, is_copied, rule_for
from interviewer.judge.verdict import Case, JudgeIdentity, Judgement


class Reader(Protocol):
    """A judge proper: it reads a cleaned answer that no rule decides."""

    @property
    def identity(self) -> JudgeIdentity: ...

    async def read(self, case: Case, answer: Cleaned) -> Judgement:
        """Raises ModelError when the model behind it can't be reached or used."""
        ...


class RuledJudge:
    """Implements `Judge` over a reader, which is not asked where a rule decides.

    `flags` of its judgements: the rule that decided (`empty`, `dont-know`, `echo`), `copied-answer`, `instruction`
    (part of the answer speaks to the judge), `control-tokens`, `cut`.
    """

    def __init__(self, inner: Reader) -> None:
        self._inner = inner

    @property
    def identity(self) -> JudgeIdentity:
        return self._inner.identity

    async def judge(self, case: Case) -> Judgement:
        ruled = rules_only(case)
        if ruled is not None:
            return ruled
        answer = clean(case.answer)
        flags = (*answer.flags, *(("copied-answer",) if is_copied(answer.text, case.model_answers) else ()))
        judgement = await self._inner.read(case, answer)
        return judgement.model_copy(update={"flags": (*flags, *judgement.flags)})


def rules_only(case: Case) -> Judgement | None:
    """The judgement that rules alone give, or None when a model must read the answer."""
    rule = rule_for(case)
    if rule is not None:
        return Judgement(verdicts=all_missed(case), flags=(rule,))
    answer = clean(case.answer)
    if answer.masked and not answer.said():
        return Judgement(verdicts=all_missed(case), flags=answer.flags)
    return None
