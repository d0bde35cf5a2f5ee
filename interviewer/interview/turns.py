"""Opens a turn: writes down what the interviewer says, and returns the state in which an answer is waited for."""

from __future__ import annotations

from langgraph.runtime import Runtime

from interviewer.bank.load import Bank
from interviewer.interview.context import Context
from interviewer.interview.events import AnswerKind, FollowUpAsked, QuestionAsked, Said, SaidKind
from interviewer.interview.phrases import LINES
from interviewer.interview.state import State, TurnKind, request_name
from interviewer.transcript.record import SaidRecord, TurnRecord


async def open_turn(
    state: State,
    runtime: Runtime[Context],
    *,
    question_id: str,
    kind: TurnKind,
    text: str,
    probe_point: str | None = None,
    hinted: bool = False,
    why: str = "",
) -> State:
    """Adds the next turn to the transcript (a turn that is already there stays as it is) and returns its state.

    Once a question was `hinted` at, all its further turns are.
    """
    context = runtime.context
    earlier = await context.store.turns_of(state["session"], question_id)
    hinted = hinted or any(each.via == "hint" for each in earlier)
    turn = state["turn"] + 1
    request = request_name(turn)
    await context.store.add_turn(
        state["session"],
        TurnRecord(
            request=request,
            turn=turn,
            phase=state["plan"][state["phase"]]["phase"],
            kind=kind,
            question_id=question_id,
            text=text,
            via="hint" if hinted else "probe" if kind == "probe" else "unprompted",
            probe_point=probe_point,
            why=why,
            asked_at=context.clock.now(),
        ),
    )
    return {
        "turn": turn,
        "request": request,
        "question_id": question_id,
        "turn_kind": kind,
        "answer_kind": _answer_kind(context, question_id),
        "probe_point": probe_point,
    }


async def ask_again(state: State, runtime: Runtime[Context], *, hinted: bool = False) -> State:
    """Opens another turn for what was asked last, without an answer so far."""
    context = runtime.context
    current = await context.store.turn(state["session"], state["request"])
    return await open_turn(
        state,
        runtime,
        question_id=state["question_id"],
        kind=state["turn_kind"],
        text=current.text if current else spoken(context, state["question_id"]),
        probe_point=state["probe_point"],
        hinted=hinted,
    )


async def say(state: State, runtime: Runtime[Context], kind: SaidKind, text: str) -> None:
    """Says something that asks for no answer of its own. What was said before a crash is said again as it stands."""
    context = runtime.context
    known = (await context.store.transcript(state["session"])).said
    said = next((each for each in known if (each.turn, each.kind) == (state["turn"], kind)), None)
    if said is None:
        said = SaidRecord(turn=state["turn"], kind=kind, text=text, at=context.clock.now())
        await context.store.add_said(state["session"], said)
    runtime.stream_writer(Said(state["turn"], kind, said.text))


def asked_event(turn: TurnRecord, bank: Bank) -> QuestionAsked | FollowUpAsked:
    """The event that tells a front end of this turn."""
    if turn.kind == "probe":
        return FollowUpAsked(turn.turn, turn.question_id, "bank", turn.text)
    question = bank.questions.get(turn.question_id)
    return QuestionAsked(
        turn=turn.turn,
        question_id=turn.question_id,
        kind=question.kind if question else "open",
        level=question.level if question else 1,
        topic=question.topic if question else turn.question_id,
        text=turn.text,
        why=turn.why,
    )


def spoken(context: Context, question_id: str) -> str:
    """The question as the interviewer says it."""
    lang = context.choices.lang
    if question_id in ("intro", "reverse"):
        return LINES["intro" if question_id == "intro" else "reverse"].say(lang)
    question = context.bank.question(question_id)
    text = question.text.say(lang)
    return LINES["code"].say(lang).format(text=text) if question.kind == "coding" else text


def _answer_kind(context: Context, question_id: str) -> AnswerKind:
    if question_id == "intro":
        return "intro"
    if question_id == "reverse":
        return "reverse"
    return "code" if context.bank.question(question_id).kind == "coding" else "answer"
