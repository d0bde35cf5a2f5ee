"""The command tree. Typer reads the signatures at run time, so each command stands as a function with its options."""

from __future__ import annotations

from collections.abc import Callable

import typer

from interviewer.cli import bank, interview, judging, models, records

PURPOSE = "A mock interviewer for LLM algorithm-engineer interviews. Without a command: the full-screen interface."


def commands() -> Callable[..., int]:
    """All commands as one callable of the arguments."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, help=PURPOSE, pretty_exceptions_enable=False)
    app.command("mock")(interview.mock)
    app.command("drill")(interview.drill)
    app.command("review")(records.review)
    app.command("sessions")(records.sessions)
    for name, group in (("bank", bank.GROUP), ("models", models.GROUP), ("judge", judging.GROUP)):
        branch = typer.Typer(no_args_is_help=True, help=group.purpose)
        for command, function in group.commands.items():
            branch.command(command)(function)
        app.add_typer(branch, name=name)
    return typer.main.get_command(app)
