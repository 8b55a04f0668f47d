"""What a returned message changes: the letter's state, and whether we may write to the address again.

Everything here joins the caller's transaction, and the same message taken in twice changes nothing the second time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

from sqlalchemy import CursorResult, exists, func, select, update
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.database import insert, require_transaction
from feedback_app.delivery import actions, queries, suppression
from feedback_app.delivery.bounces.parse import NEWS, Kind, Return
from feedback_app.delivery.models import LetterHalt, LetterReturn, LetterVariant, OutgoingEmail, ReturnCount
from feedback_app.delivery.queue.claims import TABLE, C
from feedback_app.delivery.queue.smtp_replies import nameless
from feedback_app.errors import N_
from feedback_app.extensions import current_settings

CAN_RETURN = ("leased", "sent", "in_doubt", "bounced")  # the fastest bounce comes before the result is written
STRIKES = 3  # announcements in a row that came back before an address counts as dead
LOOKED_BACK = 50  # letters to one address
FEWEST = 3  # complaints: one or two of a few hundred readers say nothing about a letter
COMPLAINTS = N_("%(complaints)s of %(sent)s readers reported it as unwanted; the limit is %(limit)s%%.")
WORDS = {
    Kind.HARD: "hard bounce", Kind.SOFT: "soft bounce", Kind.BLOCKED: "refused", Kind.DELAYED: "delayed",
    Kind.COMPLAINT: "complaint", Kind.DELIVERED: "a success report", Kind.AUTOMATIC: "an automatic reply",
    Kind.OTHER: "neither a bounce nor a complaint",
}  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """What was made of a returned message. ``outcome``: a Kind's value, "known" or "unmatched"; ``did`` in words.

    ``letter_id`` is set when the message was about a letter of ours; ``halt`` when it was one complaint too many.
    """

    outcome: str
    did: str
    letter_id: int | None = None
    halt: LetterHalt | None = None

    @property
    def settled(self) -> bool:
        """True when no person need look at the message."""
        return self.letter_id is not None and self.outcome != Kind.OTHER.value


def take_in(returned: Return, source: str) -> Taken:
    """Write down what came back and return what was done. ``source``: "mailbox", "command" or a hook's name.

    A hard bounce and a complaint stop all letters to the address the letter went to; so does the third announcement in
    a row that came back. Without one of our ids nothing is believed: anybody can write that an address is dead.
    """
    session = require_transaction()
    letter = session.get(OutgoingEmail, returned.letter_id) if returned.letter_id is not None else None
    if letter is None and returned.kind in NEWS:
        taken = Taken("unmatched", f"{WORDS[returned.kind]}, but it names no letter of ours: left alone")
    elif letter is None or returned.kind not in NEWS:
        taken = Taken(returned.kind.value, f"nothing to do: {WORDS[returned.kind]}", letter.id if letter else None)
    else:
        taken = _believe(session, letter, _about(letter, returned), source)
    _count(session, source, taken.outcome)
    return taken


def strikes(session: Session, email_key: str) -> int:
    """Return how many announcements in a row came back from ``email_key``; any letter that arrived ends the row.

    Refusals that are our own fault neither count nor end it. Nothing is stored: the letters say it themselves.
    """
    soft = exists().where(LetterReturn.letter_id == OutgoingEmail.id, LetterReturn.kind == Kind.SOFT.value)
    asked = OutgoingEmail.id, OutgoingEmail.kind, OutgoingEmail.group_id, OutgoingEmail.state, LetterVariant.scope, soft
    letters = (
        select(*asked)
        .join(LetterVariant, LetterVariant.id == OutgoingEmail.variant_id)
        .where(OutgoingEmail.email_key == email_key, OutgoingEmail.sent_at.is_not(None))
        .order_by(OutgoingEmail.sent_at.desc(), OutgoingEmail.id.desc())
        .limit(LOOKED_BACK)
    )
    rows: set[tuple[str, int]] = set()
    for letter_id, kind, group_id, state, scope, came_back in session.execute(letters):
        if state in ("sent", "complained"):
            break
        if state == "bounced" and came_back and scope == "announcements":
            rows.add((kind, group_id or -letter_id))
    return len(rows)


def _about(letter: OutgoingEmail, returned: Return) -> Return:
    """Doubt a dead address that is not the letter's own: an alias or a forwarding reaches others, too."""
    if returned.kind is Kind.HARD and returned.addresses and letter.email_key not in returned.addresses:
        returned = replace(returned, kind=Kind.SOFT)
    return replace(returned, reason=nameless(returned.reason))


