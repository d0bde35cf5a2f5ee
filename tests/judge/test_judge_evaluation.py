from __future__ import annotations

import json

import pytest

from interviewer.errors import BadOutput, EndpointDown, StorageError, UsageError
from interviewer.judge.card import CARDS, Card, read_cards, standing
from interviewer.judge.cases import LabelledCase, points_of_reference, quick_sample, read_cases
from interviewer.judge.evaluation import evaluate, write_rows
from interviewer.judge.logprob import LogprobJudge
from interviewer.judge.similarity import by_overlap
from interviewer.judge.verdict import Case, CasePoint, JudgeIdentity, Judgement, Probs, Span, Usage, Verdict
from interviewer.models.embedded.chat import MODEL
from interviewer.models.scripted import ScriptedChat

ROW = {
    "id": "a1",
    "lang": "zh",
    "topic": "lora",
    "question": "讲一下 LoRA。",
    "points": [{"id": "p1", "text": "冻结权重", "weight": 2}, {"id": "p2", "text": "低秩矩阵"}],
    "answer": "它冻结权重。",
    "kind": "typical",
    "verdicts": {"p1": "hit", "p2": "miss"},
}
MARKED = {
    "id": "m1",
    "lang": "zh",
    "question": "零担货物运输可以分为哪些类型？",
    "reference": "公路零担；铁路零担。",
    "answer": "公路零担",
    "score": 1,
    "score_max": 2,
}
IDENTITY = JudgeIdentity(model="m", endpoint="e", prompt_sha="0", method="logprob")


@pytest.fixture
def file(tmp_path):
    def _file(*rows):
        path = tmp_path / "cases.jsonl"
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return _file


class WordJudge:
    """Says of every point what its script says for the answer, with the first two characters as evidence."""

    identity = IDENTITY

    def __init__(self, words, *, probs=None):
        self.words = words
        self.probs = probs

    async def judge(self, case: Case) -> Judgement:
        said = self.words[case.answer]
        if isinstance(said, Exception):
            raise said
        verdicts = tuple(
            Verdict(
                point_id=each.id,
                verdict=word,
                evidence=Span(turn=0, start=0, end=2) if word == "hit" else None,
                confidence=0.0 if word == "abstain" else 0.75,
                probs=self.probs,
                judge=IDENTITY,
            )
            for each, word in zip(case.points, said, strict=True)
        )
        return Judgement(verdicts=verdicts, usage=Usage(calls=2, prompt_tokens=40, cached_tokens=30))


def test_both_kinds_of_rows_are_read(file):
    labelled, marked = read_cases(file(ROW, "", MARKED))
    assert labelled.gold == {"p1": "hit", "p2": "miss"}
    assert labelled.case.points[0] == CasePoint(id="p1", text="冻结权重", weight=2)
    assert labelled.mark is None
    assert (marked.gold, marked.mark, marked.kind) == (None, 0.5, "unsorted")
    assert [each.text for each in marked.case.points] == ["公路零担；", "铁路零担。"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 2, column 2"),
        ("[]", "line 2: "),
        ({**ROW, "id": "a2", "lang": "fr"}, "line 2, lang"),
        ({**ROW, "id": "a2", "points": [{"id": "p1"}]}, "line 2, points.0.text"),
        ({**ROW, "id": "a2", "points": [{"id": "p1", "text": "x", "weight": 9}]}, "line 2, points.0.weight"),
        ({**ROW, "id": "a2", "verdicts": {"p1": "hit"}}, "verdicts: must name exactly the points"),
        ({**ROW, "id": "a2", "verdicts": {"p1": "hit", "p2": "good"}}, "line 2, verdicts.p2"),
        ({**ROW, "id": "a2", "verdicts": None}, "line 2: Value error, needs points and verdicts"),
        ({**ROW, "id": "a2", "points": [{"id": "p1", "text": "x"}] * 2}, "an id appears twice"),
        ({**ROW, "id": "a1"}, "line 2, id: 'a1' appears twice"),
        ({**MARKED, "score": 3}, "score: must lie between"),
        ({**MARKED, "score": "much"}, "line 2, score"),
        ({**MARKED, "reference": "。"}, "line 2, reference"),
        ({key: value for key, value in ROW.items() if key != "answer"}, "line 2, answer"),
    ],
)
def test_a_malformed_line_is_told_by_number_and_field(file, line, told):
    with pytest.raises(UsageError) as caught:
        read_cases(file(ROW, line))
    assert told in caught.value.title
    assert caught.value.exit_code == 2


