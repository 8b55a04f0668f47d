"""Adding, changing and erasing contacts, and who is not to be written to. Each verb is one transaction.

The trail names a contact by number only: what is erased must not live on in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.common.text import one_line
from feedback_app.contacts import events
from feedback_app.contacts import field_limits as texts
from feedback_app.contacts.models import KINDS, Contact
from feedback_app.database import transaction
from feedback_app.delivery import addresses, suppression
from feedback_app.delivery.models import SCOPES, OutgoingEmail, Suppression
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.settings import LANGUAGES

TAKEN = N_("Another contact has this address already. Look for it in the list and edit that one.")
GONE = N_("There is no such contact (any more). Look for the person in the list of contacts.")


@dataclass(frozen=True)
class Person:
    """What staff say about a contact. ``stage_lost`` counts only for a lost prospect."""

    email: str
    name: str = ""
    kind: str = "customer"
    stage_lost: str = ""
    language: str = "en"
    attributes: Mapping[str, str] = field(default_factory=dict)

    def checked(self) -> Person:
        """Return this person in the form the table keeps; raises Refused naming what does not fit."""
        if self.kind not in KINDS:
            raise Refused(N_("Choose one of these kinds: %(kinds)s."), kinds=", ".join(KINDS))
        if self.language not in LANGUAGES:
            raise Refused(N_("Choose one of these languages: %(languages)s."), languages=", ".join(LANGUAGES))
        person = replace(
            self,
            email=addresses.parse(self.email).email,
            name=one_line(self.name),
            stage_lost=one_line(self.stage_lost) if self.kind == "lost_prospect" else "",
            attributes=_attributes(self.attributes),
        )
        if len(person.name) > texts.NAME or len(person.stage_lost) > texts.STAGE:
            raise Refused(
                N_("Shorten the name to %(name)s characters and the stage to %(stage)s."),
                name=texts.NAME,
                stage=texts.STAGE,
            )
        return person


def _attributes(given: Mapping[str, str]) -> dict[str, str]:
    attributes = {texts.attribute_key(key): one_line(value) for key, value in given.items()}
    attributes = {key: value for key, value in attributes.items() if key and value}
    if len(attributes) > texts.ATTRIBUTES:
        raise Refused(
            N_("At most %(most)s free attributes fit. Leave out what you do not need."), most=texts.ATTRIBUTES
        )
    if any(len(key) > texts.KEY or len(value) > texts.VALUE for key, value in attributes.items()):
        raise Refused(
            N_("Shorten the free attributes: a name has at most %(key)s characters, a value %(value)s."),
            key=texts.KEY,
            value=texts.VALUE,
        )
    return attributes


def add(person: Person, *, by: Actor, source: str = "") -> int:
    """Add a contact and return its id. Raises Refused: a value does not fit, or the address is known already.

    An address that was erased with the wish to be left alone may be added by hand (a person decided so); it stays
    suppressed until a person lifts that, too.
    """
    person = person.checked()
    with transaction() as session:
        contact = Contact(
            **{**asdict(person), "attributes": dict(person.attributes)},
            email_key=addresses.key(person.email),
            source=source[:120],
        )
        session.add(contact)
        _flush(session)
        record(events.ADDED, by, contact.id)
        return contact.id


def edit(contact_id: int, person: Person, *, by: Actor) -> bool:
    """Give a contact the facts of ``person``, all of them; False when nothing was different.

    Who did not want letters at the address of before gets none at a new one.
    Raises NotFound, or Refused: a value does not fit, or another contact has the address.
    """
    person = person.checked()
    with transaction() as session:
        contact = _locked(session, contact_id)
        facts = {**asdict(person), "attributes": dict(person.attributes)}
        different = sorted(name for name, value in facts.items() if getattr(contact, name) != value)
        for name in different:
            setattr(contact, name, facts[name])
        if not different:
            return False
        before, contact.email_key = contact.email_key, addresses.key(person.email)
        _flush(session)
        if contact.email_key != before:
            suppression.follow(before, contact.email_key)
        record(events.EDITED, by, contact_id, fields=different)
        return True


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise Refused(TAKEN) from error


def _locked(session: Session, contact_id: int) -> Contact:
    contact = session.get(Contact, contact_id, with_for_update=True)
    if contact is None:
        raise NotFound(GONE)
    return contact


def remove(contact_id: int, *, by: Actor, keep_away: bool = True) -> None:
    """Erase a contact: the person, what they answered, and their address in letters of the past.

    Letters still waiting are cancelled. With ``keep_away`` the folded address alone is kept as a suppression with
    reason "erased", so that no import brings the person back; without, nothing is kept. Raises NotFound.
    """
    with transaction() as session:
        contact = _locked(session, contact_id)
        key = contact.email_key
        session.execute(delete(Contact).where(Contact.id == contact_id))
        session.execute(delete(Suppression).where(Suppression.email_key == key))
        if keep_away:
            suppression.suppress(key, "all", "erased")
        _forget_letters(session, key)
        record(events.ERASED, by, contact_id, kept_away=keep_away)


def _forget_letters(session: Session, key: str) -> None:
    """Cancel what waits, and blank the person in every letter but one that is with the relay right now."""
    theirs = OutgoingEmail.email_key == key
    waiting = update(OutgoingEmail).where(theirs, OutgoingEmail.state == "queued")
    session.execute(waiting.values(state="cancelled", reply="erased"))
    session.execute(
        update(OutgoingEmail)
        .where(theirs, OutgoingEmail.state != "leased")
        .values(address="", email_key="", name="", values={})
    )


def suppress(email: str, scope: str, *, by: Actor, why: str = "") -> bool:
    """Stop writing to an address in a scope ("all", "surveys", "announcements") because a person decides so.

    The address need not be a contact. True when it is new. Raises Refused for what is no address or scope.
    """
    if scope not in SCOPES:
        raise Refused(N_("Choose one of these scopes: %(scopes)s."), scopes=", ".join(SCOPES))
    key = addresses.parse(email).key
    with transaction() as session:
        new = suppression.suppress(key, scope, "manual", f"{by.name}: {one_line(why)}".removesuffix(": "))
        if new:
            record(events.SUPPRESSED, by, _id_of(session, key), scope=scope, why=one_line(why)[:300])
        return new


def lift(email: str, scope: str, *, by: Actor, why: str) -> None:
    """Let an address be written to again in a scope; only a person decides that, and says why.

    Raises Refused when no reason is given or nothing was suppressed.
    """
    why = one_line(why)[:300]
    if not why:
        raise Refused(N_("Say why this address may be written to again: who asked for it, and how?"))
    key = addresses.key(email)
    with transaction() as session:
        if not suppression.lift(key, scope):
            raise Refused(N_("This address was not suppressed any more. Nothing was changed."))
        record(events.SUPPRESSION_LIFTED, by, _id_of(session, key), scope=scope, why=why)


def _id_of(session: Session, key: str) -> int | None:
    return session.scalar(select(Contact.id).where(Contact.email_key == key))
