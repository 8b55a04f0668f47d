"""Reads about alerts: the counts they are made from, and those that were made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import contains_eager

from feedback_app import clock
from feedback_app.extensions import db
from feedback_app.responses.models import Response
from feedback_app.themes.alerts.detect import BEFORE, QUIET, RECENT, History, Window
from feedback_app.themes.alerts.models import AlertMute, AlertWeek, ThemeAlert
from feedback_app.themes.mention_filter import of_codebook
from feedback_app.themes.models import Mention, Placement, Theme

AGAIN = timedelta(days=28)
"""What was said of a theme is not said again while the same answers are in the window."""

SHOWN = timedelta(days=84)


def monday(now: datetime) -> date:
    """Return the first day of the week, in UTC."""
    return now.date() - timedelta(days=now.weekday())


def looked(week: date) -> bool:
    """True when themes were looked at in the week that begins on this day."""
    return db.session.get(AlertWeek, week) is not None


def histories(codebook_id: int, now: datetime) -> tuple[dict[int, History], History]:
    """Return the open themes of a codebook and everything in it, counted by response; two statements."""
    where = (Mention.state == "open", of_codebook(codebook_id), Response.submitted_at >= now - BEFORE)
    window = _window(now).label("window")
    columns = select(
        Placement.theme_id,
        window,
        Mention.response_id,
        func.max(case((Mention.tone == "complaint", 1), else_=0)).label("sour"),
    )
    said = (
        columns.join(Mention, Mention.id == Placement.mention_id)
        .join(Response, Response.id == Mention.response_id)
        .join(Theme, Theme.id == Placement.theme_id)
        .where(Theme.state == "open", *where)
        .group_by(Placement.theme_id, Mention.response_id, Response.submitted_at)
        .subquery()
    )
    rows = db.session.execute(
        select(said.c.theme_id, said.c.window, func.count(), func.sum(said.c.sour)).group_by(
            said.c.theme_id, said.c.window
        )
    )
    themes: dict[int, dict[str, Window]] = defaultdict(dict)
    for theme_id, name, people, sour in rows:
        themes[theme_id][name] = Window(people, int(sour))
    return {one: History(**windows) for one, windows in themes.items()}, _everything(where, window)


def _everything(where: Sequence[ColumnElement[bool]], window: ColumnElement[str]) -> History:
    said = select(window, Mention.response_id).join(Response, Response.id == Mention.response_id).where(*where)
    all_of = said.distinct().subquery()
    rows = db.session.execute(select(all_of.c.window, func.count()).group_by(all_of.c.window))
    return History(**{name: Window(people) for name, people in rows})


def _window(now: datetime) -> ColumnElement[str]:
    at = Response.submitted_at
    return case((at >= now - RECENT, "recent"), (at >= now - RECENT - QUIET, "quiet"), else_="before")


def told_lately(now: datetime) -> set[tuple[int, str]]:
    """Return the themes about which the same was said in the last four weeks, with what was said."""
    lately = select(ThemeAlert.theme_id, ThemeAlert.kind).where(ThemeAlert.monday > (now - AGAIN).date())
    return {(row.theme_id, row.kind) for row in db.session.execute(lately)}


def lately(staff_id: int, since: timedelta = timedelta(days=7)) -> list[ThemeAlert]:
    """Return what was noticed within ``since`` about open themes of this person, and of nobody; their own first."""
    theirs = Theme.owner_id == staff_id
    chosen = select(ThemeAlert).join(Theme, Theme.id == ThemeAlert.theme_id).options(contains_eager(ThemeAlert.theme))
    chosen = chosen.where(ThemeAlert.monday > (clock.now() - since).date() - timedelta(days=1))
    chosen = chosen.where(or_(theirs, Theme.owner_id.is_(None)), Theme.state == "open")
    own_first = case((theirs, 0), else_=1)  # nobody's is NULL, which each engine sorts to another end
    chosen = chosen.order_by(ThemeAlert.monday.desc(), own_first, ThemeAlert.chance, ThemeAlert.id)
    return list(db.session.scalars(chosen))


def is_muted(staff_id: int) -> bool:
    """True when this person wants no letters about themes."""
    return db.session.get(AlertMute, staff_id) is not None
