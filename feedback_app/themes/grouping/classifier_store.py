"""The machine of a codebook: kept as bytes, learnt again from what people confirmed. Loads the numerical libraries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import select

from feedback_app import clock
from feedback_app.common.cache import Cache, app_cache
from feedback_app.database import insert, require_transaction
from feedback_app.extensions import db
from feedback_app.themes.engine.classify import assigner as engine
from feedback_app.themes.engine.classify.collection import collect
from feedback_app.themes.engine.text.texts import clean
from feedback_app.themes.engine.vectors.embedders import VectorCache, default_embedder, vectors_of
from feedback_app.themes.engine.vectors.normalise import fit_space
from feedback_app.themes.grouping.learning import Assigner
from feedback_app.themes.grouping.learning import learn as learn_from_people
from feedback_app.themes.models import CodebookMachine

KEPT_MACHINES = 8
CLOSEST = 3  # themes offered for a mention that is in none


@dataclass(frozen=True, slots=True)
class Taught:
    """One text that is known to belong to a theme; ``certain``: people said so; ``guess``: the machine's own idea."""

    text: str
    language: str
    theme_id: int
    certain: bool
    guess: int | None = None


def learnt_at(codebook_id: int) -> datetime | None:
    """Return when the machine of a codebook learnt last, None when it has none."""
    return db.session.scalar(select(CodebookMachine.learnt_at).where(CodebookMachine.codebook_id == codebook_id))


def load(codebook_id: int) -> Assigner | None:
    """Return the machine of a codebook, kept warm in this process; None when it has none or another engine's."""
    learnt = learnt_at(codebook_id)
    machines: Cache[int, Assigner | None] = app_cache("machines", KEPT_MACHINES)
    return machines.get(codebook_id, lambda: _load(codebook_id), learnt) if learnt else None


def _load(codebook_id: int) -> Assigner | None:
    data = db.session.scalar(select(CodebookMachine.data).where(CodebookMachine.codebook_id == codebook_id))
    try:
        return Assigner.from_bytes(data) if data else None
    except ValueError:
        return None  # saved by another version of the engine: it is learnt again from what is in the themes


def save(codebook_id: int, assigner: Assigner) -> None:
    """Keep the machine of a codebook; joins the caller's transaction."""
    values = {"codebook_id": codebook_id, "data": assigner.to_bytes(), "learnt_at": clock.now()}
    add = insert(CodebookMachine).values(**values)
    require_transaction().execute(
        add.on_conflict_do_update(
            index_elements=["codebook_id"], set_={"data": add.excluded.data, "learnt_at": add.excluded.learnt_at}
        )
    )


def learn(taught: Sequence[Taught], vectors: VectorCache) -> Assigner | None:
    """Return a machine that has learnt from texts whose theme is known; None when there is none to learn from.

    How much the machine's own placements count beside what people said is decided by cross-validation in the engine.
    Where people have said nothing yet, its own placements are all there is.
    """
    if not any(one.certain for one in taught):
        return _from_placements(taught, vectors)
    learnt = learn_from_people(
        [one.text for one in taught],
        [one.theme_id if one.certain else None for one in taught],
        [one.guess for one in taught],
        languages=[one.language for one in taught],
        vectors=vectors,
    )
    return learnt.assigner


def _from_placements(taught: Sequence[Taught], vectors: VectorCache) -> Assigner | None:
    collection = collect([one.text for one in taught], [one.language for one in taught], vectors)
    themes = {row: one.theme_id for one, row in zip(taught, collection.row_of.tolist(), strict=True) if row >= 0}
    if not themes:
        return None
    rows = np.array(sorted(themes))
    spoken = collection.languages[rows]
    space = fit_space(collection.vectors, collection.languages)
    centred = space.centred(collection.vectors[rows], spoken)
    targets = np.array([themes[row] for row in rows.tolist()], dtype=np.int64)
    return Assigner(engine.learn(collection.wording(rows), centred, targets, space, default_embedder().name))


def closest(
    assigner: Assigner, texts: Sequence[str], languages: Sequence[str], vectors: VectorCache
) -> list[list[int]]:
    """Return the nearest themes of each text, nearest first: what is offered where the machine is not sure."""
    machine = assigner.machine
    cleaned = [clean(text) for text in texts]
    spoken = machine.languages_of(cleaned, list(languages))
    centred = machine.space.centred(vectors_of(cleaned, default_embedder(), vectors), spoken)
    near = machine.space.view(centred) @ machine.space.view(machine.centres).T
    order = np.argsort(-near, axis=1)[:, : CLOSEST * 2]
    return [list(dict.fromkeys(machine.ids[row].tolist()))[:CLOSEST] for row in order]


def alike(assigner: Assigner, least: float) -> list[tuple[int, int, float]]:
    """Return pairs of themes whose centres are at least so near (cosine 0..1), the nearest first."""
    view = assigner.machine.space.view(assigner.machine.centres)
    near = np.triu(view @ view.T, 1)
    ids = assigner.machine.ids
    pairs = [(int(ids[a]), int(ids[b]), float(near[a, b])) for a, b in zip(*np.nonzero(near >= least), strict=True)]
    return sorted(pairs, key=lambda pair: -pair[2])
