"""What people do with themes: name, describe, own, merge, set aside, start. Each is one step, undoable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import aliased

from feedback_app.accounts.models import Staff
from feedback_app.common.text import one_line
from feedback_app.database import require_transaction, transaction, updated_one
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actor import Actor
from feedback_app.events.catalogue import EventType
from feedback_app.extensions import db
from feedback_app.organisation.queries import current
from feedback_app.themes import events
from feedback_app.themes.curation.mention_actions import of_codebook, place
from feedback_app.themes.models import NAME_LIMIT, Placement, Theme
from feedback_app.themes.queries import codebook_by_id, open_theme, theme_by_id
from feedback_app.themes.steps import NO_SYNC, Chosen, step


def good_name(name: str) -> str:
    """Return ``name`` as a theme may bear it: one line, not empty, at most 200 characters; else Refused."""
    name = one_line(name)
    if not name:
        raise Refused(N_("A theme needs a name. Type a few words that say what people speak about."))
    if len(name) > NAME_LIMIT:
        raise Refused(N_("This name is too long: please shorten it to %(max)d characters."), max=NAME_LIMIT)
    return name


def save(theme_id: int, name: str, description: str, owner_id: int | None, by: Actor, language: str = "") -> bool:
    """Rename, describe and name an owner, all or nothing; False when all was so already. Each is a step of its own."""
    with transaction():
        done = [
            _rename(theme_id, name, by, language),
            _describe(theme_id, description, by),
            _set_owner(theme_id, owner_id, by),
        ]
    return any(done)


def rename(theme_id: int, name: str, by: Actor, language: str = "") -> bool:
    """Give a theme another name; False when it bears that name already. Nothing else changes, least of all its id.

    A person's name in one ``language`` (the organisation's, if not said) stands beside those that people gave in
    others; names by the machine go, for what was wrong in one language is wrong in all.
    """
    with transaction():
        return _rename(theme_id, name, by, language)


def _rename(theme_id: int, name: str, by: Actor, language: str) -> bool:
    name, house, theme = good_name(name), current().language, open_theme(theme_id)
    language = language or house
    if theme.title.get(language, theme.name) == name:
        return False
    given = theme.names if theme.named_by_person else {}
    own = name if language == house or not given else theme.name
    names = {**given, language: name}
    return _set(theme, events.THEME_RENAMED, by, name=own, names=names, named_by_person=True)


def rename_now(theme_id: int, names: Mapping[str, str], by: Actor) -> bool:
    """Name a theme in several languages at once, one step, inside the caller's transaction; see :func:`rename`."""
    names = {code: good_name(one) for code, one in names.items()}
    own = names.get(current().language) or next(iter(names.values()))
    return _set(open_theme(theme_id), events.THEME_RENAMED, by, name=own, names=names, named_by_person=True)


def _describe(theme_id: int, description: str, by: Actor) -> bool:
    return _set(open_theme(theme_id), events.THEME_DESCRIBED, by, description=description.strip()[:5000])


def _set_owner(theme_id: int, owner_id: int | None, by: Actor) -> bool:
    if owner_id is not None and db.session.get(Staff, owner_id) is None:
        raise NotFound(N_("There is no such member of staff (any more)."))
    return _set(open_theme(theme_id), events.THEME_OWNER_SET, by, owner_id=owner_id)


def _set(theme: Theme, what: EventType, by: Actor, **new: object) -> bool:
    old = {name: getattr(theme, name) for name in new}
    if all(old[name] == value for name, value in new.items() if name != "named_by_person"):
        return False
    guard = [getattr(Theme, name).is_not_distinct_from(value) for name, value in old.items()]
    if not updated_one(update(Theme).where(Theme.id == theme.id, Theme.state == "open", *guard).values(**new)):
        raise Refused(N_("Somebody else was changing this theme at the same moment. Look again and repeat."))
    step(theme.codebook_id, what, by, theme_id=theme.id, old=old, new=new)
    return True


def merge(theme_ids: Sequence[int], into: int, by: Actor) -> int:
    """Merge themes into one: all their mentions move there, and their ids lead there for ever. How many mentions.

    What people had confirmed stays confirmed. Nobody is lost: a mention that was in both stays in the one.
    """
    with transaction():
        return merge_now(theme_ids, into, by)


