"""The machine learns what a person answered, puts the others' mentions where they belong, and prepares questions.

Loads the numerical libraries. Computed with no transaction open, written in one; what a person decided meanwhile, or
before, is never touched.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
from sqlalchemy import select, update

from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.themes.engine.classify import assigner as engine
from feedback_app.themes.engine.guide import choose
from feedback_app.themes.engine.guide.landscape import Landscape
from feedback_app.themes.engine.guide.lesson import NOTHING, Lesson, Told, held_out, teach
from feedback_app.themes.engine.vectors.embedders import default_embedder
from feedback_app.themes.grouping import classifier_store
from feedback_app.themes.grouping.learning import Assigner
from feedback_app.themes.guided.collected import Mentions, landscape_of, read, told_by_people
from feedback_app.themes.guided.models import GuidedQuestion, GuidedSetup
from feedback_app.themes.guided.placing import move, write_questions
from feedback_app.themes.guided.queries import BLOCK, candidates, due, setup_of
from feedback_app.themes.models import Codebook

AHEAD = 3 * BLOCK  # questions prepared, so that nobody waits for the machine
TESTED = 2_000  # mentions on which it is tried out how often the machine is right; each trial costs as much as a lesson
SHOWN = 1_000  # the clearest mentions, from which new answers are assigned


def teach_wanted() -> str:
    """Let machines learn for which it was asked; says how many, or ""."""
    ids = due()
    db.session.rollback()
    for codebook_id in ids:
        teach_now(codebook_id)
    return f"{len(ids)} codebooks taught" if ids else ""


def teach_now(codebook_id: int, ahead: int = AHEAD) -> None:
    """Learn from everything people said in a codebook, move what nobody decided, prepare ``ahead`` questions."""
    setup = setup_of(codebook_id)
    wanted_at = setup.wanted_at if setup else None
    mentions = read(codebook_id)
    land = landscape_of(codebook_id, mentions)
    if land is None or wanted_at is None:
        _write_nothing(codebook_id, wanted_at)
        return
    told = told_by_people(codebook_id, mentions, land)
    lesson = teach(land, told)
    asked = _to_ask(codebook_id, mentions, land, lesson, told, ahead)
    right, drawn = _foretold(codebook_id, mentions, land, told)
    machine = _machine(land, lesson) if lesson is not None else None
    with transaction() as session:
        session.execute(select(Codebook.id).where(Codebook.id == codebook_id).with_for_update())
        moved = move(session, codebook_id, mentions, land, lesson) if told.answers and lesson is not None else 0
        write_questions(session, codebook_id, mentions, land, lesson, asked)
        if machine is not None and told.answers:
            classifier_store.save(codebook_id, machine)
        done = {"taught_at": wanted_at, "moved": moved, "right": right, "drawn": drawn}
        session.execute(update(GuidedSetup).where(GuidedSetup.codebook_id == codebook_id).values(**done))


def _write_nothing(codebook_id: int, wanted_at: datetime | None) -> None:
    with transaction() as session:
        mine = update(GuidedSetup).where(GuidedSetup.codebook_id == codebook_id)
        session.execute(mine.values(taught_at=wanted_at))


def _to_ask(
    codebook_id: int, mentions: Mentions, land: Landscape, lesson: Lesson | None, told: Told, ahead: int
) -> list[choose.Question]:
    setup = setup_of(codebook_id)
    newer = setup.seen_upto if setup and setup.finished_at else 0
    free = set(db.session.scalars(candidates(codebook_id)))
    db.session.rollback()
    rows = {row: one for row, one in zip(land.row_of.tolist(), mentions.ids, strict=True) if row >= 0 and one in free}
    wanted = sorted(row for row, one in rows.items() if one > newer) or sorted(rows)
    asked = np.array(wanted, dtype=np.int64)
    questions: list[choose.Question] = []
    for start in range(0, ahead, BLOCK):
        done = {*told.answers, *(one.row for one in questions)}
        questions += choose.questions(land, lesson, done, asked, min(BLOCK, ahead - start), codebook_id + len(done))
    return questions


def _foretold(codebook_id: int, mentions: Mentions, land: Landscape, told: Told) -> tuple[int, int]:
    """Of the mentions drawn at random: how many are foretold from the other answers, and how many there are."""
    drawn = select(GuidedQuestion.mention_id).where(
        GuidedQuestion.codebook_id == codebook_id, GuidedQuestion.state == "answered", GuidedQuestion.reason == "random"
    )
    lot = set(db.session.scalars(drawn))
    db.session.rollback()
    rows = {
        row for row, one in zip(land.row_of.tolist(), mentions.ids, strict=True) if one in lot and row in told.answers
    }
    if not rows:
        return 0, 0
    chosen = land
    if len(land) > TESTED:
        others = np.random.RandomState(0).permutation(np.setdiff1d(np.arange(len(land)), list(told.answers)))
        kept = np.concatenate([np.array(sorted(told.answers)), others[:TESTED]])
        place = {int(row): at for at, row in enumerate(kept)}
        chosen, rows = land.only(kept), {place[row] for row in rows}
        told = Told({place[row]: said for row, said in told.answers.items()}, told.found[kept], told.names, told.trust)
    predicted = held_out(chosen, told, rows)
    return sum(predicted.get(row) == told.answers[row] for row in rows), len(rows)


def _machine(land: Landscape, lesson: Lesson) -> Assigner | None:
    """What new answers will be assigned by: learnt from the clearest placements, in the default encoder's space."""
    kept = [np.flatnonzero(lesson.best == theme) for theme in lesson.themes if theme != NOTHING]
    most = max(1, SHOWN // max(len(kept), 1))
    clear = [rows[np.argsort(-lesson.chances[rows].max(axis=1), kind="stable")[:most]] for rows in kept]
    rows = np.sort(np.concatenate(clear)) if clear else np.array([], dtype=np.int64)
    if not len(rows):
        return None
    collection = land.collection
    centred = land.plain.centred(collection.vectors[rows], collection.languages[rows])
    words = collection.wording(rows)
    return Assigner(engine.learn(words, centred, lesson.best[rows], land.plain, default_embedder().name))
