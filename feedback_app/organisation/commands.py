"""``feedback-app organisation``: who we are, by script."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.errors import Refused
from feedback_app.events.actor import COMMAND
from feedback_app.organisation import actions, checks, logo, queries
from feedback_app.organisation.profile import variable


@click.group()
def organisation() -> None:
    """Who we are: name, look, languages."""


@organisation.command()
@json_option
@in_app
def show(as_json: bool) -> None:
    """Say what letters and pages say about us, and which of it the environment holds."""
    profile = queries.current()
    data = asdict(profile) | {"held": {name: variable(name) for name in sorted(profile.held)}}
    lines = (f"{name:15} {_line(name, data)}" for name in (*checks.CHECKS, "logo_name"))
    say(data, as_json, "\n".join(line.rstrip() for line in lines))


def _line(name: str, data: dict[str, Any]) -> str:
    value = ", ".join(data[name]) if name == "languages" else data[name]
    return f"{value}  (held by {data['held'][name]})" if name in data["held"] else str(value)


@organisation.command("set")
@click.argument("pairs", nargs=-1, metavar="NAME=VALUE...")
@click.option("--logo", "picture", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="PNG or JPEG.")
@click.option("--no-logo", is_flag=True, help="Take the logo away.")
@json_option
@in_app
def change(pairs: tuple[str, ...], picture: Path | None, no_logo: bool, as_json: bool) -> None:
    """Change what is named; `feedback-app organisation show` lists the names. Languages are written as en,pl."""
    chosen = logo.read(picture.read_bytes()) if picture else None
    changed = actions.save(dict(map(_pair, pairs)), COMMAND, logo=chosen, no_logo=no_logo)
    say({"changed": changed}, as_json, f"Changed: {', '.join(changed)}." if changed else "Nothing was different.")


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or name not in checks.CHECKS:
        raise Refused(f"Write NAME=VALUE; names are {', '.join(checks.CHECKS)}.")
    return name, [code.strip() for code in value.split(",")] if name == "languages" else value
