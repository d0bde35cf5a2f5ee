"""Wrong variants of a reference: one mistake each, which the task's tests must catch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import StringConstraints, model_validator

from interviewer.bank.load import read_entries
from interviewer.bank.question import Frozen, Slug, Text
from interviewer.coding.task import BackendName, solution_file
from interviewer.errors import BankError

Code = Annotated[str, StringConstraints(min_length=1)]


class Edit(Frozen):
    """Text of the reference, in which it occurs exactly once, and what stands there in the wrong variant."""

    replace: Code
    by: str

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.replace == self.by:
            raise ValueError("replace and by are the same")
        return self


class Wrong(Frozen):
    """An entry of `wrong.yaml`. A mistake that can't be made in a backend has no edit there."""

    id: Slug
    says: Text
    numpy: Edit | None = None
    torch: Edit | None = None
    python: Edit | None = None

    @model_validator(mode="after")
    def _has_an_edit(self) -> Self:
        if not (self.numpy or self.torch or self.python):
            raise ValueError("no edit: expected numpy, torch or python")
        return self

    def edit(self, backend: BackendName) -> Edit | None:
        return {"numpy": self.numpy, "torch": self.torch, "python": self.python}[backend]


@dataclass(frozen=True)
class Variant:
    """A solution with one mistake."""

    id: str
    says: Text
    source: str


def load_reference(task_folder: Path, backend: BackendName) -> str:
    """The reference solution's source. Raises BankError when it can't be read."""
    file = task_folder / solution_file(backend)
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise BankError(f"{file}: can't be read", str(error.strerror or error)) from error


def load_variants(task_folder: Path, backend: BackendName) -> tuple[Variant, ...]:
    """The wrong variants for `backend`.

    Raises BankError, which names file, id and key, for a file that breaks the schema, an id that appears twice, and
    an edit whose text does not occur exactly once in the reference.
    """
    file = task_folder / "wrong.yaml"
    reference = load_reference(task_folder, backend)
    seen: set[str] = set()
    for wrong, _ in (entries := read_entries([file], Wrong)):
        if wrong.id in seen:
            raise BankError(f"{file}: {wrong.id}: this id is taken")
        seen.add(wrong.id)
    return tuple(_variants([wrong for wrong, _ in entries], reference, backend, file))


def _variants(entries: list[Wrong], reference: str, backend: BackendName, file: Path) -> Iterator[Variant]:
    for wrong in entries:
        edit = wrong.edit(backend)
        if edit is None:
            continue
        times = reference.count(edit.replace)
        if times != 1:
            found = "does not occur" if not times else f"occurs {times} times"
            raise BankError(
                f"{file}: {wrong.id}: {backend}.replace: {found} in {solution_file(backend)}",
                edit.replace,
                "It must occur exactly once.",
            )
        yield Variant(wrong.id, wrong.says, reference.replace(edit.replace, edit.by))
