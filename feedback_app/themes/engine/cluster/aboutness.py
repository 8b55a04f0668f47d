"""Is a group of feedback about anything? One without a subject is no theme: its rows go where they belong, or nowhere.

Communities of short texts are sometimes a manner and no matter: "nicely done", "not any more", what remains when all
else is sorted. A theme is about something when its rows lean to a known subject clearly and more than others do, or
when a good share of them have a word in common that the others hardly use.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from feedback_app.themes.engine.classify.known_subjects import NOTHING, Leanings
from feedback_app.themes.engine.text.phrases import Wordings
from feedback_app.themes.engine.vectors.embedders import Vectors
from feedback_app.themes.engine.vectors.graphs import Labels, centres_of, renumbered

LEANS, RAISED = 0.07, 3.0
"""Mean chance of a known subject, and how many times that of all other rows, from which a group is about it."""

HEARD, _LIKELIEST = 0.4, 3
"""And it must be among the three likeliest of so many of them: a few that shout do not name them all."""

SHARED, TELLING = 0.2, 3.0
"""Share of a group's rows (of one language) that have a noun in common, and how many times as often as elsewhere."""

_FEWEST, _SMALL = 4, 1 / 3
"""A group of fewer rows, or so small beside the mean group, is what is left over and no theme."""


def clear_subjects(leaning: Leanings, labels: Labels, label: int) -> list[tuple[float, int]]:
    """Mean chance and column of the known subjects that the rows of a group clearly lean to, the best first."""
    return [pair for pair in _clear(leaning, labels, label) if leaning.subjects[pair[1]] != NOTHING]


def groups_about_something(labels: Labels, leaning: Leanings, spoken: Sequence[Wordings]) -> list[int]:
    """The groups 0.. that are about something: not those that lean to nothing most; the largest, if none is left."""
    words = _Words(labels, spoken)
    kept = []
    for label in range(int(labels.max()) + 1):
        clear = _clear(leaning, labels, label)
        if (clear and leaning.subjects[clear[0][1]] != NOTHING) or (not clear and words.shared(label)):
            kept.append(label)
    return kept or [0]


def _clear(leaning: Leanings, labels: Labels, label: int) -> list[tuple[float, int]]:
    inside = labels == label
    if not inside.any():
        return []
    share = leaning.chances[inside].mean(axis=0)
    elsewhere = leaning.chances[~inside].mean(axis=0) if not inside.all() else np.zeros_like(share)
    raised = np.flatnonzero((share >= LEANS) & (share >= RAISED * elsewhere)).tolist()
    clear = [column for column in raised if heard_by(leaning, inside, column) >= HEARD]
    return sorted(((float(share[column]), int(column)) for column in clear), key=lambda pair: (-pair[0], pair[1]))


def heard_by(leaning: Leanings, rows: NDArray[np.bool_], column: int) -> float:
    """The share of some rows for which a subject is among the three likeliest."""
    chances = np.where(leaning.subjects == NOTHING, 0.0, leaning.chances[rows])
    return float(np.mean(np.sum(chances > leaning.chances[rows][:, [column]], axis=1) < _LIKELIEST))


def settled_in(labels: Labels, joint: Vectors) -> Labels:
    """The groups 0.. that are large enough to be themes, renumbered; other rows, and those of -1, go to the nearest.

    A row that is less like the middle of every group than each row of that group is stays out: -1.
    """
    sizes = np.bincount(labels[labels >= 0])
    least = min(sizes.max(), max(_FEWEST, _SMALL * sizes.mean()))
    inside = np.isin(labels, np.flatnonzero(sizes >= least))
    if inside.all():
        return labels
    dense = renumbered(labels[inside])
    near = joint @ centres_of(joint[inside], dense).T
    own = near[inside, dense]
    bars = np.array([own[dense == label].min() for label in range(int(dense.max()) + 1)])
    best = near.argmax(axis=1)
    moved = np.where(near[np.arange(len(near)), best] >= bars[best], best, -1)
    moved[inside] = dense
    return np.asarray(moved, dtype=np.int64)


class _Words:
    """In how many rows of each group, and of all, each noun stands, by language."""

    def __init__(self, labels: Labels, spoken: Sequence[Wordings]) -> None:
        count = int(labels.max()) + 1
        self._inside: list[Counter[tuple[str, ...]]] = [Counter() for _ in range(count)]
        self._rows: list[Counter[str]] = [Counter() for _ in range(count)]
        for label, text in zip(labels.tolist(), spoken, strict=True):
            self._inside[label].update(key for key in text.forms if len(key) == 2)
            self._rows[label][text.language] += 1
        self._all = sum(self._inside, Counter())
        self._total = sum(self._rows, Counter())

    def shared(self, label: int) -> bool:
        """Is there a noun that a good share of the group have in common, in the language that most of them speak?"""
        (language, rows), *_ = self._rows[label].most_common(1)
        for key, found in self._inside[label].items():
            elsewhere = (self._all[key] - found) / max(1, self._total[language] - rows)
            if key[0] == language and found >= max(2, SHARED * rows) and found / rows >= TELLING * elsewhere:
                return True
        return False
