"""``feedback-app contacts``: import, list, add, export, suppress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import click

from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.contacts import actions, queries
from feedback_app.contacts.importing import actions as import_actions
from feedback_app.contacts.models import KINDS, Contact, ContactImport
from feedback_app.delivery.models import SCOPES
from feedback_app.events.actor import COMMAND
from feedback_app.exports import csv_safe
from feedback_app.imports import files as import_files
from feedback_app.imports.queries import run_by_id
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import LANGUAGES

KIND = click.Choice(KINDS)
LANGUAGE = click.Choice(LANGUAGES)
CSV_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.group()
def contacts() -> None:
    """People we may write to."""


@contextmanager
def _progress(label: str, hidden: bool) -> Iterator[Callable[[int], None]]:
    """Show on stderr how many rows are done, where a person watches."""
    shown = not hidden and sys.stderr.isatty()
    done = 0

    def tick(rows: int) -> None:
        nonlocal done
        done += rows
        if shown:
            click.echo(f"\r{label}: {done} rows", nl=False, err=True)

    yield tick
    if shown:
        click.echo("", err=True)


@contacts.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what it would do and change nothing.")
@click.option("--kind", type=KIND, default="customer", show_default=True, help="For rows that do not say.")
@click.option("--language", type=LANGUAGE, help="For rows that do not say [default: the organisation's].")
@click.option(
    "--report", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write the reasons here."
)
@json_option
@in_app
def import_(file: Path, dry_run: bool, kind: str, language: str | None, report: Path | None, as_json: bool) -> None:
    """Import a CSV FILE: all its good rows in one transaction; the others are reported, each with its reason.

    UTF-8 or Windows-1250; comma, semicolon or tab; English or Polish headings. Importing the same file again changes
    nothing. An empty cell wipes nothing, and no suppression is lifted. Exits with 1 when no row could be taken.
    """
    wish = {"kind": kind, "language": language or organisation().language}
    with file.open("rb") as source, _progress("Reading", as_json) as tick:
        import_id = import_actions.try_import(source, file.name, by=COMMAND, progress=tick, **wish)
    tried = run_by_id(ContactImport, import_id)
    name, counts = tried.stored_as, {key: value for key, value in tried.counts.items() if key not in ("columns",)}
    try:
        if not dry_run:
            with _progress("Importing", as_json) as tick:
                counts |= import_actions.apply_import(import_id, by=COMMAND, progress=tick).as_dict()
        lines = _reasons(name)
        if report:
            _write(report, [["row", "outcome", "reason", "text"], *([*line.values()] for line in lines)])
    finally:
        if dry_run:
            import_actions.drop_import(import_id)
    say({"dry_run": dry_run, **counts, "rows_to_look_at": lines[:1000]}, as_json, _summary(counts, dry_run))
    if not as_json and not report:
        for line in lines[:20]:
            click.echo(f"  row {line['row']}: {line['outcome']}: {line['reason']}", err=True)
        if len(lines) > 20:
            click.echo(f"  … and {len(lines) - 20} more: --report FILE has them all.", err=True)
    if not counts["created"] + counts["updated"] + counts["unchanged"]:
        raise click.exceptions.Exit(1)


def _reasons(name: str) -> list[dict[str, Any]]:
    return [
        {
            "row": line["row"],
            "outcome": line["outcome"],
            "reason": line["reason"] % line["values"] if line["values"] else line["reason"],
            "text": line["text"],
        }
        for line in import_files.report_lines(name)
    ]


def _summary(counts: dict[str, Any], dry_run: bool) -> str:
    begin = "Would import" if dry_run else "Imported"
    held = f"{counts['held_back']} held back, " if counts["held_back"] else ""
    return (
        f"{begin} {counts['rows']} rows: {counts['created']} created, {counts['updated']} updated, "
        f"{counts['unchanged']} unchanged, {held}{counts['rejected']} rejected; "
        f"{counts['suppressed']} of those taken are not to be written to."
    )


def _write(path: Path, rows: Any) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(csv_safe.stream(rows))


def _filter(kind: tuple[str, ...], language: str | None, text: str, stage: str = "") -> queries.Filter:
    return queries.Filter.from_dict({"kinds": kind, "language": language, "text": text, "stage_lost": stage})


@contacts.command("list")
@click.option("--kind", type=KIND, multiple=True, help="Only of this kind; repeat it for more.")
@click.option("--language", type=LANGUAGE)
@click.option("--stage", default="", help="Only those lost at this stage.")
@click.option("--search", "text", default="", help="Words in the name or the address.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@json_option
@in_app
def list_(kind: tuple[str, ...], language: str | None, stage: str, text: str, limit: int, as_json: bool) -> None:
    """List contacts, oldest first."""
    wanted = _filter(kind, language, text, stage)
    total = queries.how_many(wanted)
    found = [_as_dict(one) for one in islice(queries.every(wanted), limit)]
    lines = [f"{one['email']}\t{one['name']}\t{one['kind']}\t{one['stage_lost']}\t{one['language']}" for one in found]
    say(found, as_json, "\n".join([*lines, f"{len(found)} of {total} contacts."]))


def _as_dict(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.id,
        "email": contact.email,
        "name": contact.name,
        "kind": contact.kind,
        "stage_lost": contact.stage_lost,
        "language": contact.language,
        "attributes": contact.attributes,
    }


@contacts.command("add")
@click.argument("email")
@click.option("--name", default="")
@click.option("--kind", type=KIND, default="customer", show_default=True)
@click.option("--stage", default="", help="Where a lost prospect left.")
@click.option("--language", type=LANGUAGE, help="[default: the organisation's]")
@click.option("--attribute", "pairs", multiple=True, metavar="KEY=VALUE", help="A free attribute; repeat it for more.")
@json_option
@in_app
def add(email: str, pairs: tuple[str, ...], as_json: bool, stage: str, language: str | None, **facts: str) -> None:
    """Add one contact."""
    if any("=" not in pair for pair in pairs):
        raise click.BadParameter("write it as KEY=VALUE", param_hint="--attribute")
    attributes = dict(pair.split("=", 1) for pair in pairs)
    person = actions.Person(
        email=email,
        stage_lost=stage,
        language=language or organisation().language,
        attributes=attributes,
        **facts,  # name and kind
    )
    contact_id = actions.add(person, by=COMMAND, source="command")
    say({"id": contact_id, "email": email}, as_json, f"Added {email}.")


@contacts.command("export")
@click.argument("file", type=CSV_FILE)
@click.option("--kind", type=KIND, multiple=True)
@click.option("--language", type=LANGUAGE)
@json_option
@in_app
def export(file: Path, kind: tuple[str, ...], language: str | None, as_json: bool) -> None:
    """Write contacts as CSV to FILE; spreadsheets open it safely, and `contacts import` reads it back."""
    wanted = _filter(kind, language, "")
    _write(file, queries.table(wanted))
    count = queries.how_many(wanted)
    say({"file": str(file), "contacts": count}, as_json, f"Wrote {count} contacts to {file}.")


@contacts.command("suppress")
@click.argument("email")
@click.option("--scope", type=click.Choice(SCOPES), default="all", show_default=True)
@click.option("--why", default="", help="For colleagues: who asked for it, and how.")
@json_option
@in_app
def suppress(email: str, scope: str, why: str, as_json: bool) -> None:
    """Never write to EMAIL again (in a scope). Only a person lifts that, in the browser."""
    new = actions.suppress(email, scope, by=COMMAND, why=why)
    words = (
        f"{email} is not written to any more ({scope})." if new else f"{email} was not written to already ({scope})."
    )
    say({"email": email, "scope": scope, "new": new}, as_json, words)
