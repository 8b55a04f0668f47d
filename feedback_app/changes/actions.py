"""What can be done with changes: log one, revise it, move its state, link its themes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.accounts.models import Staff
from feedback_app.changes import events, words
from feedback_app.changes.models import STATES, Change, ChangeTheme
from feedback_app.changes.voices.actions import request_ranking
from feedback_app.changes.words import Words
from feedback_app.common.text import one_line, tidy
from feedback_app.database import transaction, updated_one
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.settings import LANGUAGES
from feedback_app.themes.models import Theme

SHOWN = 80  # characters of what a change says that the trail repeats
_MOVED = {
    "considered": events.CONSIDERED,
    "planned": events.PLANNED,
    "made": events.MADE,
    "declined": events.DECLINED,
}


@dataclass(frozen=True)
class Entry:
    """All that is said of a change. ``translations`` holds the words in languages other than ``language``."""

    words: Words
    language: str
    state: str = "considered"
    since: date | None = None
    look_again_on: date | None = None
    owner_id: int | None = None
    theme_ids: Sequence[int] = ()
    translations: dict[str, dict[str, str]] = field(default_factory=dict)


def log(entry: Entry, by: Actor) -> int:
    """Record a change and return its id. Refused when a "no" has no reason, or something else is not said."""
    values = _checked(entry)
    with transaction() as session:
        _check_links(session, entry)
        change = Change(**values, created_by_id=by.staff_id)
        session.add(change)
        session.flush()
        _link(session, change.id, entry.theme_ids)
        request_ranking(session, change.id)
        record(events.LOGGED, by, change.id, name=_shown(entry.words), state=entry.state)
        return change.id


def revise(change_id: int, entry: Entry, seen: datetime, by: Actor) -> None:
    """Replace all that is said of a change, unless somebody else did so after ``seen`` (its ``updated_at``)."""
    values = _checked(entry)
    with transaction() as session:
        _check_links(session, entry)
        was = session.scalar(select(Change.state).where(Change.id == change_id))
        moved = update(Change).where(Change.id == change_id, Change.updated_at == seen)
        if not updated_one(moved.values(**values, updated_at=clock.now())):
            raise _lost(session, change_id)
        _link(session, change_id, entry.theme_ids)
        request_ranking(session, change_id)
        if was == entry.state:
            record(events.REVISED, by, change_id, name=_shown(entry.words))
        else:
            record(_MOVED[entry.state], by, change_id, name=_shown(entry.words), was=was, state=entry.state)


def set_state(
    change_id: int,
    state: str,
    by: Actor,
    *,
    seen: str | None = None,
    reason: str = "",
    since: date | None = None,
    look_again_on: date | None = None,
) -> None:
    """Move a change to ``state``; any direction is allowed and kept in the trail.

    ``reason`` is needed for "declined" unless the change has one already, ``since`` for "made" likewise. ``seen`` is
    the state the person was looking at: when it is not that any more, nothing happens and Refused says so.
    """
    with transaction() as session:
        change = session.get(Change, change_id, populate_existing=True)
        if change is None:
            raise NotFound(N_("There is no change %(id)s."), id=change_id)
        was = change.state
        entry = replace(_entry_of(change), state=state, since=since or change.since, look_again_on=look_again_on)
        values = _checked(replace(entry, words=replace(entry.words, reason=tidy(reason) or change.reason)))
        kept = {name: values[name] for name in ("state", "reason", "since", "look_again_on")}
        guarded = update(Change).where(Change.id == change_id, Change.state == (seen or was))
        if was == state or not updated_one(guarded.values(**kept, updated_at=clock.now())):
            raise Refused(N_("It is “%(state)s” already, or somebody moved it meanwhile. Look again."), state=was)
        record(_MOVED[state], by, change_id, name=_shown(entry.words), was=was, state=state)


def remove(change_id: int, by: Actor) -> None:
    """Delete a change logged by mistake; Refused when an announcement speaks of it."""
    try:
        with transaction() as session:
            change = session.get(Change, change_id)
            if change is None:
                raise NotFound(N_("There is no change %(id)s."), id=change_id)
            record(events.REMOVED, by, change_id, name=_shown(_entry_of(change).words), state=change.state)
            session.execute(delete(Change).where(Change.id == change_id))
            session.expunge(change)
    except IntegrityError as error:
        message = N_("An announcement speaks of this change, so it stays. A draft can be discarded first.")
        raise Refused(message) from error


def _entry_of(change: Change) -> Entry:
    said = Words(change.process, change.what, change.why, change.reason)
    return Entry(
        said, change.language, change.state, change.since, change.look_again_on, change.owner_id,
        translations=change.translations,
    )  # fmt: skip


def _checked(entry: Entry) -> dict[str, Any]:
    """Return the columns for ``entry``, or refuse it."""
    said = replace(Words.read(entry.words.as_dict()), process=one_line(entry.words.process))
    if entry.state not in STATES:
        message = N_("There is no state “%(state)s”. Use one of: %(known)s.")
        raise Refused(message, state=entry.state, known=", ".join(STATES))
    if entry.language not in LANGUAGES:
        message = N_("“%(code)s” is no language of this service. Use one of: %(known)s.")
        raise Refused(message, code=entry.language, known=", ".join(LANGUAGES))
    words.check(said, entry.state)
    _check_since(entry)
    translated = words.translations(entry.translations, LANGUAGES, entry.language)
    for texts in translated.values():
        _check_translation(Words.read(texts))
    return {
        "process": said.process,
        "what": said.what,
        "why": said.why,
        "reason": said.reason,
        "language": entry.language,
        "translations": translated,
        "state": entry.state,
        "since": entry.since,
        "look_again_on": entry.look_again_on if entry.state == "declined" else None,
        "owner_id": entry.owner_id,
    }


def _check_translation(said: Words) -> None:
    words.check_lengths(said)
    if gap := words.GAP.search(said.reason):
        raise Refused(N_("The reason still has a gap: %(gap)s. Write your own words there."), gap=gap[0])


def _check_since(entry: Entry) -> None:
    if entry.state != "made":
        return
    if entry.since is None:
        raise Refused(N_("Say since when it is so."))
    if entry.since > (clock.now() + timedelta(days=1)).date():
        raise Refused(N_("What begins in the future is not made yet: choose “planned”."))


def _check_links(session: Session, entry: Entry) -> None:
    if entry.owner_id is not None and session.get(Staff, entry.owner_id) is None:
        raise Refused(N_("The owner is not on the staff any more. Choose somebody else."))
    known = set(session.scalars(select(Theme.id).where(Theme.id.in_(entry.theme_ids))))
    if missing := sorted(set(entry.theme_ids) - known):
        raise Refused(N_("There is no theme %(ids)s."), ids=", ".join(map(str, missing)))


def _link(session: Session, change_id: int, theme_ids: Sequence[int]) -> None:
    session.execute(delete(ChangeTheme).where(ChangeTheme.change_id == change_id))
    session.add_all(ChangeTheme(change_id=change_id, theme_id=one) for one in dict.fromkeys(theme_ids))


def _lost(session: Session, change_id: int) -> Refused:
    if session.get(Change, change_id) is None:
        return NotFound(N_("There is no change %(id)s."), id=change_id)
    return Refused(N_("Somebody else saved this change meanwhile. Your words are below: compare, then save again."))


def _shown(said: Words) -> str:
    text = f"{said.process}: {one_line(said.what)}"
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
