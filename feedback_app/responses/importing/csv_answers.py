"""A file of answers that a company already has, turned into responses, and rows that cannot be. Pure and streamed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from feedback_app.common.formulas import unguarded
from feedback_app.common.text import one_line
from feedback_app.contacts import field_limits
from feedback_app.delivery import addresses
from feedback_app.errors import N_, Refused
from feedback_app.imports.csv_file import Record, read_table
from feedback_app.imports.rows import Rejected, Unfit, read_rows, within
from feedback_app.imports.shared_file import lend
from feedback_app.responses.importing import csv_cells
from feedback_app.responses.importing.csv_columns import Column, columns_of
from feedback_app.surveys.form_spec import FormSpec, QuestionSpec
from feedback_app.surveys.kinds.base.kind import NOTHING, Reply

ID_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Incoming:
    """One response as a row tells it. None and empty mean that the row does not say."""

    number: int
    external_id: str
    email: str
    key: str
    name: str
    at: datetime
    kind: str | None
    stage_lost: str
    language: str | None
    replies: Mapping[int, Reply]

    @property
    def mark(self) -> str:
        """A short fingerprint of what is answered: two rows with the same id may only repeat each other."""
        said = repr([(number, self.replies[number]) for number in sorted(self.replies)])
        return hashlib.sha256(said.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class AnswerFile:
    """A file of answers that is open: how it was understood, and its rows as a stream (to read once)."""

    encoding: str
    delimiter: str
    columns: list[Column]
    rows: Iterator[Incoming | Rejected]


def read(file: BinaryIO, spec: FormSpec, zone: str, now: datetime) -> AnswerFile:
    """Open ``file`` (binary, seekable) as answers to the survey of ``spec``.

    ``zone`` names the time zone of times without one; rows without a date count as answered ``now``. Raises Refused
    when nothing in the file can be used: empty, not text, no column with addresses or none with answers.
    """
    table = read_table(lend(file))
    columns = columns_of(table.headings, spec)
    rows = read_rows(table, len(columns), lambda record: _incoming(record, columns, zone, now))
    return AnswerFile(table.encoding, table.delimiter, columns, rows)


def _incoming(record: Record, columns: list[Column], zone: str, now: datetime) -> Incoming:
    pairs = [(column, cell) for column, cell in zip(columns, record.cells, strict=False) if cell.strip()]
    about = {column.field: one_line(unguarded(cell)) for column, cell in pairs if column.field}
    try:
        address = addresses.parse(about.get("email", ""))
    except Refused as error:
        raise Unfit(error.message, **error.values) from error
    replies = _replies(pairs)
    if not replies:
        raise Unfit(N_("The row answers no question."))
    name = about.get("name") or " ".join(filter(None, (about.get("first_name"), about.get("last_name"))))
    return Incoming(
        number=record.number,
        external_id=_id(about, address.key, replies),
        email=address.email,
        key=address.key,
        name=name[: field_limits.NAME],
        at=csv_cells.moment(about.get("date", ""), zone, now),
        kind=csv_cells.kind(about.get("kind", "")),
        stage_lost=about.get("stage_lost", "")[: field_limits.STAGE],
        language=csv_cells.language(about.get("language", "")),
        replies=replies,
    )


def _replies(pairs: list[tuple[Column, str]]) -> dict[int, Reply]:
    """Return the answers by question id; some come in parts, each in a column of its own."""
    replies: dict[int, Reply] = {}
    parted: dict[int, tuple[QuestionSpec, dict[str, str]]] = {}
    for column, cell in pairs:
        if column.question is None:
            continue
        if column.part:
            parted.setdefault(column.question.id, (column.question, {}))[1][column.part] = cell
        else:
            replies[column.question.id] = _reply(column, column.question, cell)
    for question, cells in parted.values():
        replies[question.id] = csv_cells.reply_in_parts(cells, question)
    return {question_id: reply for question_id, reply in replies.items() if not reply.empty}


def _reply(column: Column, question: QuestionSpec, cell: str) -> Reply:
    try:
        return csv_cells.reply(cell, question)
    except Unfit:
        if column.field:  # the cell is about the person; that it answers the question, too, was only a guess
            return NOTHING
        raise


def _id(about: Mapping[str, str], key: str, replies: Mapping[int, Reply]) -> str:
    """Return the id the row gives, else one made from who, when and what, so that a second import knows the row."""
    if given := within(about.get("id", ""), "id", ID_LENGTH):
        return given
    said = [(number, *_told(replies[number])) for number in sorted(replies)]
    return "auto-" + hashlib.sha256(repr((key, about.get("date", ""), said)).encode()).hexdigest()[:40]


def _told(reply: Reply) -> tuple[object, ...]:
    """What an id is made of. It must not change: rows of files imported before are known by it."""
    told = (reply.text, reply.number, reply.chosen)
    return told if reply.parts is None else (*told, sorted(reply.parts.items()))
