"""The interview as a machine. This file is its table of contents: nodes, edges, nothing else.

plan -> ask -> listen -> understand -+-> grade -+-> probe -> listen ...
                                     |          +-> ask (next question) -> listen ...
                                     |          +-> debrief -> END
                                     +-> clarify | hint | pause -> listen
                                     +-> amend -> listen | understand (the question before, once more)
                                     +-> debrief (the candidate ends it)
"""

# LangGraph leaves type parameters of its own methods open.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import Any

from langgraph.graph import END, START, StateGraph

from interviewer.interview.context import Context
from interviewer.interview.nodes.amend import amend
from interviewer.interview.nodes.ask import ask
from interviewer.interview.nodes.clarify import clarify
from interviewer.interview.nodes.debrief import debrief
from interviewer.interview.nodes.grade import grade
from interviewer.interview.nodes.hint import hint
from interviewer.interview.nodes.listen import listen
from interviewer.interview.nodes.pause import pause
from interviewer.interview.nodes.plan import plan
from interviewer.interview.nodes.probe import probe
from interviewer.interview.nodes.understand import understand
from interviewer.interview.routes import after_grading, after_understanding
from interviewer.interview.state import State


def interview_graph() -> StateGraph[State, Context, Any, Any]:
    """The machine, not yet compiled: the session gives it a checkpointer."""
    graph = StateGraph(State, context_schema=Context)
    graph.add_node("plan", plan)
    graph.add_node("ask", ask)
    graph.add_node("listen", listen)
    graph.add_node("understand", understand)
    graph.add_node("clarify", clarify)
    graph.add_node("hint", hint)
    graph.add_node("pause", pause)
    graph.add_node("amend", amend)
    graph.add_node("grade", grade)
    graph.add_node("probe", probe)
    graph.add_node("debrief", debrief)

    graph.add_edge(START, "plan")
    graph.add_edge("plan", "ask")
    graph.add_edge("ask", "listen")
    graph.add_edge("listen", "understand")
    graph.add_conditional_edges("understand", after_understanding)
    graph.add_edge("clarify", "listen")
    graph.add_edge("hint", "listen")
    graph.add_edge("pause", "listen")
    graph.add_conditional_edges("grade", after_grading)
    graph.add_edge("probe", "listen")
    graph.add_edge("debrief", END)
    return graph
