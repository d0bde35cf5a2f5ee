"""The judge's look at the bank warns where it can't tell a strong answer from somebody else's."""

from __future__ import annotations

from bank_samples import bank, point, question, text
from fakes.judging import NamingJudge

from interviewer.bank.load import Bank
from interviewer.bank.question import Text, Topic
from interviewer.doctor.coverage import check_tasks
from interviewer.doctor.judged import check_by_judge


def two_topics(answer: str) -> Bank:
    """One question of attention and one of rag, each answered with `answer`."""
    said = text(answer, answer)
    other = question("heads", id="rag.heads", topic="rag", answer=said, points=[point(number) for number in range(4)])
    plain = bank(question("heads", answer=said))
    rag = Topic(id="rag", title=Text(zh="检索", en="RAG"), weight=0)
    questions = {**plain.questions, "rag.heads": other}
    return Bank(questions, {}, {**plain.topics, "rag": rag}, "v", sources=plain.sources)


async def told(answer: str) -> list[str]:
    return [f"{one.severity} {one.text}" async for one in check_by_judge(two_topics(answer), NamingJudge(), lang="zh")]


async def test_a_strong_answer_that_is_found_wanting_is_a_warning():
    found = await told("什么也没说")
    assert len(found) == 2
    assert all(
        line.startswith("warning") and "finds the strong answer no hit on p0, p1, p2, p3" in line for line in found
    )


async def test_an_unrelated_answer_that_is_found_right_is_a_warning():
    found = await told("全")
    assert len(found) == 2
    assert all("heads no miss on p0, p1, p2, p3" in line for line in found)


def test_a_coding_question_without_a_task_is_found():
    [finding] = check_tasks(bank(question(kind="coding")), {})
    assert (finding.place, finding.severity) == ("attention.heads", "error")
