"""A machine taught by people: the collection read, the lesson learnt, the result kept as one more machine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from feedback_app.themes.engine.classify.assigner import Machine
from feedback_app.themes.engine.classify.calibration import (
    ENOUGH,
    PLAIN,
    Curve,
    fit_curve,
)
from feedback_app.themes.engine.classify.classifier import fit_linear
from feedback_app.themes.engine.classify.collection import Collection
from feedback_app.themes.engine.classify.self_training import (
    UNKNOWN,
    Lesson,
    Pool,
    Targets,
    learn_from_people,
)
from feedback_app.themes.engine.vectors.embedders import Embedder, Vectors, unit
from feedback_app.themes.engine.vectors.graphs import neighbour_graph, summed
from feedback_app.themes.engine.vectors.normalise import Space, fit_space

_PARTS = 4
MOST = 6_000
"""More texts than this are not learnt from at once: the neighbour graph is quadratic."""


@dataclass(frozen=True, slots=True)
class Taught:
    """The machine, and for each row of the collection its theme id and the confidence in it."""

    machine: Machine
    themes: Targets
    confidence: Vectors
    agreement: float
    blend: tuple[float, float]


def teach(
    collection: Collection, guessed: Targets, confirmed: Targets, embedder: Embedder, extra: Sequence[Vectors] = ()
) -> Taught:
    """Learn from the rows of a collection (at most MOST): `confirmed` theme ids by people, `guessed` by the machine.

    -1 where there is none; at least one confirmed. `extra` holds stronger vectors per row: they sharpen what is
    said about these rows and, through it, the machine, which itself needs only the default vectors.
    """
    spoken = collection.languages
    space = fit_space(collection.vectors, spoken)
    centred = space.centred(collection.vectors, spoken)
    words = collection.wording(np.arange(len(collection)))
    stronger = [(other, other.centred(vectors, spoken)) for other, vectors in _spaces(collection, extra)]
    views = [space.view(centred), *(other.view(rows) for other, rows in stronger)]
    graph = summed([neighbour_graph(view) for view in views])
    whole = np.hstack([centred, *(rows for _, rows in stronger)])
    pool = Pool(whole, words, graph)

    def machine_of(lesson: Lesson, curve: Curve = PLAIN) -> Machine:
        themes = lesson.linear.classes[lesson.chances.argmax(axis=1)]
        linear = fit_linear(centred, words, themes.tolist()) if extra else lesson.linear
        centres = _centres(centred, themes, linear.classes)
        return Machine(embedder.name, space, linear.classes, centres, linear, curve)

    lesson = learn_from_people(pool, guessed, confirmed)
    here, later = _curves(pool, guessed, confirmed, lesson, machine_of, centred)
    confidence = np.where(confirmed >= 0, 1.0, here.of(lesson.chances.max(axis=1))).astype(np.float32)
    themes = lesson.linear.classes[lesson.chances.argmax(axis=1)]
    return Taught(machine_of(lesson, later), themes, confidence, lesson.agreement, lesson.blend)


def _curves(
    pool: Pool,
    guessed: Targets,
    confirmed: Targets,
    lesson: Lesson,
    machine_of: Callable[[Lesson], Machine],
    centred: Vectors,
) -> tuple[Curve, Curve]:
    """What confidence is worth, for these rows and for later texts: a quarter of what people said is held back."""
    told = np.flatnonzero(confirmed >= 0)
    held = told[np.random.RandomState(1).permutation(len(told)) % _PARTS == 0]
    if len(held) < ENOUGH:
        return PLAIN, PLAIN
    seen = confirmed.copy()
    seen[held] = UNKNOWN
    trial = learn_from_people(pool, guessed, seen, like=lesson)
    chances, truth = trial.chances[held], confirmed[held]
    machine = machine_of(trial)
    said = machine.linear.probabilities(centred[held], pool.words[held])
    columns, sure = machine.judge(centred[held], said.argmax(axis=1), said)
    here = fit_curve(chances.max(axis=1), trial.linear.classes[chances.argmax(axis=1)] == truth)
    return here, fit_curve(sure, np.where(columns >= 0, machine.ids[columns], UNKNOWN) == truth)


def _spaces(collection: Collection, extra: Sequence[Vectors]) -> list[tuple[Space, Vectors]]:
    return [(fit_space(vectors, collection.languages), vectors) for vectors in extra]


def _centres(centred: Vectors, themes: Targets, classes: Targets) -> Vectors:
    """The unit mean of each class; a class without any row (never the best guess) gets a zero centre."""
    rows = [
        centred[themes == theme].mean(axis=0) if np.any(themes == theme) else np.zeros(centred.shape[1])
        for theme in classes
    ]
    return unit(np.asarray(rows, dtype=np.float32))
