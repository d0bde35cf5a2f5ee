"""How far a judge is trusted: by the figures on its card, from labelled answers that took no part in fitting."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from interviewer.judge.verdict import JudgeIdentity, Unit

TRUSTED_MACRO_F1 = 0.60
TRUSTED_COVERAGE = 0.80
CARDS = Path(__file__).with_name("cards.json")

Standing = Literal["trusted", "provisional"]


class Card(BaseModel):
    """The measured figures of one judge. `prompt_sha` binds them to the prompts and fit they were measured with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    endpoint: str
    method: str
    prompt_sha: str
    macro_f1: Unit
    coverage: Unit
    cases: int
    points: int
    how: Annotated[str, "what was measured and by which command"]

    def is_for(self, identity: JudgeIdentity) -> bool:
        return (self.model, self.endpoint, self.method, self.prompt_sha) == (
            identity.model,
            identity.endpoint,
            identity.method,
            identity.prompt_sha,
        )


def standing(identity: JudgeIdentity) -> Standing:
    """`trusted` at macro-F1 ≥ 0.60 and coverage ≥ 0.8 on its card; without a card a judge only suggests."""
    for card in read_cards(CARDS):
        if card.is_for(identity):
            good = card.macro_f1 >= TRUSTED_MACRO_F1 and card.coverage >= TRUSTED_COVERAGE
            return "trusted" if good else "provisional"
    return "provisional"


def read_cards(path: Path) -> tuple[Card, ...]:
    """The cards in the file. They ship with the program, so a wrong one is a defect and raises ValidationError."""
    return TypeAdapter(tuple[Card, ...]).validate_python(json.loads(path.read_text(encoding="utf-8")), strict=False)
