"""The trail read back: by who, what, which thing and which days; page by page and whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from feedback_app.accounts.models import Staff
from feedback_app.database import transaction
from feedback_app.events import queries
from feedback_app.events.actions import record, record_once
from feedback_app.events.actor import COMMAND, RESPONDENT, STRANGER, WORKER, Actor
from feedback_app.events.catalogue import Catalogue, EventRoom, EventType, Subject
from feedback_app.events.models import Event
from feedback_app.events.queries import EventFilter, Thing
from feedback_app.extensions import db
from tests.factories import a_survey

pytestmark = pytest.mark.usefixtures("app")
MADE, SPILT = EventType("tea.made", "cup", "made"), EventType("tea.spilt", "cup", "spilt")
WASHED, ASKED = EventType("water.washed", "glass", "washed"), EventType("water.asked", "survey", "asked")
CATALOGUE = Catalogue(
    (
        EventRoom("tea", "Tea", (MADE, SPILT), (Subject("cup", "cup"),)),
        EventRoom(
            "water",
            "Water",
            (WASHED, ASKED),
            (Subject("glass", "glass"), Subject("survey", "survey", "survey", "surveys.show", "survey_id")),
        ),
    )
)
ADA = Actor("staff", "Ada@velo.example")


def _written(*events: tuple[EventType, Actor, int | None], at: datetime | None = None) -> None:
    with transaction():
        for what, who, subject_id in events:
            one = record(what, who, subject_id, note="x")
            if at:
                one.at = at


def _codes(**wanted: object) -> list[str]:
    found = queries.page(EventFilter(**wanted), CATALOGUE, 1)  # type: ignore[arg-type]
    return [one.code for one in found.items]


def test_an_event_says_who_did_what_to_which_thing(a_staff: Callable[..., Staff]) -> None:
    eva = a_staff("admin", "eva@velo.example")
    _written((MADE, Actor.of(eva), 3), (WASHED, WORKER, None))
    made, washed = db.session.scalars(select(Event).order_by(Event.id))
    assert (made.code, made.actor_kind, made.actor_id, made.actor) == (
        "tea.made",
        "staff",
        eva.id,
        "eva@velo.example",
    )
    assert (made.subject, made.subject_id, made.payload) == ("cup", 3, {"note": "x"})
    assert (washed.actor_kind, washed.actor_id, washed.subject_id) == ("worker", None, None)


def test_an_event_stands_or_falls_with_the_deed() -> None:
    with pytest.raises(RuntimeError, match="inside transaction"):
        record(MADE, ADA, 1)
    with pytest.raises(ZeroDivisionError), transaction():
        record(MADE, ADA, 1).payload["x"] = 1 // 0
    assert db.session.query(Event).count() == 0


def test_the_trail_is_asked_for_by_who_what_and_which_thing() -> None:
    _written((MADE, ADA, 3), (SPILT, COMMAND, 3), (WASHED, RESPONDENT, 3), (MADE, STRANGER, 4))
    assert _codes() == ["tea.made", "water.washed", "tea.spilt", "tea.made"]
    assert _codes(who="ada@") == ["tea.made"]
    assert _codes(who="%") == []
    assert _codes(what="tea") == ["tea.made", "tea.spilt", "tea.made"]
    assert _codes(what="tea.spilt") == ["tea.spilt"]
    assert _codes(what="coffee") == []
    assert _codes(subject="cup") == ["tea.made", "tea.spilt", "tea.made"]
    assert _codes(subject="cup", subject_id=3) == ["tea.spilt", "tea.made"]
    assert _codes(subject_id=3, what="water") == ["water.washed"]


def test_days_are_those_of_the_zone_and_both_ends_count() -> None:
    _written((MADE, ADA, 1), at=datetime(2026, 5, 3, 21, 59, tzinfo=UTC))
    _written((SPILT, ADA, 1), at=datetime(2026, 5, 3, 22, 0, tzinfo=UTC))  # midnight in Warsaw
    _written((WASHED, ADA, 1), at=datetime(2026, 5, 4, 21, 59, tzinfo=UTC))
    day, zone = date(2026, 5, 4), "Europe/Warsaw"
    assert _codes(since=day, until=day, zone=zone) == ["water.washed", "tea.spilt"]
    assert _codes(since=day, until=day) == ["water.washed"]
    assert _codes(until=day - timedelta(days=1), zone=zone) == ["tea.made"]
    assert _codes(since=day, zone=zone) == ["water.washed", "tea.spilt"]
    assert len(_codes(until=date.max)) == 3


def test_pages_and_the_whole_agree() -> None:
    _written(*((MADE, ADA, number) for number in range(120)))
    pages = [queries.page(EventFilter(), CATALOGUE, number) for number in (1, 2, 3)]
    assert [len(one.items) for one in pages] == [50, 50, 20]
    in_pages = [event.subject_id for one in pages for event in one.items]
    assert in_pages == list(range(119, -1, -1))
    for at_once in (7, 40, 119, 120, 121):
        assert [one.subject_id for one in queries.rows(EventFilter(), CATALOGUE, at_once)] == in_pages


def test_only_what_is_asked_for_is_read_whole() -> None:
    _written(*((what, ADA, number) for number in range(6) for what in (MADE, SPILT)))
    found = list(queries.rows(EventFilter(what="tea.spilt"), CATALOGUE, 2))
    assert [(one.code, one.subject_id) for one in found] == [("tea.spilt", number) for number in range(5, -1, -1)]


def test_what_happened_to_one_thing() -> None:
    _written((MADE, ADA, 3), (WASHED, ADA, 3), (SPILT, ADA, 3), (MADE, ADA, 4))
    assert [one.code for one in db.session.scalars(queries.about("cup", 3))] == ["tea.spilt", "tea.made"]


def test_things_that_still_exist_can_be_opened() -> None:
    survey = a_survey()
    _written((ASKED, ADA, survey.id), (ASKED, ADA, survey.id + 999), (MADE, ADA, 1), (ASKED, ADA, None))
    events = db.session.scalars(select(Event)).all()
    assert queries.things(events, CATALOGUE) == {("survey", survey.id): Thing(survey.id)}
    assert queries.things([], CATALOGUE) == {}


@pytest.mark.parametrize(("minutes_ago", "count"), [(4, 1), (6, 2)])
def test_the_same_is_written_again_only_after_a_while(minutes_ago: int, count: int) -> None:
    for age in (minutes_ago, 0):
        with transaction():
            record_once(5, MADE, STRANGER, 1, step="x")
            for one in db.session.scalars(select(Event)) if age else ():
                one.at -= timedelta(minutes=age)
    assert db.session.query(Event).count() == count


def test_another_thing_another_deed_and_another_detail_are_written_at_once() -> None:
    with transaction():
        for what, subject_id, step in (
            (MADE, 1, "a"), (MADE, 1, "a"), (MADE, 2, "a"), (SPILT, 1, "a"), (MADE, 1, "b"), (MADE, 1, "b"),
            (MADE, 0, "a"),
        ):  # fmt: skip
            record_once(5, what, STRANGER, subject_id, step=step)
    assert db.session.query(Event).count() == 5
