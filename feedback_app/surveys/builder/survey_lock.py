"""The one guarded UPDATE every edit of a survey starts with. Joins the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from feedback_app import clock
from feedback_app.database import require_transaction, updated_one
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.surveys.models import STATES, Survey

FROZEN = N_(
    "“%(slug)s” has been published, so its questions stay as they are: answers already given must keep their meaning. "
    "Its words can still be corrected. To ask something else, copy the survey."
)
MOVED_ON = N_("“%(slug)s” is %(state)s by now, so this cannot be done. Reload the page to see how it stands.")


def touch(survey_id: int, states: Sequence[str] = STATES, **values: Any) -> None:
    """Give the survey ``values`` and a new version, provided it is in one of ``states``; else say why not.

    From here to the end of the transaction nobody else edits this survey: the row is locked by its own update.
    """
    statement = update(Survey).where(Survey.id == survey_id, Survey.state.in_(states))
    if not updated_one(statement.values(changed_at=clock.now(), **values)):
        raise _refusal(survey_id, states)


def _refusal(survey_id: int, states: Sequence[str]) -> Refused:
    row = require_transaction().execute(select(Survey.slug, Survey.state).where(Survey.id == survey_id)).one_or_none()
    if row is None:
        return NotFound(N_("This survey does not exist any more."))
    return Refused(FROZEN if states == ("draft",) else MOVED_ON, slug=row.slug, state=row.state)
