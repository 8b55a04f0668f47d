"""``feedback-app themes ask`` and ``themes answer``: a guided set-up for scripts, and for people without a browser."""

from __future__ import annotations

from typing import Any

import click

from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.themes.command_helpers import command, lazy


@click.command()
@click.argument("codebook", metavar="CODEBOOK")
@click.option("--count", type=click.IntRange(1, 100), default=10, show_default=True, help="How many questions.")
@json_option
@in_app
def ask(codebook: str, count: int, as_json: bool) -> None:
    """Ask about the mentions from which the machine learns most. CODEBOOK is a name, a number, or a survey's slug.

    Learns first what was answered since it learnt last. Proposals come in order of likelihood.
    """
    codebook_id = lazy("command_helpers").codebook_called(codebook).id
    lazy("guided.actions").begin(codebook_id)
    lazy("guided.teaching").teach_now(codebook_id, count)
    rows = [_row(one) for one in lazy("guided.queries").questions(codebook_id, count)]
    lines = [f"{row['id']:>8}  {row['text']}\n" + _offers(row) for row in rows]
    say(rows, as_json, "\n".join(lines) or "Nothing is left to ask about.")


def _row(asked: Any) -> dict[str, Any]:
    offers = [
        {"id": one.theme.id, "name": one.theme.name, "names": one.theme.title, "chance": round(one.chance, 3)}
        for one in asked.offers
    ]
    mention = asked.mention
    about = {"language": mention.language, "answer": asked.answer, "reason": asked.reason}
    span = {"start": mention.start, "end": mention.end, "answer_id": mention.answer_id}
    return {"id": mention.id, "text": mention.text, "proposals": offers, **about, **span}


def _offers(row: dict[str, Any]) -> str:
    return "\n".join(f"          {one['id']:>6}  {one['chance']:.2f}  {one['name']}" for one in row["proposals"])


@click.command()
@click.argument("mention_id", type=int, metavar="ID")
@click.option("--theme", default="", metavar="X", help="It belongs to this theme: its number, or one of its names.")
@click.option("--new", "name", default="", metavar="NAME", help="It belongs to a theme of this name, started if new.")
@click.option("--aside", is_flag=True, help="It is about nothing that themes are for.")
@json_option
@in_app
def answer(mention_id: int, theme: str, name: str, aside: bool, as_json: bool) -> None:
    """Say where a mention belongs. The machine learns after every tenth answer, and when it is asked to ask."""
    if sum(map(bool, (theme, name, aside))) != 1:
        raise click.UsageError("Give one of --theme X, --new NAME, --aside.")
    actions = lazy("guided.actions")
    if aside:
        actions.answer_aside(mention_id, command())
        said = None
    else:
        said = (
            actions.answer_theme(mention_id, theme, command())
            if theme
            else actions.answer_new(mention_id, name, command())
        )
    data = {"id": mention_id, "theme": said.id if said else None, "name": said.name if said else ""}
    line = f"In “{said.name}” (number {said.id})." if said else "Set aside."
    say(data, as_json, line)
    if lazy("guided.queries").due():
        lazy("guided.teaching").teach_wanted()


COMMANDS = (ask, answer)
