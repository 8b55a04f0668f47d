"""What stands in a database of the first release stands in it after the upgrade, and after the way back."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from typing import Any

import flask_migrate
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
)

from feedback_app.cli import feedback_app
from feedback_app.extensions import db
from feedback_app.organisation import queries
from feedback_app.places import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
import upgrade

FIRST = "0004"  # what the first release ends with
ROWS = 40  # in each table
AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CHOSEN: dict[str, Any] = {  # what the checks of the tables insist on
    "announcement.about": "made", "announcement.audience": "respondents", "announcement.state": "draft",
    "change.state": "considered", "contact.kind": "customer", "contact_import.state": "applied",
    "grouping_request.kind": "group", "grouping_request.state": "done", "letter_return.kind": "hard",
    "mention.state": "open", "mention.start": 0, "notice.why": "mentioned", "outgoing_email.state": "sent",
    "question.kind": "long_text", "response_import.state": "failed", "suggestion.kind": "merge",
    "suggestion.state": "open", "suppression.scope": "all", "suppression.reason": "manual", "survey.state": "draft",
    "theme.merged_into_id": None, "theme.parent_id": None, "theme.state": "open", "wave.state": "planned",
}  # fmt: skip


def value(column: Column[Any], number: int) -> Any:
    """Something that fits the column of row ``number``, different in each row where that can be."""
    name = f"{column.table.name}.{column.name}"
    if name in CHOSEN:
        return CHOSEN[name]
    for kind, made in {
        Boolean: True, Date: date(2026, 1, 1).replace(day=1 + number % 28, month=1 + number // 28), DateTime: AT,
        JSON: {"en": f"words {number}"}, Float: 0.5, Numeric: 0.5, LargeBinary: bytes([number]), Integer: number,
    }.items():  # fmt: skip
        if isinstance(column.type, kind):
            return made
    assert isinstance(column.type, String), name
    return f"{number}{column.name}ąć"[: column.type.length or 40]


def fill(connection: Connection) -> None:
    """Write ``ROWS`` rows into each table that is there, those first to which others refer."""
    found = MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        if not table.name.startswith(upgrade.NOT_ROWS):
            columns = [column for column in table.columns if column.computed is None]
            rows = [{column.name: value(column, number) for column in columns} for number in range(1, ROWS + 1)]
            connection.execute(table.insert(), rows)


@pytest.mark.filterwarnings("ignore:Cannot correctly sort tables")
def test_every_row_of_the_first_release_is_there_after_the_upgrade_and_back(empty_app: Flask) -> None:
    flask_migrate.upgrade(revision=FIRST)
    with db.engine.begin() as connection:
        fill(connection)
        before, sums = upgrade.counted(connection), upgrade.summed(connection)
    assert set(before.values()) == {ROWS}
    assert len(before) > 45

    assert CliRunner().invoke(feedback_app, ["db", "upgrade"], obj=lambda: empty_app).exit_code == 0
    with db.engine.connect() as connection:
        assert upgrade.lost(before, upgrade.counted(connection)) == []
        assert upgrade.altered(sums, upgrade.summed(connection)) == []
    assert queries.current().version == 1  # the row about us was made from the settings

    db.session.rollback()  # or the row just read would hold up its table
    flask_migrate.downgrade(revision=FIRST)
    with db.engine.connect() as connection:
        assert upgrade.counted(connection) == before
        changed = upgrade.altered(sums, upgrade.summed(connection))
    assert [name for name in changed if not name.startswith("response_import.")] == []
