from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from feedback_app import clock
from feedback_app.extensions import db
from feedback_app.surveys import queries
from feedback_app.surveys.commands import surveys
from feedback_app.surveys.models import Invitation, Wave
from tests.factories import a_contact, a_survey

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def invoke(*arguments: str, given: str | None = None) -> Result:
        return CliRunner().invoke(surveys, arguments, obj=lambda: app, input=given)

    return invoke


def asked() -> int:
    db.session.rollback()  # the command had a session of its own: begin a new look
    return db.session.scalar(select(func.count()).select_from(Invitation)) or 0


def test_create_list_show_publish_close(run: Run) -> None:
    assert run("create", "--template", "lost-prospect", "--slug", "lost").output == "Created lost (draft).\n"
    listed = json.loads(run("list", "--json").stdout)
    assert [(one["slug"], one["state"], one["asked"]) for one in listed] == [("lost", "draft", 0)]
    shown = run("show", "lost").output
    assert "stage (single_choice, required)" in shown
    assert run("publish", "lost").output == "Published lost.\n"
    again = run("publish", "lost")
    assert again.exit_code == 1
    assert "has been published" in again.stderr
    assert run("close", "lost").output == "Closed lost.\n"
    assert run("reopen", "lost").exit_code == 0
    assert "lost" in run("list", "--state", "published").output
    assert json.loads(run("show", "lost", "--json").stdout)["state"] == "published"


def test_create_and_publish_at_once(run: Run) -> None:
    made = json.loads(run("create", "--template", "customer", "--publish", "--json").stdout)
    assert (made["slug"], made["state"]) == ("customer", "published")


def test_an_empty_list_says_how_to_begin(run: Run) -> None:
    assert "surveys create" in run("list").output
    assert json.loads(run("list", "--json").stdout) == []


@pytest.mark.parametrize(
    "arguments", [("show", "x"), ("publish", "x"), ("close", "x"), ("invite", "x"), ("export", "x")]
)
def test_an_unknown_survey_is_named(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "“x”" in result.stderr


def test_an_unknown_template_lists_the_known_ones(run: Run) -> None:
    result = run("create", "--template", "gold")
    assert result.exit_code == 2
    assert "make-it-right" in result.stderr


def test_what_is_missing_is_listed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "half.json"
    file.write_text(json.dumps({"title": {"en": "Half"}, "languages": ["en", "pl"]}), "utf-8")
    assert run("import", str(file)).output == "Imported half (draft).\n"
    result = run("publish", "half")
    assert result.exit_code == 1
    assert "missing: The title is missing in: pl." in result.stderr
    assert "missing: There is no question yet." in result.stderr


def test_export_import_copy(run: Run, tmp_path: Path) -> None:
    a_survey("s")
    assert run("export", "s", "--to", str(tmp_path / "s.json")).exit_code == 0
    assert (tmp_path / "s.json").read_text("utf-8") == run("export", "s").stdout
    assert run("import", str(tmp_path / "s.json"), "--slug", "t").output == "Imported t (draft).\n"
    assert run("copy", "s", "u").exit_code == 0
    assert queries.by_slug("u").state == "draft"
    taken = run("copy", "s", "u")
    assert taken.exit_code == 1
    assert "taken" in taken.stderr
    broken = run("import", "-", given="{")
    assert broken.exit_code == 1
    assert "not a JSON document" in broken.stderr


def test_inviting_narrowed_counted_and_confirmed(run: Run) -> None:
    a_survey("s")
    a_contact(kind="lost_prospect", stage_lost="price", language="pl", attributes={"plan": "pro"})
    a_contact(kind="customer")
    narrow = ("--kind", "lost_prospect", "--stage", "price", "--language", "pl", "--attribute", "plan=pro")
    counted = json.loads(run("invite", "s", *narrow, "--dry-run", "--json").stdout)
    assert counted == {
        "survey": "s",
        "would_ask": 1,
        "asked_before": 0,
        "suppressed": 0,
        "by_language": {"en": 0, "pl": 1},
    }
    assert asked() == 0
    refused = run("invite", "s", *narrow, given="n\n")
    assert refused.exit_code == 1
    assert asked() == 0
    sent = json.loads(run("invite", "s", *narrow, "--yes", "--json").stdout)
    assert sent["invited"] == asked() == 1
    again = run("invite", "s", *narrow, "--yes")
    assert again.exit_code == 1
    assert "nobody left to ask" in again.stderr
    assert run("invite", "s", given="y\n").exit_code == 0
    assert asked() == 2


def test_inviting_at_a_time(run: Run) -> None:
    a_survey("s")
    a_contact()
    for wrong in ("tomorrow", "2020-01-01 09:00"):
        result = run("invite", "s", "--at", wrong, "--yes")
        assert result.exit_code == 1
        assert result.stderr.startswith("Error:")
    later = f"{clock.now() + timedelta(days=3):%Y-%m-%d} 09:00"
    assert "Planned mailing" in run("invite", "s", "--at", later, "--yes").output
    assert asked() == 0
    assert [one.state for one in db.session.scalars(select(Wave))] == ["planned"]


def test_half_a_condition_is_refused(run: Run) -> None:
    a_survey("s")
    a_contact()
    result = run("invite", "s", "--attribute", "=pro", "--yes")
    assert result.exit_code == 2
    assert "KEY=VALUE" in result.stderr
    assert asked() == 0


def test_help_needs_no_database() -> None:
    result = CliRunner().invoke(surveys, ["invite", "--help"])
    assert result.exit_code == 0
    assert "2026-12-01 09:00" in result.output
