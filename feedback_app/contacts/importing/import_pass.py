"""One pass of a list through the table, in batches: what each row would do or, when writing, does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from operator import itemgetter
from typing import Any, TextIO, cast

from sqlalchemy import CursorResult, select, text
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.contacts.importing.csv_import import Rejected, Row
from feedback_app.contacts.importing.merge_rules import Facts, merged
from feedback_app.contacts.models import Contact
from feedback_app.database import insert, is_postgresql
from feedback_app.delivery.models import Suppression
from feedback_app.errors import N_

BATCH = 1000  # rows in memory at a time
ERASED = N_("This person asked to be forgotten; an import does not bring them back.")
Progress = Callable[[int], None]  # is told how many rows were read since it was told last


@dataclass
class Counts:
    """What became of the rows: created + updated + unchanged + rejected = rows.

    ``suppressed``: how many of those taken in are not written to (in some scope), because they asked not to be or a
    letter came back. ``opted_out``: suppressions that this list adds.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    suppressed: int = 0
    rejected: int = 0
    opted_out: int = 0

    @property
    def taken(self) -> int:
        """How many rows are in the table afterwards."""
        return self.created + self.updated + self.unchanged

    def as_dict(self) -> dict[str, int]:
        """Return the counts as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Import:
    """What a pass must know: for newcomers of whom the list does not say (kind, language), and where they come from."""

    kind: str
    language: str
    source: str


class ImportPass:
    """Takes the rows of one list through the table; four statements per batch at most, however many rows.

    ``writing`` False is the dry run: the same decisions, nothing written. The report gets a JSON line for each row
    that is rejected or suppressed.
    """

    def __init__(self, session: Session, what: Import, report: TextIO, *, writing: bool) -> None:
        self.session, self.what, self.report, self.writing = session, what, report, writing
        self.counts = Counts()
        self._lines: list[dict[str, Any]] = []  # of the report, for one batch

    def run(self, rows: Iterable[Row | Rejected], progress: Progress | None = None) -> Counts:
        """Take all ``rows`` and return what became of them."""
        if is_postgresql():
            # a plan made while the table was empty reads all of it again for every batch once it is full
            self.session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
        stream = iter(rows)
        while batch := list(islice(stream, BATCH)):
            self._take(batch)
            if progress:
                progress(len(batch))
        return self.counts

    def _take(self, batch: Sequence[Row | Rejected]) -> None:
        good = [row for row in batch if isinstance(row, Row)]
        opting_out = [row.key for row in good if row.unsubscribed]
        opting_out += [row.opted_out for row in batch if isinstance(row, Rejected) and row.opted_out]
        stopped = self._stopped([*(row.key for row in good), *opting_out])
        new_stops = sorted({key for key in opting_out if key not in stopped or "all" not in stopped[key]})
        known = self._known([row.key for row in good])
        self.counts.rows += len(batch)
        for row in batch:
            if isinstance(row, Rejected):
                self._reject(row.number, row.reason, row.values, row.raw)
        self._store(list(self._decided(good, known, stopped, set(new_stops))))
        self._stop(new_stops)
        self.report.writelines(json.dumps(line) + "\n" for line in sorted(self._lines, key=itemgetter("row")))
        self._lines.clear()

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
        self, rows: list[Row], known: dict[str, Facts], stopped: dict[str, dict[str, str]], new_stops: set[str]
    ) -> Iterator[tuple[Row, Facts]]:
        """Count and report every row; yield those that change the table, with the facts to be stored."""
        for row in rows:
            stops = stopped.get(row.key, {})
            if "erased" in stops.values():
                self._reject(row.number, ERASED, {}, row.email)
                continue
            was = known.get(row.key)
            facts = merged(row, was, self.what.kind, self.what.language)
            if was is None:
                self.counts.created += 1
            elif facts != was or row.key in new_stops:
                self.counts.updated += 1
            else:
                self.counts.unchanged += 1
            if stops or row.key in new_stops:
                self._suppressed(row, stops)
            if facts != was:
                yield row, facts

    def _suppressed(self, row: Row, stops: dict[str, str]) -> None:
        self.counts.suppressed += 1
        reason = next(iter(stops.values()), "unsubscribed")
        self._write({"row": row.number, "outcome": "suppressed", "reason": reason, "values": {}, "text": row.email})

    def _reject(self, number: int, reason: str, values: Any, raw: str) -> None:
        self.counts.rejected += 1
        self._write({"row": number, "outcome": "rejected", "reason": reason, "values": dict(values), "text": raw})

    def _write(self, line: dict[str, Any]) -> None:
        self._lines.append(line)

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
        self.counts.opted_out += len(keys)
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
