"""How the bank's questions are printed: in colour and folded to the window in a terminal, plain in a pipe."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Styled

from interviewer.bank.draw import KIND_NAMES
from interviewer.bank.load import Bank
from interviewer.bank.question import Lang, Question, Text
from interviewer.coding.task import CodingTask
from interviewer.retrieval.search import Found

WIDE = 10_000
"""Columns of a pipe: nothing is folded there, so that lines can be searched."""

NARROW = 110
"""Columns below which an id stands under its question, not beside it."""

MARK = 3

LEVEL = Text(zh="难度", en="level")
POINTS = Text(zh="要点", en="Points")
MUST = Text(zh="必答", en="must")
PROBE = Text(zh="追问：", en="Probe:")
GAP: Mapping[Lang, str] = {"zh": "", "en": " "}
WRONG = Text(zh="常见误解", en="Often got wrong")
ANSWER = Text(zh="强答", en="A strong answer")
NEXT = Text(zh="接着问", en="Asked next")
SOURCES = Text(zh="出处", en="Sources")
TASK = Text(zh="题面", en="Task")
FOLLOW_UPS = Text(zh="写完再问", en="Asked once it runs")
REPHRASED = Text(zh="换个问法：", en="Put another way:")
NOTHING = Text(
    zh="没有找到。换个说法试试，或者用 interviewer bank list 看全部题目。",
    en="Nothing found. Try other words, or see: interviewer bank list",
)


def print_list(bank: Bank, listed: Mapping[str, Sequence[Question]], lang: Lang) -> None:
    narrow = _width() < NARROW
    for topic, questions in listed.items():
        if not questions:
            continue
        count = f"{len(questions)} 题" if lang == "zh" else f"{len(questions)} questions"
        _print(Styled.assemble("\n", (bank.topics[topic].title.say(lang), "bold"), (f"  {topic} · {count}", "dim")))
        table = _grid(2 if narrow else 3)
        for question in questions:
            text, name = Styled(question.text.say(lang)), Styled(question.id, "dim")
            table.add_row(_level(question), *([Group(text, name)] if narrow else [text, name]))
        _print(Padding(table, (0, 0, 0, 2)))


def print_found(bank: Bank, found: Sequence[Found], lang: Lang) -> None:
    if not found:
        _print(Styled(NOTHING.say(lang)))
    for one in found:
        question = bank.question(one.question_id)
        near = "" if one.score is None else f"  {one.score:.2f}"
        _print(Styled.assemble((question.text.say(lang), "bold")))
        _print(Padding(Styled(f"{_head(bank, question, lang)}{near}", "dim"), (0, 0, 0, 2)))
        if one.point_id:
            _print(Padding(Styled(f"· {question.point(one.point_id).text.say(lang)}"), (0, 0, 0, 2)))


def print_question(bank: Bank, question: Question, lang: Lang) -> None:
    _print(Styled(_head(bank, question, lang), "dim"))
    _print(Styled(f"\n{question.text.say(lang)}", "bold"))
    if question.rephrased:
        _print(Styled(f"{REPHRASED.say(lang)}{GAP[lang]}{question.rephrased.say(lang)}", "dim"))
    _section(POINTS, lang)
    for point in question.points:
        must = f"  {MUST.say(lang)}" if point.must else ""
        sources = " · ".join(_source(bank, source) for source in point.sources)
        said = Styled.assemble(point.text.say(lang), (must, "yellow"))
        about = Styled(f"{PROBE.say(lang)}{GAP[lang]}{point.probe.say(lang)}\n{sources}", "dim")
        _item(Styled("★" * point.weight, "yellow"), Group(said, about))
    if question.misconceptions:
        _section(WRONG, lang)
        for wrong in question.misconceptions:
            _item(Styled("✗", "red"), Styled(wrong.text.say(lang)))
    _section(ANSWER, lang)
    _print(Styled(question.answer.say(lang)))
    _section(SOURCES, lang)
    for source in question.sources:
        _item(Styled("·"), Styled(_source(bank, source), "dim"))
    if question.chain:
        _section(NEXT, lang)
        for link in question.chain:
            _item(Styled("→"), Styled.assemble(bank.question(link).text.say(lang), (f"  {link}", "dim")))


def print_task(task: CodingTask, lang: Lang) -> None:
    _section(TASK, lang)
    _print(Styled(f"{task.statement.say(lang)}\n\n{task.contract.say(lang)}"))
    _section(FOLLOW_UPS, lang)
    for follow_up in task.follow_ups:
        _item(Styled("→"), Styled(follow_up.say(lang)))


def _head(bank: Bank, question: Question, lang: Lang) -> str:
    title, kind = bank.topics[question.topic].title.say(lang), KIND_NAMES[question.kind].say(lang)
    return f"{question.id}  {title} · {kind} · {LEVEL.say(lang)} {question.level}"


def _level(question: Question) -> Styled:
    return Styled.assemble(("●" * question.level, "yellow"), ("○" * (5 - question.level), "dim"))


def _source(bank: Bank, cited: str) -> str:
    source = bank.source(cited)
    return f"{cited} ({source.title})" if source and source.title not in cited else cited


def _section(title: Text, lang: Lang) -> None:
    _print(Styled(f"\n{title.say(lang)}", "bold"))


def _item(mark: Styled, said: RenderableType) -> None:
    """One entry behind its mark; further lines stand under the first."""
    grid = _grid(2, least=MARK)
    grid.add_row(mark, said)
    _print(grid)


def _grid(columns: int, *, least: int = 0) -> Table:
    """A first and a third column as wide as they need, and the rest for the second, folded where it must be."""
    grid = Table.grid(padding=(0, 2 if not least else 1, 0, 0), pad_edge=False)
    grid.add_column(no_wrap=True, min_width=least or None)
    grid.add_column(ratio=1, overflow="fold")
    for _ in range(columns - 2):
        grid.add_column(no_wrap=True)
    return grid


def _width() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDE


def _print(what: RenderableType) -> None:
    """The bank is data: nothing in it is read as markup."""
    console = Console(markup=False, highlight=False, emoji=False, width=_width())
    with console.capture() as captured:
        console.print(what)
    print("\n".join(line.rstrip() for line in captured.get().split("\n")), end="")
