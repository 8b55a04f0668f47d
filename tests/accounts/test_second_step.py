"""Two-step sign-in with real codes: turning on, coming in, recovery codes, and codes that work once."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP

from feedback_app.accounts import actions
from feedback_app.accounts.models import Staff
from feedback_app.database import transaction
from feedback_app.errors import Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.settings import Settings
from tests.conftest import PASSWORD

AStaff = Callable[..., Staff]
Clock = time_machine.Traveller


def password(client: FlaskClient) -> str:
    return client.post("/sign-in", data={"email": "viewer@velo.example", "password": PASSWORD}).location


def enrol(client: FlaskClient) -> TOTP:
    """Turn two-step sign-in on as a person would, and return their authenticator."""
    page = client.post("/tf-setup", data={"setup": "authenticator"}).text
    key = re.search(r'<code class="key">([^<]+)</code>', page)
    action = re.search(r'action="(/tf-setup/[^"]+)"', page)
    assert key
    assert action
    app = TOTP(key=key[1])
    assert client.post(action[1], data={"code": code(app)}).location == "/profile"
    return app


def code(app: TOTP) -> str:
    return str(app.generate(time=int(datetime.now(UTC).timestamp())).token)


@pytest.fixture
def enrolled(client: FlaskClient, person: Staff, at: Clock) -> TOTP:
    password(client)
    app = enrol(client)
    client.post("/sign-out")
    at.shift(timedelta(minutes=1))
    return app


def is_in(client: FlaskClient) -> bool:
    return client.get("/profile").status_code == 200


def test_signing_in_takes_both_steps(client: FlaskClient, enrolled: TOTP) -> None:
    assert password(client) == "/tf-validate?next=/"
    assert not is_in(client)
    assert client.post("/tf-validate", data={"code": code(enrolled)}).location == "/"
    assert is_in(client)
    db.session.rollback()
    said = db.session.scalars(db.select(Event.code).order_by(Event.id)).all()
    assert said == ["staff.signed_in", "staff.second_step_on", "staff.signed_in"]


def test_the_page_asked_for_is_reached_after_the_second_step(client: FlaskClient, enrolled: TOTP) -> None:
    data = {"email": "viewer@velo.example", "password": PASSWORD, "next": "/profile"}
    second = client.post("/sign-in", data=data).location
    assert client.post(second, data={"code": code(enrolled)}).location == "/profile"


@pytest.mark.parametrize("wrong", ["000000", "", "abcdef", "1" * 400, "１２３４５６"])
def test_a_wrong_code_opens_nothing(client: FlaskClient, enrolled: TOTP, wrong: str) -> None:
    password(client)
    reply = client.post("/tf-validate", data={"code": wrong}, headers={"Accept-Language": "en"})
    assert reply.status_code == 200
    assert not is_in(client)


def test_a_code_works_once(app: Flask, client: FlaskClient, enrolled: TOTP) -> None:
    used = code(enrolled)
    password(client)
    assert client.post("/tf-validate", data={"code": used}).status_code == 302
    thief = app.test_client()
    password(thief)
    assert thief.post("/tf-validate", data={"code": used}).status_code == 200
    assert not is_in(thief)


def test_a_code_is_good_for_a_minute_at_most(client: FlaskClient, enrolled: TOTP, at: Clock) -> None:
    old = code(enrolled)
    at.shift(timedelta(seconds=61))
    password(client)
    assert client.post("/tf-validate", data={"code": old}).status_code == 200
    assert not is_in(client)


def test_the_qr_code_fits_the_policy(client: FlaskClient, person: Staff, at: Clock) -> None:
    password(client)
    page = client.post("/tf-setup", data={"setup": "authenticator"})
    assert " style=" not in page.text
    assert not re.search(r"<script(?! src=)", page.text)
    picture = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page.text)
    assert picture
    assert b"<path" in base64.b64decode(picture[1])


def test_it_is_on_only_after_a_code_was_right(client: FlaskClient, person: Staff, at: Clock) -> None:
    password(client)
    page = client.post("/tf-setup", data={"setup": "authenticator"}).text
    action = re.search(r'action="(/tf-setup/[^"]+)"', page)
    assert action
    client.post(action[1], data={"code": "000000"})
    db.session.rollback()
    assert not person.has_second_step


def test_the_password_is_asked_again_after_a_day(client: FlaskClient, person: Staff, at: Clock) -> None:
    client.post("/sign-in", data={"email": person.email, "password": PASSWORD, "remember": "y"})
    at.shift(timedelta(hours=25))
    away = client.post("/tf-setup", data={"setup": "authenticator"}).location
    assert away.startswith("/verify?next=")
    assert client.post(away, data={"password": "wrong wrong"}).status_code == 200
    assert client.post(away, data={"password": PASSWORD}).location == "/tf-setup"
    assert client.post("/tf-setup", data={"setup": "authenticator"}).status_code == 200


class TestRecovery:
    @pytest.fixture
    def codes(self, client: FlaskClient, enrolled: TOTP, at: Clock) -> list[str]:
        password(client)
        client.post("/tf-validate", data={"code": code(enrolled)})
        page = client.post("/mf-recovery-codes", data={"generate_new_codes": "1"}).text
        client.post("/sign-out")
        return re.findall(r"<li>([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})</li>", page)

    def test_each_lets_in_once(self, client: FlaskClient, codes: list[str]) -> None:
        assert len(codes) == 8
        password(client)
        assert client.post("/mf-recovery", data={"code": codes[3].upper() + " "}).status_code == 302
        assert is_in(client)
        client.post("/sign-out")
        password(client)
        assert client.post("/mf-recovery", data={"code": codes[3]}).status_code == 200
        assert not is_in(client)
        assert client.post("/mf-recovery", data={"code": codes[0]}).status_code == 302

    def test_they_are_kept_encrypted(self, codes: list[str], person: Staff) -> None:
        db.session.rollback()
        assert len(person.mf_recovery_codes or []) == 8
        assert not set(codes) & set(person.mf_recovery_codes or [])

    def test_without_the_password_they_are_nothing(self, client: FlaskClient, codes: list[str]) -> None:
        assert client.post("/mf-recovery", data={"code": codes[0]}).location == "/sign-in"
        assert not is_in(client)

    def test_the_way_round_asks_nobody_for_help(self, client: FlaskClient, codes: list[str]) -> None:
        password(client)
        assert client.post("/tf-rescue", data={"help_setup": "help"}).status_code == 200
        assert not is_in(client)


def test_turning_it_off(client: FlaskClient, enrolled: TOTP, person: Staff) -> None:
    password(client)
    client.post("/tf-validate", data={"code": code(enrolled)})
    client.post("/mf-recovery-codes", data={"generate_new_codes": "1"})
    assert client.post("/tf-setup", data={"setup": "disable"}).location == "/profile"
    db.session.rollback()
    assert not person.has_second_step
    assert not person.mf_recovery_codes


def test_an_admin_helps_who_lost_the_device(client: FlaskClient, enrolled: TOTP, person: Staff) -> None:
    actions.drop_second_step(person.id, COMMAND)
    assert password(client) == "/"
    with pytest.raises(Refused, match="without a second step"):
        actions.drop_second_step(person.id, COMMAND)


class TestLimits:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.with_(rate_limits=True)

    def test_codes_cannot_be_tried_out(self, app: Flask, client: FlaskClient, person: Staff, at: Clock) -> None:
        with transaction():
            person.tf_primary_method = "authenticator"
            person.tf_totp_secret = app.extensions["security"].totp_factory.generate_totp_secret()
        tried = []
        for n in range(11):
            password(client)
            tried.append(
                client.post(
                    "/tf-validate", data={"code": f"{n:06}"}, environ_base={"REMOTE_ADDR": f"10.1.0.{n}"}
                ).status_code
            )
            at.shift(timedelta(seconds=4))
        assert tried == [200] * 10 + [429]
