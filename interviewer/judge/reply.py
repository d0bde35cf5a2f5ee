"""Reads the judge's JSON, also when there is a fence or a remark around it, and checks every item on its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, cast

from pydantic import BaseModel, ConfigDict, ValidationError

Given = Literal["hit", "partial", "miss", "wrong"]
WORDS: tuple[Given, ...] = ("hit", "partial", "miss", "wrong")
Problem: TypeAlias = Literal["missing", "unquoted", "unproven"]


class Item(BaseModel):
    """One point of the reply. Keys that were not asked for are ignored."""

    model_config = ConfigDict(frozen=True, strict=True)

    point_id: str
    quote: str
    verdict: Given


def schema_for(point_ids: Sequence[str]) -> dict[str, Any]:
    """The JSON schema of a reply about exactly these points, quote before verdict."""
    item = {
        "type": "object",
        "properties": {
            "point_id": {"type": "string", "enum": list(point_ids)},
            "quote": {"type": "string"},
            "verdict": {"type": "string", "enum": list(WORDS)},
        },
        "required": ["point_id", "quote", "verdict"],
        "additionalProperties": False,
    }
    count = len(point_ids)
    return {
        "type": "object",
        "properties": {"verdicts": {"type": "array", "items": item, "minItems": count, "maxItems": count}},
        "required": ["verdicts"],
        "additionalProperties": False,
    }


def read_items(text: str, point_ids: Sequence[str]) -> Mapping[str, Item]:
    """The usable items by point id. An unknown id is dropped; an id that comes twice with two words is not usable."""
    found: dict[str, Item] = {}
    torn: set[str] = set()
    for raw in _raw_items(text):
        try:
            item = Item.model_validate(raw)
        except ValidationError:
            continue
        if item.point_id not in point_ids:
            continue
        if item.point_id in found and found[item.point_id].verdict != item.verdict:
            torn.add(item.point_id)
        found.setdefault(item.point_id, item)
    return {name: item for name, item in found.items() if name not in torn}


def _raw_items(text: str) -> list[Any]:
    """The items of the first JSON value in the text that has any; of a reply that was cut off, the whole ones."""
    decoder = json.JSONDecoder()
    at = 0
    loose: list[Any] = []
    while (at := _next_brace(text, at)) >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            at += 1
            continue
        items = _items_of(value)
        if items:
            return items
        loose.append(value)
        at = end
    return loose


def _items_of(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = cast("dict[str, Any]", value).get("verdicts")
    return cast("list[Any]", value) if isinstance(value, list) else []


def _next_brace(text: str, at: int) -> int:
    places = [place for place in (text.find("{", at), text.find("[", at)) if place >= 0]
    return min(places, default=-1)
