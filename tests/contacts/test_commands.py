"""The commands about contacts, as an operator types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from feedback_app.cli import feedback_app
from feedback_app.contacts import queries
from feedback_app.extensions import db

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def call(*words: str) -> Result:
        result = CliRunner().invoke(feedback_app, ["contacts", *words], obj=lambda: app)
        db.session.rollback()
        return result

    return call


@pytest.fixture
def a_list(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text("email;imię;rodzaj\nada@example.org;Ada;klient\nbroken;X;\n", "utf-8")
    return path


def test_a_dry_run_changes_nothing_and_an_import_does(run: Run, a_list: Path, tmp_path: Path) -> None:
    dry = run("import", str(a_list), "--dry-run")
    assert (dry.exit_code, "Would import 2 rows: 1 created" in dry.output) == (0, True)
    assert queries.how_many(queries.Filter()) == 0
    report = tmp_path / "report.csv"
    done = run("import", str(a_list), "--report", str(report), "--json")
    assert json.loads(done.stdout)["created"] == 1
    assert "has no @" in report.read_text("utf-8")
    again = run("import", str(a_list), "--json")
    assert (json.loads(again.stdout)["unchanged"], again.exit_code) == (1, 0)


@pytest.mark.parametrize("content", ["", "email\n", "name\nAda\n", "email\nbroken\n"])
def test_nothing_taken_is_a_failure(run: Run, tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content, "utf-8")
    assert run("import", str(path)).exit_code == 1


def test_add_list_export_suppress(run: Run, tmp_path: Path) -> None:
    assert run("add", "ada@example.org", "--name", "Ada", "--attribute", "city=Łódź", "--language", "pl").exit_code == 0
    assert run("add", "ADA@example.org").exit_code == 1
    assert run("add", "x@example.org", "--attribute", "city").exit_code == 2
    assert [one["email"] for one in json.loads(run("list", "--json", "--search", "ada").stdout)] == ["ada@example.org"]
    assert "1 of 1 contacts" in run("list", "--kind", "customer").output
    assert "not written to any more" in run("suppress", "ada@example.org", "--scope", "surveys").output
    assert run("suppress", "nobody").exit_code == 1
    file = tmp_path / "out.csv"
    assert run("export", str(file)).exit_code == 0
    assert "ada@example.org,Ada,customer,,pl,,Łódź" in file.read_text("utf-8")
    assert "FILE" in run("import", "--help").output
