"""Finds the files that ship with the program: prompts and knowledge, in a checkout or in an installed wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from interviewer.errors import StorageError

PACKAGE = Path(__file__).resolve().parent


def data_folder(name: Literal["prompts", "knowledge"]) -> Path:
    """The folder `name`: inside the wheel it is `interviewer/_data/<name>`, in a checkout it lies beside the package.

    Raises StorageError when neither is there (a broken installation).
    """
    for folder in (PACKAGE / "_data" / name, PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise StorageError(
        f"The program's own files are missing: {name}/",
        f"Looked in {PACKAGE / '_data' / name} and {PACKAGE.parent / name}.",
        "Install the program again.",
    )
