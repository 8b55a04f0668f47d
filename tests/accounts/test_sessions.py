"""What a cookie is worth: as long as its session, however often it was copied."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP

from feedback_app.accounts.models import Staff, StaffSession
from feedback_app.accounts.sign_in.devices import device_name
from feedback_app.events.models import Event
from feedback_app.extensions import db
from tests.conftest import PASSWORD

AStaff = Callable[..., Staff]
Clock = time_machine.Traveller
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"
SESSION, STAY = "feedback", "feedback_stay"


def enter(app: Flask, *, stay: bool = False) -> FlaskClient:
    client = app.test_client()
    data = {"email": "viewer@velo.example", "password": PASSWORD} | ({"remember": "y"} if stay else {})
    assert client.post("/sign-in", data=data, headers={"User-Agent": FIREFOX}).status_code == 302
    return client


def copied(app: Flask, client: FlaskClient, *names: str) -> FlaskClient:
    """Another browser with copies of these cookies."""
    thief = app.test_client()
    for name in names:
        cookie = client.get_cookie(name)
        assert cookie, name
        thief.set_cookie(name, cookie.value)
    return thief


def is_in(client: FlaskClient) -> bool:
    return client.get("/profile").status_code == 200


@pytest.mark.parametrize("names", [(SESSION,), (STAY,), (SESSION, STAY)])
def test_signing_out_ends_what_was_copied(app: Flask, person: Staff, names: tuple[str, ...]) -> None:
    client = enter(app, stay=True)
    thief = copied(app, client, *names)
    assert is_in(copied(app, client, *names))
    client.post("/sign-out")
    assert not is_in(client)
    assert not is_in(thief)


def test_signing_out_here_leaves_other_devices_alone(app: Flask, person: Staff) -> None:
    here, there = enter(app), enter(app)
    here.post("/sign-out")
    assert is_in(there)


@pytest.mark.parametrize("names", [(SESSION,), (STAY,)])
def test_two_weeks_are_two_weeks(app: Flask, person: Staff, at: Clock, names: tuple[str, ...]) -> None:
    client = enter(app, stay=True)
    at.shift(timedelta(days=13, hours=23))
    assert is_in(copied(app, client, *names))
    at.shift(timedelta(hours=1))
    assert not is_in(copied(app, client, *names))


def test_twelve_idle_hours_end_a_session_that_was_not_to_stay(app: Flask, person: Staff, at: Clock) -> None:
    client = enter(app)
    at.shift(timedelta(hours=12, minutes=1))
    assert not is_in(client)


def test_who_works_is_not_idle(app: Flask, person: Staff, at: Clock) -> None:
    client = enter(app)
    thief = copied(app, client, SESSION)
    for _ in range(3):
        at.shift(timedelta(hours=11))
        assert is_in(client)
    assert not is_in(thief)  # its copy says when the person was last seen, and nobody may say otherwise


def test_nobody_works_for_more_than_two_weeks_on_one_sign_in(app: Flask, person: Staff, at: Clock) -> None:
    client = enter(app)
    for _ in range(27):
        at.shift(timedelta(hours=12))
        assert is_in(client)
    at.shift(timedelta(hours=12))
    assert not is_in(client)


def test_the_second_step_ends_sessions_that_did_without(app: Flask, person: Staff, at: Clock) -> None:
    client, other = enter(app, stay=True), enter(app)
    thief = copied(app, other, SESSION)
    stayed = copied(app, enter(app, stay=True), STAY)
    page = client.post("/tf-setup", data={"setup": "authenticator"}).text
    key, action = re.search(r'<code class="key">([^<]+)</code>', page), re.search(r'action="(/tf-setup/[^"]+)"', page)
    assert key
    assert action
    code = TOTP(key=key[1]).generate(time=int(datetime.now(UTC).timestamp())).token
    assert client.post(action[1], data={"code": code}).location == "/profile"
    assert is_in(client)
    assert is_in(copied(app, client, STAY))
    assert [is_in(one) for one in (other, thief, stayed)] == [False] * 3


def test_ended_rows_do_not_pile_up(app: Flask, person: Staff, at: Clock) -> None:
    for _ in range(3):
        enter(app)
        at.shift(timedelta(days=15))
    enter(app)
    assert len(db.session.scalars(db.select(StaffSession)).all()) == 1


class TestDevices:
    def test_ones_own_devices_are_listed(self, app: Flask, person: Staff) -> None:
        client = enter(app)
        enter(app)
        page = client.get("/profile", headers={"Accept-Language": "en"}).text
        assert page.count("Firefox, Linux") == 2
        assert page.count("This device") == 1
        assert "127.0.0.1" in page

    def test_one_of_them_is_signed_out(self, app: Flask, person: Staff) -> None:
        here, there = enter(app), enter(app)
        found = re.findall(r"/profile/sessions/\d+/end", here.get("/profile").text)
        assert len(found) == 1
        assert here.post(found[0]).location == "/profile"
        assert is_in(here)
        assert not is_in(there)
        assert db.session.scalars(db.select(Event.code).order_by(Event.id)).all()[-1] == "staff.session_ended"
        said = here.post(found[0], follow_redirects=True, headers={"Accept-Language": "en"}).text
        assert "signed out already" in said

    def test_nobody_elses_can_be_signed_out(
        self, app: Flask, person: Staff, as_role: Callable[[str], FlaskClient]
    ) -> None:
        there = enter(app)
        theirs = db.session.scalars(db.select(StaffSession.id)).one()
        as_role("admin").post(f"/profile/sessions/{theirs}/end")
        assert is_in(there)


EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile Safari/604.1"


@pytest.mark.parametrize(
    ("said", "name"),
    [(FIREFOX, "Firefox, Linux"), (EDGE, "Edge, Windows"), (IPHONE, "Safari, iPhone"), ("curl/8", ""), ("", "")],
)
def test_a_device_is_named_as_its_owner_knows_it(said: str, name: str) -> None:
    assert device_name(said) == name
