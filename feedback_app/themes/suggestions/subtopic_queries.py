"""The second level: parts of a theme that the machine tells apart, and themes that people made of them. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from feedback_app.errors import N_, NotFound
from feedback_app.extensions import db
from feedback_app.themes.models import Mention, Placement, SubTheme, SubThemeMention, Theme

ENOUGH = 40  # mentions from which a theme is looked into
GROWN = 0.25  # share by which it must have grown, or shrunk, to be looked into again
LEAST = 3  # mentions without which a part is not shown


@dataclass(frozen=True)
class Part:
    """A part of a theme as it is now: mentions that have left the theme since are not counted."""

    part: SubTheme
    mentions: int


def parts_of(theme_id: int) -> list[Part]:
    """Return the parts of a theme, the largest first; one statement."""
    rows = db.session.execute(
        select(SubTheme, func.count().label("size"))
        .join(SubThemeMention, SubThemeMention.sub_theme_id == SubTheme.id)
        .join(Placement, Placement.mention_id == SubThemeMention.mention_id)
        .join(Mention, Mention.id == Placement.mention_id)
        .where(SubTheme.theme_id == theme_id, Placement.theme_id == theme_id, Mention.state == "open")
        .group_by(SubTheme.id)
        .having(func.count() >= LEAST)
        .order_by(func.count().desc(), SubTheme.id)
    )
    return [Part(*row) for row in rows]


def names_inside(codebook_id: int) -> dict[int, list[str]]:
    """Return for each theme of a codebook the names of its parts, for a list; one statement that counts nothing."""
    rows = db.session.execute(
        select(SubTheme.theme_id, SubTheme.name)
        .join(Theme, Theme.id == SubTheme.theme_id)
        .where(Theme.codebook_id == codebook_id)
        .order_by(SubTheme.id)
    )
    names: dict[int, list[str]] = {}
    for theme_id, name in rows:
        names.setdefault(theme_id, []).append(name)
    return names


def themes_within(theme_id: int) -> Sequence[Theme]:
    """Return the open themes that people made of parts of a theme, by name."""
    chosen = select(Theme).where(Theme.parent_id == theme_id, Theme.state == "open")
    return db.session.scalars(chosen.order_by(func.lower(Theme.name), Theme.id)).all()


def part_by_id(part_id: int) -> SubTheme:
    """Return the part; NotFound when the theme was looked into again since."""
    part = db.session.get(SubTheme, part_id)
    if part is None:
        raise NotFound(N_("This part of the theme is not there any more: the theme was looked into again."))
    return part


def inside(part: SubTheme) -> Select[int]:
    """SELECT of the mentions of a part that are still in its theme."""
    there = select(Placement.mention_id).where(Placement.theme_id == part.theme_id)
    return select(SubThemeMention.mention_id).where(
        SubThemeMention.sub_theme_id == part.id, SubThemeMention.mention_id.in_(there)
    )


def due() -> int | None:
    """Return the theme to look into next: a large one never looked into, or the one that has changed most."""
    size = func.count()
    change = func.abs(size - Theme.looked_inside)
    chosen = (
        select(Theme.id)
        .join(Placement, Placement.theme_id == Theme.id)
        .where(Theme.state == "open")
        .group_by(Theme.id)
        .having(size >= ENOUGH, change > GROWN * Theme.looked_inside)
        .order_by(change.desc(), Theme.id)
    )
    return db.session.scalar(chosen.limit(1))