def test_no_file_and_no_cases_are_told(tmp_path, file):
    with pytest.raises(UsageError, match="Can't read"):
        read_cases(tmp_path / "none.jsonl")
    with pytest.raises(UsageError, match="no cases"):
        read_cases(file(""))


@pytest.mark.parametrize(
    ("reference", "points"),
    [
        ("先冻结。再训练；最后合并", ["先冻结。", "再训练；", "最后合并"]),
        ("信息化，网络化，自动化。", ["信息化，", "网络化，", "自动化。"]),
        ("公路零担、铁路零担、航空零担", ["公路零担", "铁路零担", "航空零担"]),
        ("When the switch closes. The bulb lights.", ["When the switch closes.", "The bulb lights."]),
        ("低秩。", ["低秩。"]),
        ("第一。1。第二。", ["第一。1。", "第二。"]),
    ],
)
def test_points_are_cut_from_a_reference(reference, points):
    assert [each.text for each in points_of_reference(reference)] == points


def test_a_long_reference_gives_at_most_eight_points_and_loses_nothing():
    reference = "".join(f"第{number}句话说的是一件事。" for number in range(30))
    points = points_of_reference(reference)
    assert len(points) == 8
    assert "".join(each.text for each in points) == reference


def labelled(number, kind, lang="zh"):
    case = Case(question="q", points=(CasePoint(id="p", text="t"),), answer=f"a{number}", lang=lang)
    return LabelledCase(id=f"c{number}", kind=kind, case=case, gold={"p": "hit"}, mark=None)


def test_a_quick_sample_is_fixed_and_has_every_kind_and_language():
    cases = [labelled(n, kind=f"k{n % 6}", lang="en" if n % 5 == 0 else "zh") for n in range(200)]
    sample = quick_sample(cases)
    assert len(sample) == 20
    assert {(case.kind, case.case.lang) for case in sample} == {(case.kind, case.case.lang) for case in cases}
    assert sample == quick_sample(cases[::-1])[::-1]
    assert quick_sample(cases[:7]) == tuple(cases[:7])


async def test_the_report_has_exactly_the_promised_figures(file):
    cases = read_cases(file(ROW, {**ROW, "id": "a2", "answer": "不太会", "kind": "dont-know"}, MARKED))
    judge = WordJudge({"它冻结权重。": ["hit", "hit"], "不太会": ["miss", "abstain"], "公路零担": ["hit", "miss"]})
    progress = []
    report = await evaluate(judge, cases, lambda done, total: progress.append((done, total)))
    summary = report.summary()
    assert list(summary) == [
        "cases", "points", "macro_f1", "f1", "auc_hit", "accuracy_top50", "coverage", "false_credit", "ece",
        "credit_mae", "by_kind", "pearson", "seconds_per_answer", "prompt_tokens_per_answer", "model", "endpoint",
        "method",
    ]  # fmt: skip
    assert (summary["cases"], summary["points"]) == (3, 6)
    assert summary["f1"] == {"hit": 0.5, "partial": None, "miss": 0.0, "wrong": None}
    assert summary["coverage"] == pytest.approx(5 / 6, abs=1e-4)
    assert summary["false_credit"] == 0.0
    assert summary["prompt_tokens_per_answer"] == 40
    assert (summary["model"], summary["endpoint"], summary["method"]) == ("m", "e", "logprob")
    assert summary["pearson"] is None
    assert progress == [(1, 3), (2, 3), (3, 3)]
    json.dumps(summary)


