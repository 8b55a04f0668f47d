"""Undo: one verb for every kind of step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from feedback_app import clock
from feedback_app.database import require_transaction, transaction, updated_one
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.themes import events
from feedback_app.themes.models import Codebook, Theme, ThemeEvent
from feedback_app.themes.steps import restore

OVERTAKEN = N_("This was changed again since. Undo the later step first.")


def undo(event_id: int, by: Actor) -> int:
    """Undo one step: everything is as before it; how many mentions went back.

    Mentions that people touched again later stay as those later steps left them. Refused when the step was undone
    already, or when a theme has been changed again since in a way that must be undone first.
    """
    with transaction() as session:
        event = session.get(ThemeEvent, event_id)
        if event is None:
            raise NotFound(N_("There is no such step in the history (any more)."))
        first = update(ThemeEvent).where(ThemeEvent.id == event_id, ThemeEvent.undone_at.is_(None))
        if not updated_one(first.values(undone_at=clock.now(), undone_by=by.name)):
            raise Refused(N_("This step was undone already."))
        _THEME.get(event.code, _nothing)(event)
        back = restore(event_id) if event.mentions else 0
        if back:
            session.execute(update(Codebook).where(Codebook.id == event.codebook_id).values(corrected_at=clock.now()))
        record(events.STEP_UNDONE, by, event.theme_id, undone=event.code, step=event_id, mentions=back)
        return back


def _nothing(_event: ThemeEvent) -> None:
    """Steps about mentions alone change no theme."""


def _fields(event: ThemeEvent) -> None:
    old, new = event.details["old"], event.details["new"]
    still = [getattr(Theme, name).is_not_distinct_from(value) for name, value in new.items()]
    _guarded(event.theme_id, still, OVERTAKEN, **old)


def _merged(event: ThemeEvent) -> None:
    target = require_transaction().get(Theme, event.theme_id)
    if target is None or target.state != "open":
        name = target.name if target else ""
        raise Refused(N_("“%(name)s” was itself merged or set aside since. Undo that first."), name=name)
    still = [Theme.state == "merged", Theme.merged_into_id == event.theme_id]
    _guarded(event.other_id, still, OVERTAKEN, state="open", merged_into_id=None)


def _aside(event: ThemeEvent) -> None:
    _guarded(event.theme_id, [Theme.state == "set_aside"], OVERTAKEN, state="open")


def _back(event: ThemeEvent) -> None:
    _guarded(event.theme_id, [Theme.state == "open"], OVERTAKEN, state="set_aside")


def _guarded(theme_id: int | None, still: list[Any], message: str, **values: Any) -> None:
    if not updated_one(update(Theme).where(Theme.id == theme_id, *still).values(**values)):
        raise Refused(message)


_THEME: dict[str, Callable[[ThemeEvent], None]] = {
    events.THEME_RENAMED.code: _fields,
    events.THEME_DESCRIBED.code: _fields,
    events.THEME_OWNER_SET.code: _fields,
    events.THEME_MERGED.code: _merged,
    events.THEME_SET_ASIDE.code: _aside,
    events.THEME_BROUGHT_BACK.code: _back,
    # a theme that nobody wanted after all is set aside, so that links to it still lead somewhere
    events.THEME_STARTED.code: _back,
    events.THEME_SPLIT.code: _back,
}
