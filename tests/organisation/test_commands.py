"""``feedback-app organisation``."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner, Result
from flask import Flask

from feedback_app.cli import feedback_app
from feedback_app.extensions import current_settings
from feedback_app.organisation import queries
from feedback_app.organisation.logo import read
from tests.organisation.test_logo import picture


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(feedback_app, ["organisation", *arguments], obj=lambda: app)


def test_set_and_show(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(picture())
    done = run(
        app, "set", "name=Velo", "languages=pl, en", "colour=7A1F5C", "--logo", str(tmp_path / "logo.png"), "--json"
    )
    assert (done.exit_code, json.loads(done.output)) == (0, {"changed": ["name", "colour", "logo_name"]})
    shown = json.loads(run(app, "show", "--json").output)
    assert (shown["name"], shown["languages"], shown["colour"]) == ("Velo", ["en", "pl"], "#7a1f5c")
    assert shown["logo_name"] == read(picture()).name
    assert "colour          #7a1f5c" in run(app, "show").output
    assert run(app, "set", "name=Velo").output == "Nothing was different.\n"
    assert run(app, "set", "--no-logo").output == "Changed: logo_name.\n"
    assert "id_secret" not in shown


def test_one_clear_line_for_what_cannot_be(app: Flask) -> None:
    for pairs, line in {
        ("nam=Velo",): "names are name, postal_address",
        ("name",): "Write NAME=VALUE",
        ("colour=yellow",): "six digits",
        ("name=Velo", "language=de"): "Choose one of these languages",
    }.items():
        done = run(app, "set", *pairs)
        assert done.exit_code == 1
        assert line in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert queries.current().name == "Velo Verde"


def test_what_the_environment_holds_is_named(app: Flask) -> None:
    app.config["SETTINGS"] = replace(current_settings(), given=frozenset({"organisation"}))
    assert "Velo Verde  (held by FEEDBACK_ORGANISATION)" in run(app, "show").output
    done = run(app, "set", "name=Velo")
    assert (done.exit_code, "FEEDBACK_ORGANISATION in the environment" in done.stderr) == (1, True)
