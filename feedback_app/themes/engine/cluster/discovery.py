"""Finding themes: partition a sample, learn it, assign the rest, name what was found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback_app.themes.engine.classify.assigner import Machine, learn
from feedback_app.themes.engine.classify.collection import Collection
from feedback_app.themes.engine.classify.known_subjects import WEIGHT as KNOWN
from feedback_app.themes.engine.classify.known_subjects import Leanings
from feedback_app.themes.engine.cluster.aboutness import groups_about_something, settled_in
from feedback_app.themes.engine.cluster.exemplars import quotes
from feedback_app.themes.engine.cluster.names import centres_of_labels, name_themes
from feedback_app.themes.engine.cluster.partition import Grain, joined, partition
from feedback_app.themes.engine.text.phrases import wordings
from feedback_app.themes.engine.vectors.embedders import Vectors, default_embedder
from feedback_app.themes.engine.vectors.graphs import Labels
from feedback_app.themes.engine.vectors.normalise import Space, fit_space
from feedback_app.themes.engine.vectors.subjects import WEIGHT, subject_view

SAMPLE = 4_000
_NAMED_FROM = 4_000
STRONGER = 1.5
"""How loud a stronger encoder is heard beside the default one: clearer on most collections, not on all."""

BLOCK = 5_000

Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Discovery:
    """Labels and confidences per row of the collection (-1: near no theme), names and quotes per label."""

    machine: Machine
    labels: Labels
    confidence: Vectors
    phrases: list[tuple[str, ...]]
    evidence: list[tuple[tuple[int, ...], tuple[int, ...]]]


def discover(
    collection: Collection,
    themes: int | None = None,
    grain: Grain = "auto",
    extra_views: Sequence[Vectors] = (),
    encode: Encode | None = None,
    leaning: Leanings | None = None,
) -> Discovery:
    """Group a collection (at least one row). `extra_views` hold stronger vectors of the rows of `sample_of`.

    `encode` makes the vectors of phrases, where other processes can: otherwise this one does. `leaning` says what known
    subjects the rows of the sample lean to: it is heard as one more view, and the texts are taken for feedback.
    """
    sample = sample_of(collection)
    spoken = collection.languages
    first = collection.first_vectors(SAMPLE)
    space = fit_space(first, spoken[sample])
    centred = space.centred(first, spoken[sample])
    texts = [collection.texts[row] for row in sample]
    views = [space.view(centred), subject_view(texts, spoken[sample], collection.subjects), *extra_views]
    weights = [1.0, WEIGHT, *[STRONGER] * len(extra_views)]
    if leaning is None:
        partitioned = partition(views, themes, grain, weights)
    else:
        partitioned = _of_feedback(collection, [*views, leaning.view], [*weights, KNOWN], leaning, themes, grain)
    in_one = np.flatnonzero(partitioned >= 0)
    taught = collection.wording(sample)[in_one], centred[in_one], partitioned[in_one]
    machine = learn(*taught, space, default_embedder().name)
    centred = space.centred(collection.vectors, spoken)
    labels, confidence = _assign(machine, collection, centred, sample, partitioned)
    phrases = names_of(collection, labels, len(machine.ids), space, centred, encode)
    return Discovery(machine, labels, confidence, phrases, quotes_of(space.view(centred), labels, collection))


def _of_feedback(
    collection: Collection,
    views: Sequence[Vectors],
    weights: Sequence[float],
    leaning: Leanings,
    themes: int | None,
    grain: Grain,
) -> Labels:
    """Themes of feedback: grouped, freed of groups that are about nothing, and what is left grouped again.

    -1 for rows that are like no theme. With a number of `themes` asked for nothing is taken away.
    """
    partitioned = partition(views, themes, grain, weights, feedback=True)
    if themes is not None:
        return partitioned
    rows = sample_of(collection)
    spoken = [wordings(collection.texts[row], collection.languages[row]) for row in rows]
    inside = np.flatnonzero(np.isin(partitioned, groups_about_something(partitioned, leaning, spoken)))
    if len(inside) < len(partitioned):
        partitioned = np.full(len(partitioned), -1, dtype=np.int64)
        partitioned[inside] = partition([view[inside] for view in views], None, grain, weights, feedback=True)
    return settled_in(partitioned, joined(views, weights))


def sample_of(collection: Collection) -> NDArray[np.int64]:
    """The rows on which themes are looked for: all, or SAMPLE of them, chosen by hash. In order of hash."""
    return collection.order[:SAMPLE]


def _assign(
    machine: Machine, collection: Collection, centred: Vectors, sample: NDArray[np.int64], partitioned: Labels
) -> tuple[Labels, Vectors]:
    labels = np.full(len(collection), -1, dtype=np.int64)
    labels[sample] = partitioned
    in_sample = np.zeros(len(collection), dtype=bool)
    in_sample[sample] = True
    confidence = np.zeros(len(collection), dtype=np.float32)
    for start in range(0, len(collection), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(collection)))
        chances = machine.linear.probabilities(centred[rows], collection.wording(rows))
        columns = np.where(in_sample[rows], labels[rows], chances.argmax(axis=1))
        labels[rows], confidence[rows] = machine.judge(centred[rows], columns, chances)
    return labels, confidence


def names_of(
    collection: Collection,
    labels: Labels,
    count: int,
    space: Space,
    centred: Vectors,
    encode: Encode | None = None,
) -> list[tuple[str, ...]]:
    """Phrases per label, from at most some thousand rows (all labelled ones first where only some are labelled)."""
    rows = collection.order[np.argsort(labels[collection.order] < 0, kind="stable")][:_NAMED_FROM]
    spoken = [wordings(collection.texts[row], collection.languages[row]) for row in rows]
    labelled = labels[rows].tolist()

    def meaning(phrases: Sequence[str], languages: Sequence[str]) -> Vectors:
        return space.centred((encode or default_embedder().encode)(phrases), languages)

    return name_themes(spoken, labelled, centres_of_labels(centred[rows], labelled, count), meaning)


def quotes_of(view: Vectors, labels: Labels, collection: Collection) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Quotes per label, as rows of the collection. A label that lost all its rows has none."""
    rows = np.flatnonzero(labels >= 0)
    if not len(rows):
        return []
    dense = np.unique(labels[rows], return_inverse=True)
    found = quotes(view[rows], dense[1], [collection.texts[row] for row in rows])
    picked: list[tuple[tuple[int, ...], tuple[int, ...]]] = [((), ())] * (int(labels.max()) + 1)
    for label, (typical, border) in zip(dense[0], found, strict=True):
        picked[label] = (tuple(rows[list(typical)].tolist()), tuple(rows[list(border)].tolist()))
    return picked
