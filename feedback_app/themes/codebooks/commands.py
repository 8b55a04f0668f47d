"""Commands by which themes are taken along: codebooks as JSON, themes and mentions as a workbook."""

from __future__ import annotations

import json
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any

import click

from feedback_app.common.cli_helpers import in_app
from feedback_app.themes.command_helpers import (
    codebook_named,
    codebook_option,
    command,
    lazy,
    many,
    survey_option,
)

if TYPE_CHECKING:
    from feedback_app.themes.models import Codebook


@click.command()
@codebook_option
@survey_option
@click.option("--output", type=click.File("wb"), default="-", help="Where to; standard output by default.")
@click.option("--xlsx", is_flag=True, help="Themes and all mentions as a workbook, instead of the codebook.")
@in_app
def export(codebook: str, survey: str, output: IO[bytes], xlsx: bool) -> None:
    """Write a codebook as JSON: names, descriptions, phrases, examples; nothing about who said them.

    With --xlsx: the themes, every mention and the answer it comes from. Keep that file as you keep the answers.
    """
    book = codebook_named(codebook, survey)
    if xlsx:
        _workbook(book, output)
        return
    data = lazy("codebooks.export").codebook_as_dict(book)
    output.write((json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode())


def _workbook(codebook: Codebook, output: IO[bytes]) -> None:
    if output.isatty():
        raise import_module("feedback_app.errors").Refused("A workbook is no text: add --output FILE.xlsx.")
    zone = import_module("feedback_app.organisation.queries").current().timezone
    for piece in lazy("codebooks.workbook").workbook(codebook, lazy("mention_filter").Look(), zone):
        output.write(piece)


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--codebook", required=True, metavar="NAME", help="Into which codebook; started if new.")
@in_app
def import_codebook(file: Any, codebook: str) -> None:
    """Add the themes of an exported codebook. Importing twice changes nothing."""
    themes = lazy("codebooks.document").read_codebook(file.read())
    known = [one.name for one in lazy("queries").codebooks()]
    verbs = lazy("codebooks.actions")
    here = codebook in known
    found = lazy("queries").codebook_by_name(codebook) if here else verbs.start_codebook(codebook, command())
    number = verbs.add_themes(found.id, themes, command())
    click.echo(f"{many(number, 'new theme')} in “{codebook}”.")


COMMANDS = (export, import_codebook)
