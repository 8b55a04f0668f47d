"""``feedback-app themes``: group, list, show, correct, take along.

What a command needs is imported when it runs: ``themes cluster`` loads nothing of the web application, and
``--help`` loads nothing at all.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, TextIO

import click

from feedback_app.command import in_app, json_option, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedback_app.themes.models import Codebook
    from feedback_app.themes.progress import Tell

CLUSTER = "feedback_app.themes.cluster_command"


class _Themes(click.Group):
    """The group of commands; ``cluster`` is pure and loaded only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return [*super().list_commands(ctx), "cluster"]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return one command."""
        if name != "cluster":
            return super().get_command(ctx, name)
        command: click.Command = import_module(CLUSTER).cluster
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading the numerical libraries."""
        rows = [(name, command.get_short_help_str(80)) for name, command in sorted(self.commands.items())]
        rows.append(("cluster", "Group CSV from standard input; knows no database."))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group("themes", cls=_Themes)
def themes() -> None:
    """What people talk about."""


def _lazy(module: str) -> Any:
    return import_module(f"feedback_app.themes.{module}")


def _command() -> Any:
    return import_module("feedback_app.accounts.audit").COMMAND


def _codebook(name: str, survey: str = "") -> Codebook:
    """Return the codebook named, or the one of a survey, or the only one there is."""
    queries = _lazy("queries")
    refused = import_module("feedback_app.errors").Refused
    if name:
        found: Codebook = queries.codebook_by_name(name)
        return found
    if survey:
        of_survey: Codebook | None = queries.codebook_of(
            import_module("feedback_app.surveys.queries").by_slug(survey).id
        )
        if of_survey is None:
            raise refused("The survey “%(slug)s” was not grouped yet: feedback-app themes group %(slug)s", slug=survey)
        return of_survey
    there = queries.codebooks()
    if len(there) != 1:
        names = ", ".join(f"“{one.name}”" for one in there) or "none"
        raise refused("Name the codebook with --codebook NAME. There are: %(names)s.", names=names)
    only: Codebook = there[0]
    return only


