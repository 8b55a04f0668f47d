"""Learning from people: a few confirmed texts, the found themes, and everything that nobody has looked at yet.

Confirmed texts teach a classifier; its opinions are smoothed along the neighbour graph (Zhou et al., 2004); the
clearer half of what it then says about unconfirmed texts teaches it once more. How much the found themes still
count beside it is decided by cross-validation on the confirmed texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.metrics import f1_score

from feedback_app.themes.engine.classify.classifier import Linear, fit_linear
from feedback_app.themes.engine.vectors.embedders import Vectors

UNKNOWN = -1
_WIDE, _NARROW, _ROUNDS = 0.7, 0.5, 20
_CLEARER = 0.5
_WORD = 3.0
"""A person's word counts like this many of the machine's own guesses."""

_FOLDS, _REPEATS, _MANY = 5, 2, 500
_FEW = 10
_DOUBT = 2.0
"""Standard errors by which a blend must be better than the found themes before these are given up."""

_MEANT = 5.0
"""Confirmations that a found theme is born with: people move what is wrong, and that says little of the rest."""
_BLENDS = ((1.0, 0.0), (1.0, 1.0), (0.5, 1.0), (0.25, 1.0), (0.0, 1.0))
"""Exponents of (what the found theme suggests, what the classifier says)."""

Targets = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pool:
    """Texts to learn on: centred vectors, hashed wording, and the neighbour graph among them."""

    centred: Vectors
    words: sparse.csr_matrix
    graph: sparse.csr_matrix

    def walk(self) -> sparse.csr_matrix:
        """The graph scaled so that every step spreads as much as it gathers."""
        degree = np.asarray(self.graph.sum(axis=1)).ravel()
        scale = sparse.diags(1 / np.sqrt(np.maximum(degree, 1e-9)))
        return sparse.csr_matrix(scale @ self.graph @ scale)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What came of it: a classifier, the chances of each pool row (columns: its classes), the blend chosen."""

    linear: Linear
    chances: Vectors
    blend: tuple[float, float]
    agreement: float
    """Share of confirmed texts that were predicted rightly when they were held out; 0 if too few to say."""


def learn_from_people(pool: Pool, guessed: Targets, confirmed: Targets, like: Lesson | None = None) -> Lesson:
    """Learn themes from `confirmed` (theme ids, UNKNOWN where nobody said), beside the machine's `guessed` ids.

    At least one row must be confirmed. A confirmed row always keeps its theme in `chances`. The blend is that of
    the lesson `like`, if one is given; else it is chosen by cross-validation.
    """
    classes = _classes(guessed, confirmed)
    walk = pool.walk()
    best = (like.blend, like.agreement) if like else _best_blend(pool, walk, guessed, confirmed)
    blend, agreement = best
    spoken = _spread(fit_rows(pool, confirmed), pool, classes)
    first = _obeyed(_mixed(_prior(guessed, confirmed, classes), spoken, blend), confirmed, classes)
    smooth = _smoothed(walk, first, _WIDE) if blend[1] else first
    labels = np.where(confirmed >= 0, confirmed, classes[smooth.argmax(axis=1)])
    kept = _clearer_half(labels, smooth.max(axis=1), confirmed)
    weights = np.where(confirmed >= 0, _WORD, 1.0)[kept]
    linear = fit_linear(pool.centred[kept], pool.words[kept], labels[kept].tolist(), weights.tolist())
    second = _spread(linear, pool, classes)
    if blend[0]:
        second = _mixed(_prior(guessed, confirmed, classes), second, blend)
    chances = _smoothed(walk, _obeyed(second, confirmed, classes), _NARROW) if blend[1] else second
    return Lesson(linear, _obeyed(chances, confirmed, classes)[:, np.isin(classes, linear.classes)], blend, agreement)


def fit_rows(pool: Pool, targets: Targets) -> Linear:
    """The classifier of those rows whose target is known."""
    rows = np.flatnonzero(targets >= 0)
    return fit_linear(pool.centred[rows], pool.words[rows], targets[rows].tolist())


def _classes(found: Targets, confirmed: Targets) -> Targets:
    return np.unique(np.concatenate([confirmed[confirmed >= 0], found[found >= 0]]))


def _spread(linear: Linear, pool: Pool, classes: Targets) -> Vectors:
    """Chances of every pool row over all classes; classes that the classifier never saw get next to nothing."""
    chances = np.full((pool.centred.shape[0], len(classes)), 1e-6, dtype=np.float32)
    chances[:, np.searchsorted(classes, linear.classes)] = linear.probabilities(pool.centred, pool.words)
    return chances


