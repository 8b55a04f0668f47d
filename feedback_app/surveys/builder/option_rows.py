"""The buttons beside the rows of options: up, down, take out. Pure."""

from __future__ import annotations

from dataclasses import replace

from feedback_app.surveys.form_spec import QuestionSpec


def rearranged(question: QuestionSpec, button: str) -> QuestionSpec:
    """Return ``question`` with its options as ``button`` asks: ``up:2``, ``down:0``, ``drop:1`` (counted from 0).

    Anything else, or a row that is not there, changes nothing.
    """
    verb, _, raw = button.partition(":")
    here = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 5 else -1
    row = list(question.options)
    if not 0 <= here < len(row):
        return question
    if verb == "drop":
        del row[here]
    elif verb in ("up", "down"):
        there = here + (1 if verb == "down" else -1)
        if 0 <= there < len(row):
            row[here], row[there] = row[there], row[here]
    return replace(question, options=tuple(row))