@contextmanager
def _progress(quiet: bool) -> Iterator[Tell]:
    """Show a bar on stderr while work goes on; nothing when a program reads or stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield _lazy("progress").silent
        return
    with click.progressbar(length=1000, file=sys.stderr, show_pos=False) as bar:

        def tell(message: str, share: float, **values: object) -> None:
            bar.label = message % values if values else message
            bar.update(max(0, int(share * 1000) - bar.pos))

        yield tell


codebook_option = click.option(
    "--codebook", default="", metavar="NAME", help="Which codebook; needed when there are several."
)
survey_option = click.option("--survey", default="", metavar="SLUG", help="The codebook of this survey.")


@themes.command("group")
@click.argument("slugs", nargs=-1, required=True, metavar="SLUG...")
@click.option("--grain", type=click.Choice(["coarse", "auto", "fine"]), default="auto", show_default=True)
@click.option("--themes", "number", type=click.IntRange(1, 250), help="How many themes; else the answers decide.")
@click.option("--codebook", default="", metavar="NAME", help="The codebook these surveys share; started if new.")
@click.option(
    "--start-from", default="", metavar="NAME", help="First add ready themes: customer-service, lost-prospects."
)
@click.option("--rediscover", is_flag=True, help="Also look for themes that are missing, as suggestions.")
@json_option
@in_app
def group(  # noqa: PLR0917 - as many options as its users need
    slugs: tuple[str, ...],
    grain: str,
    number: int | None,
    codebook: str,
    start_from: str,
    rediscover: bool,
    as_json: bool,
) -> None:
    """Cut the answers of surveys into mentions and put these into themes. Safe to repeat.

    A codebook that has themes keeps them: new answers are assigned to these. Otherwise themes are discovered.
    """
    found = _lazy("actions_codebook").codebook_for(slugs, _command(), codebook)
    codebook_id, name = found.id, found.name
    if start_from:
        language = import_module("feedback_app.extensions").current_settings().language
        _lazy("actions_codebook").start_from(codebook_id, start_from, language, _command())
    with _progress(as_json) as tell:
        outcome = _lazy("actions_grouping").group(codebook_id, _command(), grain=grain, themes=number, tell=tell)
    data = {"codebook": name, **outcome.as_dict()}
    if rediscover:
        data["suggestions"] = _lazy("actions_suggesting").suggest(codebook_id)
    line = (
        f"{name}: {outcome.answers} answers cut into {outcome.mentions} mentions, {outcome.placed} put into themes"
        f" ({outcome.new_themes} new themes), {outcome.waiting} near none."
    )
    say(data, as_json, line + (f" {data['suggestions']} new suggestions." if rediscover else ""))


@themes.command("list")
@codebook_option
@survey_option
@json_option
@in_app
def list_themes(codebook: str, survey: str, as_json: bool) -> None:
    """List the themes of a codebook, the largest first."""
    found = _codebook(codebook, survey)
    zone = import_module("feedback_app.extensions").current_settings().timezone
    overview = _lazy("figures").overview(found.id, _lazy("looking").Look(), zone)
    rows = [
        {
            "id": one.theme.id,
            "name": one.theme.name,
            "mentions": one.mentions,
            "people": one.people,
            "kinds": dict(one.kinds),
            "trend": one.trend.way,
            "phrases": list(one.theme.phrases),
        }
        for one in overview.themes
    ]
    lines = [f"{row['id']:>6}  {row['mentions']:>6}  {row['people']:>6}  {row['name']}" for row in rows]
    say(rows, as_json, "\n".join(["    id  mentions  people  name", *lines]) if rows else "There are no themes yet.")


@themes.command()
@click.argument("theme_id", type=int)
@json_option
@in_app
def show(theme_id: int, as_json: bool) -> None:
    """Show one theme: phrases, quotes, who speaks about it."""
    theme = _lazy("queries").theme_by_id(theme_id)
    into = _lazy("queries").final_theme(theme)
    zone = import_module("feedback_app.extensions").current_settings().timezone
    parts = _lazy("figures").breakdown(into, _lazy("looking").Look(), zone)
    quotes = _lazy("queries_mentions").quotes(into)
    data = {
        "id": into.id,
        "name": into.name,
        "state": into.state,
        "merged_from": theme.id if into.id != theme.id else None,
        "description": into.description,
        "phrases": list(into.phrases),
        "mentions": parts.total,
        "people": parts.people,
        "kinds": dict(parts.kinds),
        "months": [{"month": month, "mentions": low + high} for month, low, high in parts.months],
        "typical": [line.mention.text for line in quotes.typical],
        "borderline": [line.mention.text for line in quotes.borderline],
    }
    words = [f"{into.name} (number {into.id}): {parts.total} mentions by {parts.people} people"]
    words += [", ".join(data["phrases"])] if into.phrases else []
    words += [f"  “{text}”" for text in (*data["typical"], *data["borderline"])]
    say(data, as_json, "\n".join(words))


@themes.command()
@click.argument("theme_id", type=int)
@click.argument("name")
@in_app
def rename(theme_id: int, name: str) -> None:
    """Give a theme another name."""
    changed = _lazy("actions").rename(theme_id, name, _command())
    click.echo("Renamed." if changed else "It bears that name already.")


@themes.command()
@click.argument("theme_ids", type=int, nargs=-1, required=True, metavar="ID...")
@click.option("--into", type=int, required=True, help="The theme that stays.")
@in_app
def merge(theme_ids: tuple[int, ...], into: int) -> None:
    """Merge themes into one; their numbers lead there from now on."""
    number = _lazy("actions").merge(theme_ids, into, _command())
    click.echo(f"Merged: {number} mentions moved.")


@themes.command()
@click.argument("mention_ids", type=int, nargs=-1, required=True, metavar="MENTION...")
@click.option("--to", type=int, required=True, help="The theme they belong to.")
@click.option("--from", "from_theme", type=int, help="Take them out of this theme only.")
@in_app
def move(mention_ids: tuple[int, ...], to: int, from_theme: int | None) -> None:
    """Move mentions into a theme, for good."""
    number = _lazy("actions_mentions").move(mention_ids, to, _command(), from_theme)
    click.echo(f"{number} mentions moved.")


@themes.command("set-aside")
@click.argument("theme_id", type=int)
@click.option("--bring-back", is_flag=True, help="The other way round.")
@in_app
def set_aside(theme_id: int, bring_back: bool) -> None:
    """Leave a theme out of lists and letters; nothing in it is lost."""
    actions = _lazy("actions")
    (actions.bring_back if bring_back else actions.set_aside)(theme_id, _command())
    click.echo("The theme is back." if bring_back else "The theme is set aside.")


@themes.command()
@click.argument("theme_id", type=int)
@json_option
@in_app
def history(theme_id: int, as_json: bool) -> None:
    """List the steps of a theme, the newest first, with the numbers that ``undo`` takes."""
    steps = _lazy("queries").history(1, theme_id=theme_id).items
    rows = [
        {
            "id": one.id,
            "at": one.at,
            "by": one.by,
            "action": one.action,
            "mentions": one.mentions,
            "undone": bool(one.undone_at),
        }
        for one in steps
    ]
    lines = [
        f"{row['id']:>6}  {row['at']:%Y-%m-%d %H:%M}  {row['by']}  {row['action']}" + "  (undone)" * row["undone"]
        for row in rows
    ]
    say(rows, as_json, "\n".join(lines) or "Nothing has happened yet.")


@themes.command()
@click.argument("step_id", type=int)
@in_app
def undo(step_id: int) -> None:
    """Undo one step of a theme's history."""
    number = _lazy("actions_undo").undo(step_id, _command())
    click.echo(f"Undone. {number} mentions are where they were.")


