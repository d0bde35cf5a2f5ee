"""What the judge says of the bank itself: a strong answer hits every point, somebody else's answer none."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

from interviewer.bank.load import Bank
from interviewer.bank.question import Lang
from interviewer.doctor.finding import Finding
from interviewer.judge.verdict import Case, Judge
from interviewer.transcript.scoring import case_points

SAMPLE = 3
"""Questions, with two judgements each: about a minute with the embedded model on two cores."""


async def check_by_judge(bank: Bank, judge: Judge, *, lang: Lang) -> AsyncIterator[Finding]:
    """Warnings over a few questions, always the same ones. Raises ModelError when the judge can't be reached."""
    rng = random.Random(bank.version)  # noqa: S311 -- which questions are sampled is no secret
    asked = [question for question in bank.questions.values() if question.kind not in {"coding", "project"}]
    for question in rng.sample(asked, min(SAMPLE, len(asked))):
        stranger = rng.choice([other for other in asked if other.topic != question.topic])
        for answer, wanted in ((question.answer, "hit"), (stranger.answer, "miss")):
            case = Case(
                question=question.text.say(lang),
                points=case_points(question, lang),
                answer=answer.say(lang),
                lang=lang,
            )
            judgement = await judge.judge(case)
            odd = [one.point_id for one in judgement.verdicts if (one.verdict == "hit") != (wanted == "hit")]
            if odd:
                whose = "the strong answer" if wanted == "hit" else f"the answer to {stranger.id}"
                text = f"{judge.identity.model} finds {whose} no {wanted} on {', '.join(odd)}."
                yield Finding("judge", question.id, text, "warning")
