"""How templates show dates, numbers and texts, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask_babel import force_locale

from feedback_app.settings import Settings
from feedback_app.web import filters

NOON = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)
NBSP = "\u00a0"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.with_(timezone="Europe/Warsaw", language="pl")


@pytest.fixture(autouse=True)
def page(app: Flask) -> Iterator[None]:
    with app.test_request_context(headers={"Accept-Language": "en-GB"}):
        yield


@pytest.mark.parametrize("show", [filters.day, filters.moment, filters.ago, filters.number, filters.share])
def test_what_is_not_there_is_a_dash(show: object) -> None:
    assert show(None) == "–"  # type: ignore[operator]


def test_days_and_moments_are_written_the_readers_way_in_the_organisations_zone() -> None:
    assert filters.day(date(2026, 5, 4)) == "4 May 2026"
    assert filters.plain_moment(NOON) == "22 Nov 2026, 13:05"
    assert filters.moment(NOON) == '<time datetime="2026-11-22T12:05:00+00:00">22 Nov 2026, 13:05</time>'
    with force_locale("pl"):
        assert filters.day(date(2026, 5, 4)) == "4 maj 2026"
        assert filters.plain_moment(NOON) == "22 lis 2026, 13:05"


def test_a_late_evening_in_utc_is_the_next_day_at_home() -> None:
    assert filters.plain_moment(datetime(2026, 7, 31, 22, 30, tzinfo=UTC)) == "1 Aug 2026, 00:30"


@pytest.mark.parametrize(
    ("apart", "words"),
    [
        (timedelta(minutes=-5), "5 minutes ago"),
        (timedelta(hours=-3), "3 hours ago"),
        (timedelta(days=-2), "2 days ago"),
        (timedelta(hours=2), "in 2 hours"),
    ],
)
def test_how_long_ago_or_ahead(apart: timedelta, words: str) -> None:
    with time_machine.travel(NOON, tick=False):
        shown = filters.ago(NOON + apart)
    assert shown.endswith(f">{words}</time>")
    assert f'datetime="{(NOON + apart).isoformat()}"' in shown


def test_numbers_have_the_readers_separators() -> None:
    assert filters.number(1234567) == "1,234,567"
    assert filters.number(3.14159, 2) == "3.14"
    assert filters.number(0) == "0"
    with force_locale("pl"):
        assert filters.number(1234567) == f"1{NBSP}234{NBSP}567"
        assert filters.number(3.14159, 1) == "3,1"


def test_shares_are_per_cent_of_the_whole_or_of_one() -> None:
    assert filters.share(1, 4) == "25%"
    assert filters.share(0.5) == "50%"
    assert filters.share(0, 7) == "0%"
    assert filters.share(3, 0) == "–"


def test_words_are_the_readers_else_the_organisations_else_the_first() -> None:
    assert filters.words({"pl": "Cena", "en": "Price"}) == "Price"
    assert filters.words({"pl": "Cena", "de": "Preis"}) == "Cena"
    assert filters.words({"de": "Preis", "fr": "Prix"}) == "Preis"
    assert filters.words({"en": "", "pl": "Cena"}) == "Cena"
    assert filters.words({"en": "Price", "pl": "Cena"}, "pl") == "Cena"
    assert filters.words({"en": ""}) == filters.words({}) == filters.words(None) == ""


def test_plain_text_becomes_paragraphs_and_never_markup() -> None:
    assert filters.paragraphs("One\r\ntwo\n\n\n\n<b>three</b>\n") == (
        "<p>One<br>two</p><p>&lt;b&gt;three&lt;/b&gt;</p>"
    )
    assert filters.paragraphs("") == filters.paragraphs(None) == filters.paragraphs("\n\n \n") == ""


def test_a_month_in_short_words() -> None:
    assert filters.month("2026-11") == "Nov 2026"
    with force_locale("pl"):
        assert filters.month("2026-05") == "maj 2026"


def test_web_addresses_of_a_text_each_once_without_the_sentences_signs() -> None:
    text = "See https://a.example/x?y=1, (http://b.example) and <https://a.example/x?y=1>; not ftp://c.example."
    assert filters.links(text) == ["https://a.example/x?y=1", "http://b.example"]
    assert filters.links("none here") == []
