"""A reader over readers: the first that can be reached gives the verdicts, under its own name."""

from __future__ import annotations

from interviewer.judge.chain import Reader
from interviewer.judge.clean import Cleaned
from interviewer.judge.verdict import Case, JudgeIdentity, Judgement
from interviewer.models.fallback import Fallback

NOBODY = JudgeIdentity(model="", endpoint="", prompt_sha="", method="rule")


class FallbackReader:
    """Implements `Reader` over a Fallback of readers. `first` is asked first; None when there is no model at all."""

    def __init__(self, readers: Fallback[Reader], first: Reader | None) -> None:
        self._readers = readers
        self._first = first

    @property
    def identity(self) -> JudgeIdentity:
        return self._first.identity if self._first else NOBODY

    async def read(self, case: Case, answer: Cleaned) -> Judgement:
        """Raises NoModel, naming every cause, when no model could be reached."""
        return await self._readers.call(lambda reader: reader.read(case, answer))
