"""The command that looks the house over."""

from __future__ import annotations

from dataclasses import asdict

import click

from feedback_app.command import in_app, json_option, say
from feedback_app.overview.doctor import examine

MARKS = {True: "ok  ", False: "FAIL", None: "note"}


@click.command()
@json_option
@in_app
def doctor(as_json: bool) -> None:
    """Check settings, database, worker and mail. Sends nothing, changes nothing; exits 1 when something fails."""
    found = examine()
    lines = "\n".join(f"{MARKS[one.well]} {one.name}: {one.words}" for one in found)
    say([asdict(one) for one in found], as_json, lines)
    if any(one.well is False for one in found):
        raise SystemExit(1)
