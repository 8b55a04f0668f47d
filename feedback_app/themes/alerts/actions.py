"""Writing down what was noticed about themes, and switching letters about it off and on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete

from feedback_app.database import insert, require_transaction, rowcount_of, transaction
from feedback_app.events.actions import record
from feedback_app.events.actor import WORKER, Actor
from feedback_app.themes import events
from feedback_app.themes.alerts.detect import Finding
from feedback_app.themes.alerts.models import AlertMute, AlertWeek, ThemeAlert

EVENTS = {
    "grows": events.THEME_GREW,
    "returns": events.THEME_RETURNED,
    "worse": events.THEME_TURNED_WORSE,
    "better": events.THEME_TURNED_BETTER,
}


def claim(week: date) -> bool:
    """Say that themes are looked at in this week; False when another worker did. Joins the caller's transaction."""
    require_transaction()
    return rowcount_of(insert(AlertWeek).values(monday=week).on_conflict_do_nothing()) == 1


def note(week: date, findings: Iterable[Finding]) -> list[ThemeAlert]:
    """Write down what was found. Joins the caller's transaction."""
    session = require_transaction()
    alerts = [
        ThemeAlert(
            theme_id=finding.theme_id, kind=finding.kind, monday=week, hits=finding.hits, cases=finding.cases,
            hits_before=finding.hits_before, cases_before=finding.cases_before, chance=finding.chance,
        )
        for finding in findings
    ]  # fmt: skip
    session.add_all(alerts)
    session.flush()
    for one in alerts:
        record(EVENTS[one.kind], WORKER, one.theme_id)
    return alerts


def switch(by: Actor, *, letters: bool) -> None:
    """Let the person who acts have letters about the themes they look after, or no more of them."""
    with transaction() as session:
        if letters:
            session.execute(delete(AlertMute).where(AlertMute.staff_id == by.staff_id))
        else:
            session.execute(insert(AlertMute).values(staff_id=by.staff_id).on_conflict_do_nothing())
