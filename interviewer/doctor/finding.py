"""What the bank doctor says about one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """`check` is the check's name, `place` the id it is about, `text` what is wrong there and what to do."""

    check: str
    place: str
    text: str
    severity: Severity = "error"
