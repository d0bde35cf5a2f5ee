"""Reads the bank from its YAML files. An error names the file, the id and the key."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import yaml
from pydantic import BaseModel, ValidationError

from interviewer.bank.question import ClaimProbes, ClaimType, Phrasings, Question, Source, Topic, Track
from interviewer.errors import BankError

Model = TypeVar("Model", bound=BaseModel)
Entry = TypeVar("Entry", Question, Track, Topic, ClaimProbes, Source, Phrasings)
if TYPE_CHECKING:
    _Base = yaml.SafeLoader
else:
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where it was built


class _Loader(_Base):
    """YAML lets a later key silently replace an earlier one of the same name; a bank's author means both."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys: set[str] = set()
        for key, _ in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            if isinstance(key, yaml.ScalarNode):
                if key.value in keys:
                    raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} twice", key.start_mark)
                keys.add(key.value)
        return super().construct_mapping(node, deep=deep)


@dataclass(frozen=True)
class Bank:
    """Everything that is asked and cited. `version` is a digest of the files' content."""

    questions: Mapping[str, Question]
    tracks: Mapping[str, Track]
    topics: Mapping[str, Topic]
    version: str
    claims: Mapping[ClaimType, ClaimProbes] = field(default_factory=dict[ClaimType, ClaimProbes])
    sources: Mapping[str, Source] = field(default_factory=dict[str, Source])
    phrasings: Mapping[str, Phrasings] = field(default_factory=dict[str, Phrasings])

    def question(self, question_id: str) -> Question:
        """Raises BankError, with the nearest id, when the bank has no such question."""
        try:
            return self.questions[question_id]
        except KeyError:
            raise BankError(f"No such question: {question_id}", hint=_nearest(question_id, self.questions)) from None

    def topic(self, topic_id: str) -> Topic:
        """Raises BankError, with the nearest id, when the bank has no such topic."""
        try:
            return self.topics[topic_id]
        except KeyError:
            known = ", ".join(self.topics)
            hint = _nearest(topic_id, self.topics) or f"Topics: {known}."
            raise BankError(f"No such topic: {topic_id}", hint=hint) from None

    def source(self, cited: str) -> Source | None:
        """The source behind a citation such as "arXiv:2305.13245 §2.2"; None when the bank does not list it."""
        while cited not in self.sources:
            cited, _, place = cited.rpartition(" ")
            if not place or not cited:
                return None
            cited = cited.rstrip(" :,")
        return self.sources[cited]


PARTS = ("questions", "tracks", "phrasings")


def load_bank(folder: Path) -> Bank:
    """The bank in `folder`: topics, claims and sources, one file each, and questions, tracks and phrasings in folders.

    Raises BankError for a file that can't be read, is no YAML, has an unknown or missing key, or points at an id
    that does not exist, and for a folder without questions.
    """
    topics = _by_id(read_entries([folder / "topics.yaml"], Topic))
    claims = _by_id(read_entries([folder / "claims.yaml"], ClaimProbes))
    sources = _by_id(read_entries([folder / "sources.yaml"], Source))
    questions = _by_id(read_entries(sorted((folder / "questions").glob("*.yaml")), Question))
    tracks = _by_id(read_entries(sorted((folder / "tracks").glob("*.yaml")), Track))
    phrasings = _by_id(read_entries(sorted((folder / "phrasings").glob("*.yaml")), Phrasings))
    if not questions:
        raise BankError(f"{folder / 'questions'}: no questions there", "Expected files like attention.yaml.")
    _check_references(topics, questions, tracks)
    for entry, file in phrasings.values():
        _known([entry.id], questions, f"{file}: {entry.id}: id")
    return Bank(
        questions=_entries(questions),
        tracks=_entries(tracks),
        topics=_entries(topics),
        version=bank_version(folder),
        claims={claim.id: claim for claim, _ in claims.values()},
        sources=_entries(sources),
        phrasings=_entries(phrasings),
    )


def bank_version(folder: Path) -> str:
    """A digest of the content of all files of the bank. Raises BankError for one that can't be read."""
    digest = hashlib.sha256()
    for file in sorted([*folder.glob("*.yaml"), *(file for name in PARTS for file in folder.glob(f"{name}/*.yaml"))]):
        digest.update(_bytes(file))
    return digest.hexdigest()[:12]


