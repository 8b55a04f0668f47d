"""What every view uses: page numbers, ways back, full addresses, numbers in addresses."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale
from werkzeug.exceptions import NotFound

from feedback_app.common.keys import MOST_KEY
from feedback_app.errors import N_, Refused
from feedback_app.settings import Settings
from feedback_app.web.pages import absolute, page_number, say, see_other


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.with_(base_url="https://velo.example/feedback")


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 1), ("?page=", 1), ("?page=7", 7), ("?page=0", 1), ("?page=-3", 1), ("?page=x", 1), ("?page=1e3", 1),
        ("?page=999999", 999_999), ("?page=1000000", 1), ("?page=٣", 3), ("?page=2&page=5", 2), ("?page=²", 1),
    ],
)  # fmt: skip
def test_odd_page_numbers_are_the_first(app: Flask, query: str, number: int) -> None:
    with app.test_request_context("/" + query):
        assert page_number() == number


def test_after_a_post_the_browser_gets_the_next_page(app: Flask) -> None:
    with app.test_request_context():
        answer = see_other("locale.switch", x="a b")
    assert (answer.status_code, answer.location) == (303, "/language?x=a+b")


def test_addresses_in_letters_need_no_request(app: Flask) -> None:
    assert absolute("health.alive") == "https://velo.example/feedback/healthz"
    assert absolute("locale.switch", x="ż") == "https://velo.example/feedback/language?x=%C5%BC"
    with app.test_request_context("/", base_url="http://elsewhere.example"):
        assert absolute("health.alive") == "https://velo.example/feedback/healthz"


def test_a_refusal_is_said_in_the_readers_language(app: Flask) -> None:
    error = Refused(N_("Please shorten this to %(limit)d characters; there are %(now)d now."), limit=3, now=5)
    said = {}
    for code in ("en", "pl"):
        with app.test_request_context(), force_locale(code):
            said[code] = say(error)
    assert said["en"] == "Please shorten this to 3 characters; there are 5 now."
    assert said["pl"] != said["en"]
    assert "3" in said["pl"]
    assert "5" in said["pl"]


@pytest.mark.parametrize("number", [MOST_KEY + 1, 10**30, "-1", "x", "1.0"])
def test_a_number_larger_than_any_key_names_nothing(app: Flask, number: object) -> None:
    addresses = app.url_map.bind("velo.example")
    assert addresses.match(f"/changes/{MOST_KEY}")[1] == {"change_id": MOST_KEY}
    with pytest.raises(NotFound):
        addresses.match(f"/changes/{number}")
