"""The filter of an address: read without trust, written back the same, and meaning what it says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some

from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.themes.mention_filter import Look, mentions_where, midnight
from feedback_app.themes.models import Mention
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, some_mentions

FIELDS = ("survey", "kind", "stage", "language", "since", "until", "q", "part", "tone")


@given(some.dictionaries(some.sampled_from(FIELDS), some.text(max_size=30)))
def test_no_address_breaks_the_filter_and_what_is_read_is_written_back(values: dict[str, str]) -> None:
    look = Look.read(values)
    assert Look.read({name: str(value) for name, value in look.address().items()}) == look


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "stranger"), ("kind", "customer' OR 1=1"), ("survey", "-1"), ("survey", "9" * 30), ("survey", "²"),
        ("part", "one"), ("since", "2026-02-30"), ("until", "yesterday"), ("since", "2026-1-1"), ("tone", "loud"),
        ("q", "  \0 "),
    ],
)  # fmt: skip
def test_what_makes_no_sense_filters_nothing(name: str, value: str) -> None:
    assert not Look.read({name: value})


def test_long_words_are_cut_where_an_address_may_be_endless() -> None:
    look = Look.read({"q": "x" * 5_000, "stage": "y" * 5_000, "language": "z" * 5_000})
    assert (len(look.q), len(look.stage), len(look.language)) == (200, 80, 8)


@pytest.mark.parametrize("name", FIELDS)
def test_one_field_is_taken_off_and_the_others_stay(name: str) -> None:
    look = Look(1, "customer", "offer", "en", "2026-01-01", "2026-02-01", "late", 3, "praise")
    left = look.without(name).address()
    assert set(left) == {*FIELDS} - {name}


@pytest.mark.parametrize(
    ("day", "zone", "days", "begins"),
    [
        ("2026-11-30", "UTC", 0, datetime(2026, 11, 30, tzinfo=UTC)),
        ("2026-11-30", "Europe/Warsaw", 0, datetime(2026, 11, 29, 23, tzinfo=UTC)),
        ("2026-07-01", "Europe/Warsaw", 0, datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("2026-12-31", "UTC", 1, datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-03-28", "Europe/Warsaw", 1, datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("2026-03-29", "Europe/Warsaw", 1, datetime(2026, 3, 29, 22, tzinfo=UTC)),  # a day of 23 hours
    ],
)
def test_a_day_begins_at_midnight_where_the_organisation_is(day: str, zone: str, days: int, begins: datetime) -> None:
    assert midnight(day, zone, days) == begins


def test_each_shelf_holds_its_own_and_no_mention_stands_on_two(app: Flask) -> None:
    survey = a_survey()
    book = a_codebook([survey.id])
    theme = a_theme(book, "Late")
    response = a_response(survey, a_contact(), expected="x")
    (placed,) = some_mentions(response, ["came late"], theme)
    loose, aside, nothing, apart, second = some_mentions(response, ["no call", "hello", "ok", "spam", "no reply"])
    with transaction() as session:
        for number, state in ((aside, "aside"), (nothing, "no_content"), (apart, "set_aside")):
            session.get_one(Mention, number).state = state
    some_mentions(a_response(a_survey(), a_contact(), expected="x"), ["of another codebook"])

    def on(shelf: str = "", theme: int = 0) -> set[int]:
        return set(db.session.scalars(mentions_where(book, Look(), "UTC", theme=theme, shelf=shelf)))

    assert on("all") == {placed, loose, second}
    assert on("ungrouped") == {loose, second}
    assert (on("aside"), on("no_content"), on("set_aside")) == ({aside}, {nothing}, {apart})
    assert on(theme=theme) == {placed}
    with transaction() as session:
        session.get_one(Mention, placed).state = "set_aside"
    assert on(theme=theme) == set()


def test_fields_narrow_together(app: Flask) -> None:
    survey, other = a_survey(), a_survey()
    book = a_codebook([survey.id, other.id])
    june, july = datetime(2026, 6, 30, 22, 30, tzinfo=UTC), datetime(2026, 7, 31, 21, 59, tzinfo=UTC)
    lost = a_contact(kind="lost_prospect", stage_lost="offer", language="pl")
    (first,) = some_mentions(a_response(survey, lost, june, expected="x"), ["za drogo"])
    (second,) = some_mentions(a_response(other, a_contact(), july, expected="x"), ["too dear"])

    def narrowed(**fields: object) -> set[int]:
        return set(db.session.scalars(mentions_where(book, Look(**fields), "Europe/Warsaw")))  # type: ignore[arg-type]

    assert narrowed(since="2026-07-01", until="2026-07-31") == {first, second}  # both in July, in Warsaw
    assert narrowed(until="2026-06-30") == narrowed(since="2026-08-01") == set()
    assert narrowed(kind="lost_prospect") == narrowed(stage="offer") == narrowed(language="pl") == {first}
    assert narrowed(survey=other.id) == narrowed(q="dear") == {second}
    assert narrowed(survey=other.id, kind="lost_prospect") == set()
