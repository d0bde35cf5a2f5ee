"""The program as a user runs it: output, exit codes, and what is said when something is wrong."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from fakes.openai_server import FakeOpenAI
from fakes.program import Program


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


SCREEN = ("mock", "--preset", "screen", "--seed", "7", "--json", "--endpoint", "openai")


def test_a_whole_interview_from_a_file_ends_with_finished_and_nothing_but_json(
    judged: Program, endpoint: FakeOpenAI, answers: Path
):
    done = judged.run(*SCREEN, "--answers", str(answers))
    assert done.returncode == 0, done.stderr
    stream = events(done.stdout)
    assert stream[0]["event"] == "SessionStarted"
    assert stream[-1]["event"] == "Finished"
    assert stream[-1]["reason"] == "complete"
    assert [body["seq"] for body in stream] == list(range(1, len(stream) + 1))
    assert "sk-test-7" not in done.stdout + done.stderr


def test_every_verdict_in_the_exported_record_quotes_the_answer_and_names_its_judge(
    judged: Program, endpoint: FakeOpenAI, answers: Path
):
    judged.run(*SCREEN, "--answers", str(answers))
    record = json.loads(judged.run("review", "--export", "json").stdout)
    text = json.dumps(record, ensure_ascii=False)
    assert '"model": "scripted"' in text
    assert "sk-test-7" not in text


def test_review_shows_the_words_of_the_candidate(judged: Program, endpoint: FakeOpenAI, answers: Path):
    judged.run(*SCREEN, "--answers", str(answers))
    shown = judged.run("review")
    assert shown.returncode == 0
    assert "注意力是对 V 的加权和" in shown.stdout
    assert "✓" in shown.stdout


def test_only_dont_know_scores_0_without_a_call(judged: Program, endpoint: FakeOpenAI, tmp_path: Path):
    file = tmp_path / "a.txt"
    file.write_text("\n\n".join(["不会"] * 30), encoding="utf-8")
    done = judged.run(*SCREEN, "--answers", str(file))
    assert done.returncode == 0
    scores = [body["score"] for body in events(done.stdout) if body["event"] == "AnswerGraded"]
    assert scores
    assert set(scores) == {0}
    assert endpoint.requests == []


def test_answers_that_run_out_end_the_interview(judged: Program, endpoint: FakeOpenAI, tmp_path: Path):
    file = tmp_path / "a.txt"
    file.write_text("大家好\n\n项目是微调客服模型", encoding="utf-8")
    done = judged.run(*SCREEN, "--answers", str(file))
    assert done.returncode == 0
    assert events(done.stdout)[-1]["reason"] == "answers_exhausted"


def test_without_any_model_answers_are_kept_ungraded_and_the_exit_code_says_so(
    alone: Program, answers: Path, home: Path
):
    home.mkdir(parents=True, exist_ok=True)
    (home / "settings.toml").write_text("[models.embedded]\nenabled = false\n", encoding="utf-8")
    done = alone.run("mock", "--preset", "daily", "--json", "--answers", str(answers))
    assert done.returncode == 3
    last = events(done.stdout)[-1]
    assert (last["event"], last["status"], last["score"]) == ("Finished", "ungraded", None)


@pytest.mark.parametrize("content", [None, "", "\n \n"])
def test_no_answers_at_all_is_a_bad_input_file(alone: Program, tmp_path: Path, content: str | None):
    file = tmp_path / "none.txt"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    done = alone.run("mock", "--json", "--answers", str(file))
    assert done.returncode == 2
    assert "none.txt" in done.stderr
    assert done.stdout == ""


def test_lines_on_standard_input_answer_and_command(judged: Program, endpoint: FakeOpenAI):
    stdin = (
        '{"request": "r001", "answer": "大家好"}\n'
        '{"request": "r002", "command": "hint"}\n'
        '{"request": "r003", "command": "end"}\n'
    )
    done = judged.run(*SCREEN, stdin=stdin)
    assert done.returncode == 0, done.stderr
    names = [body["event"] for body in events(done.stdout)]
    assert names.count("AnswerRequested") == 3
    assert events(done.stdout)[-1]["reason"] == "ended"


def test_the_end_of_standard_input_pauses_and_tells_how_to_go_on(judged: Program, endpoint: FakeOpenAI):
    done = judged.run(*SCREEN, stdin='{"request": "r001", "answer": "大家好"}\n')
    assert done.returncode == 1
    session = events(done.stdout)[0]["session"]
    assert f"--resume {session}" in done.stderr
    again = judged.run(
        "mock",
        "--json",
        "--resume",
        session,
        "--endpoint",
        "openai",
        stdin='{"request": "r002", "command": "end"}\n',
    )
    assert again.returncode == 0, again.stderr
    assert events(again.stdout)[0]["resumed"] is True


def test_an_answer_to_another_request_is_refused_and_the_interview_kept(judged: Program, endpoint: FakeOpenAI):
    done = judged.run(*SCREEN, stdin='{"request": "r042", "answer": "x"}\n')
    assert done.returncode == 2
    assert "r042" in done.stderr


def test_plain_lines_show_no_verdict_before_the_end_of_a_mock(judged: Program, endpoint: FakeOpenAI, answers: Path):
    done = judged.run("mock", "--preset", "daily", "--plain", "--endpoint", "openai", "--answers", str(answers))
    assert done.returncode == 0
    assert "✓" not in done.stdout
    assert "得分" in done.stdout


def test_a_drill_in_plain_lines_shows_the_verdicts(judged: Program, endpoint: FakeOpenAI, answers: Path):
    done = judged.run(
        "drill",
        "attention",
        "--count",
        "1",
        "--plain",
        "--endpoint",
        "openai",
        "--answers",
        str(answers),
    )
    assert done.returncode == 0
    assert "✓" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("mock", "--preset", "zeroth"), "preset"),
        (("mock", "--level", "9", "--json"), "level"),
        (("mock", "--resume", "20200101-000000-ffff", "--json"), "20200101-000000-ffff"),
        (("mock", "--endpoint", "nobody", "--json"), "embedded"),
        (("drill", "atention", "--json"), "attention"),
        (("bank", "show", "attention.gqa"), "attention.gqa-by-hand"),
        (("review", "nothing"), "nothing"),
        (("fly",), "fly"),
    ],
)
def test_bad_arguments_are_told_with_exit_code_2(alone: Program, arguments: tuple[str, ...], told: str):
    done = alone.run(*arguments)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('langage = "zh"', "language"),
        ("language = ", "TOML"),
        ("level = 9", "level"),
        ('[[endpoints]]\nname = "a"\nbase_url = "ftp://x"\nmodel = "m"', "base_url"),
        ('[[endpoints]]\nname = "a"\nbase_url = "http://x"\nmodel = "m"\n' * 2, "two endpoints are named 'a'"),
        ('[[endpoints]]\nname = "embedded"\nbase_url = "http://x"\nmodel = "m"', "built-in"),
    ],
)
def test_a_bad_settings_file_is_told_by_file_and_key(alone: Program, home: Path, text: str, told: str):
    home.mkdir(parents=True, exist_ok=True)
    (home / "settings.toml").write_text(text, encoding="utf-8")
    done = alone.run("mock", "--json")
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_the_endpoint_of_the_environment_stands_before_one_of_its_name_in_the_file(judged: Program, home: Path):
    home.mkdir(parents=True, exist_ok=True)
    text = '[[endpoints]]\nname = "openai"\nbase_url = "http://127.0.0.1:9"\nmodel = "scripted"\n'
    (home / "settings.toml").write_text(text, encoding="utf-8")
    done = judged.run(*SCREEN, stdin='{"request": "r001", "command": "end"}\n')
    assert done.returncode == 0, done.stderr


def test_ctrl_c_while_an_answer_is_waited_for_ends_at_once_and_tells_how_to_go_on(judged: Program):
    running = judged.start(*SCREEN, stdin=subprocess.PIPE)
    assert running.stdout is not None
    session = ""
    for line in running.stdout:
        session = json.loads(line)["session"]
        if json.loads(line)["event"] == "AnswerRequested":
            break
    time.sleep(0.3)
    running.send_signal(signal.SIGINT)
    code = running.wait(timeout=20)  # standard input is still open
    assert running.stderr is not None
    told = running.stderr.read()
    running.communicate()
    assert code == 130
    assert f"--resume {session}" in told
    assert "Traceback" not in told


def test_bytes_that_are_no_text_are_replaced(judged: Program):
    running = judged.start("mock", "--preset", "daily", "--plain", stdin=subprocess.PIPE)
    assert running.stdin is not None
    running.stdin.buffer.write("大家\n".encode()[:-3] + b"\n\n/end\n")
    _, told = running.communicate(timeout=50)
    assert running.returncode == 0, told


def test_a_failure_is_told_once(judged: Program, home: Path):
    paused = judged.run("mock", "--preset", "daily", "--plain", stdin="")
    session = paused.stderr.split("--resume ")[1].split()[0]
    checkpoints = home / "checkpoints.db"
    assert checkpoints.exists()
    with sqlite3.connect(checkpoints) as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON writes BEGIN SELECT RAISE(FAIL, 'no room'); END")
    database.close()
    failed = judged.run("mock", "--plain", "--resume", session, stdin="不会\n\n")
    assert failed.returncode == 1
    assert failed.stderr.count("no room") == 1
    assert f"--resume {session}" in failed.stderr


def test_a_full_disk_is_told_and_what_was_saved_is_kept(
    judged: Program, endpoint: FakeOpenAI, answers: Path, home: Path
):
    paused = judged.run(*SCREEN, stdin='{"request": "r001", "answer": "大家好,我做微调"}\n')
    session = events(paused.stdout)[0]["session"]
    largest = max(file.stat().st_size for file in home.rglob("*.db*"))

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 4096, largest + 4096))

    full = judged.run(
        "mock",
        "--json",
        "--resume",
        session,
        "--answers",
        str(answers),
        "--endpoint",
        "openai",
        before=small_files,
    )
    assert full.returncode == 1
    assert "Traceback" not in full.stderr
    assert session in full.stderr + full.stdout
    record = json.loads(judged.run("review", session, "--export", "json").stdout)
    assert "大家好,我做微调" in json.dumps(record, ensure_ascii=False)


def test_a_corrupt_database_is_moved_aside_with_a_message_and_the_program_goes_on(
    judged: Program, endpoint: FakeOpenAI, answers: Path, home: Path
):
    judged.run("mock", "--preset", "daily", "--json", "--endpoint", "openai", "--answers", str(answers))
    database = home / "transcripts.db"
    for extra in home.glob("transcripts.db-*"):
        extra.unlink()
    database.write_bytes(b"this was a database once" + database.read_bytes()[24:])
    done = judged.run("mock", "--preset", "daily", "--json", "--endpoint", "openai", "--answers", str(answers))
    assert done.returncode == 0, done.stderr
    assert "bad-" in done.stderr
    assert list(home.glob("transcripts.db.bad-*"))
    assert judged.run("sessions", "--json").returncode == 0


def test_a_bank_with_a_wrong_key_names_file_id_and_key(alone: Program, tmp_path: Path):
    from interviewer.bank.load import load_bank
    from interviewer.errors import BankError
    from interviewer.resources import data_folder

    copy = tmp_path / "knowledge"
    shutil.copytree(data_folder("knowledge"), copy)
    file = copy / "questions" / "rag.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("  topic: rag", "  topick: rag", 1), encoding="utf-8")
    with pytest.raises(BankError, match=r"rag\.yaml: rag\.[a-z-]+: topic") as told:
        load_bank(copy)
    assert told.value.exit_code == 2


def test_bank_list_counts_and_search_finds(alone: Program):
    listed = json.loads(alone.run("bank", "list", "--json").stdout)
    assert len(listed["questions"]) >= 220
    assert listed["tracks"] >= 7
    assert listed["tasks"] >= 14
    assert listed["chains"] >= 40
    assert {"id", "kind", "level", "topic", "origin", "text", "points", "score"} == set(listed["questions"][0])


def test_an_output_without_chinese_is_no_error(home: Path):
    done = Program(home, {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}).run("bank", "list", "--json")
    assert done.returncode == 0, done.stderr
    listed = json.loads(done.stdout)["questions"]
    assert any("×" in row["text"]["zh"] for row in listed)  # a sign that is no \\u escape by Python's own replacement


def test_models_list_names_the_configured_endpoint_first(judged: Program, endpoint: FakeOpenAI):
    listed = json.loads(judged.run("models", "list", "--json").stdout)
    assert listed["models"][0]["endpoint"] == "openai"
    assert "sk-test-7" not in json.dumps(listed)


@pytest.mark.parametrize(
    "command", [(), ("mock",), ("drill",), ("review",), ("sessions",), ("bank", "list"), ("judge", "eval")]
)
def test_every_command_has_help(alone: Program, command: tuple[str, ...]):
    done = alone.run(*command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout
