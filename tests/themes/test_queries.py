"""What the pages show is what the rows say, under every filter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from feedback_app.common.cache import app_cache
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.surveys.models import Survey
from feedback_app.themes import mention_queries, queries
from feedback_app.themes.codebooks import export as queries_export
from feedback_app.themes.curation import mention_actions
from feedback_app.themes.mention_filter import Look, mentions_where
from feedback_app.themes.models import Mention
from feedback_app.themes.reports import charts, figures
from feedback_app.themes.reports.agreement import agreement
from feedback_app.themes.reports.svg import (
    columns,
    lines,
    polyline,
    treemap,
)
from feedback_app.themes.reports.theme_quotes import quotes
from feedback_app.themes.reports.trends import at_least, trend
from tests.factories import a_contact, a_response, a_survey
from tests.statements import statements
from tests.themes.seed import a_codebook, a_theme, some_mentions


@dataclass
class Room:
    codebook: int
    price: int
    delivery: int
    survey: int
    other: int


@pytest.fixture
def room(app: Flask) -> Room:
    survey, other = a_survey("customers"), a_survey("lost")
    codebook = a_codebook([survey.id, other.id])
    price, delivery = a_theme(codebook, "Price"), a_theme(codebook, "Delivery")
    june, october = datetime(2026, 6, 3, 12, tzinfo=UTC), datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    ada = a_contact()
    jan = a_contact(kind="lost_prospect", stage_lost="offer", language="pl")
    one = a_response(survey, ada, june, expected="x", nps=9)
    two = a_response(other, jan, october, expected="x", nps=4)
    some_mentions(one, ["It is too dear.", "So dear that I laughed."], price, 0.9)
    some_mentions(two, ["Łódź była ZA DROGA."], price, 0.3)
    some_mentions(two, ["Kurier nie przyjechał."], delivery)
    some_mentions(one, ["Nobody called back."])
    return Room(codebook, price, delivery, survey.id, other.id)


def test_the_overview_counts_mentions_people_kinds_and_months(room: Room) -> None:
    found = figures.overview(room.codebook, Look(), "UTC")
    price, delivery = found.themes
    assert (price.theme.name, price.mentions, price.people, price.gone, price.staying) == ("Price", 3, 2, 1, 2)
    assert (delivery.mentions, delivery.people) == (1, 1)
    assert found.months == ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10"]
    assert list(price.months.values()) == [2, 0, 0, 0, 1]
    assert price.content is None  # two scores are no mean
    assert (found.total, found.grouped, found.people) == (5, 4, 2)
    assert found.shelves == {"ungrouped": 1, "set_aside": 0, "no_content": 0, "aside": 0}


@pytest.mark.parametrize(
    ("look", "price"),
    [
        (Look(kind="lost_prospect"), 1),
        (Look(stage="offer"), 1),
        (Look(language="pl"), 1),
        (Look(since="2026-10-01"), 1),
        (Look(until="2026-06-03"), 2),
        (Look(until="2026-06-02"), 0),
        (Look(q="dear"), 2),
        (Look(q="łódź droga"), 1),
        (Look(q="100%"), 0),
        (Look(q="_"), 0),
        (Look(), 3),
    ],
)
def test_every_filter_narrows_all_figures_alike(room: Room, look: Look, price: int) -> None:
    found = figures.overview(room.codebook, look, "UTC")
    assert next((one.mentions for one in found.themes if one.theme.id == room.price), 0) == price
    ids = db.session.scalars(mentions_where(room.codebook, look, "UTC", theme=room.price)).all()
    assert len(ids) == price
    assert figures.breakdown(queries.theme_by_id(room.price), look, "UTC").total == price
    assert mention_queries.mentions(room.codebook, look, "UTC", 1, theme=room.price).total == price


def test_a_day_begins_in_the_zone_of_the_organisation(room: Room) -> None:
    november = Look(since="2026-11-01")
    assert figures.overview(room.codebook, november, "UTC").total == 0
    assert figures.overview(room.codebook, november, "Europe/Warsaw").total == 2


@pytest.mark.parametrize(
    "address",
    [
        {"survey": "9" * 30, "kind": "king", "since": "yesterday", "until": "2026-02-31", "q": "\0"},
        {"survey": "-1", "kind": "", "since": "", "until": "", "q": "   "},
    ],
)
def test_an_address_that_makes_no_sense_filters_nothing(room: Room, address: dict[str, str]) -> None:
    assert not Look.read(address)


def test_a_filter_survives_its_address() -> None:
    look = Look(survey=3, kind="customer", stage="offer", language="pl", since="2026-01-01", q="za drogo")
    assert Look.read({name: str(value) for name, value in look.address().items()}) == look


def test_quotes_are_typical_first_and_borderline_after(room: Room) -> None:
    found = quotes(queries.theme_by_id(room.price))
    assert [line.confidence for line in found.typical] == [0.9, 0.9, 0.3]
    assert found.borderline == []
    loose = mention_queries.mentions(room.codebook, Look(), "UTC", 1, shelf="ungrouped").items
    mention_actions.move([one.mention.id for one in loose], room.price, COMMAND)
    found = quotes(queries.theme_by_id(room.price))
    assert found.typical[0].mention.text == "Nobody called back."
    assert [line.mention.text for line in found.borderline] == ["Łódź była ZA DROGA."]


def test_agreement_is_told_only_when_it_means_something(room: Room) -> None:
    assert agreement(room.codebook).share is None
    survey_mentions = list(db.session.scalars(mentions_where(room.codebook, Look(), "UTC", theme=room.price)))
    response = a_response(
        db.session.get_one(type(queries.surveys_of(room.codebook)[0]), room.survey), a_contact(), expected="x"
    )
    more = some_mentions(response, [f"dear {at}" for at in range(9)], room.price)
    mention_actions.confirm(survey_mentions, room.price, COMMAND)
    mention_actions.move(more, room.delivery, COMMAND, room.price)
    assert agreement(room.codebook).share == pytest.approx(3 / 12)
    assert agreement(room.codebook, room.delivery).judged == 9


def test_pages_take_the_same_number_of_statements_however_much_there_is(room: Room) -> None:
    def cost() -> int:
        db.session.expire_all()
        app_cache("figures", figures.KEPT_FIGURES).clear()
        with statements() as sent:
            figures.overview(room.codebook, Look(), "UTC")
            mention_queries.mentions(room.codebook, Look(), "UTC", 1, theme=room.price)
            mention_queries.mentions(room.codebook, Look(), "UTC", 1, shelf="all")
            queries_export.codebook_as_dict(queries.codebook_by_id(room.codebook))
        return len(sent)

    cost()
    few = cost()
    survey = next(one for one in queries.surveys_of(room.codebook) if one.id == room.survey)
    for at in range(12):
        theme = a_theme(room.codebook, f"Theme {at}")
        some_mentions(a_response(survey, a_contact(), expected="x"), [f"thing {at} {n}" for n in range(4)], theme)
    assert cost() == few


def test_figures_kept_in_memory_are_never_older_than_the_rows(room: Room) -> None:
    def price() -> int:
        found = figures.overview(room.codebook, Look(), "UTC").themes
        return next(one.mentions for one in found if one.theme.id == room.price)

    assert price() == price() == 3
    ids = list(db.session.scalars(mentions_where(room.codebook, Look(), "UTC", theme=room.price)))
    mention_actions.set_aside(ids[:1], room.codebook, COMMAND)
    assert price() == 2
    survey = db.session.get_one(Survey, room.survey)
    some_mentions(a_response(survey, a_contact(), expected="x"), ["dear again"], room.price)
    assert price() == 3
    mention_actions.move(ids[1:], room.delivery, COMMAND, room.price)
    assert price() == 1


def test_csv_holds_every_mention_with_its_theme(room: Room) -> None:
    rows = list(queries_export.mention_rows(room.codebook, Look(), "UTC"))
    assert len(rows) == 1 + 5
    assert {(row[5], row[8]) for row in rows[1:]} >= {("Price", "It is too dear."), (None, "Nobody called back.")}
    assert len(list(queries_export.mention_rows(room.codebook, Look(q="dear"), "UTC"))) == 1 + 2


def test_lines_keep_the_order_asked_for(room: Room) -> None:
    ids = list(db.session.scalars(mentions_where(room.codebook, Look(), "UTC").order_by(Mention.id.desc())))
    assert [line.mention.id for line in mention_queries.lines([*ids, 99_999])] == ids


def test_a_treemap_covers_its_rectangle_and_keeps_the_proportions() -> None:
    sizes = [120.0, 93, 86, 60, 0, 7, 1]
    boxes = treemap(sizes, 1000, 400)
    assert {box.index for box in boxes} == {0, 1, 2, 3, 5, 6}
    assert sum(box.width * box.height for box in boxes) == pytest.approx(400_000)
    for box in boxes:
        assert box.width * box.height == pytest.approx(400_000 * sizes[box.index] / sum(sizes))
        assert box.x >= -1e-6
        assert box.x + box.width <= 1000 + 1e-6
        assert box.y + box.height <= 400 + 1e-6
    for one in boxes:
        for other in boxes:
            if one.index < other.index:
                apart = one.x + one.width <= other.x + 1e-6 or other.x + other.width <= one.x + 1e-6
                above = one.y + one.height <= other.y + 1e-6 or other.y + other.height <= one.y + 1e-6
                assert apart or above
    assert treemap([], 10, 10) == treemap([0.0], 10, 10) == []


def test_names_are_broken_into_the_lines_that_fit() -> None:
    assert lines("Late delivery", 400, 60, 14) == ["Late delivery"]
    assert lines("Late delivery", 70, 60, 14) == ["Late", "delivery"]
    assert lines("Late delivery of everything", 70, 20, 14) == ["Late…"]
    assert lines("Late delivery", 20, 60, 14) == []


def test_lines_and_columns_of_nothing_are_no_error() -> None:
    assert polyline([], 100, 20) == ""
    assert polyline([0, 0], 100, 20) == "0.0,20.0 100.0,20.0"
    assert columns([], 100, 20) == []
    assert columns([(0, 0)], 100, 20)[0].high == 0
    assert charts.theme_map([], 100, 100).areas == []


def test_growth_is_told_apart_from_chance() -> None:
    steady = trend([10, 11, 9, 10, 11, 10], [100] * 6)
    assert steady.way == "steady"
    assert trend([3, 2, 3, 2, 12, 15], [100] * 6).way == "growing"
    assert trend([0, 0, 0, 0, 4, 6], [100] * 6).way == "new"
    assert trend([30, 30, 30, 30, 2, 1], [100] * 6).way == "fading"
    assert trend([3, 2, 3, 2, 12, 15], [30, 20, 30, 20, 120, 150]).way == "steady"  # everybody said more
    assert trend([], []).way == trend([5], [5]).way == "steady"


@pytest.mark.parametrize(
    ("hits", "tries", "share", "chance"),
    [(0, 10, 0.5, 1.0), (10, 10, 0.5, 2**-10), (6, 10, 0.5, 386 / 1024), (11, 10, 0.5, 0.0), (3, 3, 1.0, 1.0)],
)
def test_the_binomial_tail_is_exact(hits: int, tries: int, share: float, chance: float) -> None:
    assert at_least(hits, tries, share) == pytest.approx(chance)


def test_the_binomial_tail_stands_large_numbers() -> None:
    assert at_least(5_000, 10_000, 0.5) == pytest.approx(0.504, abs=0.001)
    assert at_least(9_000, 10_000, 0.5) == pytest.approx(0.0, abs=1e-9)


def test_how_content_people_are_is_told_from_ten_scores_on_everywhere(room: Room, as_role: Callable[..., Any]) -> None:
    survey = db.session.get_one(Survey, room.survey)
    for score in (9, 9, 8, 7, 7, 6, 5):
        some_mentions(a_response(survey, a_contact(), expected="x", nps=score), ["Dear."], room.price)
    price = figures.overview(room.codebook, Look(), "UTC").themes[0]
    assert price.content is None  # nine scores
    browser = as_role("viewer")
    assert "scores)" not in browser.get("/themes").text + browser.get(f"/themes/{room.price}").text
    some_mentions(a_response(survey, a_contact(), expected="x", nps=6), ["Dear."], room.price)
    told = figures.overview(room.codebook, Look(), "UTC").themes[0].content
    assert told is not None
    assert (round(told.mean, 2), told.scores) == (7.0, 10)
    assert told == figures.breakdown(queries.theme_by_id(room.price), Look(), "UTC").content
    for address in ("/themes", f"/themes/{room.price}"):
        assert f"content: 7 of 10 ({told.low:.1f} to {told.high:.1f}, by 10 scores)" in browser.get(address).text
