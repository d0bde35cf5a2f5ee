"""Whether the embedded model can be used here, found out without loading it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from interviewer.models.embedded.engine import INSTALL
from interviewer.models.embedded.pieces import QWEN_CODER, Pieces, find


@dataclass(frozen=True)
class Missing:
    """What the embedded model lacks, and how to get it."""

    title: str
    message: str
    hint: str = INSTALL


def missing(models: Path, *, gguf: Path | None = None, description: Pieces = QWEN_CODER) -> Missing | None:
    """None when the engine and a model are there; imports neither. `gguf` is the user's own model file.

    A model file in `models` counts as there; whether it is the right one is verified before it is loaded.
    """
    if find_spec("xllamacpp") is None:
        return Missing("The embedded engine is not installed", "The package xllamacpp is missing.")
    if gguf is not None:
        if gguf.is_file():
            return None
        return Missing("The embedded model's file is missing", str(gguf), "Check models.embedded.path in the settings.")
    if (models / description.file).is_file():
        return None
    _, lacking = find(description)
    if not lacking:
        return None
    return Missing(
        "The embedded model is not installed", f"{len(lacking)} of {len(description.pieces)} pieces are missing."
    )