@themes.command()
@codebook_option
@survey_option
@json_option
@in_app
def suggest(codebook: str, survey: str, as_json: bool) -> None:
    """Look for themes that are missing, double or too wide; people decide in the browser."""
    found = _codebook(codebook, survey)
    codebook_id = found.id
    with _progress(as_json) as tell:
        number = _lazy("actions_suggesting").suggest(codebook_id, tell)
    rows = [
        {
            "id": one.id,
            "kind": one.kind,
            "theme": one.theme_id,
            "other": one.other_id,
            "parts": [{"name": part["name"], "mentions": len(part["mentions"])} for part in one.parts],
        }
        for one in _lazy("queries").suggestions(codebook_id)
    ]
    lines = [f"{row['id']:>6}  {row['kind']}  {', '.join(part['name'] for part in row['parts'])}" for row in rows]
    say(rows, as_json, "\n".join([f"{number} new suggestions, {len(rows)} waiting.", *lines]))


@themes.command()
@codebook_option
@survey_option
@click.option(
    "--output", type=click.File("w", encoding="utf-8"), default="-", help="Where to; standard output by default."
)
@in_app
def export(codebook: str, survey: str, output: TextIO) -> None:
    """Write a codebook as JSON: names, descriptions, phrases, examples; nothing about who said them."""
    data = _lazy("queries_export").codebook_as_dict(_codebook(codebook, survey))
    output.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


@themes.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--codebook", required=True, metavar="NAME", help="Into which codebook; started if new.")
@in_app
def import_codebook(file: Any, codebook: str) -> None:
    """Add the themes of an exported codebook. Importing twice changes nothing."""
    refused = import_module("feedback_app.errors").Refused
    try:
        data = json.loads(file.read().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise refused("%(file)s is not JSON: %(error)s", file=getattr(file, "name", "the file"), error=error) from error
    known = [one.name for one in _lazy("queries").codebooks()]
    verbs = _lazy("actions_codebook")
    found = (
        _lazy("queries").codebook_by_name(codebook) if codebook in known else verbs.start_codebook(codebook, _command())
    )
    number = verbs.add_themes(found.id, data, _command())
    click.echo(f"{number} new themes in “{codebook}”.")
