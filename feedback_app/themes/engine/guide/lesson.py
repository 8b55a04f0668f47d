"""What a person's answers teach about the mentions nobody was asked about.

A theme is taught by its answered mentions, by its name (a sentence of what it is about) and, more faintly, by what the
machine has put into it so far; how faintly depends on how often people agreed there. What comes out is smoothed among
neighbours (Zhou et al., 2004), and the clearer half of it teaches once more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feedback_app.themes.engine.classify.classifier import softmax
from feedback_app.themes.engine.classify.logistic import fit_logistic
from feedback_app.themes.engine.guide.landscape import Landscape
from feedback_app.themes.engine.vectors.embedders import Vectors

NOTHING = 0
"""The class of what people set aside."""

_NAME, _FOUND, _MOST_FOUND = 2.0, 0.1, 30
"""Beside an answered mention, which counts one: a theme's name, and each of at most so many of the machine's own."""

_WORD = 3.0
_CLEARER, _MOST_AGAIN = 0.5, 2_000
_PENALTY = 10.0
_SMOOTHING, _ROUNDS = 0.3, 20
_PARTS = 10

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Told:
    """What is known when a lesson begins.

    `answers`: theme of each row that people decided (NOTHING: set aside). `found`: theme where the machine has each
    row, -1 for none. `names`: for each theme that may be chosen, rows like `Landscape.features`, one or more.
    `trust`: for a theme, how often people agreed with the machine there, 0..1; 1 where it is not said.
    """

    answers: Mapping[int, int]
    found: Ids
    names: Mapping[int, Vectors]
    trust: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lesson:
    """`chances[row, column]` that a row belongs to theme `themes[column]`; rows add up to one."""

    themes: Ids
    chances: Vectors

    @property
    def best(self) -> Ids:
        """The likeliest theme of each row."""
        return np.asarray(self.themes[self.chances.argmax(axis=1)])


def teach(land: Landscape, told: Told) -> Lesson | None:
    """Learn; None where no theme is there to choose from."""
    themes = np.unique([*told.names, *told.answers.values()]).astype(np.int64)
    if not len(themes):
        return None
    if len(themes) == 1:
        return Lesson(themes, np.ones((len(land), 1), np.float32))
    examples = _Examples(land, told, themes)
    first = _smoothed(land.walk, _obeyed(examples.fitted((), ()), told, themes))
    rows, columns = _clearer(first, told)
    second = _smoothed(land.walk, _obeyed(examples.fitted(rows, columns), told, themes))
    return Lesson(themes, _obeyed(second, told, themes))


class _Examples:
    """Rows that teach, each with the column of its theme and a weight; the machine's own guesses can be added."""

    def __init__(self, land: Landscape, told: Told, themes: Ids) -> None:
        self._land, self._column = land, {theme: at for at, theme in enumerate(themes.tolist())}
        self._pieces: list[tuple[Vectors, list[int], list[float]]] = []
        answered = sorted(told.answers)
        self._add(land.features[answered], [told.answers[row] for row in answered], 1.0)
        for theme, rows in sorted(told.names.items()):
            self._add(rows, [theme] * len(rows), _NAME / max(len(rows), 1))
        for theme in sorted(told.names):
            own = _most_typical(land, np.flatnonzero(told.found == theme), told)
            self._add(land.features[own], [theme] * len(own), _FOUND * told.trust.get(theme, 1.0))
        seen = set(told.answers.values())
        self._worth = np.array([1.0 if one in seen else told.trust.get(one, 1.0) for one in themes.tolist()])

    def _add(self, rows: Vectors, themes: Sequence[int], weight: float) -> None:
        self._pieces.append((rows, [self._column[one] for one in themes], [weight] * len(themes)))

    def fitted(self, rows: Sequence[int] | Ids, columns: Sequence[int] | Ids) -> Vectors:
        """Chances of every row; `rows` also teach that they belong to `columns`, a third as loud as people."""
        more = self._land.features[np.asarray(rows, dtype=np.int64)]
        dense = np.vstack([*(piece[0] for piece in self._pieces), more])
        goal = np.array([*(at for piece in self._pieces for at in piece[1]), *columns], dtype=np.int64)
        said = np.array([weight for piece in self._pieces for weight in piece[2]])
        weights = np.concatenate([said * (_WORD if len(rows) else 1.0), np.ones(len(rows))])
        sizes = np.maximum(np.bincount(goal, weights, minlength=len(self._worth)), 1e-9)
        balanced = weights * (self._worth * len(goal) / len(self._worth) / sizes)[goal]
        table, shift = fit_logistic(dense, None, goal, balanced.astype(np.float32), _PENALTY)
        return softmax(self._land.features @ table.T + shift)


def _most_typical(land: Landscape, rows: Ids, told: Told) -> Ids:
    free = rows[[row not in told.answers for row in rows.tolist()]]
    if len(free) <= _MOST_FOUND:
        return free
    likeness = land.near[free] @ land.near[free].mean(axis=0)
    return free[np.argsort(-likeness, kind="stable")[:_MOST_FOUND]]


def _obeyed(chances: Vectors, told: Told, themes: Ids) -> Vectors:
    obeyed = chances.copy()
    rows = list(told.answers)
    obeyed[rows] = 0.0
    obeyed[rows, np.searchsorted(themes, list(told.answers.values()))] = 1.0
    return obeyed


def _smoothed(walk: sparse.csr_matrix, start: Vectors) -> Vectors:
    current = start
    for _ in range(_ROUNDS):
        current = _SMOOTHING * (walk @ current) + (1 - _SMOOTHING) * start
    return np.asarray(current / np.maximum(current.sum(axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _clearer(chances: Vectors, told: Told) -> tuple[Ids, Ids]:
    """Of every theme the clearer half of the rows nobody was asked about, and their columns."""
    columns, clarity = chances.argmax(axis=1), chances.max(axis=1)
    free = np.ones(len(chances), dtype=bool)
    free[list(told.answers)] = False
    most = max(1, _MOST_AGAIN // chances.shape[1])
    kept = []
    for column in range(chances.shape[1]):
        rows = np.flatnonzero(free & (columns == column))
        count = min(most, max(1, int(len(rows) * _CLEARER)))
        kept.append(rows[np.argsort(-clarity[rows], kind="stable")[:count]])
    every = np.concatenate(kept)
    return every, columns[every]


def held_out(land: Landscape, told: Told, rows: Iterable[int]) -> dict[int, int]:
    """For each of these answered rows the theme that the other answers give it; they are held out in ten parts."""
    mixed = np.random.RandomState(0).permutation(sorted(set(rows) & told.answers.keys())).astype(np.int64)
    found: dict[int, int] = {}
    for number in range(min(_PARTS, len(mixed))):
        part = set(mixed[number::_PARTS].tolist())
        kept = {row: theme for row, theme in told.answers.items() if row not in part}
        lesson = teach(land, Told(kept, told.found, told.names, told.trust))
        if lesson is not None:
            found |= {row: int(lesson.best[row]) for row in part}
    return found
