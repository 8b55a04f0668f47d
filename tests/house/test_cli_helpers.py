"""What every command does with what goes wrong: one clear line for what people can mend, all of it for our mistakes."""

from __future__ import annotations

import json
from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result
from flask import Flask, current_app
from sqlalchemy import text

from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.extensions import db


def run(app: Flask, deed: Callable[[], object]) -> Result:
    @click.command()
    @in_app
    def command() -> None:
        deed()

    return CliRunner().invoke(command, obj=lambda: app)


def refuse() -> None:
    raise Refused(N_("There are %(number)d of them."), number=3)


def not_found() -> None:
    raise NotFound(N_("There is no survey “%(slug)s”."), slug="x")


def fill_the_disk() -> None:
    with open("/dev/full", "w") as file:
        file.write("a list")


def test_a_command_runs_inside_the_application(app: Flask) -> None:
    seen: list[str] = []
    assert run(app, lambda: seen.append(current_app.name)).exit_code == 0
    assert seen == [app.name]


@pytest.mark.parametrize(
    ("deed", "line"),
    [
        (refuse, "Error: There are 3 of them.\n"),
        (not_found, "Error: There is no survey “x”.\n"),
        (fill_the_disk, "Error: No space left on device. Make room on the disk and try again.\n"),
    ],
)
def test_a_refusal_is_one_line_and_ends_with_1(app: Flask, deed: Callable[[], object], line: str) -> None:
    reply = run(app, deed)
    assert (reply.exit_code, reply.stderr, reply.stdout) == (1, line, "")


@pytest.mark.parametrize("statement", ["SELECT * FROM no_such_table", "SELEKT 1"])
def test_a_database_without_tables_says_what_to_run(app: Flask, statement: str) -> None:
    reply = run(app, lambda: db.session.execute(text(statement)))
    assert reply.exit_code == 1
    assert len(reply.stderr.splitlines()) == 1
    assert "feedback-app db upgrade" in reply.stderr


def test_a_number_beyond_the_database_is_said_so(app: Flask) -> None:
    number = 2**80
    reply = run(app, lambda: db.session.execute(text("SELECT 1 WHERE CAST(:n AS BIGINT) = 1"), {"n": number}))
    assert reply.exit_code == 1
    assert "larger than the database can hold" in reply.stderr


def test_a_mistake_of_ours_is_not_hidden(app: Flask) -> None:
    def broken() -> None:
        raise KeyError("what")

    assert isinstance(run(app, broken).exception, KeyError)


def test_a_broken_rule_of_a_table_is_a_mistake_of_ours(app: Flask) -> None:
    twice = "INSERT INTO role (id, name) VALUES (1, 'admin')"
    reply = run(app, lambda: db.session.execute(text(twice)))
    assert type(reply.exception).__name__ == "IntegrityError"


@pytest.mark.parametrize(("words", "printed"), [((), "Łódź\n"), (("--json",), '{"town": "Łódź", "at": "2026"}\n')])
def test_programs_read_json_and_people_words(words: tuple[str, ...], printed: str) -> None:
    class Year:
        def __str__(self) -> str:
            return "2026"

    @click.command()
    @json_option
    def command(as_json: bool) -> None:
        say({"town": "Łódź", "at": Year()}, as_json, "Łódź")

    reply = CliRunner().invoke(command, words)
    assert reply.output == printed
    if words:
        assert json.loads(reply.output)["town"] == "Łódź"
