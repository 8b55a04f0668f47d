"""Commands about what came back: responses import, responses export."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TextIO

import click

from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.contacts.models import KINDS
from feedback_app.events.actor import COMMAND
from feedback_app.exports import csv_safe
from feedback_app.organisation.queries import current as organisation
from feedback_app.responses.filters import Filter
from feedback_app.responses.importing import actions as import_actions
from feedback_app.responses.importing.import_pass import AnswerCounts
from feedback_app.responses.reading import export
from feedback_app.settings import LANGUAGES
from feedback_app.surveys.queries import by_slug, form_spec

SHOWN = 5  # rejected rows named on the screen; --report has them all


@click.group()
def responses() -> None:
    """What came back."""


@responses.command("import")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Where neither the row nor the contact says.")
@click.option("--kind", type=click.Choice(KINDS), default="customer", show_default=True, help="The same for the kind.")
@click.option(
    "--create-contacts/--no-create-contacts", default=True, help="Make a contact of an address we do not know."
)
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the rejected rows to this CSV file."
)
@json_option
@in_app
def import_(
    *,
    slug: str,
    file: Path,
    dry_run: bool,
    language: str | None,
    kind: str,
    create_contacts: bool,
    report: Path | None,
    as_json: bool,
) -> None:
    """Import answers that you already have, from a CSV file, into the survey SLUG.

    Columns: email, and the answers (`text`, `nps`, `rating`, or the code or words of a question); if you have them:
    date, kind, stage, language, name, id. English or Polish headings; comma, semicolon or tab; UTF-8 or Windows-1250.
    Importing the same file again changes nothing.
    """
    wish = language or organisation().language
    what = import_actions.plan(slug, file.name, kind, wish, create_contacts=create_contacts)
    with file.open("rb") as source, TemporaryFile("w+", encoding="utf-8") as lines:
        size = file.stat().st_size
        with click.progressbar(length=size, label="Reading", file=sys.stderr) as bar:
            counts = import_actions.import_answers(
                what,
                source,
                lines,
                by=COMMAND,
                dry_run=dry_run,
                progress=lambda _rows: bar.update(source.tell() - bar.pos),
            )
        rejected = list(_first(lines, SHOWN))
        if report:
            _write(report, lines)
    result = {**counts.as_dict(), "dry_run": dry_run, "rejected_rows": rejected}
    say(result, as_json, "\n".join([_line(counts, dry_run), *map(_named, rejected)]))


def _line(counts: AnswerCounts, dry_run: bool) -> str:
    begin = "Would import" if dry_run else "Imported"
    held = f", {counts.held_back} held back" if counts.held_back else ""
    return (
        f"{begin} {counts.created} responses of {counts.rows} rows: {counts.unchanged} were here already, "
        f"{counts.rejected} rejected{held}. {counts.new_contacts} contacts {'would be' if dry_run else 'are'} new."
    )


def _named(line: dict[str, Any]) -> str:
    return f"  row {line['row']}: {line['reason']}"


def _first(lines: TextIO, count: int) -> Iterator[dict[str, Any]]:
    lines.seek(0)
    for line, _ in zip(lines, range(count), strict=False):
        yield _spoken(line)


def _spoken(line: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line)
    values = found.pop("values")
    return {**found, "reason": found["reason"] % values if values else found["reason"]}


def _write(path: Path, lines: TextIO) -> None:
    lines.seek(0)
    table: Iterable[tuple[object, ...]] = ((one["row"], one["reason"], one["text"]) for one in map(_spoken, lines))
    _save(path, [("row", "reason", "text")], table)


def _save(path: Path | None, head: list[tuple[str, ...]], table: Iterable[Iterable[object]]) -> int:
    """Write rows as CSV to ``path`` (None: standard output) and return how many there were besides the head."""
    count = 0

    def counted() -> Iterator[Iterable[object]]:
        nonlocal count
        yield from head
        for row in table:
            count += 1
            yield row

    pieces = csv_safe.stream(counted())
    if path:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
    else:
        out = sys.stdout.buffer
        out.writelines(piece.encode() for piece in pieces)
        out.flush()
    return count


@responses.command("export")
@click.argument("slug")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; without it, standard output.")
@click.option("--language", type=click.Choice(LANGUAGES), help="The language of the words beside each choice's code.")
@in_app
def export_(slug: str, output: Path | None, language: str | None) -> None:
    """Write the responses of the survey SLUG as CSV: one row a response, one column a question.

    Spreadsheet programs open it safely: what a respondent typed is never run as a formula.
    """
    survey = by_slug(slug)
    rows = export.rows(form_spec(survey.id, survey.changed_at), Filter(), language or "")
    count = _save(output, [], rows) - 1
    if output:
        click.echo(f"Wrote {count} responses to {output}.")
