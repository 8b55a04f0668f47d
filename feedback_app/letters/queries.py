"""The list of letters as an operator looks through it, and the groups they belong to by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from feedback_app.announcements import queries as announcements
from feedback_app.announcements.models import Announcement
from feedback_app.announcements.render import KIND as ANNOUNCEMENT
from feedback_app.database import Page, page_of
from feedback_app.delivery import queries as post_office
from feedback_app.delivery.models import LetterHalt, LetterPause, LetterVariant, OutgoingEmail
from feedback_app.delivery.queries import Tally
from feedback_app.delivery.queue.search import holds
from feedback_app.extensions import db
from feedback_app.surveys.models import Survey, Wave

SIZE = 50
FEW = 20_000  # letters whose ids are fetched and sorted; beyond that they are dense enough to be walked along
INVITATION = "invitation"
GROUPS_SHOWN = 20


@dataclass(frozen=True)
class LetterFilter:
    """Which letters to list; empty fields do not narrow."""

    state: str = ""
    kind: str = ""
    group: int | None = None
    search: str = ""

    def as_args(self) -> dict[str, str | int]:
        """Return the fields that narrow, for links."""
        return {name: value for name, value in vars(self).items() if value not in ("", None)}

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what letters must fulfil."""
        wanted = ((OutgoingEmail.state, self.state), (OutgoingEmail.kind, self.kind))
        conditions: list[ColumnElement[bool]] = [column == value for column, value in wanted if value]
        if self.group is not None:
            conditions.append(OutgoingEmail.group_id == self.group)
        if self.search:
            conditions.append(holds(self.search))
        return conditions


@dataclass(frozen=True)
class Group:
    """Letters that belong together: an announcement's, a mailing's. ``name`` in the reader's language."""

    kind: str
    id: int
    name: str
    states: dict[str, int]
    pause: LetterPause | None = None
    halt: LetterHalt | None = None
    survey: str = ""  # slug of a mailing's survey
    stoppable: bool = False

    @property
    def waiting(self) -> int:
        """Letters that have not left and still may."""
        return self.states.get("queued", 0) + self.states.get("leased", 0)

    @property
    def total(self) -> int:
        """All letters of the group."""
        return sum(self.states.values())

    def count(self, *states: str) -> int:
        """Return how many letters are in one of ``states``."""
        return sum(self.states.get(state, 0) for state in states)


@dataclass
class _Names:
    """What the groups are called."""

    announcements: dict[int, tuple[str, bool]] = field(default_factory=dict)
    waves: dict[int, tuple[str, str]] = field(default_factory=dict)


def letters(wanted: LetterFilter, number: int, counted: Tally) -> Page[tuple[OutgoingEmail, LetterVariant]]:
    """Return the letters that match, 50 a page: what leaves next first where they wait, else the newest first."""
    if wanted.search:
        return page_of(_with_variant().where(*wanted.conditions()).order_by(OutgoingEmail.id.desc()), number, SIZE,
                       scalars=False)  # fmt: skip
    total = counted.total(wanted.state, wanted.kind, wanted.group)
    number = min(max(number, 1), max(1, -(-total // SIZE)))
    start = (number - 1) * SIZE
    if (wanted.kind or wanted.group is not None) and total <= FEW:
        # by the index of kinds and groups; asked for in order, an engine may walk past a million others instead
        found = db.session.scalars(select(OutgoingEmail.id).where(*wanted.conditions()))
        ids = sorted(found, reverse=True)[start : start + SIZE]
        asked = _with_variant().where(OutgoingEmail.id.in_(ids)).order_by(OutgoingEmail.id.desc())
    else:
        asked = _with_variant().where(*_walked(wanted)).order_by(*_order(wanted.state)).limit(SIZE).offset(start)
    return Page(db.session.execute(asked).all(), number, SIZE, total)


def _with_variant() -> Select[OutgoingEmail, LetterVariant]:
    return select(OutgoingEmail, LetterVariant).join(LetterVariant, LetterVariant.id == OutgoingEmail.variant_id)


def _walked(wanted: LetterFilter) -> list[ColumnElement[bool]]:
    """Return the conditions so that both engines walk along the index of the order, and stop after a page.

    Offered an index of the kind they would fetch all of a million letters of it, to sort them.
    """
    conditions = LetterFilter(state=wanted.state).conditions()
    if wanted.state == "sent":
        conditions.append(OutgoingEmail.sent_at.is_not(None))
    if wanted.kind:
        conditions.append(OutgoingEmail.kind.concat("") == wanted.kind)
    if wanted.group is not None:
        conditions.append(OutgoingEmail.group_id + 0 == wanted.group)
    return conditions


def _order(state: str) -> tuple[Any, ...]:
    """Return the order in which an index has the letters of ``state``."""
    if state == "queued":
        return OutgoingEmail.not_before, OutgoingEmail.id
    if state == "sent":
        return (OutgoingEmail.sent_at.desc(),)
    return (OutgoingEmail.id.desc(),)


def groups(counted: Tally, language: str) -> list[Group]:
    """Return the groups that want an eye: those with letters waiting, in doubt or held back first, then the newest."""
    states = counted.by_group()
    pauses = {(one.kind, one.group_id): one for one in post_office.pauses()}

    def urgency(key: tuple[str, int]) -> tuple[bool, int]:
        waits = any(states[key].get(state) for state in ("queued", "leased", "in_doubt"))
        return not (waits or key in pauses), -key[1]

    shown = sorted(states, key=urgency)[:GROUPS_SHOWN]
    return named({key: states[key] for key in shown}, language, pauses)


def named(
    states: Mapping[tuple[str, int], dict[str, int]], language: str, pauses: Mapping[tuple[str, int], LetterPause]
) -> list[Group]:
    """Return the groups whose letters are in ``states``, in that order, by name, with their pause and open halt."""
    names, halts = _names(states, language), post_office.open_halts()
    return [_group(key, states[key], names, pauses.get(key), halts.get(key)) for key in states]


def _group(
    key: tuple[str, int], states: dict[str, int], names: _Names, pause: LetterPause | None, halt: LetterHalt | None
) -> Group:
    kind, number = key
    if kind == ANNOUNCEMENT and number in names.announcements:
        name, running = names.announcements[number]
        return Group(kind, number, name, states, pause, halt, stoppable=running)
    if kind == INVITATION and number in names.waves:
        name, slug = names.waves[number]
        return Group(kind, number, name, states, pause, halt, survey=slug, stoppable=True)
    return Group(kind, number, "", states, pause, halt, stoppable=kind != ANNOUNCEMENT)


def _names(keys: Iterable[tuple[str, int]], language: str) -> _Names:
    wanted: dict[str, list[int]] = {}
    for kind, number in keys:
        wanted.setdefault(kind, []).append(number)
    names = _Names()
    if told := wanted.get(ANNOUNCEMENT):
        for one in db.session.scalars(select(Announcement).where(Announcement.id.in_(told))):
            names.announcements[one.id] = (announcements.news_of(one, language).subject, one.state == "sending")
    if asked := wanted.get(INVITATION):
        rows = db.session.execute(
            select(Wave.id, Survey.title, Survey.slug)
            .join(Survey, Survey.id == Wave.survey_id)
            .where(Wave.id.in_(asked))
        )
        for wave, title, slug in rows:
            names.waves[wave] = (title.get(language) or next(iter(title.values()), slug), slug)
    return names
