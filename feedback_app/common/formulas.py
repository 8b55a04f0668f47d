"""Cells that a spreadsheet would run as formulas: the sign that our exports put before them, and how to take it off.

Pure. Source: OWASP, "CSV Injection".
"""

from __future__ import annotations

# A cell beginning with one of these is taken for a formula; the full-width forms are what Excel for East Asian
# languages also understands.
STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_formula(text: str) -> bool:
    """True when a spreadsheet would run ``text``, also behind leading blanks."""
    return text.startswith(STARTERS) or text.lstrip().startswith(STARTERS)


def guarded(text: str) -> str:
    """Return ``text`` with an apostrophe before what would be run: spreadsheets read it as "this is text"."""
    return f"'{text}" if is_formula(text) else text


def unguarded(text: str) -> str:
    """Return ``text`` without the apostrophe that :func:`guarded` put there: ``unguarded(guarded(text)) == text``
    for every text that does not itself begin with an apostrophe and a formula.
    """
    return text[1:] if text.startswith("'") and is_formula(text[1:]) else text
