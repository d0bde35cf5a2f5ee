"""The small fitted head that turns features into probabilities of the four words: multinomial logistic regression."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from interviewer.errors import StorageError
from interviewer.judge.reply import WORDS, Given
from interviewer.judge.verdict import Probs, Unit

HEAD = Path(__file__).with_name("head.json")
# Fitted without the nearness features: for where no embedder runs.
PLAIN_HEAD = Path(__file__).with_name("head-plain.json")


class Head(BaseModel):
    """`weights[word][feature]` and `bias[word]` give the logits; `prior[word]` is added to favour the rarer words.

    Below `floor` the likeliest word is not said. `fitted_on` credits the data; `how` is the command that fits it again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    features: tuple[str, ...]
    weights: Mapping[Given, tuple[float, ...]]
    bias: Mapping[Given, float]
    prior: Mapping[Given, float] = Field(default_factory=dict[Given, float])
    floor: Unit
    fitted_on: str
    how: str

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for word in WORDS:
            if len(self.weights.get(word, ())) != len(self.features) or word not in self.bias:
                raise ValueError(f"weights and bias of {word!r} do not fit the features")
        return self

    def probs(self, found: Mapping[str, float]) -> Probs:
        """Probabilities of the four words. Raises KeyError when a feature that was fitted on is missing."""
        values = [found[name] for name in self.features]
        logits = {
            word: self.bias[word] + math.fsum(w * x for w, x in zip(self.weights[word], values, strict=True))
            for word in WORDS
        }
        top = max(logits.values())
        parts = {word: math.exp(logit - top) for word, logit in logits.items()}
        total = math.fsum(parts.values())
        return Probs(**{word: part / total for word, part in parts.items()})

    def choose(self, probs: Probs) -> tuple[Given, float]:
        """The word to say, after the prior, and how sure that is: its probability."""
        chances: dict[Given, float] = {word: getattr(probs, word) for word in WORDS}
        word = max(WORDS, key=lambda each: math.log(max(chances[each], 1e-12)) + self.prior.get(each, 0.0))
        return word, chances[word]


def load_head(path: Path = HEAD) -> Head:
    """Raises StorageError when the file is not there or not a head (a broken installation)."""
    try:
        return Head.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise StorageError(f"The judge's fit is unusable: {path.name}", str(error), "Install again.") from error
