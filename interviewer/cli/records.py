"""`sessions` and `review`: what was kept."""

from __future__ import annotations

import json as jsonlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from interviewer.cli.app import run_async
from interviewer.cli.options import Json
from interviewer.errors import StorageError, UsageError
from interviewer.wiring import Desk, desk_from_environment, silent


class ExportFormat(StrEnum):
    md = "md"
    json = "json"


def sessions(json: Json = False) -> int:
    """All interviews, newest first."""
    return run_async(_sessions(desk_from_environment(), as_json=json))


def review(
    session: Annotated[str | None, typer.Argument(help="The session (default: the newest).")] = None,
    export: Annotated[ExportFormat, typer.Option("--export", help="The form.")] = ExportFormat.md,
    output: Annotated[Path | None, typer.Option("--output", help="Write to this file.")] = None,
) -> int:
    """The verdicts of one interview, with your own words."""
    return run_async(_review(desk_from_environment(), session, export, output))


async def _sessions(desk: Desk, *, as_json: bool) -> int:
    try:
        await desk.open(silent, print_notice)
        records = await desk.sessions()
        if as_json:
            body = {"sessions": [record.model_dump(mode="json") for record in records]}
            print(jsonlib.dumps(body, ensure_ascii=False))
            return 0
        for record in records:
            score = "-" if record.score is None else f"{record.score:.0f}"
            marked = f"{score:>3} {record.grade_status or ''}"
            print(f"{record.id}  {record.preset:<7} {record.lang}  {record.status:<8} {marked}".rstrip())
        if not records:
            print("No interviews yet. Begin with: interviewer mock")
        return 0
    finally:
        await desk.aclose()


async def _review(desk: Desk, session: str | None, form: ExportFormat, output: Path | None) -> int:
    from interviewer.transcript.export import to_json, to_markdown

    try:
        await desk.open(silent, print_notice)
        if session is None:
            records = await desk.sessions()
            if not records:
                raise UsageError("There is no interview to review yet", hint="Begin with: interviewer mock")
            session = records[0].id
        transcript = await desk.transcript(session)
        text = (
            to_json(transcript)
            if form is ExportFormat.json
            else to_markdown(transcript, desk.bank, transcript.session.lang)
        )
        if output is None:
            print(text)
            return 0
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise StorageError(
                f"Can't write {output}", str(error.strerror or error), "The transcript is kept."
            ) from error
        print(f"Written: {output}")
        return 0
    finally:
        await desk.aclose()


def print_notice(text: str) -> None:
    typer.echo(text, err=True)
