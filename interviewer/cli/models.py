"""`models`: what could judge, in the order it is asked."""

from __future__ import annotations

import json as jsonlib

from interviewer.cli.group import Group
from interviewer.cli.options import Json
from interviewer.wiring import desk_from_environment


def list_models(json: Json = False) -> int:
    """The endpoints in the order they are asked."""
    rows = desk_from_environment().describe_models()
    if json:
        print(jsonlib.dumps({"models": [vars(row) for row in rows]}, ensure_ascii=False))
        return 0
    for number, row in enumerate(rows, 1):
        print(f"{number}. {row.endpoint:<12} {row.model:<32} {row.address}  {row.note}".rstrip())
    return 0


GROUP = Group("The models that judge.", {"list": list_models})
