"""Is there a second level inside a theme? Only where two halves of its texts, grouped apart, tell the same story.

Any algorithm splits anything. A split is shown when it is found again: the texts are halved at random, each half is
grouped on its own, and one half is also sorted by the centres of the other. Where both ways agree, the split lies
in the texts and not in the algorithm (prediction strength: Tibshirani and Walther, 2005). A long cloud without any
gap also falls into the same two halves every time; the agreement must therefore be clearly more than that of points
drawn from one normal cloud of the same shape.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from feedback_app.themes.engine.classify.collection import Collection, collect
from feedback_app.themes.engine.cluster.discovery import names_of, quotes_of
from feedback_app.themes.engine.cluster.partition import partition
from feedback_app.themes.engine.vectors.embedders import VectorCache, Vectors, unit
from feedback_app.themes.engine.vectors.graphs import Labels, centres_of
from feedback_app.themes.engine.vectors.normalise import Space, fit_space
from feedback_app.themes.engine.vectors.parallel import one_thread

ENOUGH = 40
"""Fewer distinct texts than this are read faster than two more names."""

_LEAST = 8
_MOST_PARTS = 6
_HALVINGS = 3
_REAL, _MORE = 0.4, 0.15
"""A split is real when halves agree (adjusted Rand index) by so much, and so much more than in a cloud without gaps."""

_AS_REAL = 0.05
_MOST = 1_500
"""More texts than this tell no more about whether a split is real."""


@dataclass(frozen=True, slots=True)
class SubTheme:
    """One part of a theme. Indices point into the texts given; the first phrase is the name."""

    name: str
    phrases: tuple[str, ...]
    members: tuple[int, ...]
    typical: tuple[int, ...]
    agreement: float
    """How alike (adjusted Rand index, at most 1) two halves of the theme were split; the same for all its parts."""


@dataclass(frozen=True, slots=True)
class Split:
    """Labels 0.. by falling size for the rows of a collection, how far two halves agreed, and the space used."""

    labels: Labels
    agreement: float
    space: Space
    centred: Vectors


def sub_themes(
    texts: Sequence[str],
    *,
    languages: Sequence[str | None] = (),
    vectors: VectorCache | None = None,
) -> list[SubTheme]:
    """The parts of one theme, largest first; none where it has fewer than ENOUGH distinct texts or no real split.

    `texts` are the mentions of the theme, `languages` their hints; `vectors` as in `grouping.discover`. Every text
    with content is in exactly one part. About two CPU seconds for some hundred texts: work for a job, not for a page.
    """
    with one_thread():
        collection = collect(texts, languages, vectors)
        split = real_split(collection)
        return _parts_of(collection, split) if split else []


def _parts_of(collection: Collection, split: Split) -> list[SubTheme]:
    count = int(split.labels.max()) + 1
    phrases = names_of(collection, split.labels, count, split.space, split.centred)
    evidence = quotes_of(split.space.view(split.centred), split.labels, collection)
    members: list[list[int]] = [[] for _ in range(count)]
    first: dict[int, int] = {}
    for index, row in enumerate(collection.row_of.tolist()):
        if row >= 0:
            members[split.labels[row]].append(index)
            first.setdefault(row, index)
    parts = []
    for label in range(count):
        typical = tuple(first[row] for row in evidence[label][0])
        name = phrases[label][0] if phrases[label] else collection.texts[evidence[label][0][0]][:60]
        parts.append(SubTheme(name, phrases[label], tuple(members[label]), typical, round(split.agreement, 4)))
    return sorted(parts, key=lambda part: (-len(part.members), part.members))


def real_split(collection: Collection) -> Split | None:
    """The finest split of a theme's texts that is found again in halves of them; None when there is none."""
    if len(collection) < ENOUGH:
        return None
    space = fit_space(collection.vectors, collection.languages)
    centred = space.centred(collection.vectors, collection.languages)
    view = space.view(centred)
    sample = collection.order[:_MOST]
    cloud = one_cloud(view[sample])
    judged = [(parts, agreement_of(view[sample], parts)) for parts in range(2, _parts(len(sample)) + 1)]
    best = max(agreement for _, agreement in judged)
    for parts, agreement in reversed(judged):
        if agreement < max(_REAL, best - _AS_REAL) or agreement < agreement_of(cloud, parts) + _MORE:
            continue
        labels = _whole(view, partition([view[sample]], parts), sample)
        if labels.max() > 0 and np.bincount(labels).min() >= _LEAST:
            return Split(labels, agreement, space, centred)
    return None


def _parts(rows: int) -> int:
    return min(_MOST_PARTS, rows // (2 * _LEAST))


def _whole(view: Vectors, labels: Labels, sample: NDArray[np.int64]) -> Labels:
    """The labels of a sample carried to all rows by nearest centre, sampled rows keeping theirs."""
    whole = (view @ centres_of(view[sample], labels).T).argmax(axis=1)
    whole[sample] = labels
    return np.asarray(whole, dtype=np.int64)


def agreement_of(view: Vectors, parts: int) -> float:
    """How alike (mean adjusted Rand index) half the rows are grouped by themselves and by the other half's centres."""
    shuffled = np.random.RandomState(0)
    scores = []
    for _ in range(_HALVINGS):
        order = shuffled.permutation(len(view))
        halves = view[order[::2]], view[order[1::2]]
        own = [partition([half], parts) for half in halves]
        for mine, other in ((0, 1), (1, 0)):
            told = (halves[mine] @ centres_of(halves[other], own[other]).T).argmax(axis=1)
            scores.append(adjusted_rand_score(own[mine], told))
    return float(np.mean(scores))


def one_cloud(view: Vectors) -> Vectors:
    """As many unit vectors as given, from one normal distribution with the same mean and covariance: no gaps."""
    centre = view.mean(axis=0)
    values, axes = np.linalg.eigh(np.cov((view - centre).T.astype(np.float64)))
    drawn = np.random.RandomState(0).standard_normal(view.shape) * np.sqrt(np.maximum(values, 0))
    return unit((drawn @ axes.T + centre).astype(np.float32))
