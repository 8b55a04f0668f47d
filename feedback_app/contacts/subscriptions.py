"""The reader's own choice, made from a link in a letter: which letters they still want. The link is the proof."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from feedback_app import tokens
from feedback_app.common.keys import read_key
from feedback_app.contacts import events
from feedback_app.contacts.models import Contact
from feedback_app.database import transaction
from feedback_app.delivery import suppression
from feedback_app.delivery.models import LetterVariant, OutgoingEmail, Suppression
from feedback_app.errors import N_, NotFound
from feedback_app.events.actions import record
from feedback_app.events.actor import RESPONDENT
from feedback_app.extensions import current_settings, db

CHOICES = ("surveys", "announcements")
NO_LETTER = N_("This link is damaged or too old.")


@dataclass(frozen=True)
class Subscription:
    """One reader as one of their letters knows them: ``scope`` is what this letter is about ("all" for a service one).

    ``stops``: scope -> reason of every suppression. ``email_key`` is empty when the person was erased.
    """

    letter_id: int
    email_key: str
    scope: str
    language: str
    stops: dict[str, str]

    @property
    def stopped(self) -> set[str]:
        """The scopes of ``CHOICES`` in which nothing is sent."""
        return {scope for scope in CHOICES if scope in self.stops or "all" in self.stops}

    @property
    def ours(self) -> bool:
        """True when we hold everything back, whatever the reader wishes: a dead address, a complaint, an erasure."""
        return self.stops.get("all", "unsubscribed") != "unsubscribed"

    @property
    def own(self) -> set[str]:
        """The suppressions the reader chose and may take back."""
        return {scope for scope, reason in self.stops.items() if reason == "unsubscribed"}


def subscription(token: str) -> Subscription:
    """Return what the link of a letter stands for. Raises NotFound for one that was forged, damaged or forgotten."""
    content = tokens.read(current_settings().secret_key, "unsubscribe", token)
    letter_id = read_key(content or "")
    if letter_id is None:
        raise NotFound(NO_LETTER)
    row = db.session.execute(
        select(OutgoingEmail.id, OutgoingEmail.email_key, LetterVariant.scope, LetterVariant.language)
        .join(LetterVariant, LetterVariant.id == OutgoingEmail.variant_id)
        .where(OutgoingEmail.id == letter_id)
    ).first()
    if row is None:
        raise NotFound(NO_LETTER)
    stops = suppression.scopes_of(row.email_key) if row.email_key else {}
    return Subscription(row.id, row.email_key, row.scope or "all", row.language, stops)


def unsubscribe(token: str, scope: str = "") -> None:
    """Stop letters of ``scope`` (default: what the letter is about) to its reader. Safe to repeat. Raises NotFound."""
    asked = subscription(token)
    _choose(asked, add={scope or asked.scope}, remove=())


def choose(token: str, wanted: Collection[str]) -> None:
    """Send the reader only what is ``wanted`` of ``CHOICES``; lifts nothing but what they stopped themselves.

    Raises NotFound.
    """
    asked = subscription(token)
    unwanted = {scope for scope in CHOICES if scope not in wanted}
    stops = {"all"} if unwanted == set(CHOICES) else unwanted
    _choose(asked, add=stops, remove=asked.own - stops)


def undo(token: str) -> None:
    """Take back what the button of this letter did; what the reader stopped besides it stays. Raises NotFound."""
    asked = subscription(token)
    everything = "all" in (asked.scope, *asked.own)
    _choose(asked, add=(), remove=asked.own if everything else asked.own & {asked.scope})


def _choose(asked: Subscription, add: Collection[str], remove: Collection[str]) -> None:
    if not asked.email_key:
        return  # erased: there is nobody left to be written to
    with transaction() as session:
        added = [
            scope
            for scope in sorted(add)
            if suppression.suppress(asked.email_key, scope, "unsubscribed", f"letter {asked.letter_id}")
        ]
        lifted = [scope for scope in sorted(remove) if _take_back(session, asked.email_key, scope)]
        if added or lifted:
            whose = session.scalar(select(Contact.id).where(Contact.email_key == asked.email_key))
            record(events.LETTERS_CHOSEN, RESPONDENT, whose, stopped=added, wanted=lifted, letter=asked.letter_id)


def _take_back(session: Session, email_key: str, scope: str) -> bool:
    """Lift what the reader chose, and only that: the guard stands in the statement, whatever was read before."""
    theirs = delete(Suppression).where(
        Suppression.email_key == email_key, Suppression.scope == scope, Suppression.reason == "unsubscribed"
    )
    return cast("CursorResult[Any]", session.execute(theirs)).rowcount == 1
