"""Addresses not to be written to. Anything may add one; only a person lifts one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, SQLColumnExpression, delete, exists, or_, select

from feedback_app import clock
from feedback_app.database import insert, require_transaction, rowcount_of
from feedback_app.delivery.models import REASONS, SCOPES, Suppression
from feedback_app.errors import N_
from feedback_app.extensions import db

WORDS = {
    "unsubscribed": N_("unsubscribed"),
    "hard_bounce": N_("the address does not work"),
    "complaint": N_("reported a letter as unwanted"),
    "manual": N_("staff said not to write"),
    "erased": N_("asked to be forgotten"),
}


def suppress(email_key: str, scope: str, reason: str, proof: str = "") -> bool:
    """Keep ``email_key`` (see ``addresses.key``) from being written to in ``scope``; joins the caller's transaction.

    True when it is new; an older one of the same scope stays as it is, with its own reason and date.
    ``proof`` says how we know (at most 300 characters are kept). Raises ValueError for an unknown scope or reason.
    """
    if scope not in SCOPES or reason not in REASONS:
        raise ValueError(f"unknown scope or reason: {scope!r}, {reason!r}")
    values = {
        "email_key": email_key, "scope": scope, "reason": reason, "since": clock.now(), "proof": proof[:300],
    }  # fmt: skip
    statement = insert(Suppression).values(**values).on_conflict_do_nothing(index_elements=["email_key", "scope"])
    return require_transaction().scalar(statement.returning(Suppression.id)) is not None


def stopping(scope: str | SQLColumnExpression[str], email_key: SQLColumnExpression[str] | str) -> ColumnElement[bool]:
    """Return the condition "a suppression stops a letter of ``scope`` to ``email_key``", for a WHERE.

    Use it as ``.where(~stopping("surveys", Contact.email_key))``. Scope "" (a service letter) is stopped by "all" only.
    Both arguments may be columns.
    """
    covers = or_(Suppression.scope == "all", Suppression.scope == scope)
    return exists(select(Suppression.id).where(Suppression.email_key == email_key, covers))


def scopes_of(email_key: str) -> dict[str, str]:
    """Return the scopes in which ``email_key`` is not written to, each with its reason."""
    asked = select(Suppression.scope, Suppression.reason).where(Suppression.email_key == email_key)
    return dict(db.session.execute(asked.order_by(Suppression.id)).all())


def follow(old_key: str, new_key: str) -> None:
    """Let what a person said about letters count for their new address, too; joins the caller's transaction.

    A dead address does not follow: that the old one does not work says nothing about the new one.
    """
    session = require_transaction()
    said = select(Suppression).where(Suppression.email_key == old_key, Suppression.reason != "hard_bounce")
    rows = [
        {"email_key": new_key, "scope": one.scope, "reason": one.reason, "since": one.since, "proof": one.proof}
        for one in session.scalars(said)
    ]
    if rows:
        session.execute(insert(Suppression).values(rows).on_conflict_do_nothing(index_elements=["email_key", "scope"]))


def lift(email_key: str, scope: str) -> bool:
    """Let ``email_key`` be written to again in ``scope``; True when a suppression was there.

    Joins the caller's transaction. Only for a verb in which a person asks for it; that verb notes it in the trail.
    """
    statement = delete(Suppression).where(Suppression.email_key == email_key, Suppression.scope == scope)
    return rowcount_of(statement) == 1
