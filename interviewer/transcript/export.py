"""A transcript as one document: Markdown to read, JSON with everything in it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import cast

from interviewer.bank.load import Bank
from interviewer.bank.question import Lang
from interviewer.judge.score import Score
from interviewer.judge.verdict import JudgeIdentity, Verdict
from interviewer.transcript.labels import LABELS, MARKS, Labels
from interviewer.transcript.quoting import inline, paragraph, quoted
from interviewer.transcript.record import SaidRecord, Transcript
from interviewer.transcript.scoring import (
    GRADED_INTENTS,
    SCORED,
    QuestionResult,
    TurnResult,
    question_results,
    session_score,
)

VERSION = 1
_SECRET_NAME = re.compile(r"(?i)(^|[_-])(api[_-]?key|key|secret|password|token|authorization|bearer)$")
_SECRET_VALUE = re.compile(r"\bsk-[A-Za-z0-9_-]{8,}|\bBearer\s+\S+|(?<=://)[^/@\s]+@")
HIDDEN = "***"


def to_json(transcript: Transcript) -> str:
    """The whole record: `version`, `session`, `turns`, `answers`, `gradings`, `said`; keys in `config` are blanked."""
    body = transcript.model_dump(mode="json")
    body["session"]["config"] = _without_secrets(body["session"]["config"])
    body["session"]["plan"] = _without_secrets(body["session"]["plan"])
    return json.dumps({"version": VERSION, **body}, ensure_ascii=False, indent=2)


def to_markdown(transcript: Transcript, bank: Bank, lang: Lang, *, provisional: bool | None = None) -> str:
    """A document to read again: scores and who gave them, then phase by phase what was asked, said and missed.

    `lang` is the language of the headings; questions and points stay in the session's own. `provisional` as in
    `question_results`.
    """
    labels = LABELS[lang]
    results = question_results(transcript, bank, provisional=provisional)
    blocks = _head(transcript, results, labels)
    by_question = {result.question_id: result for result in results}
    phase = ""
    number = 0
    for turn in transcript.turns:
        if turn.phase != phase:
            phase = turn.phase
            blocks.append(f"## {labels.phases.get(phase, inline(phase))}{_phase_score(transcript, phase, labels)}")
        if turn.kind not in SCORED:
            answer = transcript.answer(turn.request)
            blocks += [
                f"**{labels.interviewer}** {inline(turn.text)}",
                _answer(answer.text if answer else None, labels),
            ]
        elif turn.question_id in by_question:
            number += 1
            result = by_question.pop(turn.question_id)
            blocks += _question(number, result, transcript, labels)
    asked = {turn.request for turn in transcript.turns}
    lost = [quoted(answer.text) for answer in transcript.answers if answer.request not in asked]
    if lost:
        blocks += [f"## {labels.lost_turns}", *lost]
    return "\n\n".join(blocks) + "\n"


def _head(transcript: Transcript, results: Sequence[QuestionResult], labels: Labels) -> list[str]:
    session = transcript.session
    score = session_score(results)
    if session.grade_status in ("graded", "provisional", "ungraded"):
        score = Score(session.score, session.coverage or 0.0, session.grade_status)
    judges = dict.fromkeys(judge for result in results for judge in result.judges)
    preset = labels.presets.get(session.preset, inline(session.preset))
    facts = [
        f"- {labels.date}: {session.started_at:%Y-%m-%d %H:%M} UTC",
        f"- {labels.score}: {_score(score, labels)}",
        f"- {labels.judged_by}: {'; '.join(_judge(judge) for judge in judges) or labels.nobody}",
        f"- {labels.session}: {inline(session.id)}",
    ]
    if session.status == "running":
        facts.append(f"- {labels.unfinished}")
    return [f"# {labels.title}: {preset}", "\n".join(facts)]


def _phase_score(transcript: Transcript, phase: str, labels: Labels) -> str:
    for result in transcript.session.phases:
        if result.get("phase") == phase and isinstance(result.get("score"), (int, float)):
            return f" ({result['score']:.0f}, {labels.statuses.get(str(result.get('status')), '')})"
    return ""


def _question(number: int, result: QuestionResult, transcript: Transcript, labels: Labels) -> list[str]:
    question = result.question
    lang = transcript.session.lang
    title = inline(question.text.say(lang)) if question else inline(result.question_id)
    blocks = [f"### {number}. {title}", f"{labels.score}: {_score(result.score, labels)}"]
    for before, turn in zip((None, *result.turns), result.turns, strict=False):
        blocks += _turn(turn, before, transcript.said, labels)
    blocks.append(f"#### {labels.points}")
    blocks.append("\n".join(_points(result, transcript, labels)) or labels.not_judged)
    if question:
        sources = dict.fromkeys((*question.sources, *(source for point in question.points for source in point.sources)))
        blocks += [f"#### {labels.strong_answer}", paragraph(question.answer.say(lang))]
        blocks += [f"#### {labels.sources}", "\n".join(f"- {inline(source)}" for source in sources)]
    return blocks


def _turn(result: TurnResult, before: TurnResult | None, said: Sequence[SaidRecord], labels: Labels) -> list[str]:
    """What was asked, remarked and answered. A question asked again after a hint or the like is told once."""
    again = before is not None and (before.turn.kind, before.turn.text) == (result.turn.kind, result.turn.text)
    name = labels.probe if result.turn.kind == "probe" else labels.interviewer
    blocks = [] if again else [f"**{name}** {inline(result.turn.text)}"]
    blocks += [f"*{labels.remark}* {inline(remark.text)}" for remark in said if remark.turn == result.turn.turn]
    answer = result.answer
    if answer and answer.intent not in GRADED_INTENTS and not answer.text.strip():
        return blocks  # a command
    return [*blocks, _answer(answer.text if answer else None, labels)]


def _answer(text: str | None, labels: Labels) -> str:
    if text is None:
        return f"> *{labels.no_answer}*"
    return quoted(text) if text.strip() else f"> *{labels.empty_answer}*"


def _points(result: QuestionResult, transcript: Transcript, labels: Labels) -> list[str]:
    """The question's points, then those that were judged and are in the bank no more, by id."""
    texts = {point.id: point.text for point in result.points}
    texts |= {point: point for point in result.standing if point not in texts}
    return [_point(text, result.standing.get(point), transcript, labels) for point, text in texts.items()]


