"""Nobody keeps a member of staff out by guessing: their own browser is counted apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP

from feedback_app.accounts.models import Staff
from feedback_app.database import transaction
from feedback_app.settings import Settings
from tests.conftest import PASSWORD

AStaff = Callable[..., Staff]
EMAIL = "viewer@velo.example"

pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.with_(rate_limits=True)


def knock(client: FlaskClient, password: str = PASSWORD, host: str = "10.9.0.1", email: str = EMAIL) -> int:
    data = {"email": email, "password": password}
    return client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": host}).status_code


@pytest.fixture
def own_device(app: Flask, a_staff: AStaff) -> FlaskClient:
    """A browser in which the viewer signed in, and out again."""
    a_staff("viewer")
    client = app.test_client()
    assert knock(client) == 302
    client.post("/sign-out")
    return client


def guess(app: Flask, times: int = 17) -> list[int]:
    """What a stranger is told who guesses from as many addresses."""
    return [knock(app.test_client(), "wrong wrong wrong", f"10.0.0.{n}") for n in range(times)]


def test_a_stranger_who_guesses_keeps_strangers_out_alone(app: Flask, own_device: FlaskClient) -> None:
    assert guess(app) == [200] * 10 + [429] * 7
    assert knock(app.test_client()) == 429
    assert knock(own_device) == 302


def test_nor_does_one_behind_the_same_address(app: Flask, own_device: FlaskClient) -> None:
    here = [knock(app.test_client(), "wrong wrong wrong", "10.9.0.1", f"p{n}@velo.example") for n in range(12)]
    assert here[-1] == 429
    assert knock(own_device) == 302


def test_a_known_device_may_guess_no_more_often(own_device: FlaskClient) -> None:
    assert [knock(own_device, "wrong wrong wrong") for _ in range(11)] == [200] * 10 + [429]


def test_a_device_is_known_for_its_own_account_only(app: Flask, own_device: FlaskClient, a_staff: AStaff) -> None:
    other = a_staff("admin").email
    for n in range(10):
        knock(app.test_client(), "wrong wrong wrong", f"10.0.0.{n}", other)
    assert knock(own_device, "wrong wrong wrong", email=other) == 429


@pytest.mark.parametrize("forged", ["", "x", "a-b-20990101.AAAA", "." * 3000])
def test_a_forged_cookie_is_none(app: Flask, own_device: FlaskClient, forged: str) -> None:
    guess(app)
    own_device.set_cookie("feedback_device", forged)
    assert knock(own_device) == 429


def test_a_device_is_forgotten_after_a_year(app: Flask, a_staff: AStaff) -> None:
    a_staff("viewer")
    with time_machine.travel(datetime(2026, 5, 4, 10, tzinfo=UTC), tick=False) as at:
        client = app.test_client()
        knock(client)
        cookie = client.get_cookie("feedback_device")
        assert cookie
        at.shift(timedelta(days=366))
        guess(app)
        thief = app.test_client()
        thief.set_cookie("feedback_device", cookie.value)
        assert knock(thief) == 429


def test_who_knows_the_password_keeps_nobody_from_the_second_step(app: Flask, a_staff: AStaff) -> None:
    person = a_staff("viewer")
    with time_machine.travel(datetime(2026, 5, 4, 10, tzinfo=UTC), tick=False):
        own = app.test_client()
        knock(own)
        own.post("/sign-out")
        factory = app.extensions["security"].totp_factory
        with transaction():
            person.tf_primary_method, person.tf_totp_secret = "authenticator", factory.generate_totp_secret()
        key = factory._totp.from_source(person.tf_totp_secret).key
        for n in range(11):
            thief = app.test_client()
            knock(thief, host=f"10.0.0.{n}")
            tried = thief.post("/tf-validate", data={"code": f"{n:06}"}, environ_base={"REMOTE_ADDR": f"10.0.0.{n}"})
        assert tried.status_code == 429
        assert knock(own) == 302
        code = TOTP(key=key, format="raw").generate(time=int(datetime.now(UTC).timestamp())).token
        assert own.post("/tf-validate", data={"code": code}).location == "/"


def test_strangers_who_ask_for_letters_do_not_use_up_the_owners(app: Flask, own_device: FlaskClient) -> None:
    asked = [
        app.test_client().post("/reset", data={"email": EMAIL}, environ_base={"REMOTE_ADDR": f"10.0.0.{n}"})
        for n in range(6)
    ]
    assert asked[-1].status_code == 429
    assert own_device.post("/reset", data={"email": EMAIL}).status_code == 200
