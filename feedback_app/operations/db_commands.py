"""Commands for the tables."""

from __future__ import annotations

import click
import flask_migrate

from feedback_app.common.cli_helpers import in_app
from feedback_app.jobs import queries as jobs
from feedback_app.organisation import actions as organisation

NEWEST = "The tables are at the newest version."


@click.group("db")
def database() -> None:
    """Create or upgrade the tables."""


@database.command()
@click.option("--revision", default="head", show_default=True, help="How far to go.")
@in_app
def upgrade(revision: str) -> None:
    """Bring the tables to the newest version. Safe to repeat."""
    jobs.refuse_other_tables(older=False)
    flask_migrate.upgrade(revision=revision)
    if revision == "head":
        organisation.ensure()
    at = ", ".join(jobs.table_versions()) or "none"
    click.echo(f"The tables are at version {at}, not the newest." if jobs.migration_trouble() else NEWEST)


@database.command()
@in_app
def current() -> None:
    """Say which version the tables have."""
    flask_migrate.current()
