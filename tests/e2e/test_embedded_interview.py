"""A whole interview judged by the real embedded model, with no key and no network."""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest
from fakes.program import Program

ANSWERS = """大家好,我做大模型微调和推理优化两年。

背景是电商售后客服回复太慢,人工平均四分钟一条。我们用 14B 的模型加检索做回复助手,我负责数据和训练。上线后采纳率 61%。

不会

数据来自两年的历史工单,去重后 8 万条,按会话切分训练和测试,避免泄漏。

注意力的输出是对 V 的加权和,权重是 softmax(QK^T/sqrt(d_k)),除以根号 d_k 是为了防止点积方差过大让 softmax 饱和。

LoRA 冻结原来的权重,在旁边加两个低秩矩阵 A 和 B,只训练这两个小矩阵,推理时可以合并回去,没有额外延迟。

跳过

RMSNorm 去掉了减均值,只除以均方根,再乘一个可学习的缩放。

我会先看检索有没有召回正确的段落,再看模型是不是没有按上下文回答,分开归因。

没有别的问题了。"""


@pytest.fixture
def program(home: Path) -> Program:
    shared = os.environ.get("INTERVIEWER_MODELS")
    return Program(home, {"INTERVIEWER_MODELS": shared} if shared else {})


def record(program: Program, session: str) -> dict[str, Any]:
    return json.loads(program.run("review", session, "--export", "json").stdout)


@pytest.mark.local
@pytest.mark.timeout(900)
def test_a_screen_is_sat_to_the_end_and_every_quote_is_in_the_answer(program: Program, tmp_path: Path):
    file = tmp_path / "answers.txt"
    file.write_text(ANSWERS, encoding="utf-8")
    arguments = (
        "mock",
        "--preset",
        "screen",
        "--lang",
        "zh",
        "--seed",
        "7",
        "--plain",
        "--answers",
        str(file),
        "--json",
    )
    done = program.run(*arguments, timeout=800)
    assert done.returncode == 0, done.stderr
    stream: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert stream[-1]["event"] == "Finished"
    assert stream[0]["judge"]["endpoint"] == "embedded"

    kept = record(program, stream[0]["session"])
    texts = {answer["request"]: answer["text"] for answer in kept["answers"]}
    verdicts = [(grading["request"], verdict) for grading in kept["gradings"] for verdict in grading["verdicts"]]
    assert any(verdict["judge"]["endpoint"] == "embedded" for _, verdict in verdicts)
    for request, verdict in verdicts:
        span = verdict["evidence"]
        if span:
            assert texts[request][span["start"] : span["end"]].strip()
        else:
            assert verdict["verdict"] in {"miss", "abstain"}


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(3, marks=[pytest.mark.local, pytest.mark.timeout(900)]),
        pytest.param(10, marks=[pytest.mark.soak, pytest.mark.timeout(1800)]),
    ],
)
def test_kills_while_the_real_model_judges_lose_and_repeat_nothing(program: Program, tmp_path: Path, kills: int):
    moments = random.Random(7)
    file = tmp_path / "answers.txt"
    file.write_text(ANSWERS, encoding="utf-8")
    shared = ("--json", "--answers", str(file))
    running = program.start("mock", "--preset", "screen", "--lang", "zh", "--seed", "7", *shared)
    assert running.stdout is not None
    session = json.loads(running.stdout.readline())["session"]
    for _ in range(kills):
        time.sleep(moments.uniform(1.0, 20.0))
        running.kill()
        running.communicate()
        running = program.start("mock", "--resume", session, *shared)
        assert running.stdout is not None
        running.stdout.readline()
    out, err = running.communicate(timeout=1500)
    assert running.returncode == 0, err
    assert json.loads(out.splitlines()[-1])["event"] == "Finished"

    kept = record(program, session)
    answered = [answer["request"] for answer in kept["answers"]]
    assert len(answered) == len(set(answered))
    graded = [grading["request"] for grading in kept["gradings"]]
    assert len(graded) == len(set(graded))
    wanted = {turn["request"] for turn in kept["turns"] if turn["kind"] in {"question", "probe"}}
    assert set(graded) == wanted & {answer["request"] for answer in kept["answers"] if answer["intent"] != "end"}
    blocks = ANSWERS.split("\n\n")
    said = [answer["text"] for answer in kept["answers"] if answer["intent"] != "end"]
    assert said == blocks[: len(said)]
