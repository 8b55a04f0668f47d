"""Who is there: search, filters, counts. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ColumnExpressionArgument, Select, exists, func, or_, select

from feedback_app.common.text import one_line
from feedback_app.contacts.field_limits import attribute_key
from feedback_app.contacts.models import KINDS, Contact
from feedback_app.database import Page, is_postgresql, page_of
from feedback_app.delivery import addresses
from feedback_app.delivery.bounces import apply as returns
from feedback_app.delivery.compose.placeholders import readable
from feedback_app.delivery.models import LetterVariant, OutgoingEmail, Suppression
from feedback_app.errors import N_, NotFound
from feedback_app.extensions import db
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import LANGUAGES

STRIKES = returns.STRIKES
LONGEST = 200  # of a filter's text; what is longer finds nobody anyway


@dataclass(frozen=True)
class Filter:
    """Which contacts are meant. Empty fields do not narrow; what is given must all be true.

    ``kinds``: any of these. ``text``: each word must be in the name or the address, whatever its case.
    ``attribute`` with ``value``: the free attribute has exactly this value; without: it is known at all.
    ``source``: where the contact came from, such as "import: list.csv".
    ``suppressed``: True, only addresses that are not written to in some scope; False, only those free in every scope.
    """

    kinds: tuple[str, ...] = ()
    stage_lost: str = ""
    language: str = ""
    attribute: str = ""
    value: str = ""
    text: str = ""
    suppressed: bool | None = None
    source: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return what is set, as plain JSON values: ``from_dict(f.as_dict()) == f``; empty when nothing is."""
        values: dict[str, Any] = {"kinds": list(self.kinds), "suppressed": self.suppressed}
        for name in ("stage_lost", "language", "attribute", "value", "text", "source"):
            values[name] = getattr(self, name)
        return {name: value for name, value in values.items() if value not in ("", [], None)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Filter:
        """Return the filter that ``given`` describes; unknown keys, kinds and languages are ignored, never an error."""
        kinds = values.get("kinds") or ()
        kinds = (kinds,) if isinstance(kinds, str) else kinds
        language = str(values.get("language") or "")
        suppressed = values.get("suppressed")
        return cls(
            kinds=tuple(kind for kind in KINDS if kind in kinds),
            stage_lost=_text(values, "stage_lost"),
            language=language if language in LANGUAGES else "",
            attribute=attribute_key(_text(values, "attribute")),
            value=_text(values, "value"),
            text=_text(values, "text"),
            suppressed=suppressed if isinstance(suppressed, bool) else None,
            source=_text(values, "source"),
        )

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the SQL conditions on ``Contact`` that this filter means; an empty list means everybody."""
        clauses: list[ColumnElement[bool]] = []
        if self.kinds:
            clauses.append(Contact.kind.in_(self.kinds))
        if self.stage_lost:
            clauses.append(Contact.stage_lost == self.stage_lost)
        if self.language:
            clauses.append(Contact.language == self.language)
        if self.source:
            clauses.append(Contact.source == self.source)
        if self.attribute:
            known = Contact.attributes[self.attribute].as_string()
            clauses.append(known == self.value if self.value else known.is_not(None))
        for word in self.text.split()[:10]:
            clauses.append(or_(Contact.name.icontains(word, autoescape=True), _in_address(word)))
        if self.suppressed is not None:
            stopped = exists().where(Suppression.email_key == Contact.email_key)
            clauses.append(stopped if self.suppressed else ~stopped)
        return clauses


def _text(given: Mapping[str, Any], name: str) -> str:
    return one_line(str(given.get(name) or ""))[:LONGEST]


def _in_address(word: str) -> ColumnElement[bool]:
    return or_(Contact.email.icontains(word, autoescape=True), Contact.email_key.icontains(word, autoescape=True))


def matching(wanted: Filter) -> Select[Contact]:
    """Return the SELECT of the contacts that ``wanted`` means, newest first."""
    return select(Contact).where(*wanted.conditions()).order_by(Contact.created_at.desc(), Contact.id)


def search(wanted: Filter, page: int = 1, size: int = 50) -> Page[Contact]:
    """Return one page of the contacts that ``wanted`` means, newest first."""
    return page_of(matching(wanted), page, size)


def batches(wanted: Filter, size: int = 1000) -> Iterator[Sequence[Contact]]:
    """Yield all contacts that ``wanted`` means, oldest first, ``size`` in memory at a time."""
    last = 0
    while True:
        batch = db.session.scalars(
            select(Contact).where(*wanted.conditions(), Contact.id > last).order_by(Contact.id).limit(size)
        ).all()
        if not batch:
            return
        last = batch[-1].id
        yield batch
        for one in batch:
            db.session.expunge(one)  # else the session would remember them all


def every(wanted: Filter) -> Iterator[Contact]:
    """Yield all contacts that ``wanted`` means, oldest first, in flat memory."""
    for batch in batches(wanted):
        yield from batch


def table(wanted: Filter) -> Iterator[list[str]]:
    """Yield the contacts that ``wanted`` means as rows of text, the heading first; our own import reads it back."""
    keys = attribute_keys()
    yield ["email", "name", "kind", "stage_lost", "language", "unsubscribed", *keys]
    for batch in batches(wanted):
        whole = select(Suppression.email_key).where(
            Suppression.scope == "all", Suppression.email_key.in_([contact.email_key for contact in batch])
        )
        stopped = set(db.session.scalars(whole))
        for contact in batch:
            said = "yes" if contact.email_key in stopped else ""
            attributes = (contact.attributes.get(key, "") for key in keys)
            yield [contact.email, contact.name, contact.kind, contact.stage_lost, contact.language, said, *attributes]


def how_many(wanted: Filter) -> int:
    """Return how many contacts ``wanted`` means."""
    return db.session.scalar(select(func.count()).select_from(Contact).where(*wanted.conditions())) or 0


def stages() -> list[str]:
    """Return the stages at which prospects were lost, as staff wrote them, in alphabetical order."""
    return list(
        db.session.scalars(select(Contact.stage_lost).where(Contact.stage_lost != "").distinct().order_by("stage_lost"))
    )


def attribute_keys() -> list[str]:
    """Return the names of all free attributes in use, in alphabetical order."""
    table = func.jsonb_each if is_postgresql() else func.json_each
    keys = table(Contact.attributes).table_valued("key", joins_implicitly=True)
    return list(db.session.scalars(select(keys.c.key).select_from(Contact, keys).distinct().order_by(keys.c.key)))


def counts_by_kind(*conditions: ColumnExpressionArgument[bool]) -> dict[str, int]:
    """Return how many contacts there are of each kind (0 included), narrowed by ``conditions`` when given."""
    rows = db.session.execute(select(Contact.kind, func.count()).where(*conditions).group_by(Contact.kind))
    found = dict(iter(rows))
    return {kind: found.get(kind, 0) for kind in KINDS}


def by_key(email: str) -> Contact | None:
    """Return the contact with this address, whatever its upper and lower case, or None."""
    return db.session.scalar(select(Contact).where(Contact.email_key == addresses.key(email)))


@dataclass(frozen=True)
class Told:
    """One letter as the page of a contact shows it; what differs from person to person is left out of the subject."""

    id: int
    kind: str
    subject: str
    state: str
    at: datetime
    reply: str


def letters_to(email_key: str, page: int = 1, size: int = 20) -> Page[Told]:
    """Return what we asked and told this address, newest first: letters of every room, whatever their state."""
    at = func.coalesce(OutgoingEmail.sent_at, OutgoingEmail.not_before).label("at")
    asked = (
        select(
            OutgoingEmail.id, OutgoingEmail.kind, LetterVariant.subject, OutgoingEmail.state, at, OutgoingEmail.reply
        )
        .join(LetterVariant, LetterVariant.id == OutgoingEmail.variant_id)
        .where(OutgoingEmail.email_key == email_key)
        .order_by(at.desc(), OutgoingEmail.id.desc())
    )
    rows, ours = page_of(asked, page, size, scalars=False), organisation().name
    letters = [
        Told(row.id, row.kind, readable(row.subject, organisation=ours), row.state, row.at, row.reply)
        for row in rows.items
    ]
    return Page(letters, rows.number, rows.size, rows.total)


def strikes(email_key: str) -> int:
    """Return how many announcements in a row came back from this address; see ``delivery.bounces.apply``."""
    return returns.strikes(db.session(), email_key)


def suppressions_of(email_key: str) -> list[Suppression]:
    """Return why and since when this address is not written to, oldest first."""
    asked = select(Suppression).where(Suppression.email_key == email_key).order_by(Suppression.since, Suppression.id)
    return list(db.session.scalars(asked))


def suppressed_among(contacts: Sequence[Contact]) -> set[str]:
    """Return the keys of those among ``contacts`` who are not written to in some scope: one statement."""
    keys = [one.email_key for one in contacts]
    return set(db.session.scalars(select(Suppression.email_key).where(Suppression.email_key.in_(keys)).distinct()))


def by_id(contact_id: int) -> Contact:
    """Return one contact; raises NotFound."""
    contact = db.session.get(Contact, contact_id)
    if contact is None:
        raise NotFound(N_("There is no such contact (any more). Look for the person in the list of contacts."))
    return contact
