"""What strangers cannot learn from how long we take: the same work for all. And what nobody waits for: hashing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from feedback_app.accounts import mail
from feedback_app.accounts.models import LinkRequest, Staff
from feedback_app.database import transaction
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.extensions import db
from tests.conftest import PASSWORD
from tests.statements import statements

AStaff = Callable[..., Staff]
KNOWN, INVITED, UNKNOWN = "viewer@velo.example", "announcer@velo.example", "nobody@velo.example"


@pytest.fixture
def house(app: Flask, a_staff: AStaff) -> Flask:
    """A house with one account in use and one that was invited and has no password yet."""
    a_staff("viewer")
    invited = a_staff("announcer")
    with transaction():
        invited.password = None
    return app


@contextmanager
def hashing(app: Flask) -> Iterator[list[bool]]:
    """Each hash made or compared while the block runs: whether a transaction was open then."""
    context, seen = app.extensions["security"].pwd_context, []
    made, compared = context.hash, context.verify

    def note(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            seen.append(bool(db.session().info.get("owned")))
            return work(*args, **kwargs)

        return run

    context.hash, context.verify = note(made), note(compared)
    try:
        yield seen
    finally:
        del context.hash, context.verify


def work(app: Flask, path: str, **data: str) -> tuple[list[bool], list[str], int]:
    """The hashes, the statements and the letters that a POST costs."""
    client = app.test_client()
    client.get(path)
    with hashing(app) as hashes, statements() as sent:
        assert client.post(path, data=data).status_code == 200
    return hashes, sent, db.session.scalar(select(func.count(OutgoingEmail.id))) or 0


def test_asking_for_a_link_costs_the_same_for_all(house: Flask) -> None:
    known, invited, unknown = [work(house, "/reset", email=email) for email in (KNOWN, INVITED, UNKNOWN)]
    assert known == invited == unknown
    assert known[0] == []
    assert known[2] == 0


def test_the_worker_writes_to_those_who_have_an_account(house: Flask) -> None:
    for email in (KNOWN, KNOWN, INVITED, UNKNOWN):
        work(house, "/reset", email=email)
    for _ in range(2):
        mail.write_wanted_links()
        letters = db.session.scalars(select(OutgoingEmail.address).order_by(OutgoingEmail.address)).all()
        assert letters == [INVITED, KNOWN]
    assert db.session.scalar(select(func.count(LinkRequest.id))) == 0


def test_a_wrong_password_is_hashed_for_all(house: Flask) -> None:
    tried = [work(house, "/sign-in", email=email, password="wrong wrong")[0] for email in (KNOWN, INVITED, UNKNOWN)]
    assert tried == [[False]] * 3


def test_nobody_waits_for_a_hash(house: Flask, link_to: Callable[[str], str]) -> None:
    client, new = house.test_client(), "another horse on the staple"
    again = {"new_password": new, "new_password_confirm": new}
    with hashing(house) as hashes:
        client.post("/sign-in", data={"email": KNOWN, "password": PASSWORD})
        client.post("/verify", data={"password": PASSWORD})
        assert client.post("/profile/password", data={"password": PASSWORD, **again}).location == "/profile"
        client.post("/reset", data={"email": INVITED})
        path = link_to(INVITED)
        assert client.post(path, data={"password": new, "password_confirm": new}).location == "/sign-in"
    assert hashes == [False] * 5


def test_a_password_changed_while_it_was_compared_opens_nothing(house: Flask, client: FlaskClient) -> None:
    """The account is closed, by another connection, between the comparison and the transaction."""
    context = house.extensions["security"].pwd_context
    compare = context.verify

    def close_meanwhile(*args: Any, **kwargs: Any) -> Any:
        with db.engine.begin() as connection:
            connection.execute(Staff.__table__.update().values(active=False))
        return compare(*args, **kwargs)

    context.verify = close_meanwhile
    try:
        assert client.post("/sign-in", data={"email": KNOWN, "password": PASSWORD}).status_code == 200
    finally:
        del context.verify
    assert client.get("/profile").status_code == 302


def test_a_better_hash_is_kept_at_the_next_sign_in(house: Flask, client: FlaskClient) -> None:
    house.extensions["security"].pwd_context.update(argon2__time_cost=2)
    assert client.post("/sign-in", data={"email": KNOWN, "password": PASSWORD}).status_code == 302
    db.session.rollback()
    assert "t=2" in (db.session.scalar(select(Staff.password).where(Staff.email == KNOWN)) or "")
