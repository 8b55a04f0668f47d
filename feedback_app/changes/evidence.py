"""What stands behind a change: its themes, and the words people used. Read by announcements, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, Subquery, case, desc, func, select

from feedback_app.changes.models import ChangeTheme
from feedback_app.extensions import db
from feedback_app.responses.models import Response
from feedback_app.themes.models import Codebook, Mention, Placement, Theme
from feedback_app.themes.queries import forwarding

QUOTES_SHOWN = 3  # for each theme
READABLE = 300  # characters: a quote that is read at a glance; longer ones come last


@dataclass(frozen=True)
class Quote:
    """Somebody's words, with what is known of the person: enough to understand them, not to look them up."""

    text: str
    kind: str
    language: str


@dataclass(frozen=True)
class Evidence:
    """A theme as it stands behind a change: how often it was mentioned, by how many people, in which words."""

    id: int
    name: str
    title: Mapping[str, str]  # the name by language
    codebook: str
    mentions: int
    people: int
    complaints: int = 0  # of the mentions
    state: str = "open"
    quotes: list[Quote] = field(default_factory=list)


def linked() -> Subquery:
    """Return the pairs (change_id, theme_id) in force: a merged theme counts as the one that it is in by now."""
    final = forwarding()
    theme_id = final.c.final_id.label("theme_id")
    pairs = select(ChangeTheme.change_id, theme_id).join(final, final.c.theme_id == ChangeTheme.theme_id)
    return pairs.distinct().subquery()


def open_mentions() -> Subquery:
    """Return the mentions that count, once for each theme: (mention_id, contact_id, survey_id, theme_id, tone)."""
    return (
        select(Mention.id.label("mention_id"), Mention.contact_id, Mention.survey_id, Placement.theme_id, Mention.tone)
        .join(Placement, Placement.mention_id == Mention.id)
        .where(Mention.state == "open")
        .subquery()
    )


def _counted() -> Select[Theme, str, int, int, int]:
    mentions = open_mentions()
    return (
        select(
            Theme,
            Codebook.name,
            func.count(mentions.c.mention_id).label("mentions"),
            func.count(mentions.c.contact_id.distinct()),
            func.count(case((mentions.c.tone == "complaint", mentions.c.mention_id))),
        )
        .join(Codebook, Codebook.id == Theme.codebook_id)
        .outerjoin(mentions, mentions.c.theme_id == Theme.id)
        .group_by(Theme.id, Codebook.name)
    )


def _read(statement: Select[Theme, str, int, int, int]) -> list[Evidence]:
    return [
        Evidence(theme.id, theme.name, theme.title, codebook, mentions, people, complaints, theme.state)
        for theme, codebook, mentions, people, complaints in db.session.execute(statement)
    ]


def themes_to_link(chosen: Sequence[int] = ()) -> list[Evidence]:
    """Return the themes that a change may answer, those most spoken of first; ``chosen`` ones whatever their state.

    Each with the quotes by which it was found, so that nobody links a name alone; three statements.
    """
    wanted = (Theme.state == "open") | Theme.id.in_(chosen)
    statement = _counted().where(wanted).order_by(Codebook.name, desc("mentions"), Theme.name)
    themes = _read(statement)
    quotes = _typical([one.id for one in themes])
    for one in themes:
        one.quotes.extend(quotes.get(one.id, ()))
    return themes


def _typical(theme_ids: Sequence[int]) -> dict[int, list[Quote]]:
    """The typical mentions that the engine chose, as far as they are still there; cheap for any number of themes."""
    stored = db.session.execute(select(Theme.id, Theme.quotes).where(Theme.id.in_(theme_ids)))
    typical = {row.id: list((row.quotes or {}).get("typical", ()))[:QUOTES_SHOWN] for row in stored}
    rows = db.session.execute(
        select(Placement.theme_id, Mention.id, Mention.text, Mention.language, Response.kind)
        .join(Mention, Mention.id == Placement.mention_id)
        .join(Response, Response.id == Mention.response_id)
        .where(Mention.id.in_([one for ids in typical.values() for one in ids]), Mention.state == "open")
    )
    quotes: dict[int, list[Quote]] = {}
    for theme_id, mention_id, text, language, kind in rows:
        if mention_id in typical.get(theme_id, ()):
            quotes.setdefault(theme_id, []).append(Quote(text, kind, language))
    return quotes


def themes_behind(change_id: int) -> list[Evidence]:
    """Return the themes linked to a change with their counts and up to three quotes each: two statements."""
    pairs = linked()
    mine = select(pairs.c.theme_id).where(pairs.c.change_id == change_id)
    themes = _read(_counted().where(Theme.id.in_(mine)).order_by(Theme.name))
    for theme_id, quote in _quotes([one.id for one in themes]):
        next(one for one in themes if one.id == theme_id).quotes.append(quote)
    return themes


def _quotes(theme_ids: Sequence[int]) -> list[tuple[int, Quote]]:
    once = (  # the same words from several people are shown once
        select(func.min(Mention.id))
        .join(Placement, Placement.mention_id == Mention.id)
        .where(Placement.theme_id.in_(theme_ids), Mention.state == "open")
        .group_by(Placement.theme_id, Mention.text_key)
    )
    length = func.length(Mention.text)
    best = (length > READABLE, length.desc(), Mention.id)  # the fullest that can be read at a glance
    place = func.row_number().over(partition_by=Placement.theme_id, order_by=best).label("place")
    ranked = (
        select(Placement.theme_id, Mention.text, Mention.language, Response.kind, place)
        .join(Mention, Mention.id == Placement.mention_id)
        .join(Response, Response.id == Mention.response_id)
        .where(Placement.theme_id.in_(theme_ids), Mention.id.in_(once))
        .subquery()
    )
    rows = db.session.execute(
        select(ranked).where(ranked.c.place <= QUOTES_SHOWN).order_by(ranked.c.theme_id, ranked.c.place)
    )
    return [(row.theme_id, Quote(row.text, row.kind, row.language)) for row in rows]
