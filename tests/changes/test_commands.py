"""``feedback-app changes``: each a verb, one clear line on error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from feedback_app.changes.commands import changes
from feedback_app.changes.models import Change
from feedback_app.extensions import db
from tests.announcements.conftest import Company, company  # noqa: F401  # the same people

LOG = ["log", "--process", "delivery", "--what", "A window of two hours"]


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(changes, list(arguments), obj=lambda: app)


def rows() -> list[Change]:
    db.session.rollback()  # ends the read before, so that what others wrote since is seen
    return db.session.query(Change).order_by(Change.id).all()


def test_log_list_show_move(app: Flask, company: Company) -> None:  # noqa: F811
    reply = run(app, *LOG, "--why", "You waited", "--theme", str(company.theme.id), "--what-pl", "Okienko", "--json")
    assert reply.exit_code == 0, reply.output
    data = json.loads(reply.output)
    assert data["people"] == {"spoke": 2, "answered": 3}
    assert data["translations"] == {"pl": {"what": "Okienko"}}
    assert "delivery: A window of two hours" in run(app, "list").output
    assert [one["id"] for one in json.loads(run(app, "list", "--search", "OKIENKO", "--json").output)] == [data["id"]]
    shown = run(app, "show", str(data["id"])).output
    assert "I waited at home all day, twice." in shown
    assert "2 people spoke about it" in shown
    assert "is now planned" in run(app, "set-state", str(data["id"]), "planned").output
    assert run(app, "set-state", str(data["id"]), "planned").exit_code == 1


@pytest.mark.parametrize("more", [[], ["--reason", "  "], ["--reason", "It costs [… how much]."]])
def test_declined_without_a_reason_is_refused_by_the_command(app: Flask, more: list[str]) -> None:
    reply = run(app, *LOG, "--state", "declined", *more)
    assert reply.exit_code == 1
    assert reply.stderr.startswith("Error: ")
    assert len(reply.stderr.strip().splitlines()) == 1
    assert rows() == []
    made = run(app, *LOG, "--why", "You waited", "--json")
    reply = run(app, "set-state", str(json.loads(made.output)["id"]), "declined", *more)
    assert (reply.exit_code, rows()[0].state) == (1, "considered")


def test_declined_with_its_reason(app: Flask) -> None:
    reply = run(app, *LOG, "--state", "declined", "--reason", "No driver is free.", "--look-again", "2027-01-01")
    assert reply.exit_code == 0
    assert rows()[0].look_again_on is not None


def test_a_translation_from_a_file(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "pl.json"
    file.write_text(json.dumps({"process": "dostawa", "what": "Okno", "why": "Czekali Państwo"}), "utf-8")
    assert run(app, *LOG, "--why", "You waited", "--translation", f"pl={file}").exit_code == 0
    assert rows()[0].translations["pl"]["why"] == "Czekali Państwo"
    for bad, said in (
        ("[1]", "must be an object"),
        ("{", "pl.json: is no JSON"),
        ('{"whta": "x"}', "pl.json whta: is not known here"),
        ('{"what": 7}', "pl.json what: must be a text"),
    ):
        file.write_text(bad, "utf-8")
        reply = run(app, *LOG, "--why", "x", "--translation", f"pl={file}")
        assert (reply.exit_code, said in reply.output) == (2, True)
    assert run(app, *LOG, "--why", "x", "--translation", "xx=y").exit_code == 2
    assert len(rows()) == 1


def test_an_unknown_owner_or_theme_is_named(app: Flask) -> None:
    assert "nobody@velo.example" in run(app, *LOG, "--why", "x", "--owner", "nobody@velo.example").stderr
    assert "no theme 5" in run(app, *LOG, "--why", "x", "--theme", "5").stderr
    assert "no change 5" in run(app, "show", "5").stderr
    assert rows() == []
