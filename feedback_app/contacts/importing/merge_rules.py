"""What becomes of a contact when a row speaks about them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from feedback_app.contacts.importing.csv_import import Row


@dataclass(frozen=True, slots=True)
class Facts:
    """What we know about a contact besides the address."""

    name: str
    kind: str
    stage_lost: str
    language: str
    attributes: Mapping[str, str]


def merged(row: Row, known: Facts | None, kind: str, language: str) -> Facts:
    """Return the facts after ``row``: what it says wins, what it leaves empty stays as it was.

    ``kind`` and ``language`` are for somebody new of whom the row does not say. Only a lost prospect has a stage;
    who is none any more has none. ``merged(row, merged(row, known)) == merged(row, known)``.
    """
    known = known or Facts("", kind, "", language, {})
    kind = row.kind or known.kind
    return Facts(
        name=row.name or known.name,
        kind=kind,
        stage_lost=(row.stage_lost or known.stage_lost) if kind == "lost_prospect" else "",
        language=row.language or known.language,
        attributes={**known.attributes, **row.attributes},
    )
