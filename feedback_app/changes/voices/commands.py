"""``feedback-app changes voices`` and ``changes judge``: what a change answers, and what a person says of it."""

from __future__ import annotations

from importlib import import_module

import click

from feedback_app.changes.queries import get
from feedback_app.changes.voices import actions, queries
from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db


@click.command("voices")
@click.argument("change_id", type=int, metavar="ID")
@json_option
@in_app
def voices(change_id: int, as_json: bool) -> None:
    """List the mentions that a change answers: judged ones, then proposals, the most telling first.

    Ranks them first where something was judged or written since they were ranked last.
    """
    get(change_id)
    _rank_if_due(change_id)
    found = queries.figures(change_id)
    rows = queries.as_rows(queries.all_of(change_id))
    data = {"quoted": found.quoted, "fit": found.fit, "low": found.low, "high": found.high, "found": found.found}
    lines = [f"{row['mention']:>8}  {row['state']:<8}  {row['p']:.2f}  {row['quote'] or '-'}" for row in rows]
    say({"figures": data, "voices": rows}, as_json, "\n".join(lines) or "No mention was found that it answers.")


def _rank_if_due(change_id: int) -> None:
    ranking = queries.ranking_of(change_id)
    due = ranking is None or ranking.ranked_at is None or ranking.ranked_at < ranking.wanted_at
    db.session.rollback()
    if due:
        import_module("feedback_app.changes.voices.rank_voices").rank_now(change_id)


@click.command("judge")
@click.argument("change_id", type=int, metavar="ID")
@click.option("--mention", "mention_ids", type=int, multiple=True, required=True, metavar="M", help="Repeat it.")
@click.option("--yes", "judgement", flag_value="yes", help="The change answers it.")
@click.option("--no", "judgement", flag_value="no", help="It does not.")
@click.option("--part", metavar="WORDS", default="", help="It answers this part, as it stands in the answer.")
@in_app
def judge(change_id: int, mention_ids: tuple[int, ...], judgement: str | None, part: str) -> None:
    """Say of mentions whether a change answers them."""
    if bool(judgement) == bool(part):
        raise click.UsageError("Give one of --yes, --no, --part WORDS.")
    count = actions.judge(change_id, mention_ids, judgement or "part", COMMAND, part)
    click.echo(f"{count} judged.")


COMMANDS = (voices, judge)
