"""Keys of 64 bits everywhere: in the models, in PostgreSQL's own catalogue, in every statement of the loop."""

from __future__ import annotations

import flask_migrate
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import BigInteger, Column, Integer, func, select, text, update
from sqlalchemy.dialects import postgresql

from feedback_app.announcements.commands import announcements
from feedback_app.contacts.models import Contact
from feedback_app.database import transaction
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.demo import actions as demo
from feedback_app.desk import queries as desk
from feedback_app.extensions import db
from tests.conftest import POSTGRES
from tests.delivery.helpers import drain, queue
from tests.fakes import Relay

BEYOND = 5_000_000_000  # more than 32 bits can count
NAME_ROWS = {"announcement_piece.above", "announcement_piece.upto", "codebook.looked_upto"}


def names_a_row(column: Column[object]) -> bool:
    """Primary and foreign keys, what is called like one, and the three that are not."""
    whole = isinstance(column.type, Integer | BigInteger)
    called = column.name.endswith("_id") or str(column) in NAME_ROWS
    return whole and (column.primary_key or bool(column.foreign_keys) or called)


KEYS = [column for table in db.metadata.sorted_tables for column in table.columns if names_a_row(column)]


def test_every_key_of_the_models_has_64_bits() -> None:
    """Whoever writes a model says ``Mapped[Key]``; a foreign key takes the type of what it refers to."""
    dialect = postgresql.dialect()
    assert len(KEYS) > 100
    narrow = [str(one) for one in KEYS if str(one.type.dialect_impl(dialect).compile(dialect)) != "BIGINT"]
    assert narrow == []


@pytest.mark.skipif(not POSTGRES, reason="every INTEGER of SQLite has 64 bits")
def test_so_has_every_key_and_every_sequence_of_a_migrated_database(empty_app: Flask) -> None:
    flask_migrate.upgrade()
    wide = "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE data_type = 'bigint'"
    found = set(db.session.scalars(text(wide)))
    assert {str(one) for one in KEYS} - found == set()
    kinds = "SELECT DISTINCT data_type::text FROM pg_sequences WHERE schemaname = current_schema()"
    assert list(db.session.scalars(text(kinds))) == ["bigint"]


def skip_ahead() -> None:
    """Let every table count on from a number beyond 32 bits."""
    with transaction() as session:
        every = "SELECT setval(oid::regclass, :beyond) FROM pg_class WHERE relkind = 'S'"
        session.execute(text(every), {"beyond": BEYOND})


@pytest.mark.skipif(not POSTGRES, reason="SQLite's keys have 64 bits and no sequence to skip ahead")
def test_the_whole_loop_runs_with_keys_beyond_32_bits(app: Flask) -> None:
    """Import, invitations, answers, themes, changes, announcements: none of their statements counts in 32 bits."""
    skip_ahead()
    demo.seed()
    loop = desk.loop()
    assert (loop.contacts, loop.responses, loop.made, loop.declined) == (420, 344, 2, 2)
    assert (db.session.scalar(select(func.min(Contact.id))) or 0) > BEYOND


def test_letters_with_such_keys_leave(app: Flask) -> None:
    """On SQLite, too: there a key need not be skipped to, a row may have any."""
    (first,) = queue("ada@velo.example", group_id=BEYOND, ref_id=BEYOND)
    with transaction() as session:
        session.execute(update(OutgoingEmail).values(id=BEYOND + first))
    with Relay() as relay:
        assert drain(relay).sent == 1
    assert db.session.scalar(select(OutgoingEmail.state).where(OutgoingEmail.id == BEYOND + first)) == "sent"


def test_a_number_no_database_can_hold_is_one_clear_line(app: Flask) -> None:
    done = CliRunner().invoke(announcements, ["status", "9" * 30], obj=lambda: app)
    assert (done.exit_code, done.output) == (1, "Error: a number is larger than the database can hold\n")
