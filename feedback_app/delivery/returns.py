"""What a returned message changes: the letter's state, and whether we may write to the address again."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, update

from feedback_app.database import require_transaction
from feedback_app.delivery import suppression
from feedback_app.delivery.bounces import Kind, Return
from feedback_app.delivery.claims import TABLE, C
from feedback_app.delivery.models import OutgoingEmail

DELIVERED = ("sent", "in_doubt", "bounced")  # states in which a letter can come back


def take_in(returned: Return) -> str:
    """Write down what came back and return in words what was done; joins the caller's transaction.

    A hard bounce and a complaint stop all letters to the address the letter went to. Without one of our ids nothing
    is believed: anybody can write that an address is dead.
    """
    if returned.kind is Kind.IGNORED:
        return f"nothing to do: {returned.reason}"
    session = require_transaction()
    letter = session.get(OutgoingEmail, returned.letter_id) if returned.letter_id is not None else None
    if letter is None:
        return f"{returned.kind.value}, but it names no letter of ours: left alone"
    if returned.kind is Kind.DELAYED:
        return f"letter {letter.id} to {letter.address} is delayed: nothing to do"
    proof = f"{returned.kind.value} of letter {letter.id}: {returned.status} {returned.reason}".strip()
    state = "complained" if returned.kind is Kind.COMPLAINT else "bounced"
    _mark(letter.id, state, returned)
    if returned.kind is Kind.SOFT:
        return f"letter {letter.id} to {letter.address} bounced: {returned.reason or returned.status}"
    reason = "complaint" if returned.kind is Kind.COMPLAINT else "hard_bounce"
    suppression.suppress(letter.email_key, "all", reason, proof)
    return f"letter {letter.id} {state}; {letter.address} is not written to any more"


def _mark(letter_id: int, state: str, returned: Return) -> bool:
    reply = f"{returned.status} {returned.reason}".strip()[:300]
    marked = update(TABLE).where(C.id == letter_id, C.state.in_(DELIVERED)).values(state=state, reply=reply)
    return cast("CursorResult[Any]", require_transaction().execute(marked)).rowcount == 1
