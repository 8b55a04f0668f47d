"""Grouping: answers into mentions into themes. For worker and commands; importing it loads the numerical libraries.

Vectors and themes are computed with no transaction open; then one transaction writes. Ids never change by
themselves, and a mention about which a person has decided is not touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Row, Select, exists, func, select, update

from feedback_app import clock
from feedback_app.database import insert, require_transaction, transaction
from feedback_app.errors import N_, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.extensions import current_settings, db
from feedback_app.organisation.queries import current
from feedback_app.themes import events
from feedback_app.themes.engine.cluster.partition import Grain
from feedback_app.themes.engine.vectors.large_encoders import StrongerUnavailable
from feedback_app.themes.grouping import classifier_store
from feedback_app.themes.grouping.cut_answers import cut_new
from feedback_app.themes.grouping.known import known
from feedback_app.themes.grouping.learning import Assigner
from feedback_app.themes.grouping.pipeline import Grouping, discover
from feedback_app.themes.grouping.progress import Tell, silent, within
from feedback_app.themes.grouping.vector_store import StoredVectors
from feedback_app.themes.mention_filter import of_codebook
from feedback_app.themes.models import Codebook, Mention, Placement, Theme, ThemeEvent, ThemeExample
from feedback_app.themes.queries import codebook_by_id, final_ids, surveys_of
from feedback_app.themes.steps import CHUNK, NO_SYNC

LESSONS = 6_000  # machine's own placements that are learnt from again; more teach nothing new
NAMING = 200


@dataclass(frozen=True)
class Outcome:
    """What a grouping did, in numbers of answers, mentions and themes."""

    codebook_id: int
    answers: int = 0  # newly cut
    mentions: int = 0  # newly cut
    placed: int = 0  # newly put into a theme
    new_themes: int = 0
    waiting: int = 0  # with content, in no theme

    def as_dict(self) -> dict[str, int]:
        """Return the numbers by name."""
        return asdict(self)


@dataclass(frozen=True)
class Wanted:
    """How themes are to be found: how many (None: as the answers suggest), how fine, and by which encoders.

    The stronger encoders draw the themes; what assigns mentions to them is always learnt in the default encoder's
    space, so that a new answer needs no slow encoder and old and new ones are compared by the same measure.
    """

    themes: int | None = None
    grain: Grain = "auto"
    strong: bool = False
    feedback: bool = True


def group(
    codebook_id: int,
    by: Actor,
    *,
    grain: Grain = "auto",
    themes: int | None = None,
    strong: bool = False,
    tell: Tell = silent,
) -> Outcome:
    """Cut what is not cut yet and put every mention that waits into a theme of the codebook.

    A codebook with themes keeps them: mentions are assigned to these. One without themes gets those that the
    engine discovers (``themes`` of them, else the number is its choice, coarser or finer by ``grain``),
    also hearing the stronger encoders with ``strong`` or where the settings say so: Refused if these are not installed.
    Linear in the number of answers; safe to repeat.
    """
    surveys = [survey.id for survey in surveys_of(codebook_by_id(codebook_id).id)]
    cutting = cut_new(surveys, within(tell, 0.0, 0.25))
    if _has_themes(codebook_id):
        relearn(codebook_id)
        outcome = assign(codebook_id, tell=within(tell, 0.25, 1.0))
    else:
        wanted = Wanted(themes, grain, strong or current_settings().themes_strong)
        outcome = _discover(codebook_id, by, wanted, within(tell, 0.25, 1.0))
    outcome = replace(outcome, answers=cutting.answers, mentions=cutting.mentions, waiting=_waiting(codebook_id))
    with transaction() as session:
        session.execute(update(Codebook).where(Codebook.id == codebook_id).values(grouped_at=clock.now()))
        record(events.GROUPING_DONE, by, codebook_id, **outcome.as_dict())
    tell(N_("Finished."), 1.0)
    return outcome


def _has_themes(codebook_id: int) -> bool:
    return bool(db.session.scalar(select(func.count()).where(Theme.codebook_id == codebook_id)))


def _waiting(codebook_id: int) -> int:
    return db.session.scalar(select(func.count()).select_from(_unplaced(codebook_id).subquery())) or 0


def _unplaced(codebook_id: int) -> Select[int, str, str]:
    return (
        select(Mention.id, Mention.text, Mention.language)
        .where(of_codebook(codebook_id), Mention.state == "open", Mention.decided_at.is_(None))
        .where(~exists(select(1).where(Placement.mention_id == Mention.id)))
        .order_by(Mention.id)
    )


def _discover(codebook_id: int, by: Actor, wanted: Wanted, tell: Tell) -> Outcome:
    rows = db.session.execute(_unplaced(codebook_id)).all()
    db.session.rollback()
    if not rows:
        return Outcome(codebook_id)
    tell(N_("Reading %(mentions)d mentions."), 0.05, mentions=len(rows))
    texts = [row.text for row in rows]
    vectors = StoredVectors([*texts, *known().texts], strong=wanted.strong)
    try:
        grouping = discover(texts, languages=[row.language for row in rows], vectors=vectors, **asdict(wanted))
    except StrongerUnavailable as error:
        raise Refused(N_("%(reason)s Or find themes without it."), reason=str(error)) from error
    tell(
        N_("%(themes)d themes were found in %(mentions)d mentions."),
        0.8,
        themes=len(grouping.themes),
        mentions=len(rows),
    )
    vectors.keep()
    nearest = _nearest(grouping.assigner, rows, [at is None for at in grouping.assigned], vectors)
    with transaction() as session:
        _hold(codebook_id)
        if _has_themes(codebook_id):  # somebody grouped it meanwhile: theirs stay, ours were only computed
            return Outcome(codebook_id)
        ids = _write_themes(codebook_id, by, grouping, rows)
        placements = [
            (row.id, ids[at], sure)
            for row, at, sure in zip(rows, grouping.assigned, grouping.confidence, strict=True)
            if at is not None
        ]
        placed = _write_placements(codebook_id, placements)
        _write_judged(
            [row.id for row in rows], {mention: [ids[at] for at in near] for mention, near in nearest.items()}
        )
        if grouping.assigner is not None:
            classifier_store.save(codebook_id, grouping.assigner.renamed(dict(enumerate(ids))))
        session.flush()
    return Outcome(codebook_id, placed=placed, new_themes=len(ids))


def _write_themes(codebook_id: int, by: Actor, grouping: Grouping, rows: Sequence[Row[int, str, str]]) -> list[int]:
    session = require_transaction()
    house = current().language
    themes = [
        Theme(
            codebook_id=codebook_id,
            name=shown_name(cluster.names.get(house) or cluster.name),
            names={code: shown_name(name) for code, name in cluster.names.items()},
            phrases=list(cluster.phrases),
            centre=cluster.centre,
            quotes={
                "typical": [rows[at].id for at in cluster.typical],
                "borderline": [rows[at].id for at in cluster.borderline],
            },
        )
        for cluster in grouping.themes
    ]
    session.add_all(themes)
    session.flush()
    session.add_all(
        ThemeEvent(
            codebook_id=codebook_id,
            theme_id=theme.id,
            code=events.THEME_FOUND.code,
            by_id=by.staff_id,
            by=by.name,
            details={"name": theme.name},
        )
        for theme in themes
    )
    return [theme.id for theme in themes]


def shown_name(phrase: str) -> str:
    """Return a phrase as the name of a theme: one line, a capital first, at most 200 characters."""
    tidy = " ".join("".join(sign if sign.isprintable() else " " for sign in phrase).split())[:NAMING] or "?"
    return tidy[:1].upper() + tidy[1:]


def assign(codebook_id: int, *, tell: Tell = silent, limit: int = 0) -> Outcome:
    """Put mentions that wait into existing themes, each with a confidence; nothing is re-clustered.

    Those that were near no theme before are looked at again only once the machine has learnt more (`relearn`).
    """
    assigner = classifier_store.load(codebook_id)
    if assigner is None:
        return Outcome(codebook_id)
    waiting = _unplaced(codebook_id).where(Mention.judged_at.is_(None))
    rows = db.session.execute(waiting.limit(limit) if limit else waiting).all()
    if not rows:
        return Outcome(codebook_id)
    final = final_ids(codebook_id)
    db.session.rollback()
    tell(N_("Reading %(mentions)d mentions."), 0.05, mentions=len(rows))
    texts = [row.text for row in rows]
    vectors = StoredVectors(texts)
    decided = assigner.assign(texts, languages=[row.language for row in rows], vectors=vectors)
    vectors.keep()
    tell(N_("Writing %(mentions)d mentions."), 0.8, mentions=len(rows))
    nearest = _nearest(assigner, rows, [theme is None for theme, _ in decided], vectors)
    placements = [
        (row.id, final[theme], sure)
        for row, (theme, sure) in zip(rows, decided, strict=True)
        if theme is not None and theme in final
    ]
    with transaction():
        _hold(codebook_id)
        placed = _write_placements(codebook_id, placements)
        near = {mention: [final[theme] for theme in ids if theme in final] for mention, ids in nearest.items()}
        _write_judged([row.id for row in rows], near)
    return Outcome(codebook_id, placed=placed)


def _nearest(
    assigner: Assigner | None, rows: Sequence[Row[int, str, str]], lost: Sequence[bool], vectors: StoredVectors
) -> dict[int, list[int]]:
    alone = [row for row, is_lost in zip(rows, lost, strict=True) if is_lost]
    if assigner is None or not alone:
        return {}
    near = classifier_store.closest(assigner, [row.text for row in alone], [row.language for row in alone], vectors)
    return {row.id: ids for row, ids in zip(alone, near, strict=True)}


def _hold(codebook_id: int) -> None:
    """Keep people's steps and other workers off this codebook until the transaction ends."""
    require_transaction().execute(select(Codebook.id).where(Codebook.id == codebook_id).with_for_update())


