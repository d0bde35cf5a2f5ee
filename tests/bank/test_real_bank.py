"""The bank that ships: whole, bilingual, giving nothing away, without the errors of the page it began from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import get_args

import pytest

from interviewer.bank.load import Bank, load_bank
from interviewer.bank.question import ClaimType, Kind
from interviewer.doctor.check import STATIC
from interviewer.judge.rules import is_dont_know
from interviewer.resources import data_folder

PARTS = {
    "S1-01": "123456",
    "S1-03": "1234",
    "S1-04": "12345",
    "S1-06": "1234567",
    "S1-07": "123",
    "S1-08": "12",
    "S1-09": "123",
    "S1-10": "123",
    "S1-12": "12",
    "S1-13": "123456",
    "S2-04": "abcdefg",
}
QUESTIONS = [*(f"S1-{number:02}" for number in range(1, 16)), *(f"S2-{number:02}" for number in range(1, 13))]
INVENTORY = [*QUESTIONS, *(f"{question}.{part}" for question, parts in PARTS.items() for part in parts)]
"""Everything that the seed asks: 27 numbered questions, and 48 lettered or numbered parts and paragraphs."""

WORST = {
    "F33": r"LLaMA(-| )?1? ?(就?用|采用|uses?|has) ?(的是)? ?(了)?(MQA|多查询|multi-query)",
    "F89": r"(Pre|Post)-?Norm.{0,24}(激活函数之?[前后]|(before|after) the activation)",
    "F51": r"(?<!是)(把|将).{0,12}权重.{0,6}分解(成|为)|factori[sz]es the (base|pretrained|original) weight",
    "F48": r"P-tuning v2.{0,6}(变成|变为|是)生成(式|模型)|P-tuning v2 (becomes|is) (fully )?generative",
    "F70": r"(因果|Causal) ?(语言模型|LM).{0,12}只看.{0,6}前一个|causal LM looks only at the (immediately )?preceding",
    "F22": r"F1 ?是准确率|F1 averages accuracy|F1.{0,30}mean of accuracy",
    "F26": r"Recall@K.{0,8}前 ?K ?个?结果.{0,4}(正确|相关)|Recall@K is the (share|fraction) of the top",
    "F80": r"DDP.{0,24}(分摊|只有.{0,4}分之)|(ordinary data parallelism|DDP).{0,30}(lowers|saves memory)",
    "F75": r"(Transformer-XL|Sparse Transformer).{0,16}(复读|repetition|就能解决)",
    "F65": r"LangChain.{0,12}(就是|只是)对 ?OpenAI|LangChain.{0,24}wrapper around (the )?OpenAI",
    "F13": r"encoder-only.{0,12}输出.{0,8}固定(大小|长度)|encoder-only model.{0,16}outputs one fixed",
    "F99": r"RMSNorm.{0,16}(不如|do worse than|inferior to|worse than) ?(BN|Batch ?Norm)",
}
"""What candidates read there and must not read here, as the bank words it where it names the error."""


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank(data_folder("knowledge"))


def taught(bank: Bank) -> Iterator[tuple[str, str]]:
    """Every text that the bank holds for true, with its place."""
    for question in bank.questions.values():
        for text in (question.answer, *(point.text for point in question.points)):
            yield question.id, text.zh
            yield question.id, text.en


@pytest.mark.parametrize("check", STATIC, ids=lambda check: check.__name__)
def test_the_doctor_finds_no_fault(bank: Bank, check: object):
    assert callable(check)
    assert [finding for finding in check(bank) if finding.severity == "error"] == []


def test_every_node_of_the_seed_can_be_reached(bank: Bank):
    assert len(INVENTORY) == 75
    origins = {origin for one in bank.questions.values() for origin in one.origin}
    assert {f"seed:{node}" for node in INVENTORY} - origins == set()


def test_no_origin_names_a_node_that_the_seed_does_not_have(bank: Bank):
    origins = {origin for one in bank.questions.values() for origin in one.origin}
    assert origins - {f"seed:{node}" for node in INVENTORY} == {"authored"}


def test_errors_of_the_seed_are_kept_as_misconceptions(bank: Bank):
    found = {wrong.origin for one in bank.questions.values() for wrong in one.misconceptions if wrong.origin}
    assert all(re.fullmatch(r"seed:F(\d\d|10[0-4])", origin) for origin in found)
    assert len(found) >= 25


@pytest.mark.parametrize("error", WORST)
def test_the_patterns_of_the_worst_errors_find_them(bank: Bank, error: str):
    recorded = [
        wrong.text for one in bank.questions.values() for wrong in one.misconceptions if wrong.origin == f"seed:{error}"
    ]
    assert [text.zh for text in recorded if re.search(WORST[error], f"{text.zh}\n{text.en}", re.IGNORECASE)]


@pytest.mark.parametrize("error", WORST)
def test_the_worst_errors_of_the_seed_are_taught_nowhere(bank: Bank, error: str):
    assert [place for place, text in taught(bank) if re.search(WORST[error], text, re.IGNORECASE)] == []


def test_there_is_enough_of_everything(bank: Bank):
    asked = [one for one in bank.questions.values() if bank.topics[one.topic].weight]
    kinds = Counter(one.kind for one in asked)
    assert len(asked) - kinds["coding"] >= 220
    assert set(kinds) | {"project"} == set(get_args(Kind))
    assert kinds["calculation"] >= 30
    assert kinds["derivation"] >= 15
    assert kinds["open"] + kinds["scenario"] >= 20
    assert sum(1 for one in asked if one.chain) >= 40


def test_every_track_stands_on_project_questions(bank: Bank):
    stages = [(track.id, stage.question) for track in bank.tracks.values() for stage in track.stages]
    assert [pair for pair in stages if bank.questions[pair[1]].kind != "project"] == []


def test_every_project_question_is_a_stage_of_some_track(bank: Bank):
    stages = {stage.question for track in bank.tracks.values() for stage in track.stages}
    assert {one.id for one in bank.questions.values() if one.kind == "project"} == stages


def test_every_type_of_claim_has_its_probes_and_comes_up_in_every_track(bank: Bank):
    types = set(get_args(ClaimType))
    assert set(bank.claims) == types
    assert {
        track.id: types - {claim for stage in track.stages for claim in stage.claims} for track in bank.tracks.values()
    } == {track: set() for track in bank.tracks}


def test_a_bare_bu_hui_is_taken_at_once_for_all_but_plain_yes_or_no_questions(bank: Bank):
    asked = [text.zh for one in bank.questions.values() for text in (one.text, *(point.probe for point in one.points))]
    answers = [text for text in asked if not is_dont_know("不会", text)]
    assert all(re.search(r"吗|会不会|是否|能不能|么[？。]?$", text) for text in answers), answers
    assert len(answers) < 0.04 * len(asked)
