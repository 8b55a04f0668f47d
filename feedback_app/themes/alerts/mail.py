"""The weekly look at themes, and one letter to each person who looks after some that changed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from feedback_app import clock
from feedback_app.accounts.models import Staff
from feedback_app.database import require_transaction, transaction
from feedback_app.delivery import outbox
from feedback_app.delivery.compose import templates as layout
from feedback_app.extensions import db
from feedback_app.themes.alerts import actions, queries
from feedback_app.themes.alerts.detect import findings
from feedback_app.themes.alerts.models import AlertMute, ThemeAlert
from feedback_app.themes.queries import codebooks
from feedback_app.web.filters import words
from feedback_app.web.pages import absolute

KIND = "theme_alert"


def look_and_tell() -> int:
    """Look once a week at every theme and write to those who look after what changed; how many alerts.

    Reads first; then the week, the alerts and the letters are written in one transaction, or nothing is.
    """
    now = clock.now()
    week = queries.monday(now)
    if queries.looked(week):
        db.session.rollback()
        return 0
    known = queries.told_lately(now)
    noticed = [one for codebook in codebooks() for one in findings(*queries.histories(codebook.id, now))]
    db.session.rollback()
    with transaction():
        if not actions.claim(week):
            return 0
        alerts = actions.note(week, [one for one in noticed if (one.theme_id, one.kind) not in known])
        _write(alerts)
        return len(alerts)


def _write(alerts: Iterable[ThemeAlert]) -> None:
    by_owner: dict[int, list[ThemeAlert]] = {}
    for one in alerts:
        if one.theme.owner_id is not None and one.theme.state == "open":
            by_owner.setdefault(one.theme.owner_id, []).append(one)
    wanted = select(Staff).where(Staff.id.in_(by_owner), Staff.active, Staff.id.not_in(select(AlertMute.staff_id)))
    for person in require_transaction().scalars(wanted):
        own = by_owner[person.id]
        variant = outbox.add_variant(KIND, person.language, "", letter(own, person.language))
        outbox.put(KIND, variant, person.email, person.name, ref_id=min(one.id for one in own), values={})


def letter(alerts: Iterable[ThemeAlert], language: str) -> outbox.Words:
    """Return the letter about these alerts in ``language``, each with a link to its theme."""
    lines = [(one, _name(one, language), absolute("themes.show", theme_id=one.theme_id)) for one in alerts]
    return layout.render(KIND, language, alerts=lines, all_of_them=absolute("themes.alerts"))


def _name(alert: ThemeAlert, language: str) -> str:
    """A theme's name as a letter may hold it: braces side by side would be taken for a place to be filled."""
    return words(alert.theme.title, language).replace("{{", "{ {").replace("}}", "} }")
