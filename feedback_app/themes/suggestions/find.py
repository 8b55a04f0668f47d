"""What the machine would do with a codebook: new themes, merges, splits. Loads the numerical libraries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from feedback_app import clock
from feedback_app.database import insert, transaction
from feedback_app.errors import N_, Refused
from feedback_app.extensions import db
from feedback_app.organisation.queries import current
from feedback_app.themes.engine.cluster.emerging import ALIKE
from feedback_app.themes.grouping import classifier_store
from feedback_app.themes.grouping.actions import shown_name
from feedback_app.themes.grouping.emerging import emerging
from feedback_app.themes.grouping.pipeline import Found, discover
from feedback_app.themes.grouping.progress import Tell, silent
from feedback_app.themes.grouping.vector_store import StoredVectors
from feedback_app.themes.mention_filter import of_codebook
from feedback_app.themes.models import Mention, Placement, Suggestion, Theme
from feedback_app.themes.queries import final_ids, open_theme, open_themes, ungrouped_of

LEAST = 10  # mentions that make a theme worth suggesting (fewer are too often chance)
UNSURE = 0.35  # confidence below which the machine's placement does not speak against a new theme
MOST_MERGES = 10
SPLIT_FROM = 60  # mentions from which a theme is worth a look inside
SPLIT_SHARE = 0.2  # and its share of the codebook
SAME = 0.5  # overlap from which a suggestion is an old one again
MOST_IDS = 5_000  # mentions kept with one suggestion
WINDOW = 6_000  # latest mentions among which something new is looked for
LATELY = 3  # the newest third of them is held against the others


def suggest(codebook_id: int, tell: Tell = silent) -> int:
    """Look for themes that are missing, double or too wide; how many suggestions are new.

    What was dismissed does not come back for the same reason.
    """
    tell(N_("Looking for themes that are missing."), 0.1)
    suggested = [*_missing(codebook_id), *_new_lately(codebook_id)]
    tell(N_("Looking for themes that say the same."), 0.5)
    suggested += _double(codebook_id)
    tell(N_("Looking for themes that hold several things."), 0.7)
    for theme_id in _wide(codebook_id):
        suggested += _inside(codebook_id, theme_id)
    return _keep(codebook_id, suggested)


def suggest_split(theme_id: int, tell: Tell = silent) -> int:
    """Look inside one theme; 1 when a split is suggested now, 0 when it is suggested or was decided already.

    Refused when nothing inside it can be told apart.
    """
    theme = open_theme(theme_id)
    name, codebook_id = theme.name, theme.codebook_id
    tell(N_("Looking inside “%(name)s”."), 0.2, name=name)
    parts = list(_inside(codebook_id, theme_id))
    if not parts:
        raise Refused(N_("Nothing inside “%(name)s” can be told apart well enough to split it."), name=name)
    return _keep(codebook_id, parts, again=True)


def _missing(codebook_id: int) -> Iterable[dict[str, Any]]:
    unsure = (
        select(Placement.mention_id)
        .join(Theme, Theme.id == Placement.theme_id)
        .where(Theme.codebook_id == codebook_id, Placement.confirmed_at.is_(None), Placement.confidence < UNSURE)
    )
    rows = db.session.execute(
        select(Mention.id, Mention.text, Mention.language)
        .where(of_codebook(codebook_id), Mention.state == "open")
        .where(
            or_(Mention.id.in_(ungrouped_of(codebook_id)), and_(Mention.decided_at.is_(None), Mention.id.in_(unsure)))
        )
        .order_by(Mention.id)
    ).all()
    for part in _parts(rows, _names(codebook_id), feedback=True):
        yield _new_theme(part)


def _new_theme(part: dict[str, Any], **evidence: object) -> dict[str, Any]:
    ids = part["mentions"]
    reason = f"new:{min(ids)}:{len(ids)}"
    return {"kind": "new_theme", "reason": reason, "parts": [part], "evidence": {"size": len(ids), **evidence}}


def _new_lately(codebook_id: int) -> Iterable[dict[str, Any]]:
    """What the latest mentions speak of and those before them hardly did, unless a theme says just that already."""
    rows = db.session.execute(
        select(Mention.id, Mention.text, Mention.language, Mention.decided_at)
        .where(of_codebook(codebook_id), Mention.state == "open")
        .order_by(Mention.id.desc())
        .limit(WINDOW)
    ).all()[::-1]
    db.session.rollback()
    old = len(rows) - len(rows) // LATELY
    if len(rows) - old < LEAST:
        return
    texts = [row.text for row in rows]
    vectors = StoredVectors(texts)
    groups = emerging(texts[:old], texts[old:], languages=[row.language for row in rows], vectors=vectors)
    vectors.keep()
    latest, taken = rows[old:], _names(codebook_id)
    for group in groups:
        ids = [latest[at].id for at in group.members if latest[at].decided_at is None]
        if len(ids) >= LEAST and not _is_a_theme(codebook_id, ids, latest[0].id):
            quotes = [latest[at].id for at in group.typical if latest[at].decided_at is None]
            name = _free_name(group.name, group.phrases, taken)
            part = {"name": name, "phrases": list(group.phrases), "mentions": ids[:MOST_IDS]}
            yield _new_theme({**part, "quotes": quotes}, lately=len(latest), before=old)


def _is_a_theme(codebook_id: int, ids: Sequence[int], since: int) -> bool:
    """Is there a theme that holds half of these mentions and is as new, half of it said from mention `since` on?"""
    inside = db.session.execute(
        select(Placement.theme_id)
        .join(Theme, Theme.id == Placement.theme_id)
        .where(Theme.codebook_id == codebook_id, Theme.state == "open", Placement.mention_id.in_(ids))
        .group_by(Placement.theme_id)
        .having(func.count() >= SAME * len(ids))
    )
    full = [row.theme_id for row in inside]
    late = func.sum(case((Placement.mention_id >= since, 1), else_=0))
    counts = select(func.count(), late).where(Placement.theme_id.in_(full)).group_by(Placement.theme_id)
    found = any(lately >= SAME * size for size, lately in db.session.execute(counts))
    db.session.rollback()
    return found


def _names(codebook_id: int) -> set[str]:
    """The names in use in a codebook, in every language and without capitals."""
    there = {name.casefold() for theme in open_themes(codebook_id) for name in (theme.name, *theme.names.values())}
    db.session.rollback()
    return there


def _free_name(name: str, phrases: Sequence[str], taken: set[str]) -> str:
    """The first of a name and its phrases that no theme bears; else the two that say most, together."""
    for one in (name, *phrases):
        if shown_name(one).casefold() not in taken:
            return shown_name(one)
    return shown_name(", ".join(dict.fromkeys([name, *phrases[1:2], *phrases[-1:]])))


def _parts(rows: Sequence[Any], taken: set[str], least: int = LEAST, *, feedback: bool = False) -> list[dict[str, Any]]:
    db.session.rollback()
    if len(rows) < least:
        return []
    texts = [row.text for row in rows]
    vectors = StoredVectors(texts)
    spoken = [row.language for row in rows]
    grouping = discover(texts, languages=spoken, feedback=feedback, taken=sorted(taken), vectors=vectors)
    vectors.keep()
    return [
        _part(theme, [rows[at].id for at, mine in enumerate(grouping.assigned) if mine == number], rows, taken)
        for number, theme in enumerate(grouping.themes)
        if sum(mine == number for mine in grouping.assigned) >= least
    ]


def _part(theme: Found, mentions: list[int], rows: Sequence[Any], taken: set[str]) -> dict[str, Any]:
    names = {code: shown_name(name) for code, name in theme.names.items()}
    return {
        "name": names.get(current().language) or _free_name(theme.name, theme.phrases, taken),
        "names": names,
        "phrases": list(theme.phrases),
        "mentions": mentions[:MOST_IDS],
        "quotes": [rows[at].id for at in theme.typical],
    }


def _double(codebook_id: int) -> list[dict[str, Any]]:
    assigner = classifier_store.load(codebook_id)
    if assigner is None:
        return []
    final, visible = final_ids(codebook_id), {theme.id for theme in open_themes(codebook_id)}
    pairs: dict[str, dict[str, Any]] = {}
    for one, other, near in classifier_store.alike(assigner, ALIKE):
        a, b = sorted((final.get(one, 0), final.get(other, 0)))
        if a != b and {a, b} <= visible:
            reason = f"merge:{a}:{b}"
            evidence = {"nearness": round(near, 2)}
            pairs.setdefault(
                reason, {"kind": "merge", "reason": reason, "theme_id": a, "other_id": b, "evidence": evidence}
            )
    return list(pairs.values())[:MOST_MERGES]


def _wide(codebook_id: int) -> list[int]:
    sizes = db.session.execute(
        select(Placement.theme_id, func.count().label("size"))
        .join(Theme, Theme.id == Placement.theme_id)
        .where(Theme.codebook_id == codebook_id, Theme.state == "open")
        .group_by(Placement.theme_id)
    ).all()
    total = sum(row.size for row in sizes)
    return [row.theme_id for row in sizes if row.size >= max(SPLIT_FROM, SPLIT_SHARE * total)]


def _inside(codebook_id: int, theme_id: int) -> Iterable[dict[str, Any]]:
    rows = db.session.execute(
        select(Mention.id, Mention.text, Mention.language)
        .join(Placement, Placement.mention_id == Mention.id)
        .where(Placement.theme_id == theme_id, Mention.state == "open", of_codebook(codebook_id))
        .order_by(Mention.id)
    ).all()
    parts = _parts(rows, _names(codebook_id), min(LEAST, max(3, len(rows) // 6)))
    if len(parts) >= 2:
        grown = len(rows).bit_length()  # a theme that has doubled is a new reason to look inside
        evidence = {"size": len(rows)}
        yield {
            "kind": "split",
            "reason": f"split:{theme_id}:{grown}",
            "theme_id": theme_id,
            "parts": parts,
            "evidence": evidence,
        }


def _keep(codebook_id: int, suggested: Sequence[dict[str, Any]], *, again: bool = False) -> int:
    with transaction() as session:
        old = session.execute(
            select(Suggestion.kind, Suggestion.parts).where(
                Suggestion.codebook_id == codebook_id, Suggestion.kind == "new_theme"
            )
        ).all()
        known = [set(part["mentions"]) for row in old for part in row.parts]
        number = 0
        for suggestion in suggested:
            if suggestion["kind"] == "new_theme" and _seen(suggestion, known):
                continue
            if suggestion["kind"] == "new_theme":  # others have no parts
                known += [set(part["mentions"]) for part in suggestion["parts"]]
            row = {
                "codebook_id": codebook_id,
                "parts": [],
                "theme_id": None,
                "other_id": None,
                "state": "open",
                **suggestion,
            }
            row["created_at"] = clock.now()
            add = insert(Suggestion).values(**row)
            rule = add.on_conflict_do_nothing(index_elements=["codebook_id", "reason"])
            if again:  # a person asked for it just now, so that an earlier "no" does not count
                fresh = {"state": "open", "parts": add.excluded.parts, "created_at": add.excluded.created_at}
                rule = add.on_conflict_do_update(index_elements=["codebook_id", "reason"], set_=fresh)
            number += session.execute(rule.returning(Suggestion.id)).first() is not None
        return number


def _seen(one: dict[str, Any], known: Sequence[set[int]]) -> bool:
    mine = {mention for part in one["parts"] for mention in part["mentions"]}
    return any(len(mine & other) >= SAME * min(len(mine), len(other) or 1) for other in known)
