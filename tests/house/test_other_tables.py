"""Tables that another version of the program made are worked on by nobody, and each says in one line what to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from feedback_app.cli import feedback_app
from feedback_app.database import transaction
from feedback_app.extensions import db


@pytest.fixture(params=["0001", "9999_future"])
def version(app: Flask, request: pytest.FixtureRequest) -> Iterator[str]:
    """Tables of an older and of a newer version, as far as they say so themselves."""
    with transaction() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"))
        session.execute(text("INSERT INTO alembic_version VALUES (:it)").bindparams(it=request.param))
    yield request.param
    with transaction() as session:
        session.execute(text("DROP TABLE alembic_version"))


@pytest.mark.parametrize("command", [["worker", "--until-idle"], ["web"]])
def test_nobody_works_on_them(app: Flask, version: str, command: list[str]) -> None:
    done = CliRunner().invoke(feedback_app, command, obj=lambda: app)
    line = (
        "of an older version of the program: run feedback-app db upgrade"
        if version == "0001"
        else "install it, or restore"
    )
    assert done.exit_code == 1
    assert line in done.output
    assert done.output.count("\n") == 1


def test_who_watches_is_told_what_to_do(client: FlaskClient, version: str) -> None:
    told = client.get("/readyz").json["trouble"]["migrations"]  # type: ignore[index]
    assert ("run feedback-app db upgrade" in told) == (version == "0001")
    assert ("restore an older backup" in told) == (version != "0001")


def test_an_upgrade_does_not_touch_tables_of_the_future(app: Flask, version: str) -> None:
    if version == "0001":
        pytest.skip("that is what it is for: see test_migrations")
    done = CliRunner().invoke(feedback_app, ["db", "upgrade"], obj=lambda: app)
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "of a newer version of the program" in done.output


def test_an_upgrade_says_where_it_ended(empty_app: Flask) -> None:
    run = CliRunner().invoke
    assert (
        "at version 0002, not the newest"
        in run(feedback_app, ["db", "upgrade", "--revision", "0002"], obj=lambda: empty_app).output
    )
    db.session.remove()
    assert "at the newest version" in run(feedback_app, ["db", "upgrade"], obj=lambda: empty_app).output
    db.session.remove()
    again = run(feedback_app, ["db", "upgrade", "--revision", "0001"], obj=lambda: empty_app).output
    assert "at the newest version" in again  # nothing was taken back
