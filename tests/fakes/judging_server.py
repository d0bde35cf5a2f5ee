"""What a scripted endpoint says when it judges: a quote and a word for every point, fixed by the point's id."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from typing import Any

_FENCED = re.compile(r"<answer-[0-9a-f]+>\n?(.*?)\n?</answer-", re.DOTALL)


def judge(body: Mapping[str, Any]) -> str:
    """The reply to one structured request: about half of the points are hit, quoted from the answer's beginning."""
    prompt = body["messages"][-1]["content"]
    items = body["response_format"]["json_schema"]["schema"]["properties"]["verdicts"]
    ids = items["items"]["properties"]["point_id"]["enum"]
    found = _FENCED.search(prompt)
    quote = found[1][:12] if found else ""
    verdicts = [_verdict(point_id, quote) for point_id in ids]
    return json.dumps({"verdicts": verdicts}, ensure_ascii=False)


def _verdict(point_id: str, quote: str) -> dict[str, str]:
    hit = bool(quote) and zlib.crc32(point_id.encode()) % 2
    return {"point_id": point_id, "quote": quote if hit else "", "verdict": "hit" if hit else "miss"}
