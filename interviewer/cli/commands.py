"""The command tree. Typer reads the signatures at run time, so each command stands as a function with its options."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from interviewer.cli import bank, interview, judging, models, records

PURPOSE = "A mock interviewer for LLM algorithm-engineer interviews. Without a command: the full-screen interface."


def call(arguments: Sequence[str]) -> int:
    """Runs the command that the arguments name, and returns its exit code (2 for bad arguments)."""
    try:
        command_tree()(list(arguments), prog_name="interviewer")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def command_tree() -> typer.Typer:
    """All commands; nothing heavy is imported for them."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        help=PURPOSE,
        pretty_exceptions_enable=False,
        result_callback=_finish,
    )
    app.command("mock")(interview.mock)
    app.command("drill")(interview.drill)
    app.command("review")(records.review)
    app.command("sessions")(records.sessions)
    for name, group in (("bank", bank.GROUP), ("models", models.GROUP), ("judge", judging.GROUP)):
        branch = typer.Typer(no_args_is_help=True, help=group.purpose)
        for command, function in group.commands.items():
            branch.command(command)(function)
        app.add_typer(branch, name=name)
    return app


def _finish(code: int) -> None:
    """What a command returns is its exit code."""
    raise typer.Exit(code)
