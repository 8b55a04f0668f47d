"""Which column of a file of answers holds what: the person, the day, or the answer to a question. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from feedback_app.contacts.importing import csv_words
from feedback_app.errors import N_, Refused
from feedback_app.imports.headings import by_word, fold, no_addresses, refuse_twice
from feedback_app.surveys.form_spec import FormSpec, QuestionSpec
from feedback_app.surveys.kinds.registry import by_precedence, kind_of

ABOUT_THE_PERSON = ("email", "name", "first_name", "last_name", "kind", "stage_lost", "language")
_OWN_WORDS = {
    "date": "date, day, time, timestamp, submitted, submitted at, created, created at, answered at, answer date, "
    "response date, data, dzień, czas, znacznik czasu, sygnatura czasowa, data odpowiedzi, data wypełnienia, "
    "wysłano, utworzono",
    "id": "id, external id, response id, answer id, record id, number, no, identyfikator, id odpowiedzi, "
    "numer odpowiedzi, numer, nr, lp",
}
OWN = by_word(_OWN_WORDS)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``field``: "email", "date", ... or "" ; ``question``: whose answer it holds; ``part``: the part of
    its answer that it holds, such as an option that is marked or not.

    Both ``field`` and ``question``: a word such as "stage" means the person's stage, and also answers a question of
    that name where the cell fits one of its answers.
    """

    heading: str
    field: str = ""
    question: QuestionSpec | None = None
    part: str = ""

    @property
    def meaning(self) -> str:
        """What the column is taken for, such as ``email`` or ``question:why``; empty when it is left out."""
        name = f"question:{self.question.code}" if self.question else ""
        return " + ".join(filter(None, (self.field, name)))


def columns_of(headings: list[str], spec: FormSpec) -> list[Column]:
    """Return what each heading means for the survey of ``spec``.

    A question goes by its code, by its words in any language, or, for the first of its sort, by a common word such as
    "text", "score" or "ocena". Raises Refused when there is no address, no answer, or one thing twice.
    """
    by_name = dict(_names(spec))
    by_part = dict(_parts(spec))
    columns = [_column(heading, spec, by_name, by_part) for heading in headings]
    refuse_twice(pair for one in columns for pair in _meanings(one))
    if not any(one.field == "email" for one in columns):
        raise no_addresses(headings)
    if not any(one.question and not one.field for one in columns):
        raise Refused(
            N_("No column holds answers. Call one “text”, or after a question of the survey: %(codes)s."),
            codes=", ".join(question.code for question in spec.questions),
        )
    return columns


def _names(spec: FormSpec) -> Iterator[tuple[str, QuestionSpec]]:
    """Every name of every question, folded; codes come last, so that they win over words."""
    for question in reversed(spec.questions):
        for words in question.text.values():
            yield fold(words), question
    for question in spec.questions:
        yield fold(question.field), question
        yield fold(question.code), question


def _parts(spec: FormSpec) -> Iterator[tuple[str, tuple[QuestionSpec, str]]]:
    """The columns of questions that are told in several: of several choices, ``why.price`` holds 1 or 0."""
    for question in spec.questions:
        for heading, part in kind_of(question).part_columns(question).items():
            yield heading, (question, part)


def _column(
    heading: str, spec: FormSpec, by_name: dict[str, QuestionSpec], by_part: dict[str, tuple[QuestionSpec, str]]
) -> Column:
    if parted := by_part.get(heading.strip().lower()):
        return Column(heading, question=parted[0], part=parted[1])
    word = fold(heading)
    person = csv_words.field_of(heading) or ""
    field = person if person in ABOUT_THE_PERSON else OWN.get(word, "")
    question = by_name.get(word) if word else None
    if not field and not question:
        question = _first_of_its_sort(word, spec)
    return Column(heading, field, question)


def _first_of_its_sort(word: str, spec: FormSpec) -> QuestionSpec | None:
    """Return the first question of the kind that a heading such as "text" or "ocena" commonly means."""
    kinds = [kind.code for kind in by_precedence() if word in map(fold, kind.column_words.split(","))]
    return next((one for kind in kinds for one in spec.questions if one.kind == kind), None) if word else None


def _meanings(column: Column) -> Iterator[tuple[str, str]]:
    """Yield the heading with each thing that no other column may mean; a field that also answers counts as a field."""
    yield column.heading, column.field
    if column.question and not column.field:
        yield column.heading, f"question:{column.question.code}.{column.part}"
