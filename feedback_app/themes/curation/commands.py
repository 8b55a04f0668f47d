"""Commands by which people correct themes and take steps back."""

from __future__ import annotations

import click

from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.themes.command_helpers import command, lazy, many


@click.command()
@click.argument("theme_id", type=int)
@click.argument("name")
@in_app
def rename(theme_id: int, name: str) -> None:
    """Give a theme another name."""
    changed = lazy("curation.theme_actions").rename(theme_id, name, command())
    click.echo("Renamed." if changed else "It bears that name already.")


@click.command()
@click.argument("theme_ids", type=int, nargs=-1, required=True, metavar="ID...")
@click.option("--into", type=int, required=True, help="The theme that stays.")
@in_app
def merge(theme_ids: tuple[int, ...], into: int) -> None:
    """Merge themes into one; their numbers lead there from now on."""
    number = lazy("curation.theme_actions").merge(theme_ids, into, command())
    click.echo(f"Merged: {many(number, 'mention')} moved.")


@click.command()
@click.argument("mention_ids", type=int, nargs=-1, required=True, metavar="MENTION...")
@click.option("--to", type=int, required=True, help="The theme they belong to.")
@click.option("--from", "from_theme", type=int, help="Take them out of this theme only.")
@in_app
def move(mention_ids: tuple[int, ...], to: int, from_theme: int | None) -> None:
    """Move mentions into a theme, for good."""
    number = lazy("curation.mention_actions").move(mention_ids, to, command(), from_theme)
    click.echo(f"{many(number, 'mention')} moved.")


@click.command("set-aside")
@click.argument("theme_id", type=int)
@click.option("--bring-back", is_flag=True, help="The other way round.")
@in_app
def set_aside(theme_id: int, bring_back: bool) -> None:
    """Leave a theme out of lists and letters; nothing in it is lost."""
    actions = lazy("curation.theme_actions")
    (actions.bring_back if bring_back else actions.set_aside)(theme_id, command())
    click.echo("The theme is back." if bring_back else "The theme is set aside.")


@click.command()
@click.argument("theme_id", type=int)
@json_option
@in_app
def history(theme_id: int, as_json: bool) -> None:
    """List the steps of a theme, the newest first, with the numbers that ``undo`` takes."""
    steps = lazy("queries").history(1, theme_id=theme_id).items
    rows = [
        {
            "id": entry.id,
            "at": entry.at,
            "by": entry.by,
            "code": entry.code,
            "mentions": entry.mentions,
            "undone": bool(entry.undone_at),
        }
        for entry in steps
    ]
    lines = [
        f"{row['id']:>6}  {row['at']:%Y-%m-%d %H:%M}  {row['by']}  {row['code']}" + "  (undone)" * row["undone"]
        for row in rows
    ]
    say(rows, as_json, "\n".join(lines) or "Nothing has happened yet.")


@click.command()
@click.argument("step_id", type=int)
@in_app
def undo(step_id: int) -> None:
    """Undo one step of a theme's history."""
    number = lazy("curation.undo").undo(step_id, command())
    click.echo(f"Undone. {many(number, 'mention')} went back.")


COMMANDS = (rename, merge, move, set_aside, history, undo)
