"""The words of one question, masked, with what is needed to believe its answer. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from feedback_app.accounts.models import Staff
from feedback_app.contacts.models import Contact
from feedback_app.extensions import db
from feedback_app.reader.protocol.masking import mask
from feedback_app.reader.protocol.questions import Question
from feedback_app.themes.models import Mention

LONGEST = 600  # characters of a text that are sent


@dataclass(frozen=True)
class Due:
    """A question to ask, about a theme, a change or neither; ``originals``: what was said, by id, before masking."""

    question: Question
    originals: Mapping[int, str]
    theme_id: int | None = None
    change_id: int | None = None
    taken: Sequence[str] = ()  # names that a theme cannot get


def question_about(
    task: str, subject_id: int, ids: Sequence[int], around: Mapping[str, Any], theme_id: int | None = None,
    change_id: int | None = None,
) -> Due:  # fmt: skip
    """Return the question of a task about a subject, with the words of these mentions; ``around`` is ours."""
    rows = db.session.execute(
        select(Mention.id, Mention.text, Contact.name, Contact.email)
        .outerjoin(Contact, Contact.id == Mention.contact_id)
        .where(Mention.id.in_(ids))
        .order_by(Mention.id)
    ).all()
    known = [*_people(rows), *db.session.scalars(select(Staff.name).where(Staff.name != ""))]
    said = {row.id: mask(row.text, known)[:LONGEST] for row in rows}
    question = Question(task, subject_id, said, _masked(around, known))
    return Due(question, {row.id: row.text for row in rows}, theme_id, change_id)


def _people(rows: Iterable[Any]) -> Iterator[str]:
    """The names of who spoke; where only an address is known, what stands before its @."""
    for row in rows:
        yield row.name or (row.email or "").partition("@")[0].replace(".", " ").replace("_", " ")


def _masked(value: Any, known: Sequence[str]) -> Any:
    if isinstance(value, str):
        return mask(value, known)[: 4 * LONGEST]
    if isinstance(value, Mapping):
        return {name: _masked(one, known) for name, one in value.items()}
    return [_masked(one, known) for one in value]