def _write_placements(codebook_id: int, placements: list[tuple[int, int, float]]) -> int:
    """Insert what is still wanted: a person may have decided, or another worker placed, while we computed."""
    session = require_transaction()
    open_ids = set(session.scalars(_unplaced(codebook_id).with_only_columns(Mention.id)))
    rows = [
        {"mention_id": mention, "theme_id": theme, "confidence": min(max(float(sure), 0.0), 1.0)}
        for mention, theme, sure in placements
        if mention in open_ids
    ]
    if rows:
        session.execute(insert(Placement).on_conflict_do_nothing(), rows)
    return len(rows)


def _write_judged(mention_ids: Sequence[int], nearest: dict[int, list[int]]) -> None:
    session = require_transaction()
    now = clock.now()
    for start in range(0, len(mention_ids), CHUNK):
        part = mention_ids[start : start + CHUNK]
        session.execute(update(Mention).where(Mention.id.in_(part)).values(judged_at=now), execution_options=NO_SYNC)
    if nearest:
        session.execute(update(Mention), [{"id": one, "closest": near} for one, near in nearest.items()])


def relearn(codebook_id: int, *, always: bool = False) -> bool:
    """Let the machine learn from what people confirmed since it learnt last; True when it did.

    Only mentions in no theme are looked at again afterwards: what is in a theme stays until people move it.
    """
    codebook = codebook_by_id(codebook_id)
    learnt = classifier_store.learnt_at(codebook_id)
    stale = learnt is None or (codebook.corrected_at is not None and codebook.corrected_at > learnt)
    if not (always or stale or classifier_store.load(codebook_id) is None):
        return False
    taught = _taught(codebook_id)
    db.session.rollback()
    vectors = StoredVectors(one.text for one in taught)
    assigner = classifier_store.learn(taught, vectors)
    vectors.keep()
    with transaction() as session:
        _hold(codebook_id)
        if assigner is None:
            return False
        classifier_store.save(codebook_id, assigner)
        again = _unplaced(codebook_id).with_only_columns(Mention.id).order_by(None)
        session.execute(update(Mention).where(Mention.id.in_(again)).values(judged_at=None), execution_options=NO_SYNC)
    return True


