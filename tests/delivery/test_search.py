"""Letters are found by any piece of an address or a name, and at once by the beginning of an address."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from feedback_app.database import is_postgresql, transaction
from feedback_app.delivery import actions, addresses, outbox
from feedback_app.delivery.compose.placeholders import Words
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.delivery.queue.search import holds
from feedback_app.extensions import db

PEOPLE = {
    "ada@example.org": "Łucja Żak",
    "bada@example.org": "",
    "a_b@example.org": "",
    "axb@example.org": "",
    "jan@bücher.example": "Jan 100%",
}


@pytest.fixture(autouse=True)
def letters(app: Flask) -> None:
    with transaction():
        variant = outbox.add_variant("test", "en", "", Words("Hello", "text", "<p>text</p>"))
        for address, name in PEOPLE.items():
            outbox.put("test", variant, address, name, values={})


def found(text: str) -> list[str]:
    keys = db.session.scalars(select(OutgoingEmail.email_key).where(holds(text)))
    return sorted(address for key in keys for address in PEOPLE if addresses.key(address) == key)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ada@example.org", ["ada@example.org"]),
        ("ADA@Ex", ["ada@example.org"]),
        ("ada@", ["ada@example.org"]),
        ("ada", ["ada@example.org", "bada@example.org"]),
        ("da@example", ["ada@example.org", "bada@example.org"]),
        ("a_b@", ["a_b@example.org"]),
        ("%@", []),
        ("@example.org", ["a_b@example.org", "ada@example.org", "axb@example.org", "bada@example.org"]),
        ("jan@BÜCHER.example", ["jan@bücher.example"]),
        ("łUCJA", ["ada@example.org"]),
        ("100%", ["jan@bücher.example"]),
        ("nobody@example.org", []),
    ],
)
def test_what_a_text_finds(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_what_is_found_is_what_is_sent_again() -> None:
    with transaction() as session:
        session.execute(OutgoingEmail.__table__.update().values(state="failed"))  # type: ignore[attr-defined]
    with transaction():
        assert actions.resend("failed", to="ada@example.org") == 1
    with transaction():
        assert actions.resend("failed", to="da@example") == 1
    waiting = select(OutgoingEmail.address).where(OutgoingEmail.state == "queued")
    assert sorted(db.session.scalars(waiting)) == ["ada@example.org", "bada@example.org"]


def test_a_beginning_is_looked_up_in_the_index() -> None:
    statement = select(OutgoingEmail.id).where(holds("ada@"))
    sql = str(statement.compile(db.engine, compile_kwargs={"literal_binds": True}))
    if is_postgresql():
        db.session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")  # five rows are read quicker whole
    ask = "EXPLAIN " if is_postgresql() else "EXPLAIN QUERY PLAN "
    raw = db.session.connection().connection.cursor()
    raw.execute(ask + sql)
    plan = " ".join(str(row) for row in raw.fetchall())
    assert "ix_outgoing_email_key" in plan
    assert "~>=~" in plan or "email_key>?" in plan
