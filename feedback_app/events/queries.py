"""Reading what happened: page by page, all of it, and where the things it speaks of are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, column, false, select, table

from feedback_app.database import Page, page_of
from feedback_app.events.catalogue import Catalogue, Subject
from feedback_app.events.models import Event
from feedback_app.extensions import db

Ref = tuple[str, int]
"""A thing: the kind of subject, and its id."""


@dataclass(frozen=True)
class EventFilter:
    """Which events to show; empty means any. ``what``: a room or a code. Days are days of ``zone``."""

    who: str = ""
    what: str = ""
    subject: str = ""
    subject_id: int | None = None
    since: date | None = None
    until: date | None = None
    zone: str = "UTC"


@dataclass(frozen=True)
class Thing:
    """A thing that still exists: what its address names it by, and its name where it has one."""

    key: object
    title: str = ""


def page(wanted: EventFilter, catalogue: Catalogue, number: int) -> Page[Event]:
    """Return one page of events, newest first."""
    return page_of(_chosen(wanted, catalogue), number)


def rows(wanted: EventFilter, catalogue: Catalogue, at_once: int = 1000) -> Iterator[Event]:
    """Return all events asked for, newest first, read ``at_once`` at a time so that memory stays small."""
    last: int | None = None
    while True:
        older = _chosen(wanted, catalogue)
        batch = db.session.scalars((older if last is None else older.where(Event.id < last)).limit(at_once)).all()
        yield from batch
        if len(batch) < at_once:
            return
        last = batch[-1].id
        db.session.expunge_all()


def about(subject: str, subject_id: int) -> Select[Event]:
    """SELECT of what happened to one thing, newest first."""
    mine = select(Event).where(Event.subject == subject, Event.subject_id == subject_id)
    return mine.order_by(Event.id.desc())


def things(events: Iterable[Event], catalogue: Catalogue) -> Mapping[Ref, Thing]:
    """Return those subjects of ``events`` that still exist and have a page: one query for each kind."""
    wanted: dict[Subject, set[int]] = defaultdict(set)
    for event in events:
        subject = catalogue.subjects.get(event.subject)
        if subject is not None and subject.endpoint and event.subject_id is not None:
            wanted[subject].add(event.subject_id)
    return {(subject.kind, number): thing for subject, ids in wanted.items() for number, thing in _those(subject, ids)}


def _those(subject: Subject, ids: set[int]) -> Iterator[tuple[int, Thing]]:
    names = ("id", subject.key, subject.title or subject.key)
    source = table(subject.table, *map(column, dict.fromkeys(names)))
    found = select(*(source.c[name] for name in names)).where(source.c.id.in_(ids))
    for number, key, title in db.session.execute(found):
        yield number, Thing(key, str(title) if subject.title else "")


def _chosen(wanted: EventFilter, catalogue: Catalogue) -> Select[Event]:
    return select(Event).where(*_conditions(wanted, catalogue)).order_by(Event.id.desc())


def _conditions(wanted: EventFilter, catalogue: Catalogue) -> Iterator[ColumnElement[bool]]:
    if wanted.who:
        yield Event.actor.icontains(wanted.who, autoescape=True)
    if wanted.what:
        codes = catalogue.codes_of(wanted.what)
        yield Event.code.in_(codes) if codes else false()
    if wanted.subject:
        yield Event.subject == wanted.subject
    if wanted.subject_id is not None:
        yield Event.subject_id == wanted.subject_id
    if wanted.since:
        yield Event.at >= _midnight(wanted.since, wanted.zone)
    if wanted.until:
        yield Event.at < _midnight(
            wanted.until + timedelta(days=1) if wanted.until < date.max else wanted.until, wanted.zone
        )


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
