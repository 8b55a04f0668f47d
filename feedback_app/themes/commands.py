"""``feedback-app themes``: group, list, show, correct, take along.

What a command needs is imported when it runs: ``themes cluster`` and ``themes cut`` load nothing of the web
application, and ``--help`` loads nothing at all.
"""

from __future__ import annotations

from importlib import import_module

import click

from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.settings import LANGUAGES
from feedback_app.themes.codebooks import commands as commands_take
from feedback_app.themes.command_helpers import (
    codebook_named,
    codebook_option,
    command,
    lazy,
    many,
    progress,
    survey_option,
)
from feedback_app.themes.curation import commands as commands_people
from feedback_app.themes.guided import commands as commands_guided

PURE = {
    "cluster": (
        "feedback_app.themes.csv_commands.cluster_command",
        "Group CSV from standard input; knows no database.",
    ),
    "cut": ("feedback_app.themes.csv_commands.cut_command", "Cut CSV into mentions; knows no database."),
}


class _Themes(click.Group):
    """The group of commands; ``cluster`` and ``cut`` are pure and loaded only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return [*super().list_commands(ctx), *PURE]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return one command."""
        if name not in PURE:
            return super().get_command(ctx, name)
        command: click.Command = getattr(import_module(PURE[name][0]), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading the numerical libraries."""
        rows = [(name, command.get_short_help_str(80)) for name, command in sorted(self.commands.items())]
        rows += [(name, text) for name, (_, text) in PURE.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group("themes", cls=_Themes)
def themes() -> None:
    """What people talk about."""


for _one in (*commands_people.COMMANDS, *commands_take.COMMANDS, *commands_guided.COMMANDS):
    themes.add_command(_one)


@themes.command("group")
@click.argument("slugs", nargs=-1, required=True, metavar="SLUG...")
@click.option("--grain", type=click.Choice(["coarse", "auto", "fine"]), default="auto", show_default=True)
@click.option("--themes", "number", type=click.IntRange(1, 250), help="How many themes; else the answers decide.")
@click.option("--strong", is_flag=True, help="Find themes with the stronger encoders, too (extra 'strong'; slower).")
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
    strong: bool,
    codebook: str,
    start_from: str,
    rediscover: bool,
    as_json: bool,
) -> None:
    """Cut the answers of surveys into mentions and put these into themes. Safe to repeat.

    A codebook that has themes keeps them: new answers are assigned to these. Otherwise themes are discovered.
    """
    found = lazy("codebooks.actions").codebook_for(slugs, command(), codebook)
    codebook_id, name = found.id, found.name
    if start_from:
        language = import_module("feedback_app.organisation.queries").current().language
        lazy("codebooks.actions").start_from(codebook_id, start_from, language, command())
    with progress(as_json) as tell:
        wanted = {"grain": grain, "themes": number, "strong": strong}
        outcome = lazy("grouping.actions").group(codebook_id, command(), **wanted, tell=tell)
    data = {"codebook": name, **outcome.as_dict()}
    if rediscover:
        data["suggestions"] = lazy("suggestions.find").suggest(codebook_id)
    line = (
        f"{name}: {many(outcome.answers, 'answer')} cut into {many(outcome.mentions, 'mention')},"
        f" {outcome.placed} put into themes ({many(outcome.new_themes, 'new theme')}), {outcome.waiting} near none."
    )
    say(data, as_json, line + (f" {many(data['suggestions'], 'new suggestion')}." if rediscover else ""))


@themes.command("list")
@codebook_option
@survey_option
@json_option
@in_app
def list_themes(codebook: str, survey: str, as_json: bool) -> None:
    """List the themes of a codebook, the largest first."""
    found = codebook_named(codebook, survey)
    zone = import_module("feedback_app.organisation.queries").current().timezone
    overview = lazy("reports.figures").overview(found.id, lazy("mention_filter").Look(), zone)
    rows = [
        {
            "id": line.theme.id,
            "name": line.theme.name,
            "names": {code: line.theme.names.get(code, line.theme.name) for code in LANGUAGES},
            "mentions": line.mentions,
            "size": line.mentions,
            "people": line.people,
            "kinds": dict(line.kinds),
            "tones": {tone: number for tone, number in line.tones.items() if tone},
            "trend": line.trend.way,
            "phrases": list(line.theme.phrases),
        }
        for line in overview.themes
    ]
    lines = [f"{row['id']:>6}  {row['mentions']:>6}  {row['people']:>6}  {row['name']}" for row in rows]
    say(rows, as_json, "\n".join(["    id  mentions  people  name", *lines]) if rows else "There are no themes yet.")


@themes.command()
@click.argument("theme_id", type=int)
@json_option
@in_app
def show(theme_id: int, as_json: bool) -> None:
    """Show one theme: phrases, quotes, who speaks about it."""
    theme = lazy("queries").theme_by_id(theme_id)
    into = lazy("queries").final_theme(theme)
    zone = import_module("feedback_app.organisation.queries").current().timezone
    parts = lazy("reports.figures").breakdown(into, lazy("mention_filter").Look(), zone)
    quotes = lazy("reports.theme_quotes").quotes(into)
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
@codebook_option
@survey_option
@json_option
@in_app
def suggest(codebook: str, survey: str, as_json: bool) -> None:
    """Look for themes that are missing, double or too wide; people decide in the browser."""
    found = codebook_named(codebook, survey)
    codebook_id = found.id
    with progress(as_json) as tell:
        number = lazy("suggestions.find").suggest(codebook_id, tell)
    rows = [
        {
            "id": suggestion.id,
            "kind": suggestion.kind,
            "theme": suggestion.theme_id,
            "other": suggestion.other_id,
            "parts": [{"name": part["name"], "mentions": len(part["mentions"])} for part in suggestion.parts],
        }
        for suggestion in lazy("queries").suggestions(codebook_id)
    ]
    lines = [f"{row['id']:>6}  {row['kind']}  {', '.join(part['name'] for part in row['parts'])}" for row in rows]
    say(rows, as_json, "\n".join([f"{many(number, 'new suggestion')}, {len(rows)} waiting.", *lines]))
