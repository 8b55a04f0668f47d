"""What each connection to PostgreSQL is told before it is used."""

from __future__ import annotations

import psycopg
import psycopg.sql
import pytest
from flask import Flask
from sqlalchemy import text

from feedback_app.extensions import db
from tests.conftest import POSTGRES

pytestmark = pytest.mark.skipif(not POSTGRES, reason="SQLite sorts as it likes")


@pytest.mark.parametrize(("granted", "used"), [("4MB", "32MB"), ("64MB", "64MB")])
def test_a_statement_may_sort_in_32_mb_and_never_in_less_than_is_granted(app: Flask, granted: str, used: str) -> None:
    name = db.engine.url.database
    with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as owner:
        owner.execute(
            psycopg.sql.SQL("ALTER DATABASE {} SET work_mem = {}").format(psycopg.sql.Identifier(name), granted)
        )
    db.session.rollback()
    db.engine.dispose()
    for _ in range(2):  # also after a rollback
        assert db.session.scalar(text("SHOW work_mem")) == used
        db.session.rollback()
