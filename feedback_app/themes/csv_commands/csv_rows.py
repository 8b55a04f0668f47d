"""CSV on standard input, for the commands that know no database."""

from __future__ import annotations

import csv
import sys

import click

_LONGEST_CELL = 10_000_000


def read_rows(*needed: str) -> list[dict[str, str]]:
    """The rows of standard input. ClickException when a needed column is missing or it is no CSV."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.DictReader(sys.stdin, restval="")
    missing = sorted(set(needed) - set(reader.fieldnames or []))
    if missing:
        raise click.ClickException(f"The CSV on standard input needs a column named {', '.join(missing)}.")
    try:
        return list(reader)
    except csv.Error as error:
        raise click.ClickException(f"Standard input is no CSV: line {reader.line_num}: {error}.") from error
