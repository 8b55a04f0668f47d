"""Suggestions: a person accepts, edits or dismisses; only then anything happens."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from feedback_app import clock
from feedback_app.accounts.audit import Actor, note
from feedback_app.database import require_transaction, transaction, updated_one
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.themes.curation.theme_actions import merge_now, new_theme
from feedback_app.themes.models import Placement, Suggestion


def suggestion_by_id(suggestion_id: int) -> Suggestion:
    """Return the suggestion; NotFound names it."""
    found = require_transaction().get(Suggestion, suggestion_id)
    if found is None:
        raise NotFound(N_("There is no suggestion number %(id)s (any more)."), id=suggestion_id)
    return found


def accept(suggestion_id: int, by: Actor, names: Sequence[str] = (), into: int | None = None) -> list[int]:
    """Do what is suggested; ids of the themes it made or kept. Every step of it can be undone from the history.

    ``names`` replaces the names of new themes in order (an empty one leaves that part out of a split);
    ``into`` says which of two themes stays when merging.
    """
    with transaction():
        found = suggestion_by_id(suggestion_id)
        _decide(found, "accepted", by)
        if found.kind == "merge":
            stays, goes = found.theme_id or 0, found.other_id or 0
            if into == goes:
                stays, goes = goes, stays
            merge_now([goes], stays, by)
            return [stays]
        wanted = list(names) or [part["name"] for part in found.parts]
        if not any(name.strip() for name in wanted):
            raise Refused(N_("A theme needs a name. Type a few words that say what people speak about."))
        return [_start(found, part, name, by) for part, name in zip(found.parts, wanted, strict=False) if name.strip()]


def _start(found: Suggestion, part: dict[str, list[int]], name: str, by: Actor) -> int:
    """Move a part into a theme of its own; mentions that people have confirmed elsewhere since stay there."""
    kept = (
        select(Placement.mention_id)
        .where(Placement.mention_id.in_(part["mentions"]), Placement.confirmed_at.is_not(None))
        .where(Placement.theme_id != (found.theme_id or 0))
    )
    confirmed = set(require_transaction().scalars(kept))
    mentions = [one for one in part["mentions"] if one not in confirmed]
    theme = new_theme(
        found.codebook_id,
        name,
        by,
        mentions,
        from_theme=found.theme_id,
        phrases=[str(one) for one in part["phrases"]],
        action="split" if found.kind == "split" else "started",
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
        found = suggestion_by_id(suggestion_id)
        first = update(Suggestion).where(Suggestion.id == found.id, Suggestion.state == "dismissed")
        if not updated_one(first.values(state="open", decided_at=None, decided_by="")):
            raise Refused(N_("Only a dismissed suggestion can be taken up again."))
        note(by, "reopened", "suggestion", found.id, found.kind)


def _decide(found: Suggestion, state: str, by: Actor) -> None:
    first = update(Suggestion).where(Suggestion.id == found.id, Suggestion.state == "open")
    if not updated_one(first.values(state=state, decided_at=clock.now(), decided_by=by.name)):
        raise Refused(N_("Somebody has decided about this suggestion already."))
    note(by, state, "suggestion", found.id, found.kind)
