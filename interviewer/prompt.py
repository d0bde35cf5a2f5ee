"""Prompts are Markdown files that say what they take and give; filling one in wrongly is an error, not a bad prompt."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from interviewer.errors import InterviewerError
from interviewer.resources import data_folder

_FILE = re.compile(r"\A---\n(?P<front>.*?\n)---\n(?P<body>.*)\Z", re.DOTALL)
_SHA_DIGITS = 12

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class _Front(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    inputs: tuple[Variable, ...]
    output: str


@dataclass(frozen=True)
class Prompt:
    """A prompt's text with `$variables`, and `sha`, the first 12 hex digits of the SHA-256 of its file."""

    name: str
    inputs: tuple[str, ...]
    output: str
    sha: str
    body: str

    def render(self, **values: str) -> str:
        """The text with its variables filled in. What stands in a value is never read as a variable.

        Raises InterviewerError when a value is missing or none of the prompt's inputs.
        """
        missing, unexpected = set(self.inputs) - set(values), set(values) - set(self.inputs)
        if missing or unexpected:
            parts = [f"missing: {_listed(missing)}"] if missing else []
            parts += [f"unexpected: {_listed(unexpected)}"] if unexpected else []
            raise InterviewerError(f"Prompt {self.name} was filled in wrongly", "; ".join(parts))
        return Template(self.body).substitute(values)


def load_prompt(lang: Literal["zh", "en"], name: str, folder: Path | None = None) -> Prompt:
    """The prompt `<folder>/<lang>/<name>.md`; `folder` is the shipped one unless told otherwise.

    Raises InterviewerError when the file can't be read, its front matter is not `name`, `inputs` and `output`, or its
    variables are not exactly its inputs.
    """
    path = (folder or data_folder("prompts")) / lang / f"{name}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InterviewerError(f"Can't read the prompt {path}", str(error), "Install the program again.") from error
    found = _FILE.match(text)
    if not found:
        raise _bad(path, "it must begin with front matter between two lines of ---")
    front = _read_front(path, found["front"])
    if front.name != name:
        raise _bad(path, f"its name is {front.name!r}, not {name!r}")
    body = found["body"].strip()
    _check_variables(path, body, front.inputs)
    sha = hashlib.sha256(text.encode()).hexdigest()[:_SHA_DIGITS]
    return Prompt(name=front.name, inputs=front.inputs, output=front.output, sha=sha, body=body)


def _read_front(path: Path, text: str) -> _Front:
    try:
        return _Front.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise _bad(path, f"its front matter is no YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise _bad(path, f"front matter, {key or 'whole'}: {first['msg']}") from error


def _check_variables(path: Path, body: str, inputs: tuple[str, ...]) -> None:
    template = Template(body)
    if not template.is_valid():
        raise _bad(path, "a $ begins no variable; a dollar sign is written $$")
    used, declared = set(template.get_identifiers()), set(inputs)
    if used - declared:
        raise _bad(path, f"variables that are not among its inputs: {_listed(used - declared)}")
    if declared - used:
        raise _bad(path, f"inputs that its text does not use: {_listed(declared - used)}")


def _bad(path: Path, what: str) -> InterviewerError:
    return InterviewerError(f"The prompt {path.parent.name}/{path.name} is wrong", what, "Install the program again.")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
