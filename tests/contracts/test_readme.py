"""What the README tells a newcomer is true of the program."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer

from interviewer.cli.commands import command_tree
from interviewer.interview.intent import read_intent
from interviewer.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^interviewer (.*?)(?:\s+#.*)?$", README, re.MULTILINE)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_line_is_accepted(line: str):
    command, arguments = typer.main.get_command(command_tree()), shlex.split(line)
    while hasattr(command, "commands"):
        command = command.commands[arguments.pop(0)]
    context = command.make_context("interviewer", arguments)  # raises for an unknown option or a missing argument
    assert context.command is command


def test_there_are_commands_to_check():
    assert len(COMMANDS) >= 7


def test_every_make_target_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`?make ([a-z-]+)", README))
    assert {"run", "test", "check", "test-all"} <= targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_every_picture_and_link_is_there():
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).is_file(), target


def test_the_settings_example_is_accepted():
    [example] = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert Settings.model_validate(tomllib.loads(example)).endpoints[0].name == "deepseek"


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("不会", "dont_know"),
        ("跳过", "skip"),
        ("提示", "hint"),
        ("再说一遍", "repeat"),
        ("暂停", "pause"),
        ("结束", "end"),
        ("更正", "amend"),
        ("I don't know", "dont_know"),
        ("correction", "amend"),
    ],
)
def test_the_words_it_names_do_what_it_says(said: str, intent: str):
    assert said in README
    assert read_intent(said) == intent
