"""The list of letters as an operator looks through it; the counts are the post office's own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, or_, select

from feedback_app.database import Page, page_of
from feedback_app.delivery.models import LetterVariant, OutgoingEmail


@dataclass(frozen=True)
class LetterFilter:
    """Which letters to list; empty fields do not narrow."""

    state: str = ""
    kind: str = ""
    search: str = ""

    def as_args(self) -> dict[str, str]:
        """Return the fields that narrow, for links."""
        return {name: value for name, value in vars(self).items() if value}


def _matching(wanted: LetterFilter) -> Select[OutgoingEmail, LetterVariant]:
    statement = select(OutgoingEmail, LetterVariant).join(LetterVariant, LetterVariant.id == OutgoingEmail.variant_id)
    if wanted.state:
        statement = statement.where(OutgoingEmail.state == wanted.state)
    if wanted.kind:
        statement = statement.where(OutgoingEmail.kind == wanted.kind)
    if wanted.search:
        spelled = [
            column.icontains(wanted.search, autoescape=True) for column in (OutgoingEmail.address, OutgoingEmail.name)
        ]
        statement = statement.where(or_(*spelled))
    return statement


def letters(wanted: LetterFilter, number: int) -> Page[tuple[OutgoingEmail, LetterVariant]]:
    """Return the letters that match, the newest first, 50 a page."""
    return page_of(_matching(wanted).order_by(OutgoingEmail.id.desc()), number, 50, scalars=False)
