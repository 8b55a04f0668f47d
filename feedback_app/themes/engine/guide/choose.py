"""Which mentions to ask about: representatives of what was not yet spoken of first, then doubts, some at random."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from feedback_app.themes.engine.guide.landscape import Landscape
from feedback_app.themes.engine.guide.lesson import Ids, Lesson
from feedback_app.themes.engine.vectors.embedders import Vectors

REPRESENTATIVES = 40
"""So many answers first go to representatives; then the machine knows enough to know what it doubts."""

RANDOM = 0.2
"""Share of questions drawn at random: they alone say how often the machine is right."""

_MOST = 3_000
_PLAUSIBLE, _CLEAR = 6, 0.85

Reason = Literal["representative", "doubt", "random"]


@dataclass(frozen=True, slots=True)
class Question:
    """A row to ask about, and why."""

    row: int
    reason: Reason


def questions(
    land: Landscape, lesson: Lesson | None, answered: AbstractSet[int], candidates: Ids, count: int, seed: int
) -> list[Question]:
    """Choose up to `count` of the rows `candidates` (none of them answered); the same input, the same questions.

    Representatives cover what is not covered by an answer (Hacohen et al., 2022, "TypiClust"): as many groups are
    made as there will be answers, and the most typical mention of each large group without one is asked about.
    Doubts are those between two themes, in dense places, unlike each other. Random ones are spread among them.
    """
    random = np.random.RandomState(seed)
    free = candidates[~np.isin(candidates, list(answered))]
    if len(free) <= count:
        return [Question(int(row), "random") for row in random.permutation(free)]
    lot = random.choice(free, max(1, round(count * RANDOM)) if count > 1 else 0, replace=False)
    left = free[~np.isin(free, lot)]
    known = np.array([*sorted(answered), *lot], dtype=np.int64)
    if lesson is None or len(answered) < REPRESENTATIVES:
        chosen = [
            Question(row, "representative") for row in _representatives(land, known, left, count - len(lot), seed)
        ]
    else:
        chosen = [Question(row, "doubt") for row in _doubts(land, lesson, left, count - len(lot), seed)]
    return _spread(chosen, [Question(int(row), "random") for row in lot])


def _representatives(land: Landscape, known: Ids, free: Ids, count: int, seed: int) -> list[int]:
    sample = free if len(free) <= _MOST else np.random.RandomState(seed).choice(free, _MOST, replace=False)
    rows = np.concatenate([known, sample])
    groups = min(len(known) + count, max(count, len(rows) // 3))
    labels = _grouped(land.near[rows], groups, seed)
    covered = np.bincount(labels[: len(known)], minlength=groups)
    open_ones = np.bincount(labels[len(known) :], minlength=groups)
    chosen: list[int] = []
    for label in np.lexsort((-open_ones, covered)):
        members = sample[labels[len(known) :] == label]
        if len(members) and len(chosen) < count:
            chosen.append(int(members[np.argmax(land.typical[members])]))
    return chosen


def _doubts(land: Landscape, lesson: Lesson, free: Ids, count: int, seed: int) -> list[int]:
    ordered = np.sort(lesson.chances[free], axis=1)
    doubt = 1 - (ordered[:, -1] - (ordered[:, -2] if ordered.shape[1] > 1 else 0))
    worth = doubt * np.maximum(land.typical[free] - land.typical.min(), 0)
    top = np.argsort(-worth, kind="stable")[: count * _PLAUSIBLE]
    rows = land.near[free[top]]
    labels = _grouped(rows, count, seed, doubt[top])
    chosen: list[int] = []
    for label in dict.fromkeys(labels.tolist()):
        members = np.flatnonzero(labels == label)
        likeness = rows[members] @ rows[members].mean(axis=0)
        chosen.append(int(free[top[members[np.argmax(likeness)]]]))
    return chosen


def _grouped(rows: Vectors, count: int, seed: int, weights: NDArray[np.floating] | None = None) -> Ids:
    means = KMeans(min(count, len(rows)), n_init=1, max_iter=30, random_state=seed)
    heard = None if weights is None else weights + 1e-6
    return np.asarray(means.fit_predict(rows, sample_weight=heard), dtype=np.int64)


def _spread(many: list[Question], few: list[Question]) -> list[Question]:
    """The few at even distances among the many."""
    step = max(1, (len(many) + len(few)) // (len(few) + 1))
    mixed = list(many)
    for number, one in enumerate(few):
        mixed.insert(min(len(mixed), (number + 1) * step), one)
    return mixed


def alternatives(lesson: Lesson, row: int) -> list[tuple[int, float]]:
    """The two or four likeliest themes of a row with their chances: two where these leave little doubt."""
    order = [at for at in np.argsort(-lesson.chances[row], kind="stable").tolist() if lesson.themes[at]]
    told = [(int(lesson.themes[at]), float(lesson.chances[row, at])) for at in order[:4]]
    return told[:2] if sum(chance for _, chance in told[:2]) >= _CLEAR else told
