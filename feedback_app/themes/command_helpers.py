"""What the commands of themes share. What a command needs is imported when it runs."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedback_app.themes.grouping.progress import Tell
    from feedback_app.themes.models import Codebook


def many(number: int, one: str, more: str = "") -> str:
    """Return a number with its English noun: "1 theme", "2 themes"."""
    return f"{number} {one if number == 1 else more or one + 's'}"


def lazy(module: str) -> Any:
    """Return a module of this room, loaded now."""
    return import_module(f"feedback_app.themes.{module}")


def command() -> Any:
    """Return the actor of what is done by command."""
    return import_module("feedback_app.events.actor").COMMAND


def codebook_named(name: str, survey: str = "") -> Codebook:
    """Return the codebook named, or the one of a survey, or the only one there is."""
    queries = lazy("queries")
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


def codebook_called(word: str) -> Codebook:
    """Return the codebook that a word means: its name, its number, or the slug of a survey that it groups."""
    queries, keys = lazy("queries"), import_module("feedback_app.common.keys")
    there: list[Codebook] = queries.codebooks()
    number = keys.read_key(word)
    for one in there:
        if one.name == word or one.id == number:
            return one
    found: Codebook = queries.codebook_of_slug(word) or queries.codebook_by_name(word)
    return found


@contextmanager
def progress(quiet: bool) -> Iterator[Tell]:
    """Show a bar on stderr while work goes on; nothing when a program reads or stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield lazy("grouping.progress").silent
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
