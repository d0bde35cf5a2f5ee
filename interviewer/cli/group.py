"""A named set of subcommands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    purpose: str
    commands: Mapping[str, Callable[..., int]]
