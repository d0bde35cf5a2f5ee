"""`bank`: the questions, to read, to search and to check."""

from __future__ import annotations

import json as jsonlib
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from interviewer.bank.load import Bank
from interviewer.bank.question import Question
from interviewer.cli.app import run_async
from interviewer.cli.group import Group
from interviewer.cli.options import Json, Lang, Language
from interviewer.cli.records import print_notice
from interviewer.doctor.finding import Finding
from interviewer.wiring import Desk, desk_from_environment, silent


def list_bank(
    lang: Lang = None,
    topic: Annotated[str | None, typer.Option("--topic", help="This topic only.")] = None,
    json: Json = False,
) -> int:
    """All questions by topic."""
    desk = desk_from_environment()
    bank = desk.bank
    topics = [bank.topic(topic)] if topic else list(bank.topics.values())
    listed = {one.id: [question for question in bank.questions.values() if question.topic == one.id] for one in topics}
    if json:
        print(_as_json(desk, [(question, None) for questions in listed.values() for question in questions]))
        return 0
    from interviewer.cli.bank_pages import print_list

    print_list(bank, listed, lang.value if lang else desk.settings.language)
    return 0


def show(question: Annotated[str, typer.Argument(help="The question's id.")], lang: Lang = None) -> int:
    """One question with its points, what is often got wrong, a strong answer and the sources."""
    from interviewer.cli.bank_pages import print_question, print_task

    desk = desk_from_environment()
    say = lang.value if lang else desk.settings.language
    print_question(desk.bank, desk.bank.question(question), say)
    for task in desk.tasks.values():
        if task.question == question:
            print_task(task, say)
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


def check(
    judge: Annotated[
        bool, typer.Option("--judge", help="Also let the first model judge strong and unrelated answers of a few.")
    ] = False,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Looks for faults in the bank: what is missing, gives itself away, can't be found or is wrongly worked out."""
    return run_async(_check(desk_from_environment(), lang, judge=judge, as_json=json))


async def _search(desk: Desk, text: str, limit: int, lang: Language | None, *, as_json: bool) -> int:
    try:
        await desk.open(silent, print_notice)
        await desk.build_index(_tell)
        found = await desk.search.search(text, limit=limit)
        if as_json:
            print(_as_json(desk, [(desk.bank.question(hit.question_id), hit.score) for hit in found]))
            return 0
        from interviewer.cli.bank_pages import print_found

        print_found(desk.bank, list(found), lang.value if lang else desk.settings.language)
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


async def _check(desk: Desk, lang: Language | None, *, judge: bool, as_json: bool) -> int:
    """Without `judge` nothing of the user's is opened but the index, and an error of the judge loses no finding."""
    from interviewer.doctor.judged import check_by_judge

    try:
        first = desk.first_judge() if judge else None
        await desk.build_index(_tell)
        findings = list(desk.bank_findings())
        try:
            if first is not None:
                await desk.open(silent, print_notice)
                say = lang.value if lang else desk.settings.language
                findings += [one async for one in check_by_judge(desk.bank, first, lang=say)]
        finally:
            _print_findings(desk, findings, as_json=as_json)
    finally:
        await desk.aclose()
    return 1 if any(one.severity == "error" for one in findings) else 0


def _print_findings(desk: Desk, findings: Sequence[Finding], *, as_json: bool) -> None:
    errors = sum(one.severity == "error" for one in findings)
    if as_json:
        body = _counts(desk) | {"errors": errors, "findings": [asdict(one) for one in findings]}
        print(jsonlib.dumps(body, ensure_ascii=False))
        return
    for finding in sorted(findings, key=lambda one: (one.check, one.place)):
        print(f"{finding.severity:<7} {finding.check:<10} {finding.place}: {finding.text}")
    counts = _counts(desk)
    kinds = ", ".join(f"{count} {kind}" for kind, count in counts["kinds"].items())
    print(f"{counts['total']} questions ({kinds})")
    print(f"{counts['chains']} chains, {counts['tracks']} tracks, {counts['tasks']} coding tasks")
    print(f"{errors} errors, {len(findings) - errors} warnings")


def _tell(stage: str, done: int, total: int) -> None:
    """Counts in place in a terminal; elsewhere a line when a stage is done."""
    if done >= total or sys.stderr.isatty():
        typer.echo(f"\r{stage} {done}/{total}", nl=done >= total, err=True)


def _counts(desk: Desk) -> dict[str, Any]:
    bank = desk.bank
    return {
        "total": len(bank.questions),
        "kinds": dict(Counter(question.kind for question in bank.questions.values()).most_common()),
        "chains": _chains(bank),
        "tracks": len(bank.tracks),
        "tasks": len(desk.tasks),
    }


def _chains(bank: Bank) -> int:
    return sum(1 for question in bank.questions.values() if question.chain)


def _as_json(desk: Desk, questions: Sequence[tuple[Question, float | None]]) -> str:
    bank = desk.bank
    rows = [_row(question, score) for question, score in questions]
    body = {"questions": rows, "chains": _chains(bank), "tracks": len(bank.tracks), "tasks": len(desk.tasks)}
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


GROUP = Group("The questions.", {"list": list_bank, "show": show, "search": search, "check": check, "index": index})
