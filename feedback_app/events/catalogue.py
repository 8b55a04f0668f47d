"""What can happen: each room lists its codes, how they are said, and where its things are shown. Pure data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from feedback_app.errors import N_

LEGACY = "legacy.note"  # a line from before codes, kept in its words: {"text": ...}
UNKNOWN = N_("did something this version has no words for")


@dataclass(frozen=True)
class EventType:
    """One kind of event. ``code`` is kept for ever; ``label`` is said in the reader's language.

    ``subject`` names the kind of thing it happened to. The label may hold placeholders, ``%(name)s``, filled from the
    event's payload.
    """

    code: str
    subject: str
    label: str


@dataclass(frozen=True)
class Subject:
    """A kind of thing: what it is called, its table, and the page that shows one, with the argument it takes, if any.

    ``key`` is the column the page's address names it by, ``title`` the column that names it to people, if there is one.
    """

    kind: str
    label: str
    table: str = ""
    endpoint: str = ""
    argument: str = ""
    key: str = "id"
    title: str = ""


@dataclass(frozen=True)
class EventRoom:
    """What one room tells: ``name`` stands in addresses, ``label`` is said."""

    name: str
    label: str
    types: Sequence[EventType]
    subjects: Sequence[Subject] = ()


@dataclass(frozen=True)
class Catalogue:
    """All that the rooms tell. Codes and subjects are named once; else ValueError."""

    rooms: Sequence[EventRoom]
    types: Mapping[str, EventType] = field(init=False)
    subjects: Mapping[str, Subject] = field(init=False)

    def __post_init__(self) -> None:
        types = [one for room in self.rooms for one in room.types]
        subjects = [one for room in self.rooms for one in room.subjects]
        object.__setattr__(self, "types", {one.code: one for one in types})
        object.__setattr__(self, "subjects", {one.kind: one for one in subjects})
        if len(self.types) < len(types) or len(self.subjects) < len(subjects):
            raise ValueError("a code or a subject is listed twice")
        if unknown := {one.subject for one in types} - self.subjects.keys():
            raise ValueError(f"no room lists the subject {min(unknown)!r}")

    def codes_of(self, what: str) -> Sequence[str]:
        """Return the codes that ``what`` asks for: the name of a room, or one code; nothing for anything else."""
        for room in self.rooms:
            if room.name == what:
                return [one.code for one in room.types]
        return [what] if what in self.types else []

    def label(self, code: str) -> str:
        """Return how a code is said, in English, with its placeholders."""
        if code == LEGACY:
            return "%(text)s"
        return self.types[code].label if code in self.types else UNKNOWN


def fill(label: str, payload: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the label's placeholders stand for, and the rest of the payload; lists are said with commas.

    A placeholder that the payload knows nothing of is an ellipsis: trails from before an update stay readable.
    """
    said = {name: _said(value) for name, value in payload.items() if value not in (None, "", [], {})}
    wanted = list(_placeholders(label))
    rest = {name: value for name, value in said.items() if name not in wanted and name != "name"}
    return {name: said.get(name, "…") for name in wanted}, rest


def _placeholders(label: str) -> Iterator[str]:
    for part in label.split("%(")[1:]:
        yield part.partition(")")[0]


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    return str(value)
