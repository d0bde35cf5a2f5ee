"""The tasks that are written by hand: what a candidate is shown, and the folder in which the rest of a task lies.

`knowledge/coding/<id>/` holds `task.yaml` (this schema), `tests.py` (see behaviour.py), `wrong.yaml` (see variants.py)
and one reference a backend, `solution_numpy.py` and so on.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from interviewer.bank.load import Bank, read_entries
from interviewer.bank.question import Frozen, Line, QuestionId, Slug, Text
from interviewer.errors import BankError

BackendName = Literal["numpy", "torch", "python"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class CodingTask(Frozen):
    """One task. `id` is the name of its folder, `question` the bank's question that opens it.

    `contract` is Python in both languages: the signatures of all `entries`, with docstrings that give shapes, dtypes
    and edge cases. `follow_ups` are asked once the code runs. `backends` says in what a solution can be written.
    """

    id: Slug
    question: QuestionId
    title: Text
    statement: Text
    contract: Text
    entries: Annotated[tuple[Name, ...], Field(min_length=1)]
    backends: Annotated[tuple[BackendName, ...], Field(min_length=1)] = ("numpy", "torch")
    follow_ups: Annotated[tuple[Text, ...], Field(min_length=3)]
    sources: Annotated[tuple[Line, ...], Field(min_length=1)]
    origin: Annotated[tuple[Line, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _the_contract_holds(self) -> Self:
        zh, en = signatures(self.contract.zh), signatures(self.contract.en)
        if tuple(zh) != self.entries:
            raise ValueError(f"contract.zh defines {list(zh)}, entries are {list(self.entries)}")
        if zh != en:
            raise ValueError("contract.zh and contract.en differ in their signatures")
        return self


def signatures(code: str) -> dict[str, str]:
    """The functions that `code` defines at its top level, with their parameters as they are written.

    Raises ValueError when it is not Python.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        raise ValueError(f"not Python: {error.msg} (line {error.lineno})") from error
    return {node.name: ast.unparse(node.args) for node in tree.body if isinstance(node, ast.FunctionDef)}


def load_tasks(folder: Path, bank: Bank | None = None) -> Mapping[str, CodingTask]:
    """The tasks in the folders of `folder`, by id, in the order of their names.

    Raises BankError, which names file, id and key, for a task file that can't be read or breaks the schema, for an id
    that isn't the folder's name, for a missing file, and, with `bank`, for a question that the bank doesn't have as
    one of kind `coding`.
    """
    tasks: dict[str, CodingTask] = {}
    questions: dict[str, str] = {}
    for file in sorted(folder.glob("*/task.yaml")):
        task = _read(file)
        if bank is not None:
            _check_question(task, bank, file)
        if task.question in questions:
            raise BankError(f"{file}: {task.id}: question: {task.question} opens {questions[task.question]} already")
        questions[task.question] = task.id
        tasks[task.id] = task
    if not tasks:
        raise BankError(f"{folder}: no coding tasks there", "Expected folders that hold a task.yaml.")
    return tasks


def _read(file: Path) -> CodingTask:
    entries = read_entries([file], CodingTask)
    if len(entries) != 1:
        raise BankError(f"{file}: expected one task, found {len(entries)}")
    task, _ = entries[0]
    if task.id != file.parent.name:
        raise BankError(f"{file}: {task.id}: id: must be the folder's name, {file.parent.name!r}")
    for name in ("tests.py", "wrong.yaml", *(solution_file(backend) for backend in task.backends)):
        if not (file.parent / name).is_file():
            raise BankError(f"{file}: {task.id}: {name} is missing beside it")
    return task


def _check_question(task: CodingTask, bank: Bank, file: Path) -> None:
    try:
        question = bank.question(task.question)
    except BankError as error:
        raise BankError(f"{file}: {task.id}: question: there is no {task.question!r}", hint=error.hint) from None
    if question.kind != "coding":
        raise BankError(f"{file}: {task.id}: question: {task.question} is of kind {question.kind}, not coding")


def solution_file(backend: BackendName) -> str:
    """The name of the reference for `backend` in a task's folder."""
    return f"solution_{backend}.py"
