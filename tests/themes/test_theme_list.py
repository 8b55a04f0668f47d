"""The list of themes: read in any order, several merged at once, and nobody loses their place."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.themes import queries
from feedback_app.themes.models import Mention, Placement, Theme, ThemeEvent
from feedback_app.themes.reports.figures import ThemeFigures
from feedback_app.themes.reports.order import ORDERS, ordered
from feedback_app.themes.reports.satisfaction import Satisfaction
from feedback_app.themes.reports.trends import Trend
from tests.browser import read
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, some_mentions


def a_row(name: str, mentions: int, complaints: int, content: float | None, way: str = "steady") -> ThemeFigures:
    told = None if content is None else Satisfaction(content, 0, 10, 12)
    tones = Counter({"complaint": complaints, "praise": mentions - complaints})
    return ThemeFigures(Theme(name=name), mentions, mentions, Counter(), {}, told, Trend(way, 0.1, 0, 0.0), tones)


ROWS = [a_row("b", 9, 1, 3.0), a_row("C", 9, 5, None, "growing"), a_row("a", 4, 4, 8.0, "new")]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("largest", "bCa"),
        ("complaints", "Cab"),
        ("praise", "bCa"),
        ("people", "bCa"),
        ("growing", "aCb"),
        ("unhappy", "baC"),
        ("name", "abC"),
        ("nonsense", "bCa"),
    ],
)
def test_themes_are_read_in_any_order(order: str, names: str) -> None:
    assert "".join(one.theme.name for one in ordered(ROWS, order, lambda one: one.theme.name)) == names


@dataclass
class Room:
    codebook: int
    themes: list[int]
    sizes: list[int]


@pytest.fixture
def room(app: Flask) -> Room:
    survey = a_survey("customers")
    codebook = a_codebook([survey.id])
    themes = [a_theme(codebook, name) for name in ("Cost", "Price", "Late")]
    for theme, size in zip(themes, (2, 3, 60), strict=True):
        for number in range(size):
            some_mentions(a_response(survey, a_contact(), expected="x"), [f"words {number}"], theme)
    return Room(codebook, themes, [2, 3, 60])


@pytest.fixture
def owner(as_role: Callable[[str], FlaskClient]) -> FlaskClient:
    return as_role("product_owner")


def size(theme: int) -> int:
    return db.session.scalar(select(func.count()).where(Placement.theme_id == theme)) or 0


def test_the_list_keeps_filter_and_order(room: Room, owner: FlaskClient) -> None:
    page = owner.get(f"/themes?codebook={room.codebook}&sort=name&kind=customer&q=words").text
    names = re.findall(r'aria-label="Tick “(\w+)”"', page)
    assert names == ["Cost", "Late", "Price"]
    sorts = {html.unescape(one) for one in re.findall(r'href="([^"]*sort=[^"]*#list)"', page)}
    assert len(sorts) == len(ORDERS)
    assert all("kind=customer" in one and "q=words" in one for one in sorts)
    assert '<input type="hidden" name="sort" value="name">' in page


def test_several_are_merged_into_the_largest_or_the_one_named(room: Room, owner: FlaskClient) -> None:
    cost, price, late = room.themes
    address = f"/themes/codebooks/{room.codebook}/merge"
    back = f"/themes?codebook={room.codebook}&sort=name#list"
    reply = owner.post(address, data={"theme": [cost, price], "next": back})
    assert (reply.status_code, reply.location) == (303, back)
    assert (size(cost), size(price)) == (0, 5)
    assert queries.theme_by_id(cost).merged_into_id == price
    step = db.session.scalars(select(ThemeEvent.id).order_by(ThemeEvent.id.desc())).first()
    owner.post(f"/themes/steps/{step}/undo")
    assert (size(cost), size(price)) == (2, 3)
    owner.post(address, data={"theme": [cost, price], "into": late})
    assert (size(cost), size(price), size(late)) == (0, 0, 65)


@pytest.mark.parametrize(
    ("ticked", "told"),
    [([], "Tick the themes to merge"), ([1], "at least one other theme"), (["x", "9" * 30], "Tick the themes")],
)
def test_too_few_are_no_merge(room: Room, owner: FlaskClient, ticked: list[object], told: str) -> None:
    reply = owner.post(f"/themes/codebooks/{room.codebook}/merge", data={"theme": ticked}, follow_redirects=True)
    assert told in read(reply.text)
    assert [size(one) for one in room.themes] == room.sizes


def test_a_theme_of_another_codebook_is_not_merged_and_a_reader_merges_nothing(
    room: Room, owner: FlaskClient, as_role: Callable[[str], FlaskClient]
) -> None:
    stranger = a_theme(a_codebook([a_survey("others").id], "Others"), "Elsewhere")
    address = f"/themes/codebooks/{room.codebook}/merge"
    reply = owner.post(address, data={"theme": [room.themes[0], stranger]}, follow_redirects=True)
    assert "different codebooks" in read(reply.text)
    reader = as_role("viewer")
    assert reader.post(address, data={"theme": room.themes}).status_code == 403
    assert "merge-bar" not in reader.get("/themes").text
    assert [size(one) for one in room.themes] == room.sizes


def test_search_inside_a_theme_keeps_the_place(room: Room, owner: FlaskClient) -> None:
    late = room.themes[2]
    page = owner.get(f"/themes/{late}?q=words&page=2&sort=best").text
    assert f'action="/themes/{late}#mentions"' in page
    following = html.unescape(re.findall(r'name="next" value="([^"]+)"', page)[-1])
    assert following == f"/themes/{late}?q=words&page=2&sort=best#mentions"
    found = re.findall(r'name="mention"\s+value="(\d+)"', page)
    reply = owner.post(
        f"/themes/codebooks/{room.codebook}/mentions",
        data={"deed": "confirm", "theme": late, "mention": found[0], "next": following},
    )
    assert reply.location == following
    previous = html.unescape(re.findall(r'rel="prev"\s+href="([^"]+)"', page)[0])
    assert "q=words" in previous
    assert previous.endswith("#mentions")
    back = html.unescape(re.findall(r'href="(/themes\?[^"]*)"[^>]*>Themes</a> ›', page)[0])
    assert "q=words" in back


def test_the_grid_keeps_the_filter(room: Room, owner: FlaskClient) -> None:
    late = room.themes[2]
    grid = f"/themes/{late}/grid?q=words"
    assert html.escape(f"/themes/{late}?q=words") in owner.get(grid).text
    first = db.session.scalars(select(Placement.mention_id).where(Placement.theme_id == late)).first()
    assert owner.post(grid, data={f"m-{first}": "right"}).location == grid


def test_what_lies_beside_the_themes_is_as_much_as_its_list(room: Room, owner: FlaskClient) -> None:
    survey = queries.surveys_of(room.codebook)[0]
    for kind, words in (("prospect", "Hello."), ("customer", "Good day.")):
        ids = some_mentions(a_response(survey, a_contact(kind=kind), expected="x"), [words])
        with transaction() as session:
            session.query(Mention).filter(Mention.id.in_(ids)).update({"state": "aside"})
    page = owner.get("/themes?kind=prospect&q=hello").text
    (link,) = [html.unescape(one) for one in re.findall(r'href="([^"]*mentions/aside[^"]*)"', page)]
    assert "Beside the point: 1" in page
    assert owner.get(link).text.count('name="mention"') == 1
