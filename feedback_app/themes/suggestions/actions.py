"""Suggestions: a person accepts, edits or dismisses; only then anything happens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from feedback_app import clock
from feedback_app.database import require_transaction, transaction, updated_one
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.themes import events
from feedback_app.themes.curation.theme_actions import merge_now, new_theme
from feedback_app.themes.models import Placement, Suggestion

_DECIDED = {"accepted": events.SUGGESTION_ACCEPTED, "dismissed": events.SUGGESTION_DISMISSED}


def suggestion_by_id(suggestion_id: int) -> Suggestion:
    """Return the suggestion; NotFound names it."""
    suggestion = require_transaction().get(Suggestion, suggestion_id)
    if suggestion is None:
        raise NotFound(N_("There is no suggestion number %(id)s (any more)."), id=suggestion_id)
    return suggestion


def accept(suggestion_id: int, by: Actor, names: Sequence[str] = (), into: int | None = None) -> list[int]:
    """Do what is suggested; ids of the themes it made or kept. Every step of it can be undone from the history.

    ``names`` replaces the names of new themes in order (an empty one leaves that part out of a split);
    ``into`` says which of two themes stays when merging.
    """
    with transaction():
        suggestion = suggestion_by_id(suggestion_id)
        _decide(suggestion, "accepted", by)
        if suggestion.kind == "merge":
            stays, goes = suggestion.theme_id or 0, suggestion.other_id or 0
            if into == goes:
                stays, goes = goes, stays
            merge_now([goes], stays, by)
            return [stays]
        wanted = list(names) or [part["name"] for part in suggestion.parts]
        if not any(name.strip() for name in wanted):
            raise Refused(N_("A theme needs a name. Type a few words that say what people speak about."))
        return [
            _start(suggestion, part, name, by)
            for part, name in zip(suggestion.parts, wanted, strict=False)
            if name.strip()
        ]


def _start(suggestion: Suggestion, part: dict[str, Any], name: str, by: Actor) -> int:
    """Move a part into a theme of its own; mentions that people have confirmed elsewhere since stay there."""
    kept = (
        select(Placement.mention_id)
        .where(Placement.mention_id.in_(part["mentions"]), Placement.confirmed_at.is_not(None))
        .where(Placement.theme_id != (suggestion.theme_id or 0))
    )
    confirmed = set(require_transaction().scalars(kept))
    mentions = [mention for mention in part["mentions"] if mention not in confirmed]
    theme = new_theme(
        suggestion.codebook_id,
        name,
        by,
        mentions,
        from_theme=suggestion.theme_id,
        names=part.get("names") if name == part["name"] else None,
        phrases=[str(mention) for mention in part["phrases"]],
        what=events.THEME_SPLIT if suggestion.kind == "split" else events.THEME_STARTED,
        quotes=part["quotes"],
    )
    return theme.id


def dismiss(suggestion_id: int, by: Actor) -> None:
    """Say no to a suggestion: it does not come back for the same reason."""
    with transaction():
        _decide(suggestion_by_id(suggestion_id), "dismissed", by)


def reopen(suggestion_id: int, by: Actor) -> None:
    """Take a "no" back: the suggestion is there again."""
    with transaction():
        suggestion = suggestion_by_id(suggestion_id)
        first = update(Suggestion).where(Suggestion.id == suggestion.id, Suggestion.state == "dismissed")
        if not updated_one(first.values(state="open", decided_at=None, decided_by="")):
            raise Refused(N_("Only a dismissed suggestion can be taken up again."))
        record(events.SUGGESTION_REOPENED, by, suggestion.id, kind=suggestion.kind)


def _decide(suggestion: Suggestion, state: str, by: Actor) -> None:
    first = update(Suggestion).where(Suggestion.id == suggestion.id, Suggestion.state == "open")
    if not updated_one(first.values(state=state, decided_at=clock.now(), decided_by=by.name)):
        raise Refused(N_("Somebody has decided about this suggestion already."))
    record(_DECIDED[state], by, suggestion.id, kind=suggestion.kind)
