"""What the rows of a file of answers do to the tables, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.contacts.importing.import_pass import ERASED
from feedback_app.contacts.models import Contact
from feedback_app.database import insert
from feedback_app.delivery.models import Suppression
from feedback_app.errors import N_
from feedback_app.extensions import db
from feedback_app.imports import import_pass
from feedback_app.imports.first_seen import Seen
from feedback_app.imports.import_pass import Progress
from feedback_app.imports.report import Counts, Report
from feedback_app.imports.rows import Rejected
from feedback_app.responses.actions import Known, Returned, record_many
from feedback_app.responses.importing.csv_answers import Incoming
from feedback_app.responses.models import Answer, Response
from feedback_app.responses.reading.export import OWN_ID
from feedback_app.settings import LANGUAGES
from feedback_app.surveys.form_spec import FormSpec
from feedback_app.surveys.kinds.base.kind import Reply, stored_reply

_ANSWER: tuple[Any, ...] = (Answer.text, Answer.number, Answer.chosen, Answer.parts)

UNKNOWN = N_("Nobody with the address “%(address)s” is among the contacts. Allow new contacts, or import them first.")
SAID_OTHERWISE = N_(
    "The answer with the id “%(id)s” is here already and says something else. Answers are not overwritten."
)
TWICE = N_("Row %(first)s has the same id and says something else. That row counts.")


@dataclass
class AnswerCounts(Counts):
    """What became of the rows of a file of answers, and how many contacts are new by them."""

    new_contacts: int = 0


@dataclass(frozen=True)
class Import:
    """What a pass must know. ``kind`` and ``language`` are for people of whom neither the row nor we know it."""

    survey_id: int
    kind: str
    language: str
    source: str
    create_contacts: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """What we know of a contact."""

    id: int
    kind: str
    stage_lost: str
    language: str


@dataclass
class Batch:
    """What the tables know about the rows of one batch, and what the batch adds."""

    people: dict[str, Person]
    erased: set[str]
    here: dict[str, dict[int, Reply] | None]
    newcomers: dict[str, Incoming] = field(default_factory=dict)
    fresh: list[Incoming] = field(default_factory=list)


def import_rows(
    rows: Iterable[Incoming | Rejected],
    what: Import,
    form: FormSpec,
    report: TextIO,
    *,
    writing: bool,
    progress: Progress | None = None,
) -> AnswerCounts:
    """Take all ``rows`` through the tables and return what became of them; ``report`` gets a JSON line for each row
    that is rejected or held back. ``writing`` False is the dry run: the same decisions, nothing written.
    """
    outcome = Report(AnswerCounts(), report)
    with Seen() as seen:
        handler = AnswerRows(db.session(), what, form, outcome, seen, writing=writing)
        return import_pass.run(rows, handler, outcome, progress)


class AnswerRows:
    """Takes the rows of one file through the tables; seven statements per batch at most, however many rows.

    ``seen`` remembers what the file itself has brought already.
    """

    def __init__(
        self,
        session: Session,
        what: Import,
        form: FormSpec,
        report: Report[AnswerCounts],
        seen: Seen,
        *,
        writing: bool,
    ) -> None:
        self.session, self.what, self.form, self.report, self.seen = session, what, form, report, seen
        self.writing = writing

    def take(self, rows: Sequence[Incoming], _rejected: Sequence[Rejected]) -> None:
        """Decide on the rows of one batch and, when writing, store them."""
        batch = Batch(self._people(rows), self._erased(rows), self._here(rows))
        for one in rows:
            self._decide(one, batch)
        if self.writing:
            self._store(batch)

    def _people(self, rows: Iterable[Incoming]) -> dict[str, Person]:
        asked = select(Contact.email_key, Contact.id, Contact.kind, Contact.stage_lost, Contact.language)
        found = self.session.execute(asked.where(Contact.email_key.in_({one.key for one in rows})))
        return {key: Person(id_, kind, stage, language) for key, id_, kind, stage, language in found}

    def _erased(self, rows: Iterable[Incoming]) -> set[str]:
        keys = {one.key for one in rows}
        asked = select(Suppression.email_key).where(Suppression.reason == "erased", Suppression.email_key.in_(keys))
        return set(self.session.scalars(asked))

    def _here(self, rows: Iterable[Incoming]) -> dict[str, dict[int, Reply] | None]:
        """Return, by external id, what the responses that are here already say; None for our own, told by number."""
        ids = {one.external_id for one in rows}
        numbers = {int(end) for one in ids if (end := one.removeprefix(OWN_ID)) != one and _is_id(end)}
        asked = (
            select(Response.external_id, Response.id, Answer.question_id, *_ANSWER)
            .outerjoin(Answer)
            .where(Response.survey_id == self.what.survey_id)
            .where(or_(Response.external_id.in_(ids), Response.id.in_(numbers)))
        )
        here: dict[str, dict[int, Reply] | None] = {}
        for external_id, own, question_id, *columns in self.session.execute(asked):
            if external_id is None:
                here[f"{OWN_ID}{own}"] = None
            elif question_id is not None:
                replies = here.setdefault(external_id, {})
                if replies is not None:
                    replies[question_id] = stored_reply(*columns)
        return here

    def _decide(self, row: Incoming, batch: Batch) -> None:
        if row.key in batch.erased:
            self.report.hold_back(row.number, ERASED, row.email)
        elif row.external_id in batch.here:
            said = batch.here[row.external_id]
            self._same_or_not(row, said is None or said == row.replies, SAID_OTHERWISE, id=row.external_id)
        elif row.key not in batch.people and not self.what.create_contacts:
            self.report.reject(row.number, UNKNOWN, {"address": row.email}, row.email)
        else:
            first = self.seen.first(f"id {row.external_id}", row.number)
            # a negative number stands for words that the first row with this id did not say
            said_by = self.seen.first(f"said {row.external_id} {row.mark}", row.number if first == row.number else -1)
            if first == row.number:
                self._add(row, batch)
            else:
                self._same_or_not(row, said_by > 0, TWICE, first=first)

    def _same_or_not(self, row: Incoming, same: bool, reason: str, **values: object) -> None:
        if same:
            self.report.counts.unchanged += 1
        else:
            self.report.reject(row.number, reason, values, row.email)

    def _add(self, row: Incoming, batch: Batch) -> None:
        self.report.counts.created += 1
        batch.fresh.append(row)
        if row.key not in batch.people and self.seen.first(f"contact {row.key}", row.number) == row.number:
            self.report.counts.new_contacts += 1
            batch.newcomers[row.key] = row

    def _store(self, batch: Batch) -> None:
        self._add_contacts(batch)
        record_many([self._returned(row, batch.people[row.key]) for row in batch.fresh])

    def _add_contacts(self, batch: Batch) -> None:
        if not batch.newcomers:
            return
        now = clock.now()
        statement = insert(Contact).on_conflict_do_nothing(index_elements=["email_key"]).returning(Contact.id)
        self.session.connection().execute(
            statement, [self._contact(row) | {"created_at": now, "updated_at": now} for row in batch.newcomers.values()]
        )
        batch.people.update(self._people(batch.newcomers.values()))

    def _contact(self, row: Incoming) -> dict[str, Any]:
        kind = row.kind or self.what.kind
        return {
            "email": row.email,
            "email_key": row.key,
            "name": row.name,
            "kind": kind,
            "stage_lost": row.stage_lost if kind == "lost_prospect" else "",
            "language": row.language if row.language in LANGUAGES else self.what.language,
            "attributes": {},
            "source": self.what.source,
        }

    def _returned(self, row: Incoming, person: Person) -> Returned:
        kind = row.kind or person.kind
        return Returned(
            form=self.form,
            respondent=Known(person.id),
            source="import",
            replies=row.replies,
            kind=kind,
            stage_lost=(row.stage_lost or person.stage_lost) if kind == "lost_prospect" else "",
            language=row.language or person.language,
            at=row.at,
            external_id=row.external_id,
        )


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