def _prior(guessed: Targets, confirmed: Targets, classes: Targets) -> Vectors:
    """What the found theme of a row suggests: how often people agreed with it, or what they said instead."""
    size = len(classes)
    says = np.eye(size) * _MEANT + 0.05 / size
    both = np.flatnonzero((confirmed >= 0) & (guessed >= 0))
    np.add.at(says, (np.searchsorted(classes, guessed[both]), np.searchsorted(classes, confirmed[both])), 1.0)
    says /= says.sum(axis=1, keepdims=True)
    rows = np.full((len(guessed), size), 1.0 / size, dtype=np.float32)
    rows[guessed >= 0] = says[np.searchsorted(classes, guessed[guessed >= 0])]
    return rows


def _mixed(prior: Vectors, spoken: Vectors, blend: tuple[float, float]) -> Vectors:
    scores = blend[0] * np.log(prior + 1e-9) + blend[1] * np.log(spoken + 1e-9)
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def _obeyed(chances: Vectors, confirmed: Targets, classes: Targets) -> Vectors:
    confirmed_rows = np.flatnonzero(confirmed >= 0)
    obeyed = chances.copy()
    obeyed[confirmed_rows] = 0.0
    obeyed[confirmed_rows, np.searchsorted(classes, confirmed[confirmed_rows])] = 1.0
    return obeyed


def _smoothed(walk: sparse.csr_matrix, start: Vectors, share: float) -> Vectors:
    """Each row's chances averaged with those of its neighbours, theirs with their neighbours', and so on."""
    current = start
    for _ in range(_ROUNDS):
        current = share * (walk @ current) + (1 - share) * start
    return np.asarray(current / np.maximum(current.sum(axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _clearer_half(labels: Targets, clarity: Vectors, confirmed: Targets) -> NDArray[np.int64]:
    """All confirmed rows, and of every class the clearer half of the others."""
    chosen = [np.flatnonzero(confirmed >= 0)]
    for label in np.unique(labels):
        rows = np.flatnonzero((labels == label) & (confirmed < 0))
        best = rows[np.argsort(-clarity[rows], kind="stable")]
        chosen.append(best[: max(1, int(len(best) * _CLEARER))])
    return np.sort(np.concatenate(chosen))


def _best_blend(
    pool: Pool, walk: sparse.csr_matrix, guessed: Targets, confirmed: Targets
) -> tuple[tuple[float, float], float]:
    """The blend that predicts held-out confirmed rows best, every theme counting the same, and its share of right ones.

    The found themes stay unless it is right more often than they by more than _DOUBT standard errors of the
    difference (pairs of which one is right: McNemar, 1947). A theme's only confirmed text counts as well: held out,
    it stands for all those whose theme nobody has confirmed yet (Good, 1953).
    """
    confirmed_rows = np.flatnonzero(confirmed >= 0)
    blends = _BLENDS if np.any(guessed >= 0) else _BLENDS[-1:]
    if len(confirmed_rows) < _FEW:
        return blends[0], 0.0
    times = _REPEATS if len(confirmed_rows) < _MANY else 1
    said = np.hstack(
        [_held_out(pool, walk, guessed, confirmed, blends, seed)[:, confirmed_rows] for seed in range(times)]
    )
    truth = np.tile(confirmed[confirmed_rows], times)
    best = int(np.argmax([f1_score(truth, one, average="macro", zero_division=0) for one in said]))
    right = said == truth
    gained, lost = (int((right[a] & ~right[b]).sum()) / times for a, b in ((best, 0), (0, best)))
    if gained - lost <= _DOUBT * np.sqrt(gained + lost):
        best = 0
    return blends[best], float(right[best].mean())


def _held_out(
    pool: Pool,
    walk: sparse.csr_matrix,
    guessed: Targets,
    confirmed: Targets,
    blends: Sequence[tuple[float, float]],
    seed: int,
) -> NDArray[np.int64]:
    """What each blend (rows) says of each confirmed pool row (columns) when that row is held out.

    Judged after smoothing: neighbours repair much of what a classifier of few examples gets wrong. The texts of a
    theme are spread over the parts, so that none loses more of them at once than it must.
    """
    confirmed_rows = np.flatnonzero(confirmed >= 0)
    confirmed_rows = confirmed_rows[
        np.lexsort((np.random.RandomState(seed).permutation(len(confirmed_rows)), confirmed[confirmed_rows]))
    ]
    classes = _classes(guessed, confirmed)
    guesses = np.full((len(blends), len(confirmed)), UNKNOWN, dtype=np.int64)
    for number in range(_FOLDS):
        held = confirmed_rows[number::_FOLDS]
        seen = confirmed.copy()
        seen[held] = UNKNOWN
        spoken, prior = _spread(fit_rows(pool, seen), pool, classes), _prior(guessed, seen, classes)
        for at, blend in enumerate(blends):
            mixed = _obeyed(_mixed(prior, spoken, blend), seen, classes)
            chances = _smoothed(walk, mixed, _WIDE) if blend[1] else mixed
            guesses[at, held] = classes[chances[held].argmax(axis=1)]
    return guesses
