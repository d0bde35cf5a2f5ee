"""Over all tasks that ship: the reference passes every behaviour, and the behaviours catch every wrong variant."""

from __future__ import annotations

import pytest

from interviewer.bank.load import load_bank
from interviewer.coding.backend import make_backend
from interviewer.coding.oracle import load_behaviours, run_behaviours
from interviewer.coding.task import BackendName, load_tasks, signatures
from interviewer.coding.variants import load_reference, load_variants
from interviewer.resources import data_folder

FOLDER = data_folder("knowledge") / "coding"
TASKS = load_tasks(FOLDER)
PLAIN_MAX = 2

needs_torch = pytest.mark.torch
PAIRS = [
    pytest.param(task.id, backend, marks=needs_torch if backend == "torch" else ())
    for task in TASKS.values()
    for backend in task.backends
]
pairs = pytest.mark.parametrize(("task", "backend"), PAIRS)


def test_tasks_and_coding_questions_of_the_bank_belong_together():
    bank = load_bank(FOLDER.parent)
    assert load_tasks(FOLDER, bank) == TASKS
    asked = {one.id for one in bank.questions.values() if one.kind == "coding"}
    assert asked == {task.question for task in TASKS.values()}


@pairs
def test_the_reference_passes(task: str, backend: BackendName):
    results = run_behaviours(FOLDER / task, load_reference(FOLDER / task, backend), make_backend(backend))
    assert [(one.name.en, one.reason) for one in results if not one.passed] == []


@pairs
def test_wrong_variants_fail_and_every_behaviour_catches_one(task: str, backend: BackendName):
    folder, made = FOLDER / task, make_backend(backend)
    behaviours = [one for one in load_behaviours(folder) if one.holds_for(backend)]
    variants = load_variants(folder, backend)
    catching: set[str] = set()
    uncaught: list[str] = []
    for variant in variants:
        failed = [one.name.en for one in run_behaviours(folder, variant.source, made) if not one.passed]
        catching.update(failed)
        if not 0 < len(failed) < len(behaviours):
            uncaught.append(variant.id)  # or so broken that it shows nothing
    assert uncaught == []
    assert [one.name.en for one in behaviours if one.name.en not in catching and not one.plain] == []


@pairs
def test_there_are_enough_variants_and_few_plain_checks(task: str, backend: BackendName):
    assert len(load_variants(FOLDER / task, backend)) >= 6
    behaviours = load_behaviours(FOLDER / task)
    assert sum(one.plain for one in behaviours) <= PLAIN_MAX
    assert len({one.name.zh for one in behaviours}) == len({one.name.en for one in behaviours}) == len(behaviours)


@pytest.mark.parametrize("task", TASKS)
def test_the_references_have_the_signatures_of_the_contract(task: str):
    asked = signatures(TASKS[task].contract.en)
    for backend in TASKS[task].backends:
        written = signatures(load_reference(FOLDER / task, backend))
        assert {name: written.get(name) for name in asked} == asked, backend


@pytest.mark.parametrize("task", TASKS)
def test_no_reference_calls_a_ready_made_function(task: str):
    for backend in TASKS[task].backends:
        source = load_reference(FOLDER / task, backend)
        ready = ("scaled_dot_product", "MultiheadAttention", "LayerNorm", "RMSNorm", "F.layer_norm", "F.rms_norm")
        assert [call for call in ready if call in source] == []