def merge_now(theme_ids: Sequence[int], into: int, by: Actor) -> int:
    """Merge inside the caller's transaction; see :func:`merge`."""
    target = open_theme(into)
    sources = [open_theme(theme_id) for theme_id in dict.fromkeys(theme_ids) if theme_id != into]
    if not sources:
        raise Refused(N_("Choose at least one other theme to merge into this one."))
    if any(theme_id.codebook_id != target.codebook_id for theme_id in sources):
        raise Refused(N_("Themes of different codebooks cannot be merged."))
    return sum(_merge(theme_id, target, by) for theme_id in sources)


def _merge(source: Theme, target: Theme, by: Actor) -> int:
    session = require_transaction()
    chosen = select(Placement.mention_id).where(Placement.theme_id == source.id)
    event = step(
        target.codebook_id,
        events.THEME_MERGED,
        by,
        theme_id=target.id,
        other_id=source.id,
        chosen=chosen,
        name=source.name,
    )
    forward = update(Theme).where(Theme.id == source.id, Theme.state == "open")
    if not updated_one(forward.values(state="merged", merged_into_id=target.id)):
        raise Refused(N_("The theme “%(name)s” was merged or set aside in the meantime."), name=source.name)
    _keep_the_surer(source.id, target.id)
    there = select(Placement.mention_id).where(Placement.theme_id == target.id)
    session.execute(delete(Placement).where(Placement.theme_id == source.id, Placement.mention_id.in_(there)))
    session.execute(
        update(Placement).where(Placement.theme_id == source.id).values(theme_id=target.id), execution_options=NO_SYNC
    )
    return event.mentions


def _keep_the_surer(source_id: int, target_id: int) -> None:
    """Drop the target's own placement of a mention where the source's was confirmed and the target's was not."""
    own = aliased(Placement)
    confirmed = exists(
        select(1).where(
            own.mention_id == Placement.mention_id, own.theme_id == source_id, own.confirmed_at.is_not(None)
        )
    )
    mine = (Placement.theme_id == target_id) & Placement.confirmed_at.is_(None)
    require_transaction().execute(delete(Placement).where(mine, confirmed), execution_options=NO_SYNC)


def set_aside(theme_id: int, by: Actor) -> None:
    """Leave a theme out of lists and letters; its mentions stay in it, and new ones like them join them quietly."""
    with transaction():
        theme = open_theme(theme_id)
        if not updated_one(update(Theme).where(Theme.id == theme_id, Theme.state == "open").values(state="set_aside")):
            raise Refused(N_("The theme “%(name)s” was merged or set aside in the meantime."), name=theme.name)
        step(theme.codebook_id, events.THEME_SET_ASIDE, by, theme_id=theme_id)


def bring_back(theme_id: int, by: Actor) -> None:
    """Bring back a theme that was set aside."""
    with transaction():
        theme = theme_by_id(theme_id)
        if not updated_one(update(Theme).where(Theme.id == theme_id, Theme.state == "set_aside").values(state="open")):
            raise Refused(N_("The theme “%(name)s” is not set aside."), name=theme.name)
        step(theme.codebook_id, events.THEME_BROUGHT_BACK, by, theme_id=theme_id)


def start_theme(codebook_id: int, name: str, by: Actor, mentions: Chosen = (), description: str = "") -> Theme:
    """Start a theme by hand, with the mentions of a search or of a choice moved into it, or still empty."""
    with transaction():
        return new_theme(codebook_by_id(codebook_id).id, name, by, mentions, description=description)


def new_theme(  # noqa: PLR0913 - one theme has as many facts
    codebook_id: int,
    name: str,
    by: Actor,
    mentions: Chosen = (),
    *,
    from_theme: int | None = None,
    description: str = "",
    names: Mapping[str, str] | None = None,
    phrases: Sequence[str] = (),
    quotes: Sequence[int] = (),
    what: EventType = events.THEME_STARTED,
    parent_id: int | None = None,
) -> Theme:
    """Start a theme inside the caller's transaction; see :func:`start_theme`."""
    session = require_transaction()
    chosen = of_codebook(codebook_id, mentions)
    theme = Theme(
        codebook_id=codebook_id,
        name=good_name(name),
        names={code: good_name(one) for code, one in (names or {}).items()},
        named_by_person=True,
        description=description,
        phrases=list(phrases),
        quotes={"typical": list(quotes)},
        parent_id=parent_id,
    )
    session.add(theme)
    session.flush()
    event = step(codebook_id, what, by, theme_id=theme.id, other_id=from_theme, chosen=chosen, name=theme.name)
    if event.mentions:
        place(event, theme.id, by, from_theme, drop=True)
    return theme
