"""The command `themes cut`: CSV in, one line of JSON an answer out. It loads nothing of the web application."""

from __future__ import annotations

import json

import click

from feedback_app.themes.csv_commands.csv_rows import read_rows
from feedback_app.themes.grouping.segment import cut_all

_BLOCK = 1_000


@click.command("cut")
def cut() -> None:
    """Cut answers, read as CSV (columns text[,lang]) from standard input, into mentions.

    Prints a line per row, in order: [[start, end, tone], ...], in code points, the end exclusive. The tone is
    complaint, wish, praise, question or neutral. Greetings, small talk and answers that say nothing are left out. The
    language is seen from the text.
    """
    rows = read_rows("text")
    for start in range(0, len(rows), _BLOCK):
        for pieces in cut_all([row["text"] for row in rows[start : start + _BLOCK]]):
            click.echo(json.dumps([[piece.start, piece.end, piece.tone] for piece in pieces if piece.content]))