def read_entries(files: Sequence[Path], model: type[Model]) -> list[tuple[Model, Path]]:
    """All entries of `files` with the file that each stands in; a file holds a list of entries, or one.

    Raises BankError for a file that can't be read, is no YAML, or has an entry that the model refuses.
    """
    found: list[tuple[Model, Path]] = []
    for file in files:
        try:
            loaded: object = yaml.load(_bytes(file), _Loader)  # noqa: S506 -- derived from SafeLoader
        except yaml.YAMLError as error:
            raise BankError(f"{file}: not valid YAML", str(error)) from error
        if not isinstance(loaded, (dict, list)):
            found_instead = "The file is empty." if loaded is None else f"Found {type(loaded).__name__}."
            raise BankError(f"{file}: expected a list of entries", found_instead)
        numbered = enumerate(cast("list[object]", loaded if isinstance(loaded, list) else [loaded]))
        found += [(_parse(entry, model, file, number), file) for number, entry in numbered]
    return found


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BankError(f"{file}: can't be read", str(error.strerror or error)) from error


def _parse(entry: object, model: type[Model], file: Path, number: int) -> Model:
    name = str(_id_of(entry) or f"entry {number + 1}")
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        lines = [_explain(problem, entry, model) for problem in error.errors()]
        raise BankError(
            f"{file}: {name}: {lines[0]}", "\n".join(lines[1:]), "Mend the file; nothing was changed."
        ) from error


def _explain(problem: Any, entry: object, model: type[BaseModel]) -> str:
    place = _place(problem["loc"], entry)
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(problem["loc"][-1]), _keys(model), 1)
        return f"{place}: unknown key" + (f" (did you mean {near[0]!r}?)" if near else "")
    if problem["type"] == "missing":
        return f"{place}: missing key"
    return f"{place}: {problem['msg'].removeprefix('Value error, ')}"


def _place(path: Sequence[str | int], entry: object) -> str:
    """The way to a key, with the ids of list entries where they have one: points[low-rank].text.zh"""
    place = ""
    here = entry
    for step in path:
        try:
            here = cast("Any", here)[step]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(step, int):
            place += f"[{_id_of(here) or f'#{step + 1}'}]"
        else:
            place += f".{step}" if place else step
    return place or "entry"


def _id_of(value: object) -> object:
    return cast("dict[str, object]", value).get("id") if isinstance(value, dict) else None


def _keys(model: type[BaseModel]) -> list[str]:
    keys = dict.fromkeys(model.model_fields)
    for info in model.model_fields.values():
        for part in (info.annotation, *getattr(info.annotation, "__args__", ())):
            if isinstance(part, type) and issubclass(part, BaseModel):
                keys |= dict.fromkeys(_keys(part))
    return list(keys)


def _by_id(entries: Iterable[tuple[Entry, Path]]) -> dict[str, tuple[Entry, Path]]:
    known: dict[str, tuple[Entry, Path]] = {}
    for entry, file in entries:
        if entry.id in known:
            raise BankError(f"{file}: {entry.id}: this id is taken", f"It stands in {known[entry.id][1]} too.")
        known[entry.id] = (entry, file)
    return known


def _entries(found: Mapping[str, tuple[Entry, Path]]) -> dict[str, Entry]:
    return {key: value for key, (value, _) in found.items()}


def _check_references(
    topics: Mapping[str, tuple[Topic, Path]],
    questions: Mapping[str, tuple[Question, Path]],
    tracks: Mapping[str, tuple[Track, Path]],
) -> None:
    for topic, file in topics.values():
        _known(topic.near, topics, f"{file}: {topic.id}: near")
    for question, file in questions.values():
        _known([question.topic], topics, f"{file}: {question.id}: topic")
        _known(question.chain, questions, f"{file}: {question.id}: chain")
    for track, file in tracks.values():
        _known([stage.question for stage in track.stages], questions, f"{file}: {track.id}: stages")


def _known(ids: Iterable[str], known: Mapping[str, object], place: str) -> None:
    for wanted in ids:
        if wanted not in known:
            raise BankError(f"{place}: there is no {wanted!r}", hint=_nearest(wanted, known))


def _nearest(wanted: str, known: Iterable[str]) -> str:
    names = list(known)
    near = [name for name in names if name.startswith(wanted)] or difflib.get_close_matches(wanted, names, 1)
    return f"Did you mean {near[0]!r}?" if near else ""