async def test_marks_are_compared_with_scores(file):
    rows = [{**MARKED, "id": f"m{n}", "answer": f"答 {n}", "score": n} for n in range(3)]
    judge = WordJudge({"答 0": ["miss", "miss"], "答 1": ["hit", "miss"], "答 2": ["hit", "hit"]})
    report = await evaluate(judge, read_cases(file(*rows)))
    assert report.marks == ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0))
    assert report.summary()["pearson"] == 1.0
    assert report.summary()["macro_f1"] is None


async def test_rows_are_written_one_a_line(file, tmp_path):
    judge = WordJudge({"它冻结权重。": ["hit", "partial"]}, probs=Probs(hit=0.5, partial=0.3, miss=0.1, wrong=0.1))
    report = await evaluate(judge, read_cases(file(ROW)))
    path = tmp_path / "out.jsonl"
    write_rows(path, report.rows)
    (row,) = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    seconds = row.pop("seconds")
    assert seconds >= 0
    assert row == {
        "id": "a1",
        "verdicts": {"p1": "hit", "p2": "partial"},
        "probs": {name: {"hit": 0.5, "partial": 0.3, "miss": 0.1, "wrong": 0.1} for name in ("p1", "p2")},
        "confidence": {"p1": 0.75, "p2": 0.75},
        "evidence": {"p1": "它冻", "p2": None},
        "score": pytest.approx(100 * (2 + 0.5) / 3, abs=1e-3),
        "status": "provisional",
        "calls": 2,
        "prompt_tokens": 40,
        "cached_tokens": 30,
    }


def test_rows_that_cannot_be_written_are_told(tmp_path):
    with pytest.raises(StorageError, match="Can't write"):
        write_rows(tmp_path / "none" / "out.jsonl", [])


async def test_an_unusable_judgement_counts_as_abstained(file):
    report = await evaluate(WordJudge({"它冻结权重。": BadOutput("bad")}), read_cases(file(ROW)))
    (row,) = report.rows
    assert row.verdicts == {"p1": "abstain", "p2": "abstain"}
    assert (row.score, row.status) == (None, "ungraded")
    assert report.summary()["coverage"] == 0.0


async def test_an_endpoint_that_is_gone_ends_the_run(file):
    with pytest.raises(EndpointDown):
        await evaluate(WordJudge({"它冻结权重。": EndpointDown("gone")}), read_cases(file(ROW)))


def card(**changes):
    values = {"model": "m", "endpoint": "e", "method": "logprob", "prompt_sha": "0", "macro_f1": 0.7, "coverage": 0.9,
              "cases": 1, "points": 1, "how": "made up"}  # fmt: skip
    return Card(**{**values, **changes})


@pytest.mark.parametrize(
    ("cards", "expected"),
    [
        ([], "provisional"),
        ([card()], "trusted"),
        ([card(macro_f1=0.6, coverage=0.8)], "trusted"),
        ([card(macro_f1=0.59)], "provisional"),
        ([card(coverage=0.79)], "provisional"),
        ([card(prompt_sha="1")], "provisional"),
        ([card(model="other"), card()], "trusted"),
    ],
)
def test_a_judge_is_trusted_by_its_own_card_only(monkeypatch, cards, expected):
    monkeypatch.setattr("interviewer.judge.card.read_cards", lambda path: tuple(cards))
    assert standing(IDENTITY) == expected


@pytest.mark.parametrize("similarity", [None, by_overlap])
def test_the_embedded_judge_has_a_card_for_exactly_the_prompts_and_the_fit_that_ship(similarity):
    identity = LogprobJudge(ScriptedChat(endpoint="embedded", model=MODEL), similarity=similarity).identity
    (found,) = [each for each in read_cards(CARDS) if each.is_for(identity)]
    assert 0 < found.macro_f1 < 1
    assert "judge_fit.py" in found.how
