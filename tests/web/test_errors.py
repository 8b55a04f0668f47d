"""Error pages: what happened and what to do now, and nothing about the inside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from feedback_app.errors import N_, NotFound, Refused
from feedback_app.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.with_(rate_limits=False)


@pytest.fixture
def app(bare_app: Flask) -> Iterator[Flask]:
    """The application with pages that go wrong, as it runs for people."""
    bare_app.config["TESTING"] = False
    bare_app.testing = False

    @bare_app.get("/wrong/<what>")
    def wrong(what: str) -> str:
        if what == "refused":
            raise Refused(N_("Please shorten this to %(limit)d characters; there are %(now)d now."), limit=3, now=5)
        if what == "missing":
            raise NotFound(N_("There is nothing here"))
        if what == "broken":
            raise ZeroDivisionError("a secret of the inside")
        abort(int(what))

    with bare_app.app_context():
        yield bare_app


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (403, "This is not yours to open"),
        (404, "There is nothing here"),
        (405, "This address cannot be used that way"),
        (413, "That is more than this page takes"),
        (429, "That was a little fast"),
        (418, "The page could not be understood"),
        (503, "Something went wrong on our side"),
    ],
)
def test_each_status_has_words_and_advice(client: FlaskClient, status: int, title: str) -> None:
    answer = client.get(f"/wrong/{status}?lang=en")
    assert answer.status_code == status
    assert title in answer.text
    polish = client.get(f"/wrong/{status}?lang=pl")
    assert polish.status_code == status
    assert title not in polish.text


def test_an_unforeseen_error_says_nothing_of_the_inside_but_a_number_to_quote(client: FlaskClient) -> None:
    answer = client.get("/wrong/broken?lang=en")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "secret" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_a_refusal_is_told_in_its_own_words(client: FlaskClient) -> None:
    answer = client.get("/wrong/refused?lang=en")
    assert answer.status_code == 409
    assert "Please shorten this to 3 characters; there are 5 now." in answer.text


def test_what_is_missing_is_a_404(client: FlaskClient) -> None:
    assert client.get("/wrong/missing?lang=en").status_code == 404
    assert client.get("/no-such-page").status_code == 404


def test_a_form_that_was_open_too_long_says_so(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post("/language?lang=en", data={"language": "pl"})
    assert answer.status_code == 400
    assert "This page was open for too long" in answer.text


def test_each_answer_has_a_number_of_its_own(client: FlaskClient) -> None:
    numbers = {client.get("/healthz").headers["X-Request-Id"] for _ in range(5)}
    assert len(numbers) == 5
    assert all(len(one) == 12 for one in numbers)


def test_pages_forbid_what_they_do_not_need(client: FlaskClient) -> None:
    headers = client.get("/login").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
