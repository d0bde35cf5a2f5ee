"""`bank`: the questions, to read and to search."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from interviewer.bank.load import Bank
from interviewer.bank.question import Question
from interviewer.cli.app import run_async
from interviewer.cli.group import Group
from interviewer.cli.options import Json, Lang, Language
from interviewer.cli.records import print_notice
from interviewer.wiring import Desk, desk_from_environment, silent


def list_bank(lang: Lang = None, json: Json = False) -> int:
    """All questions by topic."""
    desk = desk_from_environment()
    bank = desk.bank
    if json:
        print(_as_json(bank, [(question, None) for question in bank.questions.values()]))
        return 0
    say = lang.value if lang else desk.settings.language
    for topic in bank.topics.values():
        questions = [question for question in bank.questions.values() if question.topic == topic.id]
        if questions:
            print(f"\n{topic.title.say(say)} ({topic.id})")
        for question in questions:
            print(f"  {'●' * question.level:<5} {question.id:<34} {question.text.say(say)}")
    return 0


def show(question: Annotated[str, typer.Argument(help="The question's id.")], lang: Lang = None) -> int:
    """One question with its points."""
    desk = desk_from_environment()
    found = desk.bank.question(question)
    say = lang.value if lang else desk.settings.language
    print(f"{found.id}  {found.kind}  level {found.level}\n\n{found.text.say(say)}\n")
    for point in found.points:
        must = " !" if point.must else ""
        print(f"  [{point.weight}{must}] {point.text.say(say)}\n        {', '.join(point.sources)}")
    print(f"\n{found.answer.say(say)}")
    return 0


def search(
    text: Annotated[str, typer.Argument(help="What to look for, in Chinese or English.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=50)] = 5,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Questions by meaning, best first."""
    return run_async(_search(desk_from_environment(), text, limit, lang, as_json=json))


def index() -> int:
    """Builds the search index now, in place of at the next start."""
    return run_async(_index(desk_from_environment()))


async def _search(desk: Desk, text: str, limit: int, lang: Language | None, *, as_json: bool) -> int:
    try:
        await desk.open(silent, print_notice)
        await desk.build_index(_tell)
        found = await desk.search.search(text, limit=limit)
        questions = [(desk.bank.question(hit.question_id), hit.score) for hit in found]
        if as_json:
            print(_as_json(desk.bank, questions))
            return 0
        say = lang.value if lang else desk.settings.language
        for question, _ in questions:
            print(f"{question.id:<34} {question.text.say(say)}")
        return 0
    finally:
        await desk.aclose()


async def _index(desk: Desk) -> int:
    try:
        await desk.open(silent, print_notice)
        await desk.build_index(_tell)
        return 0
    finally:
        await desk.aclose()


def _tell(stage: str, done: int, total: int) -> None:
    typer.echo(f"\r{stage} {done}/{total}", nl=done >= total, err=True)


def _as_json(bank: Bank, questions: Sequence[tuple[Question, float | None]]) -> str:
    rows = [_row(question, score) for question, score in questions]
    chains = sum(1 for question in bank.questions.values() if question.chain)
    tasks = sum(1 for question in bank.questions.values() if question.kind == "coding")
    body = {"questions": rows, "chains": chains, "tracks": len(bank.tracks), "tasks": tasks}
    return jsonlib.dumps(body, ensure_ascii=False)


def _row(question: Question, score: float | None) -> Mapping[str, Any]:
    return {
        "id": question.id,
        "kind": question.kind,
        "level": question.level,
        "topic": question.topic,
        "origin": list(question.origin),
        "text": question.text.model_dump(),
        "points": len(question.points),
        "score": score,
    }


GROUP = Group("The questions.", {"list": list_bank, "show": show, "search": search, "index": index})
