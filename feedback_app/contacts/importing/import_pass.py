"""What the rows of a list do to the table of contacts, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TextIO, cast

from sqlalchemy import CursorResult, select, text
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.contacts.importing.csv_import import Row
from feedback_app.contacts.importing.merge_rules import Facts, merged
from feedback_app.contacts.models import Contact
from feedback_app.database import insert, is_postgresql
from feedback_app.delivery.models import Suppression
from feedback_app.errors import N_
from feedback_app.extensions import db
from feedback_app.imports import import_pass
from feedback_app.imports.import_pass import Progress
from feedback_app.imports.report import Counts, Report
from feedback_app.imports.rows import Rejected

ERASED = N_("This person asked to be forgotten; an import does not bring them back.")


@dataclass
class ContactCounts(Counts):
    """What became of the rows of a list.

    ``suppressed``: how many of those taken in are not written to (in some scope), because they asked not to be or a
    letter came back. ``opted_out``: suppressions that this list adds.
    """

    suppressed: int = 0
    opted_out: int = 0


@dataclass(frozen=True)
class Import:
    """What a pass must know: for newcomers of whom the list does not say (kind, language), and where they come from."""

    kind: str
    language: str
    source: str


def import_rows(
    rows: Iterable[Row | Rejected],
    what: Import,
    report: TextIO,
    *,
    writing: bool,
    progress: Progress | None = None,
) -> ContactCounts:
    """Take all ``rows`` through the table and return what became of them; ``report`` gets a JSON line for each row
    that is rejected, held back or suppressed. ``writing`` False is the dry run: the same decisions, nothing written.
    """
    session = db.session()
    if is_postgresql():
        # a plan made while the table was empty reads all of it again for every batch once it is full
        session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    told = Report(ContactCounts(), report)
    return import_pass.run(rows, ContactRows(session, what, told, writing=writing), told, progress)


class ContactRows:
    """Takes the rows of one list through the table; four statements per batch at most, however many rows."""

    def __init__(self, session: Session, what: Import, report: Report[ContactCounts], *, writing: bool) -> None:
        self.session, self.what, self.report, self.writing = session, what, report, writing

    def take(self, rows: Sequence[Row], rejected: Sequence[Rejected]) -> None:
        """Decide on the rows of one batch and, when writing, store them."""
        opting_out = [one.key for one in rows if one.unsubscribed]
        opting_out += [one.opted_out for one in rejected if one.opted_out]
        stopped = self._stopped([*(one.key for one in rows), *opting_out])
        new_stops = sorted({key for key in opting_out if key not in stopped or "all" not in stopped[key]})
        known = self._known([one.key for one in rows])
        self._store(list(self._decided(rows, known, stopped, set(new_stops))))
        self._stop(new_stops)

    def _known(self, keys: list[str]) -> dict[str, Facts]:
        asked = select(
            Contact.email_key, Contact.name, Contact.kind, Contact.stage_lost, Contact.language, Contact.attributes
        ).where(Contact.email_key.in_(keys))
        if self.writing:
            asked = asked.with_for_update()
        return {
            key: Facts(name, kind, stage, language, attributes)
            for key, name, kind, stage, language, attributes in self.session.execute(asked)
        }

    def _stopped(self, keys: list[str]) -> dict[str, dict[str, str]]:
        """Return for each address that is not written to: scope -> reason."""
        scopes: dict[str, dict[str, str]] = {}
        asked = select(Suppression.email_key, Suppression.scope, Suppression.reason)
        for key, scope, reason in self.session.execute(asked.where(Suppression.email_key.in_(keys))):
            scopes.setdefault(key, {})[scope] = reason
        return scopes

    def _decided(
        self, rows: Sequence[Row], known: dict[str, Facts], stopped: dict[str, dict[str, str]], new_stops: set[str]
    ) -> Iterator[tuple[Row, Facts]]:
        """Count and report every row; yield those that change the table, with the facts to be stored."""
        counts = self.report.counts
        for row in rows:
            stops = stopped.get(row.key, {})
            if "erased" in stops.values():
                self.report.hold_back(row.number, ERASED, row.email)
                continue
            was = known.get(row.key)
            facts = merged(row, was, self.what.kind, self.what.language)
            if was is None:
                counts.created += 1
            elif facts != was or row.key in new_stops:
                counts.updated += 1
            else:
                counts.unchanged += 1
            if stops or row.key in new_stops:
                self._suppressed(row, stops)
            if facts != was:
                yield row, facts

    def _suppressed(self, row: Row, stops: dict[str, str]) -> None:
        self.report.counts.suppressed += 1
        self.report.line(row.number, "suppressed", next(iter(stops.values()), "unsubscribed"), {}, row.email)

    def _store(self, changed: list[tuple[Row, Facts]]) -> None:
        if not (changed and self.writing):
            return
        now = clock.now()
        rest = {"source": self.what.source, "created_at": now, "updated_at": now}
        fields = ("name", "kind", "stage_lost", "language", "attributes")
        statement = insert(Contact)
        new = statement.excluded
        set_ = {name: new[name] for name in (*fields, "updated_at")}
        # RETURNING makes SQLAlchemy send the batch as one INSERT of many rows on both engines
        self.session.connection().execute(
            statement.on_conflict_do_update(index_elements=["email_key"], set_=set_).returning(Contact.id),
            [
                {"email": row.email, "email_key": row.key, **{name: getattr(facts, name) for name in fields}, **rest}
                for row, facts in changed
            ],
        )

    def _stop(self, keys: list[str]) -> None:
        self.report.counts.opted_out += len(keys)
        if not (keys and self.writing):
            return
        values = [
            {
                "email_key": key,
                "scope": "all",
                "reason": "unsubscribed",
                "since": clock.now(),
                "proof": self.what.source,
            }
            for key in keys
        ]
        statement = insert(Suppression).on_conflict_do_nothing(index_elements=["email_key", "scope"])
        cast("CursorResult[Any]", self.session.connection().execute(statement, values))
