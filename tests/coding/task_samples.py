"""A small task of its own for the tests of the loader, the oracle and the variants."""

from __future__ import annotations

from pathlib import Path

TASK = """\
id: doubling
question: attention.gqa-by-hand
title: {zh: 加倍, en: Doubling}
statement: {zh: 把每个元素加倍。, en: Double each element.}
contract:
  zh: |
    def double(x):
        \"\"\"x (N,) -> (N,)，不得原地修改。\"\"\"
  en: |
    def double(x):
        \"\"\"x (N,) -> (N,), not in place.\"\"\"
entries: [double]
backends: [numpy]
follow_ups:
  - {zh: 甲, en: a}
  - {zh: 乙, en: b}
  - {zh: 丙, en: c}
sources: ["arXiv:1706.03762"]
origin: [authored]
"""
TESTS = """\
import numpy as np

from interviewer.coding.behaviour import behaviour, close, has_dtype, raises, unchanged


@behaviour(zh="每个元素加倍", en="Each element is doubled")
def doubled(code):
    close(code.double(np.arange(3.0)), [0, 2, 4])


@behaviour(zh="不原地修改", en="Not in place")
def kept(code):
    code.double(np.arange(3.0))
    unchanged(code)


@behaviour(zh="dtype 不变", en="The dtype stays")
def dtype(code):
    has_dtype(code.double(np.arange(3, dtype=np.float32)), np.float32)


@behaviour(zh="空输入报错", en="Nothing given raises")
def empty(code):
    with raises(ValueError, zh="空数组", en="an empty array"):
        code.double(np.zeros(0))


@behaviour(zh="只给 PyTorch", en="For PyTorch only", backends=("torch",))
def torch_only(code):
    raise AssertionError
"""
SOLUTION = """\
def double(x):
    if not len(x):
        raise ValueError("nothing to double")
    return x * 2
"""
WRONG = """\
- id: tripled
  says: {zh: 乘了三, en: Tripled}
  numpy: {replace: x * 2, by: x * 3}
- id: in-place
  says: {zh: 原地修改, en: In place}
  numpy:
    replace: return x * 2
    by: |-
      x *= 2
          return x
"""


def write_task(
    folder: Path, *, task: str = TASK, tests: str = TESTS, wrong: str = WRONG, name: str = "doubling"
) -> Path:
    """Writes the task under `folder`/coding and gives its own folder."""
    place = folder / "coding" / name
    place.mkdir(parents=True)
    for file, text in (
        ("task.yaml", task),
        ("tests.py", tests),
        ("solution_numpy.py", SOLUTION),
        ("wrong.yaml", wrong),
    ):
        (place / file).write_text(text, encoding="utf-8")
    return place
