"""The mentions of a codebook as rows of numbers, made once for all the questions that are asked about them.

What is taught on is each mention's meaning (with a share of the answer it stands in, so that "It came late" is heard
beside what came), by every encoder at hand, and what examples of known subjects say it is about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feedback_app.themes.engine.classify.collection import Collection, collect
from feedback_app.themes.engine.classify.known_subjects import WEIGHT, KnownSubjects
from feedback_app.themes.engine.vectors.embedders import Embedder, VectorCache, Vectors, unit, vectors_of
from feedback_app.themes.engine.vectors.graphs import neighbour_graph, summed
from feedback_app.themes.engine.vectors.normalise import Space, fit_space
from feedback_app.themes.engine.vectors.parallel import encode_on_all_cores

CONTEXT = 0.3
"""Share of the whole answer in what a mention means; .5 is worse by .02 on one company of two, none by .01 to .02."""

_AROUND = 8
_CROWD = 20
_BLOCK = 2_000


@dataclass(frozen=True, slots=True)
class Landscape:
    """Distinct texts with content, one row each. `row_of` is the row of every text given, -1 without content.

    `features` is what is taught on, `near` unit rows in which alike mentions are near, `walk` the scaled graph of
    neighbours, `typical` how dense it is around a row.
    """

    collection: Collection
    row_of: NDArray[np.int64]
    features: Vectors
    near: Vectors
    walk: sparse.csr_matrix
    typical: Vectors
    heard: tuple[tuple[Embedder, Space], ...]
    plain: Space
    """Where new texts are compared: of the default encoder, without the answers they stand in."""

    def __len__(self) -> int:
        return len(self.features)

    def seen_as(self, row_of: NDArray[np.int64]) -> "Landscape":
        """The same with another order of the texts given."""
        return replace(self, row_of=row_of)

    def only(self, rows: NDArray[np.int64]) -> "Landscape":
        """The landscape of these rows alone, in this order."""
        return Landscape(
            self.collection.only(rows),
            np.arange(len(rows)),
            self.features[rows],
            self.near[rows],
            self.walk[rows][:, rows],
            self.typical[rows],
            self.heard,
            self.plain,
        )

    def features_of(self, names: Sequence[str], languages: Sequence[str], cache: VectorCache | None = None) -> Vectors:
        """What names of themes look like among the rows: an example each. Subjects are those of the nearest rows."""
        if not names:
            return np.zeros((0, self.features.shape[1]), np.float32)
        spoken = np.array(languages, dtype=object)
        meant = np.hstack(
            [space.view(space.centred(vectors_of(names, one, cache), spoken)) for one, space in self.heard]
        )
        width = meant.shape[1]
        around = np.argsort(-(meant @ self.features[:, :width].T), axis=1, kind="stable")[:, :_AROUND]
        about = unit(self.features[:, width:][around].mean(axis=1))
        return np.hstack([meant, np.float32(WEIGHT) * about]).astype(np.float32)


def landscape(
    texts: Sequence[str],
    answers: Sequence[str],
    languages: Sequence[str],
    embedders: Sequence[Embedder],
    known: KnownSubjects,
    cache: VectorCache | None = None,
) -> Landscape | None:
    """Lay out mentions: `texts`, each with the whole answer it stands in and a language; None without any content.

    The default encoder comes first among `embedders`. Quadratic in the number of distinct texts: give some thousands.
    """
    collection = collect(texts, languages, cache, embedders[0])
    if not len(collection):
        return None
    first = {row: at for at, row in reversed(list(enumerate(collection.row_of.tolist())))}
    whole = [answers[first[row]] for row in range(len(collection))]
    plain = [
        collection.vectors if not at else vectors_of(collection.texts, one, cache, encode_on_all_cores)
        for at, one in enumerate(embedders)
    ]
    rows, spoken = np.arange(len(collection)), collection.languages
    leaning = known.leanings(collection, rows, list(zip(embedders, plain, strict=True)), cache, encode_on_all_cores)
    heard, views = [], []
    for embedder, vectors in zip(embedders, plain, strict=True):
        meant = unit(vectors + np.float32(CONTEXT) * vectors_of(whole, embedder, cache, encode_on_all_cores))
        space = fit_space(meant, spoken)
        heard.append((embedder, space))
        views.append(space.view(space.centred(meant, spoken)))
    graph = summed([*(neighbour_graph(view) for view in views), neighbour_graph(leaning.view) * np.float32(WEIGHT)])
    features = np.hstack([*views, np.float32(WEIGHT) * leaning.view]).astype(np.float32)
    near = unit(features)
    space = fit_space(collection.vectors, spoken)
    return Landscape(
        collection, collection.row_of, features, near, walk_of(graph), typical_of(near), tuple(heard), space
    )


def walk_of(graph: sparse.csr_matrix) -> sparse.csr_matrix:
    """The graph scaled so that every step spreads as much as it gathers."""
    degree = np.asarray(graph.sum(axis=1)).ravel()
    scale = sparse.diags(1 / np.sqrt(np.maximum(degree, 1e-9)))
    return sparse.csr_matrix(scale @ graph @ scale)


def typical_of(near: Vectors) -> Vectors:
    """The mean likeness of each row's nearest twenty."""
    count = min(_CROWD, len(near) - 1)
    if count < 1:
        return np.ones(len(near), np.float32)
    typical = np.empty(len(near), np.float32)
    for start in range(0, len(near), _BLOCK):
        likeness = near[start : start + _BLOCK] @ near.T
        likeness[np.arange(len(likeness)), np.arange(start, start + len(likeness))] = -2.0
        typical[start : start + _BLOCK] = np.partition(likeness, -count, axis=1)[:, -count:].mean(axis=1)
    return typical