def _believe(session: Session, letter: OutgoingEmail, returned: Return, source: str) -> Taken:
    reason = f"{returned.status} {returned.reason}".strip()
    kind = returned.kind
    if not _note(session, letter.id, returned, source):
        return Taken("known", f"{WORDS[kind]} of letter {letter.id}: known already", letter.id)
    if kind is Kind.DELAYED:
        return Taken(kind.value, f"letter {letter.id} to {letter.address} is delayed: nothing to do", letter.id)
    state = "complained" if kind is Kind.COMPLAINT else "bounced"
    _mark(session, letter.id, state, reason)
    stopped = _stop(session, letter, kind, reason)
    halt = _weigh(session, letter) if kind is Kind.COMPLAINT else None
    did = f"letter {letter.id} to {letter.address} {state}: {reason or WORDS[kind]}"
    if stopped:
        did = f"letter {letter.id} {state}; {letter.address} is not written to any more"
    return Taken(kind.value, did, letter.id, halt)


def _note(session: Session, letter_id: int, returned: Return, source: str) -> bool:
    row = {
        "letter_id": letter_id, "kind": returned.kind.value, "status": returned.status[:12],
        "reason": returned.reason[:200], "source": source, "at": clock.now(),
    }  # fmt: skip
    statement = insert(LetterReturn).values(**row).on_conflict_do_nothing(index_elements=["letter_id", "kind"])
    return session.scalar(statement.returning(LetterReturn.id)) is not None


def _mark(session: Session, letter_id: int, state: str, reason: str) -> bool:
    now = clock.now()
    marked = update(TABLE).where(C.id == letter_id, C.state.in_(CAN_RETURN))
    values = {"state": state, "reply": reason[:300], "sent_at": func.coalesce(C.sent_at, now)}
    return (
        cast("CursorResult[Any]", session.execute(marked.values(lease_owner=None, lease_until=None, **values))).rowcount
        == 1
    )


def _stop(session: Session, letter: OutgoingEmail, kind: Kind, proof: str) -> bool:
    """Stop letters to the address when this was one time too many; True when they are stopped for it."""
    if not letter.email_key or kind is Kind.BLOCKED:  # erased, or refused for what we are
        return False
    if kind is Kind.SOFT:
        if strikes(session, letter.email_key) < STRIKES:
            return False
        proof = f"{STRIKES} announcements in a row came back; the last: {proof}"
    reason = "complaint" if kind is Kind.COMPLAINT else "hard_bounce"
    suppression.suppress(letter.email_key, "all", reason, f"letter {letter.id}: {proof}")
    return True


def _weigh(session: Session, letter: OutgoingEmail) -> LetterHalt | None:
    """Halt the letter's group when too many of its readers complain and letters of it still wait."""
    if letter.group_id is None:
        return None
    limit = current_settings().complaint_limit
    same_group = [C.kind == letter.kind, C.group_id == letter.group_id]
    counted = select(
        func.count().filter(C.state == "complained"), func.count().filter(C.state.in_(("sent", "complained")))
    ).where(*same_group)
    if since := queries.lifted_at(letter.kind, letter.group_id):
        counted = counted.where(C.sent_at > since)
    complaints, sent = session.execute(counted).one()
    if complaints < FEWEST or complaints * 100 < limit * sent:
        return None
    if not session.scalar(select(exists().where(*same_group, C.state.in_(("queued", "leased"))))):
        return None
    told = int(limit) if limit == int(limit) else limit
    halted = actions.halt(letter.kind, letter.group_id, COMPLAINTS, complaints=complaints, sent=sent, limit=told)
    return queries.halt_of(letter.kind, letter.group_id) if halted else None


def _count(session: Session, source: str, outcome: str) -> None:
    row = insert(ReturnCount).values(day=clock.now().date(), source=source, outcome=outcome, count=1)
    more = row.on_conflict_do_update(index_elements=["day", "source", "outcome"], set_={"count": ReturnCount.count + 1})
    session.execute(more)
