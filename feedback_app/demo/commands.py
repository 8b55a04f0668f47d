"""The command that moves the demo company in."""

from __future__ import annotations

import click

from feedback_app.common.cli_helpers import in_app
from feedback_app.demo.actions import seed


@click.command()
@in_app
def demo() -> None:
    """Fill an empty database with one believable company, made up for this purpose. Refuses where anybody lives."""
    click.echo(seed(lambda line: click.echo(f"  {line}", err=True)))
