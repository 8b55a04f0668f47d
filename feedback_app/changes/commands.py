"""``feedback-app changes``: log, list, show, move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from feedback_app.changes import actions, evidence, queries
from feedback_app.changes.actions import Entry
from feedback_app.changes.calendar import today
from feedback_app.changes.models import STATES, Change
from feedback_app.changes.voices import commands as voice_commands
from feedback_app.changes.words import Words
from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.common.strict_json import BadDocument, read
from feedback_app.errors import N_, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import LANGUAGES

DAY = click.DateTime(["%Y-%m-%d"])
TRANSLATED = ("process", "what", "why", "reason")


@click.group()
def changes() -> None:
    """What was altered in a process, or why it cannot be."""


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _translation_options(command: Any) -> Any:
    for code in reversed(LANGUAGES):
        for name in reversed(TRANSLATED):
            option = click.option(f"--{name}-{code}", f"{name}_{code}", metavar="TEXT", help=f"The same in “{code}”.")
            command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class TextsFile:
    """What a file with the words of another language may hold."""

    process: str | None = None
    what: str | None = None
    why: str | None = None
    reason: str | None = None


class Translation(click.ParamType[Any]):
    """``pl=FILE.json``: the same four texts in another language."""

    name = "LANGUAGE=FILE.json"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, dict[str, Any]]:
        """Return the language and the texts of the file."""
        code, _, path = str(value).partition("=")
        if code not in LANGUAGES or not path:
            self.fail(f"write it as {LANGUAGES[-1]}=FILE.json; languages are {', '.join(LANGUAGES)}", param, ctx)
        try:
            texts = read(TextsFile, Path(path).read_bytes(), path)
        except OSError as error:
            self.fail(f"cannot read {path}: {error.strerror}", param, ctx)
        except BadDocument as error:
            self.fail(str(error), param, ctx)
        return code, {name: text for name in TRANSLATED if (text := getattr(texts, name)) is not None}


@changes.command("log")
@click.option("--process", required=True, help="Which process, such as delivery.")
@click.option("--what", required=True, help="What changes, or what was asked for.")
@click.option("--why", default="", help="Why (needed unless declined).")
@click.option("--reason", default="", help="Reason of a “no” (needed for --state declined).")
@click.option("--since", type=DAY, help="Since when it is so (needed for --state made), or from when.")
@click.option("--look-again", "look_again", type=DAY, help="Declined for now: when to think about it again.")
@click.option("--state", type=click.Choice(STATES), default="considered", show_default=True)
@click.option("--theme", "theme_ids", type=int, multiple=True, metavar="ID", help="A theme it answers; repeat it.")
@click.option("--owner", metavar="EMAIL", help="Who answers for it.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of the words [default: the organisation's].")
@click.option("--translation", "files", type=Translation(), multiple=True, help="The words in another language.")
@_translation_options
@json_option
@in_app
def log(
    *,
    process: str,
    what: str,
    why: str,
    reason: str,
    since: datetime | None,
    look_again: datetime | None,
    state: str,
    theme_ids: tuple[int, ...],
    owner: str | None,
    language: str | None,
    files: tuple[tuple[str, dict[str, Any]], ...],
    as_json: bool,
    **texts: str | None,
) -> None:
    """Record a change.

    A declined one needs a reason: the people who asked for it are told.
    """
    entry = Entry(
        words=Words(process, what, why, reason),
        language=language or organisation().language,
        state=state,
        since=_day(since),
        look_again_on=_day(look_again),
        owner_id=queries.staff_by_email(owner).id if owner else None,
        theme_ids=theme_ids,
        translations=_translations(files, texts),
    )
    change_id = actions.log(entry, COMMAND)
    counted = queries.people_behind(change_id)
    data = queries.described([queries.get(change_id)])[0]
    say(data, as_json, f"Change {change_id} logged as {state}: {counted.spoke} people spoke about it.")


def _translations(
    files: tuple[tuple[str, dict[str, Any]], ...], texts: dict[str, str | None]
) -> dict[str, dict[str, str]]:
    wordings: dict[str, dict[str, str]] = {code: dict(given) for code, given in files}
    for key, text in texts.items():
        name, _, code = key.rpartition("_")
        if text:
            wordings.setdefault(code, {})[name] = text
    return wordings


@changes.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--search", default="", help="Only those that speak of this.")
@json_option
@in_app
def list_(state: str | None, search: str, as_json: bool) -> None:
    """List the changes."""
    found = queries.all_of(queries.Filter(text=search, state=state or ""), today())
    data = queries.described(found)
    say(
        data,
        as_json,
        "\n".join(_line(one) for one in data) or "No changes yet. Log one: feedback-app changes log --help",
    )


def _line(change: dict[str, Any]) -> str:
    what = " ".join(str(change["what"]).split())
    shown = what if len(what) <= 70 else what[:69] + "…"
    return (
        f"{change['id']:>5}  {change['state']:<10}  {change['people']['spoke']:>5} spoke  {change['process']}: {shown}"
    )


@changes.command("show")
@click.argument("change_id", type=int, metavar="ID")
@json_option
@in_app
def show(change_id: int, as_json: bool) -> None:
    """Show one change and what stands behind it."""
    change = queries.get(change_id)
    data = queries.described([change])[0]
    themes = evidence.themes_behind(change_id)
    data["themes"] = [
        {"id": one.id, "name": one.name, "mentions": one.mentions, "people": one.people,
         "quotes": [quote.text for quote in one.quotes]}
        for one in themes
    ]  # fmt: skip
    say(data, as_json, _story(change, data))


def _story(change: Change, data: dict[str, Any]) -> str:
    lines = [f"{change.process} ({change.state}{f', {change.since}' if change.since else ''})", "", change.what]
    if change.reason and change.state == "declined":
        lines += ["", f"Reason: {change.reason}"]
    if change.why:
        lines += ["", f"Why: {change.why}"]
    people = data["people"]
    lines += ["", f"{people['spoke']} people spoke about it; {people['answered']} answered the surveys concerned."]
    for theme in data["themes"]:
        lines += ["", f"{theme['name']} ({theme['people']} people, {theme['mentions']} mentions)"]
        lines += [f"  “{' '.join(quote.split())}”" for quote in theme["quotes"]]
    return "\n".join(lines)


@changes.command("set-state")
@click.argument("change_id", type=int, metavar="ID")
@click.argument("state", type=click.Choice(STATES))
@click.option("--reason", default="", help="Reason of a “no”, unless it has one already.")
@click.option("--since", type=DAY, help="Since when it is so, unless it is said already.")
@click.option("--look-again", "look_again", type=DAY, help="Declined for now: when to think about it again.")
@in_app
def set_state(change_id: int, state: str, reason: str, since: datetime | None, look_again: datetime | None) -> None:
    """Move a change to another state."""
    if queries.get(change_id).state == state:
        raise Refused(N_("It is “%(state)s” already, or somebody moved it meanwhile. Look again."), state=state)
    actions.set_state(change_id, state, COMMAND, reason=reason, since=_day(since), look_again_on=_day(look_again))
    click.echo(f"Change {change_id} is now {state}.")


for _one in voice_commands.COMMANDS:
    changes.add_command(_one)
