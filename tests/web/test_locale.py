"""Which language a page speaks, and who decides it."""

from __future__ import annotations

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from feedback_app.settings import Settings
from feedback_app.web.locale import choose_language, choose_locale, language_name


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.with_(language="pl")


@pytest.mark.parametrize(
    ("query", "chosen", "browser", "language"),
    [
        ("?lang=en", "pl", "pl", "en"),
        ("", "pl", "en", "pl"),
        ("", None, "en", "en"),
        ("", None, "de", "pl"),
        ("", None, "de, en;q=0.5", "en"),
        ("?lang=xx", "en", "pl", "en"),
        ("?lang=", None, "en", "en"),
        ("", "klingon", "en", "en"),
        ("", None, "", "pl"),
    ],
)
def test_address_then_choice_then_browser_then_organisation(
    app: Flask, query: str, chosen: str | None, browser: str, language: str
) -> None:
    with app.test_request_context("/" + query, headers={"Accept-Language": browser}):
        from flask import session

        if chosen:
            session["language"] = chosen
        assert choose_language() == language


def test_what_a_view_fixed_wins_over_everything(app: Flask) -> None:
    with app.test_request_context("/?lang=en", headers={"Accept-Language": "en"}):
        g.language = "pl"
        assert choose_language() == choose_locale() == "pl"


def test_outside_a_request_the_organisations_language_is_spoken(app: Flask) -> None:
    assert choose_language() == choose_locale() == "pl"


@pytest.mark.parametrize(
    ("browser", "locale"),
    [
        ("en-US", "en_US"), ("en-US,en-GB;q=0.8", "en_US"), ("en-GB,en-US;q=0.8", "en_GB"), ("en", "en_GB"),
        ("en-AU", "en_GB"), ("EN-us", "en_US"), ("en,en-US;q=0.5", "en_US"), ("pl,en-US;q=0.5", "pl"),
    ],
)  # fmt: skip
def test_english_is_european_unless_american_is_asked_for_first(app: Flask, browser: str, locale: str) -> None:
    with app.test_request_context(headers={"Accept-Language": browser}):
        assert choose_locale() == locale


@pytest.mark.parametrize(
    ("code", "named"), [("pl", "Polski"), ("en", "English"), ("de", "niemiecki"), ("", ""), ("no-such", "no-such")]
)
def test_a_language_is_named_never_shown_as_a_code(app: Flask, code: str, named: str) -> None:
    assert language_name(code) == named


def test_the_readers_choice_is_remembered(client: FlaskClient) -> None:
    answer = client.post("/language", data={"language": "en", "next": "/login?x=1"})
    assert (answer.status_code, answer.location) == (303, "/login?x=1")
    with client.session_transaction() as session:
        assert session["language"] == "en"
    client.post("/language", data={"language": "xx"})
    client.post("/language")
    with client.session_transaction() as session:
        assert session["language"] == "en"


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "", "x"]
)
def test_nobody_is_led_to_another_site(client: FlaskClient, elsewhere: str) -> None:
    answer = client.post("/language", data={"language": "pl", "next": elsewhere})
    assert (answer.status_code, answer.location) == (303, "/")
