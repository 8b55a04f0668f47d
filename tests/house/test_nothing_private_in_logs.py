"""What somebody wrote is in no log: not when a table refuses a row, in the pages, and not in a command."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError

from feedback_app.cli import feedback_app
from feedback_app.common.cli_helpers import in_app
from feedback_app.extensions import db
from feedback_app.settings import Settings
from feedback_app.web import logs
from tests.web.test_logs import as_before  # noqa: F401  # gives the loggers back

PRIVATE = "SENSITIVE anna@example.org"


def refuse(table: Table) -> None:
    """Say something private wherever the table takes words, leave out what else it needs, and say it twice."""
    words = {one.name: PRIVATE for one in table.columns if one.type.python_type is str and not one.foreign_keys}
    row = words | ({"id": 1} if "id" in table.columns else {})
    into, values = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
    for _ in range(2):
        said = f"({into}) VALUES ({values})" if row else "DEFAULT VALUES"
        db.session.execute(text(f'INSERT INTO "{table.name}" {said}'), row)


@pytest.fixture
def refused(app: Flask, settings: Settings, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What the log says of each table that refused such a row, in a request."""
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)

    @app.get("/write/<table>")
    def write(table: str) -> str:
        refuse(db.metadata.tables[table])
        return ""

    logs.configure(settings.with_(log_format="json", log_level="info"))
    said, client = {}, app.test_client()
    for name in db.metadata.tables:
        assert client.get(f"/write/{name}").status_code == 500
        said[name] = capsys.readouterr().err
    return said


def test_no_table_tells_the_log_what_it_refused(refused: dict[str, str]) -> None:
    assert [name for name, told in refused.items() if "SENSITIVE" in told or "anna@" in told] == []
    assert [name for name, told in refused.items() if f'INSERT INTO \\"{name}' not in told] == []  # but what happened


def test_a_value_that_cannot_be_read_is_not_repeated(app: Flask) -> None:
    sql = "SELECT json_extract(:said, '$')" if db.engine.dialect.name == "sqlite" else "SELECT CAST(:said AS json)"
    with pytest.raises(DBAPIError) as caught:
        db.session.execute(text(sql), {"said": PRIVATE})
    assert "SENSITIVE" not in f"{caught.value} {caught.value.orig!r}"


def test_a_command_does_not_repeat_it_either(app: Flask) -> None:
    @feedback_app.command("refused")
    @in_app
    def command() -> None:
        refuse(db.metadata.tables["contact"])

    try:
        done = CliRunner().invoke(feedback_app, ["refused"], obj=lambda: app)
    finally:
        feedback_app.commands.pop("refused")
    assert done.exit_code != 0
    assert "SENSITIVE" not in f"{done.output} {done.exception}"
