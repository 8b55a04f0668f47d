"""Signing in and out: what opens the door, what does not, and what is written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_security import verify_password
from werkzeug.test import TestResponse

from feedback_app.accounts.models import Staff
from feedback_app.database import transaction
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.settings import Settings
from tests.conftest import PASSWORD

AStaff = Callable[..., Staff]
WRONG = "wrong wrong wrong"
ENGLISH = {"Accept-Language": "en"}


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/sign-in", data={"email": email, "password": password, **more}, headers=ENGLISH)


def is_in(client: FlaskClient) -> bool:
    return client.get("/profile").status_code == 200


def actions() -> list[str]:
    db.session.rollback()  # what this test has read before is not what is there now
    return list(db.session.scalars(db.select(Event.code).order_by(Event.id)))


def test_the_right_password_opens(client: FlaskClient, a_staff: AStaff) -> None:
    a_staff("viewer")
    reply = sign_in(client, " Viewer@Velo.example ")
    assert (reply.status_code, reply.location) == (302, "/")
    assert is_in(client)
    assert actions() == ["staff.signed_in"]


def test_passwords_are_kept_as_argon2(a_staff: AStaff) -> None:
    assert (a_staff("viewer").password or "").startswith("$argon2id$")


def test_signing_in_is_dated_in_utc(client: FlaskClient, a_staff: AStaff) -> None:
    person = a_staff("viewer")
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False):
        sign_in(client, person.email)
    db.session.rollback()
    assert person.current_login_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert person.login_count == 1


def test_the_person_is_greeted_in_their_language(client: FlaskClient, a_staff: AStaff) -> None:
    person = a_staff("viewer")
    with transaction():
        person.language = "pl"
    sign_in(client, person.email)
    assert 'lang="pl"' in client.get("/profile", headers=ENGLISH).text


@pytest.mark.parametrize("email", ["viewer@velo.example", "nobody@velo.example", "not an address", ""])
def test_answers_do_not_tell_whether_an_account_exists(client: FlaskClient, a_staff: AStaff, email: str) -> None:
    a_staff("viewer")
    reply = sign_in(client, email, WRONG)
    assert reply.status_code == 200
    assert "The address or the password is not right." in reply.text
    assert reply.text.count('class="error"') == 0
    assert not is_in(client)


def test_a_disabled_account_is_answered_like_a_wrong_password(client: FlaskClient, a_staff: AStaff) -> None:
    person = a_staff("viewer")
    with transaction():
        person.active = False
    reply = sign_in(client, person.email)
    assert "The address or the password is not right." in reply.text
    assert "disabled" not in reply.text
    assert not is_in(client)


def test_an_account_without_a_password_cannot_be_opened(client: FlaskClient, a_staff: AStaff) -> None:
    person = a_staff("viewer")
    with transaction():
        person.password = None
    for password in ("", "None", PASSWORD):
        sign_in(client, person.email, password)
        assert not is_in(client)


def test_failures_are_written_down_once_in_a_while(client: FlaskClient, a_staff: AStaff) -> None:
    person = a_staff("viewer")
    for _ in range(3):
        sign_in(client, person.email, WRONG)
    sign_in(client, "nobody@velo.example", WRONG)
    assert actions() == ["staff.sign_in_failed"]


def test_signing_out(client: FlaskClient, a_staff: AStaff) -> None:
    sign_in(client, a_staff("viewer").email)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").location == "/sign-in"
    assert not is_in(client)


def test_strangers_are_sent_to_sign_in_and_back(client: FlaskClient, a_staff: AStaff) -> None:
    away = client.get("/profile").location
    assert away == "/sign-in?next=/profile"
    page = client.get(away)
    assert 'name="next" type="hidden" value="/profile"' in page.text
    assert sign_in(client, a_staff("viewer").email, next="/profile").location == "/profile"


HOSTILE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "http://localhost@evil.example/",
    " //evil.example",
]


@pytest.mark.parametrize("target", HOSTILE)
@pytest.mark.parametrize("where", ["form", "query"])
def test_next_never_leads_outside(client: FlaskClient, a_staff: AStaff, target: str, where: str) -> None:
    data = {"email": a_staff("viewer").email, "password": PASSWORD}
    if where == "form":
        reply = client.post("/sign-in", data={**data, "next": target})
    else:
        reply = client.post("/sign-in", data=data, query_string={"next": target})
    assert reply.status_code == 302
    parts = urlsplit(reply.location.replace("\\", "/").strip())
    assert parts.scheme == ""
    assert parts.netloc == ""
    assert not parts.path.startswith("//")


def test_a_planted_session_is_worth_nothing_after_signing_in(app: Flask, client: FlaskClient, a_staff: AStaff) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    page = client.get("/sign-in").text
    planted = page.split('name="csrf_token" value="')[1].split('"')[0]
    with client.session_transaction() as session:
        before = session["csrf_token"]
    data = {"email": a_staff("viewer").email, "password": PASSWORD, "csrf_token": planted}
    assert client.post("/sign-in", data=data).status_code == 302
    client.get("/profile")
    with client.session_transaction() as session:
        assert session["csrf_token"] != before
    assert client.post("/profile/sign-out-everywhere", data={"csrf_token": planted}).status_code == 400
    assert is_in(client)


@pytest.mark.parametrize("path", ["/sign-in", "/reset", "/language", "/tf-validate", "/mf-recovery"])
def test_without_the_forms_own_token_nothing_is_taken(app: Flask, client: FlaskClient, path: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post(path, data={"email": "a@b.example", "password": PASSWORD}).status_code == 400


def test_programs_are_not_served(client: FlaskClient, a_staff: AStaff) -> None:
    person = a_staff("viewer")
    reply = client.post("/sign-in?include_auth_token=1", json={"email": person.email, "password": PASSWORD})
    assert reply.status_code == 415
    assert not is_in(client)


def test_a_changed_password_ends_other_sessions_and_is_told(
    app: Flask, client: FlaskClient, a_staff: AStaff, letters_to: Callable[[str], list[str]]
) -> None:
    person = a_staff("viewer")
    other = app.test_client()
    sign_in(client, person.email)
    sign_in(other, person.email)
    new = "another horse on the staple"
    data = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    assert client.post("/profile/password", data=data).location == "/profile"
    assert is_in(client)
    assert not is_in(other)
    db.session.rollback()
    assert verify_password(new, person.password)
    assert actions()[-1] == "staff.password_set"
    assert len(letters_to(person.email)) == 1


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [
        ("short", "short", "at least 12 signs"),
        ("viewer velo 2026", "viewer velo 2026", "Leave out what others know"),
        ("long enough words", "other long words", "not the same"),
        (PASSWORD, PASSWORD, "the password you have now"),
    ],
)
def test_what_is_no_good_password(client: FlaskClient, a_staff: AStaff, new: str, again: str, said: str) -> None:
    person = a_staff("viewer")
    sign_in(client, person.email)
    data = {"password": PASSWORD, "new_password": new, "new_password_confirm": again}
    reply = client.post("/profile/password", data=data)
    assert said in reply.text
    db.session.rollback()
    assert verify_password(PASSWORD, person.password)


def test_staying_signed_in_is_bounded(client: FlaskClient, a_staff: AStaff) -> None:
    sign_in(client, a_staff("viewer").email, remember="y")
    cookie = client.get_cookie("feedback_stay")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.expires is not None
    assert timedelta(days=13) < cookie.expires - datetime.now(UTC) < timedelta(days=15)


@pytest.mark.usefixtures("still_clock")
class TestLimits:
    """With rate limits in force, as they are outside of tests."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.with_(rate_limits=True)

    def test_an_address_may_try_ten_times_a_minute(self, client: FlaskClient, a_staff: AStaff) -> None:
        a_staff("viewer")
        tried = [sign_in(client, f"who{n}@velo.example", "wrong wrong").status_code for n in range(11)]
        assert tried == [200] * 10 + [429]
        assert sign_in(client, "viewer@velo.example").status_code == 429
        assert client.get("/sign-in").status_code == 200

    def test_an_account_may_be_tried_ten_times_a_minute_from_anywhere(self, app: Flask, a_staff: AStaff) -> None:
        a_staff("viewer")
        client = app.test_client()
        codes = [self._from(client, n, "Viewer@velo.example") for n in range(11)]
        assert codes == [200] * 10 + [429]
        assert self._from(client, 50, "other@velo.example") == 200

    def test_signing_in_rightly_does_not_count_against_the_account(self, app: Flask, a_staff: AStaff) -> None:
        a_staff("viewer")
        for n in range(12):
            assert self._from(app.test_client(), n, "viewer@velo.example", PASSWORD) == 302

    def test_a_mailbox_is_not_filled(self, app: Flask, a_staff: AStaff) -> None:
        a_staff("viewer")
        asked = [
            app.test_client()
            .post("/reset", data={"email": "viewer@velo.example"}, environ_base={"REMOTE_ADDR": f"10.0.0.{n}"})
            .status_code
            for n in range(6)
        ]
        assert asked == [200] * 5 + [429]

    @staticmethod
    def _from(client: FlaskClient, host: int, email: str, password: str = WRONG) -> int:
        data = {"email": email, "password": password}
        return client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": f"10.0.0.{host}"}).status_code
