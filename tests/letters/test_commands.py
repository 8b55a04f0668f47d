"""What an operator reads at the terminal: one clear line, whatever went wrong, and never a stack of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from feedback_app.cli import feedback_app
from feedback_app.delivery import queries
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import current_settings
from feedback_app.letters import actions as mail_actions
from feedback_app.letters import status as mail_status
from feedback_app.operations.doctor import dns_records
from feedback_app.operations.doctor.examine import examine
from tests.letters.test_views import letters


def mail(app: Flask, *words: str, given: bytes = b"") -> tuple[int, str]:
    done = CliRunner().invoke(feedback_app, ["mail", *words], obj=lambda: app, input=given)
    return done.exit_code, done.output


@pytest.mark.parametrize(("name", "value", "said"), [
    ("DATABASE_URL", "sqlite:////{0}/none.sqlite3", "the database did not answer as it should: no such table"),
    ("DATABASE_URL", "sqlite:////{0}/garbage", "the database did not answer as it should: file is not a database"),
    ("DATABASE_URL", "postgresql://127.0.0.1:1/x", "the database did not answer as it should: connection failed"),
    ("DATABASE_URL", "nonsense", "FEEDBACK_DATABASE_URL: use postgresql://user:password@host/name"),
    ("VAR", "{0}/garbage/inside", "cannot be written to (Not a directory)"),
])  # fmt: skip
def test_trouble_outside_is_one_line(tmp_path: Path, name: str, value: str, said: str) -> None:
    (tmp_path / "garbage").write_bytes(bytes(range(1, 256)) * 20)
    env = {key: one for key, one in os.environ.items() if not key.startswith("FEEDBACK_")}
    env |= {"FEEDBACK_DEVELOPMENT": "1", "FEEDBACK_VAR": str(tmp_path), f"FEEDBACK_{name}": value.format(tmp_path)}
    command = [sys.executable, "-m", "feedback_app.cli", "mail", "status"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("given", "code", "said"), [
    (b"", 1, "Error: Nothing came in. Give the message: feedback-app mail bounce < message.eml\n"),
    (b" \r\n\n", 1, "Error: Nothing came in. Give the message: feedback-app mail bounce < message.eml\n"),
    (bytes(range(256)) * 9, 0, "nothing to do: neither a bounce nor a complaint\n"),
    (b"Subject: hello\n\nHow are you?\n", 0, "nothing to do: neither a bounce nor a complaint\n"),
])  # fmt: skip
def test_what_is_no_bounce(app: Flask, given: bytes, code: int, said: str) -> None:
    assert mail(app, "bounce", given=given) == (code, said)
    assert len(queries.came_back()) == (code == 0)


@pytest.mark.parametrize("path", ["", "/none.eml"])
def test_a_file_that_is_none_is_named(app: Flask, tmp_path: Path, path: str) -> None:
    code, said = mail(app, "bounce", f"{tmp_path}{path}")
    assert code == 2
    assert str(tmp_path) in said


def test_each_command_says_what_it_is_for_in_one_line(app: Flask) -> None:
    commands = mail(app, "--help")[1].partition("Commands:")[2]
    assert len(commands.splitlines()) > 8
    assert "..." not in commands


def test_what_is_held_back_is_said_with_who_and_how_to_go_on(app: Flask) -> None:
    letters("invitation", group=3, queued=2, failed=1)
    assert "letters" not in [one.name for one in examine()]
    mail_actions.pause(COMMAND, "invitation", 3)
    said = mail_status.lines(mail_status.collect())
    assert [one for one in said if one.startswith("held back by command: invitation 3, since ")]
    assert "let them go on: feedback-app mail resume [--kind KIND --group NUMBER]" in said
    assert "1 letter: 550 no such user" in said
    [found] = [one for one in examine() if one.name == "letters"]
    assert (found.well, found.words[:36]) == (None, "1 held back, 0 of them by the machin")


def test_notes_of_the_zone_file_fit_a_terminal(app: Flask) -> None:
    lines = dns_records.zone(dns_records.wanted(current_settings())).splitlines()
    notes = [one for one in lines if one.startswith(";")]
    assert len(notes) > 4
    assert max(map(len, notes)) <= 98