def _point(text: str, verdict: Verdict | None, transcript: Transcript, labels: Labels) -> str:
    line = f"- {MARKS[verdict.verdict if verdict else 'abstain']} {inline(text)}"
    if verdict is None:
        return line
    if verdict.via != "unprompted" and verdict.verdict in ("hit", "partial"):
        line += f" ({labels.after[verdict.via]})"
    words = _evidence(verdict, transcript)
    return f"{line}\n  — {labels.open_quote}{inline(words)}{labels.close_quote}" if words else line


def _evidence(verdict: Verdict, transcript: Transcript) -> str:
    if verdict.evidence is None:
        return ""
    for turn in transcript.turns:
        answer = transcript.answer(turn.request) if turn.turn == verdict.evidence.turn else None
        if answer:
            return verdict.evidence.of(answer.text)
    return ""


def _score(score: Score, labels: Labels) -> str:
    status = labels.statuses[score.status]
    if score.value is None:
        reason = labels.reasons.get(score.reason, score.reason)
        return f"{status} ({inline(reason)})" if reason else status
    return f"{score.value:.0f} ({status}, {labels.coverage} {score.coverage:.0%})"


def _judge(judge: JudgeIdentity) -> str:
    return inline(" @ ".join(part for part in (judge.model, judge.endpoint) if part) or judge.method)


def _without_secrets(value: object) -> object:
    if isinstance(value, dict):
        return {
            name: HIDDEN if item and _SECRET_NAME.search(name) else _without_secrets(item)
            for name, item in cast("dict[str, object]", value).items()
        }
    if isinstance(value, list):
        return [_without_secrets(item) for item in cast("list[object]", value)]
    return _SECRET_VALUE.sub(HIDDEN, value) if isinstance(value, str) else value