def _taught(codebook_id: int) -> list[classifier_store.Taught]:
    final = final_ids(codebook_id)
    examples = db.session.execute(
        select(ThemeExample.text, ThemeExample.language, ThemeExample.theme_id)
        .join(Theme, Theme.id == ThemeExample.theme_id)
        .where(Theme.codebook_id == codebook_id)
        .order_by(ThemeExample.id)
    )
    placed = (
        select(Mention.text, Mention.language, Placement.theme_id, Placement.guessed)
        .join(Placement, Placement.mention_id == Mention.id)
        .join(Theme, Theme.id == Placement.theme_id)
        .where(Theme.codebook_id == codebook_id, Mention.state == "open")
    )
    confirmed = db.session.execute(placed.where(Placement.confirmed_at.is_not(None)).order_by(Placement.confirmed_at))
    guessed = db.session.execute(
        placed.where(Placement.confirmed_at.is_(None)).order_by(Placement.confidence.desc()).limit(LESSONS)
    )
    return [
        *(classifier_store.Taught(row.text, row.language, final[row.theme_id], True) for row in examples),
        *(_said(row, final[row.theme_id]) for row in confirmed),
        *(
            classifier_store.Taught(row.text, row.language, final[row.theme_id], False, final[row.theme_id])
            for row in guessed
        ),
    ]


def _said(row: Row[*tuple[Any, ...]], theme_id: int) -> classifier_store.Taught:
    return classifier_store.Taught(row.text, row.language, theme_id, True, theme_id if row.guessed else None)
