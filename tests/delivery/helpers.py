"""Letters in the queue, and the sender as a worker would run it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from feedback_app.database import transaction
from feedback_app.delivery import outbox
from feedback_app.delivery.compose.placeholders import Words
from feedback_app.delivery.compose.prepare import Preparer
from feedback_app.delivery.identity import identity
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.delivery.queue.journal import Journal
from feedback_app.delivery.sending import factory as post_office
from feedback_app.delivery.sending.circuit_breaker import CircuitBreaker
from feedback_app.delivery.sending.connections import Transport
from feedback_app.delivery.sending.relay import Relay as RelayAddress
from feedback_app.delivery.sending.relay import Timeouts
from feedback_app.delivery.sending.sender import Sender, Tally
from feedback_app.delivery.sending.smtp_transport import SmtpTransport
from feedback_app.delivery.throttle.policy import ThrottlePolicy
from feedback_app.extensions import current_settings, db
from tests.fakes import Relay

WORDS = Words(
    "A question for {{name}}",
    "Hello{{greeting_name}},\n\nyou said: {{said}}\n{{unsubscribe_url}}\n",
    "<p>Hello{{greeting_name}},</p><p>you said: {{said}}</p><a href='{{unsubscribe_url}}'>no more</a>",
)
QUICK = Timeouts(connect=5, greeting=5, command=5, data=5, block=5, text=5, idle=5, life=60)


def queue(*addresses: str, kind: str = "note", scope: str = "surveys", **more: Any) -> list[int]:
    """Queue one letter per address and return their ids."""
    with transaction():
        variant = outbox.add_variant(kind, "en", scope, more.pop("words", WORDS))
        values = more.pop("values", {"said": "late & cold"})
        return [
            outbox.put(kind, variant, address, more.get("name", "Ada"), group_id=more.get("group_id"), values=values,
                       ref_id=more.get("ref_id"), not_before=more.get("not_before"))
            for address in addresses
        ]  # fmt: skip


def smtp(relay: Relay, timeouts: Timeouts = QUICK) -> SmtpTransport:
    return SmtpTransport(RelayAddress.read(relay.url), identity(current_settings()), timeouts)


def sender(transport: Transport, connections: int = 2, owner: str = "", policy: ThrottlePolicy | None = None) -> Sender:
    owner = owner or post_office.worker_name()
    preparer = Preparer(identity(current_settings()), current_app.config["RENDERERS"])
    return Sender(
        owner,
        transport,
        Journal(journals(), owner),
        preparer,
        connections,
        CircuitBreaker(least=0.05, most=0.2),
        policy=policy,
    )


def journals() -> Path:
    return post_office.journals(current_settings())


def drain(relay: Relay, connections: int = 2) -> Tally:
    """Send until nothing is due."""
    return sender(smtp(relay), connections).run(until_idle=True)


def letters() -> dict[str, OutgoingEmail]:
    """Return all letters by address, fresh from the database."""
    db.session.rollback()
    db.session.expire_all()
    return {one.address: one for one in db.session.scalars(select(OutgoingEmail))}


def states() -> dict[str, str]:
    return {address: one.state for address, one in letters().items()}


def make_due(*ids: int, at: datetime) -> None:
    """Let waiting letters be due, as the passing of time would."""
    with transaction() as session:
        for one in session.scalars(select(OutgoingEmail).where(OutgoingEmail.id.in_(ids))):
            one.not_before = at
