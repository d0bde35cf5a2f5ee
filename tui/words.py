"""The words of the interface, in both languages. What the interviewer says comes from the bank, not from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]


@dataclass(frozen=True)
class Words:
    """One language. Fields with braces are filled in by `str.format`; fields named `key_*` are shown beside keys."""

    lang: Lang
    # Names of the data's own words.
    presets: Mapping[str, str]
    preset_about: Mapping[str, str]
    phases: Mapping[str, str]
    marks: Mapping[str, str]
    vias: Mapping[str, str]
    statuses: Mapping[str, str]
    standings: Mapping[str, str]
    reasons: Mapping[str, str]
    roles: Mapping[str, str]
    languages: Mapping[str, str]
    stages: Mapping[str, str]
    # Keys.
    key_send: str
    key_hint: str
    key_repeat: str
    key_skip: str
    key_dont_know: str
    key_amend: str
    key_pause: str
    key_end: str
    key_scroll: str
    key_back: str
    key_quit: str
    key_language: str
    key_start: str
    key_choose: str
    key_change: str
    key_open: str
    key_export: str
    key_unfold: str
    key_yes: str
    key_no: str
    key_go_on: str
    key_leave: str
    key_again: str
    # Home.
    title: str
    resume: str
    new: str
    drill: str
    records: str
    started_at: str
    recent: str
    no_recent: str
    judged_by: str
    getting_ready: str
    opening: str
    # Set-up.
    setup_mock: str
    setup_drill: str
    row_preset: str
    row_lang: str
    row_level: str
    row_topic: str
    row_minutes: str
    row_count: str
    level_fixed: str
    all_topics: str
    minutes: str
    no_clock: str
    feedback_now: str
    feedback_later: str
    # Interview.
    interviewer: str
    me: str
    note: str
    label_probe: str
    label_hint: str
    editor_title: str
    editor_code: str
    editor_hint: str
    busy: str
    judging: str
    wait_please: str
    pending: str
    grading_left: str
    grading_time: str
    leave_grading: str
    characters: str
    draft_saved: str
    draft_failed: str
    too_long: str
    time_up: str
    shortened: str
    switched: str
    no_model_left: str
    said_skip: str
    said_hint: str
    said_repeat: str
    said_amend: str
    said_end: str
    paused: str
    paused_about: str
    end_title: str
    end_about: str
    give_up_title: str
    give_up_about: str
    # Verdicts, debrief and transcripts.
    not_said_yet: str
    waiting_judge: str
    score_line: str
    passed: str
    strong: str
    failed: str
    no_score: str
    provisional_about: str
    ungraded_about: str
    unanswered_about: str
    by_phase: str
    by_question: str
    questions: str
    noted: str
    strong_answer: str
    sources: str
    why_ungraded: str
    after_probe: str
    dialogue: str
    loading: str
    unfinished: str
    no_transcripts: str
    exported: str
    # Trouble.
    problem_kept: str
    problem_hint: str
    problem_resume: str
    unexpected: str
    unexpected_kept: str
    unexpected_hint: str
    quit_hint: str
    too_small: str
