"""The link "do not write to me": looking changes nothing, one press is enough, a person can change their mind."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feedback_app import tokens
from feedback_app.contacts import actions
from feedback_app.database import transaction
from feedback_app.delivery import outbox, suppression
from feedback_app.events.models import Event
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
    assert db.session.query(Event).filter_by(actor="reader").count() == 1


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
    client.post(link, data={"wish": "choose", "wanted": ["nonsense"]})
    assert _stops() == {"all": "unsubscribed"}


def test_a_mistake_is_taken_back_and_what_was_chosen_before_stays(client: FlaskClient) -> None:
    news, questions = _letter("announcements"), _letter("surveys")
    client.post(questions, data={"wish": "stop"})
    client.post(news, data={"wish": "stop"})
    reply = client.post(news, data={"wish": "undo"}, follow_redirects=True)
    assert _stops() == {"surveys": "unsubscribed"}
    assert "Your choice is saved" in reply.text
    assert "You will get from us: news of what changed because of answers." in " ".join(reply.text.split())
    client.post(news, data={"wish": "everything"})
    client.post(questions, data={"wish": "undo"})
    assert _stops() == {}


def test_what_we_hold_back_offers_no_choice_that_does_nothing(client: FlaskClient) -> None:
    link = _letter()
    assert "Choose what we may send you" in client.get(link).text
    with transaction():
        suppression.suppress(KEY, "all", "hard_bounce")
    page = client.get(link).text
    assert "Some letters are held back by us" in page
    assert "<form" not in page


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


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("query", ["", "?saved=yes", "?wish=stop&List-Unsubscribe=One-Click"])
def test_nothing_but_a_press_changes_anything(client: FlaskClient, method: str, query: str) -> None:
    reply = client.open(_letter() + query, method=method, data={"wish": "stop"})
    assert reply.status_code == (405 if method in ("PUT", "PATCH", "DELETE") else 200)
    assert _stops() == {}
    assert db.session.query(Event).count() == 0


def test_links_that_are_not_this_letters_are_all_answered_alike(client: FlaskClient) -> None:
    link = _letter()
    number = link.rsplit("/", 1)[1].split(".")[0]
    foreign = (
        tokens.sign("another installation, another secret", "unsubscribe", number),
        tokens.sign(SECRET, "answer", number),  # ours, for something else
        tokens.sign(SECRET, "unsubscribe", "424242"),  # ours, of a letter that is no more
        link.rsplit("/", 1)[1][:-4],
        number,
    )
    for method in ("GET", "POST"):
        replies = {
            (one.status_code, one.text)
            for one in (client.open(f"/unsubscribe/{token}", method=method, data={"wish": "stop"}) for token in foreign)
        }
        assert [status for status, _ in replies] == [404]
    assert _stops() == {}


@pytest.mark.parametrize(("body", "kind"), [
    (b"", ""), (b'{"a"', "application/json"), (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
    (b"wish=%c3", "application/x-www-form-urlencoded; charset=utf-7"), (b"no boundary", "multipart/form-data"),
    (b"&".join([b"wanted=x"] * 900), "application/x-www-form-urlencoded"),
])  # fmt: skip
def test_a_press_in_any_dress_is_a_press(client: FlaskClient, body: bytes, kind: str) -> None:
    """Whoever holds the link and presses wants to be left alone, however their program words it."""
    link = _letter()
    for _time in range(2):
        assert client.post(link, data=body, content_type=kind).status_code == 303
    assert _stops() == {"surveys": "unsubscribed"}


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_press_that_weighs_too_much_is_not_read(client: FlaskClient, kind: str) -> None:
    reply = client.post(_letter(), data=b"x" * 70_000, content_type=kind)
    assert reply.status_code == 413
    assert _stops() == {}


def test_a_true_signature_for_no_letter(client: FlaskClient) -> None:
    for content in ("424242", "-1", "1e3", "9" * 30, "٣", ""):
        token = tokens.sign(SECRET, "unsubscribe", content)
        assert client.get(f"/unsubscribe/{token}").status_code == 404, content


def test_the_page_speaks_the_language_of_the_letter(client: FlaskClient) -> None:
    assert '<html lang="pl">' in client.get(_letter(language="pl"), headers={"Accept-Language": "en"}).text


def test_after_erasure_the_link_says_so_and_stores_nothing(client: FlaskClient) -> None:
    link = _letter()
    from feedback_app.events.actor import COMMAND

    actions.remove(a_contact("ada@example.org").id, by=COMMAND, keep_away=False)
    assert "no longer have your address" in client.get(link).text
    assert client.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert suppression.scopes_of("") == {}
