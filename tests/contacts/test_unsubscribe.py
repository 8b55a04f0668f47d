"""The link "do not write to me": looking changes nothing, one press is enough, a person can change their mind."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feedback_app import tokens
from feedback_app.accounts.models import AuditEntry
from feedback_app.contacts import actions
from feedback_app.database import transaction
from feedback_app.delivery import outbox, suppression
from feedback_app.extensions import db
from tests.factories import SECRET, a_contact

KEY = "ada@example.org"


def _letter(scope: str = "surveys", language: str = "en") -> str:
    with transaction():
        variant = outbox.add_variant("invitation", language, scope, outbox.Words("Hello", "text", "<p>html</p>"))
        letter = outbox.put("invitation", variant, "Ada@Example.org", "Ada", values={})
    return "/unsubscribe/" + tokens.sign(SECRET, "unsubscribe", str(letter))


@pytest.fixture(autouse=True)
def csrf_as_in_real_life(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True


def _stops() -> dict[str, str]:
    db.session.rollback()
    return suppression.scopes_of(KEY)


def test_looking_changes_nothing_however_often(client: FlaskClient) -> None:
    link = _letter()
    for _time in range(5):
        reply = client.get(link)
        assert reply.status_code == 200
        assert "Set-Cookie" not in reply.headers
        assert "Stop these letters" in reply.text
        assert client.head(link).status_code == 200
    assert _stops() == {}


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
@pytest.mark.parametrize("scope", ["surveys", "announcements"])
def test_a_mail_program_presses_once_or_more(client: FlaskClient, kind: str, scope: str) -> None:
    link = _letter(scope)
    for _time in range(3):
        reply = client.post(link, data={"List-Unsubscribe": "One-Click"}, content_type=kind)
        assert reply.status_code == 200
        assert "Location" not in reply.headers
        assert "Set-Cookie" not in reply.headers
    assert _stops() == {scope: "unsubscribed"}
    assert db.session.query(AuditEntry).filter_by(actor="reader").count() == 1


def test_a_letter_of_no_scope_stops_everything(client: FlaskClient) -> None:
    client.post(_letter(""), data={"List-Unsubscribe": "One-Click"})
    assert _stops() == {"all": "unsubscribed"}


def test_the_button_the_choice_and_the_way_back(client: FlaskClient) -> None:
    link = _letter()
    reply = client.post(link, data={"wish": "stop"}, follow_redirects=True)
    assert "You will not get these letters any more" in reply.text
    assert _stops() == {"surveys": "unsubscribed"}
    client.post(link, data={"wish": "everything"})
    assert _stops() == {"all": "unsubscribed"}
    client.post(link, data={"wish": "choose", "wanted": ["surveys"]})
    assert _stops() == {"announcements": "unsubscribed"}
    client.post(link, data={"wish": "undo"})
    assert _stops() == {}
    client.post(link, data={"wish": "choose", "wanted": ["nonsense"]})
    assert _stops() == {"all": "unsubscribed"}


@pytest.mark.parametrize("reason", ["hard_bounce", "complaint", "manual", "erased"])
def test_a_reader_takes_back_only_what_they_chose(client: FlaskClient, reason: str) -> None:
    link = _letter()
    with transaction():
        suppression.suppress(KEY, "all", reason)
        suppression.suppress(KEY, "surveys", "unsubscribed")
    client.post(link, data={"wish": "undo"})
    assert _stops() == {"all": reason}
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("path", ["x", "1.abc", "99999.", "..", "1" * 400, "%00", "ą.ę"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_link_is_answered_kindly(client: FlaskClient, path: str, method: str) -> None:
    reply = client.open("/unsubscribe/" + path, method=method.upper(), headers={"Accept-Language": "en"})
    assert reply.status_code == 404
    if path != "..":
        assert "hello@velo.example" in reply.text


@pytest.mark.parametrize("position", [-1, -5, -12])
def test_one_changed_sign_is_a_forgery(client: FlaskClient, position: int) -> None:
    link = _letter()
    sign = "A" if link[position] != "A" else "B"
    damaged = link[:position] + sign + link[len(link) + position + 1 :]
    assert client.post(damaged, data={"List-Unsubscribe": "One-Click"}).status_code == 404
    assert _stops() == {}


def test_a_true_signature_for_no_letter(client: FlaskClient) -> None:
    for content in ("424242", "-1", "1e3", "9" * 30, "٣", ""):
        token = tokens.sign(SECRET, "unsubscribe", content)
        assert client.get(f"/unsubscribe/{token}").status_code == 404, content


def test_the_page_speaks_the_language_of_the_letter(client: FlaskClient) -> None:
    assert '<html lang="pl">' in client.get(_letter(language="pl"), headers={"Accept-Language": "en"}).text


def test_after_erasure_the_link_says_so_and_stores_nothing(client: FlaskClient) -> None:
    link = _letter()
    from feedback_app.accounts.audit import COMMAND

    actions.remove(a_contact("ada@example.org").id, by=COMMAND, keep_away=False)
    assert "no longer have your address" in client.get(link).text
    assert client.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert suppression.scopes_of("") == {}
