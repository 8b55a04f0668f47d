"""The command that looks the house over."""

from __future__ import annotations

from dataclasses import asdict

import click

from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.operations import test_letter
from feedback_app.operations.doctor.examine import examine

MARKS = {"ok": "ok  ", "fail": "FAIL", "warn": "warn"}


@click.command()
@click.option("--send-test", metavar="ADDRESS", help="Then send a test letter to ADDRESS, by the way all letters go.")
@json_option
@in_app
def doctor(send_test: str | None, as_json: bool) -> None:
    """Check settings, database, worker, mail and DNS. Changes nothing; exits 1 when something fails."""
    findings = examine()
    if send_test:
        findings.append(test_letter.send(send_test))
    lines = "\n".join(f"{MARKS[one.state]} {one.name}: {one.words}" for one in findings)
    say([{**asdict(one), "state": one.state} for one in findings], as_json, lines)
    if any(one.state == "fail" for one in findings):
        raise SystemExit(1)
