"""The colours: few, each with a meaning, never the only sign of it."""

from __future__ import annotations

from textual.theme import Theme

CALM = Theme(
    name="calm",
    primary="#8ab4e8",
    secondary="#8fa3b8",
    accent="#8ab4e8",
    success="#93c793",
    warning="#dcb772",
    error="#e08a8a",
    foreground="#dfe3ea",
    background="#14161a",
    surface="#1a1d23",
    panel="#20242b",
    dark=True,
)
