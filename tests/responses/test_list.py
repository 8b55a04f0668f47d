"""The list of responses, its filters, and one response as a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from feedback_app import clock
from feedback_app.contacts.models import KINDS
from feedback_app.errors import NotFound
from feedback_app.extensions import db
from feedback_app.responses import queries
from feedback_app.responses.filters import Filter
from tests.factories import a_contact, a_response, a_survey

AsRole = Callable[[str], FlaskClient]
SCRIPT = "<script>alert('x')</script>"


def words_of(wanted: Filter) -> list[str]:
    return [row.words for row in queries.search(wanted).items]


@pytest.fixture
def three(app: Flask) -> None:
    """Three people, in time: Ada (customer), Łukasz (lost at the offer), Ewa (lost at the price, in Polish)."""
    survey, other = a_survey("first"), a_survey("second")
    day = datetime(2026, 5, 1, 12, tzinfo=UTC)
    a_response(survey, a_contact("ada@example.org", name="Ada Nowak"), day, expected="A call back", nps=10)
    lost = a_contact(name="Łukasz Żak", kind="lost_prospect", stage_lost="offer")
    a_response(survey, lost, day + timedelta(days=1), expected="Cheaper 100% wool", nps=3, area="price")
    ewa = a_contact(name="Ewa", kind="lost_prospect", stage_lost="price", language="pl")
    a_response(other, ewa, day + timedelta(days=2), missing="Dostawa do Łodzi", nps=6)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), ["Dostawa do Łodzi", "Cheaper 100% wool", "A call back"]),
        (Filter(survey="first"), ["Cheaper 100% wool", "A call back"]),
        (Filter(survey="nosuch"), []),
        (Filter(kind="lost_prospect"), ["Dostawa do Łodzi", "Cheaper 100% wool"]),
        (Filter(stage="offer"), ["Cheaper 100% wool"]),
        (Filter(language="pl"), ["Dostawa do Łodzi"]),
        (Filter(since=date(2026, 5, 2)), ["Dostawa do Łodzi", "Cheaper 100% wool"]),
        (Filter(until=date(2026, 5, 2)), ["Cheaper 100% wool", "A call back"]),
        (Filter(since=date(2026, 5, 2), until=date(2026, 5, 2)), ["Cheaper 100% wool"]),
        (Filter(text="łodzi"), ["Dostawa do Łodzi"]),
        (Filter(text="ŁUKASZ"), ["Cheaper 100% wool"]),
        (Filter(text="ada@example"), ["A call back"]),
        (Filter(text="100%"), ["Cheaper 100% wool"]),
        (Filter(text="c_ll"), []),
        (Filter(text="cheaper ada"), []),
        (Filter(least=6), ["Dostawa do Łodzi", "A call back"]),
        (Filter(most=6), ["Dostawa do Łodzi", "Cheaper 100% wool"]),
        (Filter(least=4, most=9, kind="lost_prospect"), ["Dostawa do Łodzi"]),
    ],
)
def test_each_filter_finds_whom_it_means(three: None, wanted: Filter, expected: list[str]) -> None:
    assert words_of(wanted) == expected
    assert queries.how_many(wanted) == len(expected)


def test_days_are_meant_in_the_organisations_zone(app: Flask) -> None:
    late = datetime(2026, 5, 1, 22, 30, tzinfo=UTC)  # half past midnight on 2 May in Warsaw
    a_response(a_survey(), a_contact(), late, expected="late")
    assert words_of(Filter(since=date(2026, 5, 2))) == ["late"]
    assert words_of(Filter(until=date(2026, 5, 1))) == []


def test_a_row_shows_the_beginning_of_their_words_and_the_score(app: Flask) -> None:
    a_response(a_survey(), a_contact(), missing="word " * 100, nps=0)
    [row] = queries.search(Filter()).items
    assert row.words.endswith("word…")
    assert len(row.words) <= queries.LINE + 1
    assert (row.score, row.out_of) == (0, 10)


def test_a_response_without_words_has_a_row(app: Flask) -> None:
    a_response(a_survey(), None, area="price")
    [row] = queries.search(Filter()).items
    assert (row.words, row.score, row.email) == ("", None, "")


def test_the_list_takes_three_statements_for_any_number(app: Flask) -> None:
    survey = a_survey()
    for number in range(30):
        a_response(survey, a_contact(), expected=f"number {number}", nps=number % 11)
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    page = queries.search(Filter(text="number", least=0), size=25)
    assert (len(page.items), page.total) == (25, 30)
    asked = [
        one for one in statements if one.startswith("SELECT") and not one.startswith("SELECT organisation.")
    ]  # who we are: once a request
    assert len(asked) == 3


def test_neighbours_stay_within_the_filter(three: None) -> None:
    newest, middle, oldest = (row.id for row in queries.search(Filter()).items)
    whole = queries.one(middle, Filter())
    assert (whole.newer, whole.older) == (newest, oldest)
    within = queries.one(middle, Filter(survey="first"))
    assert (within.newer, within.older) == (None, oldest)


def test_neighbours_of_the_same_second_are_all_walked(app: Flask) -> None:
    survey, now = a_survey(), clock.now()
    made = [a_response(survey, a_contact(), now, expected="x").id for _ in range(4)]
    walked, here = [], queries.search(Filter()).items[0].id
    while here:
        walked.append(here)
        here = queries.one(here, Filter()).older
    assert walked == made[::-1]


def test_one_response_is_shown_whole_and_in_order(app: Flask) -> None:
    response = a_response(a_survey(), a_contact(), nps=9, area="price", missing="a bell", expected="a ring")
    whole = queries.one(response.id, Filter())
    assert [one.question.code for one in whole.said] == ["expected", "missing", "nps", "area"]
    with pytest.raises(NotFound):
        queries.one(response.id + 1, Filter())


@given(
    st.builds(
        Filter,
        survey=st.sampled_from(["", "first"]),
        kind=st.sampled_from(["", *KINDS]),
        stage=st.text("abc Ł&=?%", max_size=20).map(lambda text: " ".join(text.split())),
        language=st.sampled_from(["", "pl"]),
        since=st.none() | st.dates(date(1950, 1, 1), date(2100, 1, 1)),
        until=st.none() | st.dates(date(1950, 1, 1), date(2100, 1, 1)),
        text=st.text(max_size=30).map(lambda text: " ".join("".join(c for c in text if c.isprintable()).split())),
        least=st.none() | st.integers(0, 10),
        most=st.none() | st.integers(0, 10),
    )
)
def test_a_filter_survives_its_address(wanted: Filter) -> None:
    assert Filter.from_args(wanted.as_args()) == wanted


HOSTILE = {
    "survey": "' OR 1=1 --",
    "kind": SCRIPT,
    "stage": "\0\x07" + SCRIPT,
    "language": "xx" * 100,
    "since": "0000-99-99",
    "until": "9999-12-31",
    "text": "%_\\ \ud800".encode("utf-8", "replace").decode() + SCRIPT,
    "least": "-1",
    "most": "999999999999",
    "page": "-3",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_filters_do_no_harm(three: None, as_role: AsRole, name: str) -> None:
    page = as_role("viewer").get("/responses", query_string={name: HOSTILE[name]})
    assert page.status_code == 200
    assert SCRIPT not in page.text


def test_the_page_lists_filters_and_leads_on(three: None, as_role: AsRole) -> None:
    viewer = as_role("viewer")
    page = viewer.get("/responses?survey=first&kind=lost_prospect")
    assert "Cheaper 100% wool" in page.text
    assert "A call back" not in page.text
    assert "survey=first&amp;kind=lost_prospect" in page.text
    assert '<option value="lost_prospect" selected>' in page.text
    assert "Nobody said that" in viewer.get("/responses?text=zzz").text


def test_a_hostile_answer_is_shown_as_words(app: Flask, as_role: AsRole) -> None:
    survey = a_survey("loop")
    contact = a_contact(name=SCRIPT, kind="lost_prospect", stage_lost=SCRIPT)
    response = a_response(survey, contact, expected=SCRIPT, missing="=cmd()")
    viewer = as_role("viewer")
    for path in ("/responses", f"/responses/{response.id}", "/responses/summary/loop", f"/responses?stage={SCRIPT}"):
        page = viewer.get(path)
        assert page.status_code == 200
        assert SCRIPT not in page.text
        assert "alert(" in page.text


def test_one_response_leads_to_the_person_and_its_neighbours(three: None, as_role: AsRole) -> None:
    middle = queries.search(Filter()).items[1].id
    page = as_role("viewer").get(f"/responses/{middle}?kind=lost_prospect")
    for text in ("Łukasz Żak", "3 on a scale from 0 to 10", "Price", "offer", "Newer", "a personal link"):
        assert text in page.text
    assert "Older" not in page.text


def test_an_empty_house_says_what_to_do(app: Flask, as_role: AsRole) -> None:
    viewer = as_role("viewer")
    assert "No answers yet" in viewer.get("/responses").text
    assert viewer.get("/responses/77").status_code == 404


@pytest.mark.parametrize("path", ["/responses", "/responses/1", "/responses/summary/x"])
def test_strangers_are_sent_to_sign_in(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 302
    assert client.post("/responses/export/x").status_code == 302
