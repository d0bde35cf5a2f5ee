"""`judge`: how good the judge is, and what it says of one answer."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from interviewer.cli.app import run_async
from interviewer.cli.group import Group
from interviewer.cli.options import EndpointName, Json, Lang, Language, LocalOnly
from interviewer.cli.records import print_notice
from interviewer.errors import UsageError
from interviewer.transcript.labels import MARKS
from interviewer.wiring import Desk, ModelChoice, desk_from_environment, silent


def evaluate(
    cases: Annotated[Path, typer.Option("--cases", help="Labelled answers, JSON lines.")],
    endpoint: EndpointName = None,
    local_only: LocalOnly = False,
    quick: Annotated[bool, typer.Option("--quick", help="Twenty cases only.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Write every verdict to this file, JSON lines.")] = None,
    json: Json = False,
) -> int:
    """Measures the judge against labelled answers; nothing is taken from a cache of verdicts."""
    desk = desk_from_environment(ModelChoice(endpoint, local_only))
    return run_async(_evaluate(desk, cases, quick=quick, out=out, as_json=json))


def answer(
    question: Annotated[str, typer.Argument(help="The question's id.")],
    answer: Annotated[Path, typer.Option("--answer", help="A file with the answer.")],
    lang: Lang = None,
    endpoint: EndpointName = None,
    local_only: LocalOnly = False,
    json: Json = False,
) -> int:
    """Judges one answer to one question of the bank."""
    desk = desk_from_environment(ModelChoice(endpoint, local_only))
    return run_async(_answer(desk, question, answer, lang, as_json=json))


async def _evaluate(desk: Desk, file: Path, *, quick: bool, out: Path | None, as_json: bool) -> int:
    from interviewer.judge.cases import quick_sample, read_cases
    from interviewer.judge.evaluation import evaluate as run
    from interviewer.judge.evaluation import write_rows

    cases = read_cases(file)
    if quick:
        cases = quick_sample(cases)

    def tell(done: int, total: int) -> None:
        typer.echo(f"\r{done}/{total}", nl=done == total, err=True)

    try:
        await desk.open(silent, print_notice)
        report = await run(desk.first_judge(), cases, tell)
        summary = report.summary()
        if out is not None:
            write_rows(out, report.rows)
        if as_json:
            print(jsonlib.dumps(summary, ensure_ascii=False))
        else:
            _print_table(summary)
        return 0
    finally:
        await desk.aclose()


def _print_table(summary: Mapping[str, Any]) -> None:
    for name, value in summary.items():
        if isinstance(value, dict):
            print(name)
            for key, inner in value.items():  # pyright: ignore[reportUnknownVariableType] -- plain JSON values
                print(f"  {key!s:<18} {inner}")
        else:
            print(f"{name:<26} {value}")


async def _answer(desk: Desk, question_id: str, file: Path, lang: Language | None, *, as_json: bool) -> int:
    from interviewer.judge.score import question_score
    from interviewer.judge.verdict import Case
    from interviewer.transcript.scoring import case_points

    say = lang.value if lang else desk.settings.language
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Can't read {file}", str(error), "It must be UTF-8 text.") from error
    question = desk.bank.question(question_id)
    points = case_points(question, say)
    try:
        await desk.open(silent, print_notice)
        judgement = await desk.judge.judge(
            Case(
                question=question.text.say(say),
                points=points,
                answer=text,
                lang=say,
                model_answers=(question.answer.zh, question.answer.en),
            )
        )
    finally:
        await desk.aclose()
    score = question_score(points, judgement.by_point(), provisional=desk.judge_info.standing != "trusted")
    if as_json:
        body = judgement.model_dump(mode="json") | {"score": score.value, "status": score.status}
        print(jsonlib.dumps(body, ensure_ascii=False))
        return 0
    for verdict in judgement.verdicts:
        print(f"{MARKS[verdict.verdict]} {question.point(verdict.point_id).text.say(say)}")
        if verdict.evidence:
            print(f"    “{verdict.evidence.of(text)}”")
    print(f"{score.status}: {'-' if score.value is None else f'{score.value:.0f}'}")
    return 0


GROUP = Group("How good the judge is.", {"eval": evaluate, "answer": answer})
