"""A broken task is refused with its file, its id and the key."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from coding.task_samples import TASK, TESTS, WRONG, write_task

from interviewer.bank.load import Bank
from interviewer.bank.question import Question
from interviewer.coding.oracle import load_behaviours
from interviewer.coding.task import load_tasks, signatures
from interviewer.coding.variants import load_variants
from interviewer.errors import BankError
from interviewer.resources import data_folder


def refused(folder: Path, bank: Bank | None = None) -> str:
    with pytest.raises(BankError) as error:
        load_tasks(folder / "coding", bank)
    return str(error.value)


def bank_of_attention() -> Bank:
    entries = yaml.safe_load((data_folder("knowledge") / "questions" / "attention.yaml").read_text(encoding="utf-8"))
    questions = [Question.model_validate(entry) for entry in entries]
    return Bank({one.id: one for one in questions}, {}, {}, "")


def test_a_sound_task_is_loaded(tmp_path: Path):
    write_task(tmp_path)
    task = load_tasks(tmp_path / "coding")["doubling"]
    assert task.entries == ("double",)
    assert task.title.say("zh") == "加倍"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title:", "titel:", "titel: unknown key (did you mean 'title'?)"),
        ("entries: [double]", "entries: [triple]", "contract.zh defines ['double'], entries are ['triple']"),
        ('def double(x):\n        """x (N,) -> (N,), not', 'def double(y):\n        """x (N,) -> (N,), not', "differ"),
        ("def double(x):", "def double(x", "not Python"),
        ("[numpy]", "[jax]", "backends"),
        ("  - {zh: 丙, en: c}\n", "", "follow_ups"),
        ("id: doubling", "id: double", "id: must be the folder's name, 'doubling'"),
        ("[numpy]", "[numpy, torch]", "solution_torch.py is missing"),
        (TASK, "", "empty"),
        (TASK, f"- {TASK.replace(chr(10), chr(10) + '  ').rstrip()}\n" * 2, "expected one task, found 2"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key(tmp_path: Path, old: str, new: str, said: str):
    assert old in TASK
    folder = write_task(tmp_path, task=TASK.replace(old, new))
    message = refused(tmp_path)
    assert str(folder / "task.yaml") in message
    assert said in message


def test_two_tasks_of_one_question_are_refused(tmp_path: Path):
    write_task(tmp_path)
    write_task(tmp_path, task=TASK.replace("id: doubling", "id: twice"), name="twice")
    assert "opens doubling already" in refused(tmp_path)


def test_a_folder_without_tasks_is_refused(tmp_path: Path):
    assert "no coding tasks" in refused(tmp_path)


@pytest.mark.parametrize(
    ("question", "said"),
    [("attention.gqa-by-hans", "Did you mean 'attention.gqa-by-hand'?"), ("attention.kv-cache", "not coding")],
)
def test_the_question_must_be_one_of_the_bank(tmp_path: Path, question: str, said: str):
    write_task(tmp_path, task=TASK.replace("attention.gqa-by-hand", question))
    assert said in refused(tmp_path, bank_of_attention())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("replace: x * 2", "replace: x * 7", "tripled: numpy.replace: does not occur in solution_numpy.py"),
        ("replace: x * 2", "replace: x", "tripled: numpy.replace: occurs 3 times"),
        ("id: in-place", "id: tripled", "tripled: this id is taken"),
        ("by: x * 3", "by: x * 2", "replace and by are the same"),
        ("  numpy: {replace: x * 2, by: x * 3}\n", "", "no edit"),
        ("numpy: {", "nunpy: {", "unknown key (did you mean 'numpy'?)"),
    ],
)
def test_a_wrong_variant_must_be_an_edit_of_the_reference(tmp_path: Path, old: str, new: str, said: str):
    assert old in WRONG
    folder = write_task(tmp_path, wrong=WRONG.replace(old, new, 1))
    with pytest.raises(BankError) as error:
        load_variants(folder, "numpy")
    assert said in str(error.value)
    assert str(folder / "wrong.yaml") in str(error.value)


def test_variants_are_the_reference_with_one_edit(tmp_path: Path):
    tripled, in_place = load_variants(write_task(tmp_path), "numpy")
    assert "return x * 3" in tripled.source
    assert "x *= 2\n    return x" in in_place.source
    assert tripled.says.en == "Tripled"


def test_a_mistake_that_a_backend_cannot_make_is_left_out_there(tmp_path: Path):
    folder = write_task(tmp_path)
    (folder / "solution_torch.py").write_text("def double(x):\n    return x * 2\n", encoding="utf-8")
    assert load_variants(folder, "torch") == ()


def test_a_missing_reference_is_named(tmp_path: Path):
    with pytest.raises(BankError, match=r"solution_torch.py: can't be read"):
        load_variants(write_task(tmp_path), "torch")


@pytest.mark.parametrize(("tests", "said"), [("import nothing_like_it", "can't be loaded"), ("x = 1", "no behaviours")])
def test_broken_tests_are_named(tmp_path: Path, tests: str, said: str):
    folder = write_task(tmp_path, tests=tests)
    with pytest.raises(BankError, match=said) as error:
        load_behaviours(folder)
    assert str(folder / "tests.py") in str(error.value)


def test_loading_tests_leaves_nothing_behind(tmp_path: Path):
    folder = write_task(tmp_path)
    before = sorted(folder.rglob("*"))
    assert len(load_behaviours(folder)) == TESTS.count("@behaviour")
    assert sorted(folder.rglob("*")) == before


def test_signatures_are_those_of_the_top_level():
    code = "def one(a, *, b=1e-05):\n    def inner(): ...\nclass Two:\n    def method(self): ...\n"
    assert signatures(code) == {"one": "a, *, b=1e-05"}
