"""Is something new being talked about? New answers whose neighbours are mostly new answers too.

A known theme mixes old and new answers in its neighbourhoods; a new one can only have new answers beside it. The
share of new answers around each new answer, smoothed along the neighbour graph, therefore tells more than how far
it lies from the known themes.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feedback_app.themes.engine.vectors.embedders import Vectors
from feedback_app.themes.engine.vectors.graphs import (
    Labels,
    centres_of,
    communities,
    neighbour_graph,
    renumbered,
)

LEAST = 10
"""Fewer answers than this are no theme yet."""

ALIKE = 0.5
"""Cosine of two centres from which groups say the same: halves of one label nearly always, two labels hardly."""

_SURPRISE = 0.15
_SHARE, _ROUNDS = 0.5, 10
_MOST = 6_000


def emerging_groups(view: Vectors, is_new: NDArray[np.bool_], least: int = LEAST) -> list[NDArray[np.int64]]:
    """Groups (row numbers, largest first) of at least `least` new rows that have mostly each other as neighbours.

    `view` holds old and new rows together; beyond 6,000 rows only the last 6,000 are looked at.
    """
    offset = max(0, len(view) - _MOST)
    rows, new = view[offset:], is_new[offset:]
    share = float(new.mean()) if len(new) else 0.0
    if new.sum() < least or share == 1.0:
        return []
    graph = neighbour_graph(rows)
    around = _share_around(graph, new)
    candidates = np.flatnonzero(new & (around >= share + _SURPRISE * (1 - share)))
    if len(candidates) < least:
        return []
    labels = _joined(rows[candidates], communities(graph[candidates][:, candidates].tocsr(), 1.0))
    groups = [candidates[labels == label] + offset for label in range(int(labels.max()) + 1)]
    return sorted((group for group in groups if len(group) >= least), key=lambda group: (-len(group), group[0]))


def _joined(view: Vectors, labels: Labels) -> Labels:
    """The communities with those that say the same made one: Leiden also parts a single dense crowd."""
    while labels.max():
        centres = centres_of(view, labels)
        near = np.triu(centres @ centres.T, 1)
        if near.max() < ALIKE:
            break
        keep, gone = np.unravel_index(near.argmax(), near.shape)
        labels = renumbered(np.where(labels == gone, keep, labels))
    return labels


def _share_around(graph: sparse.csr_matrix, new: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The share of new rows in the neighbourhood of each row, near ones counting more."""
    degree = np.asarray(graph.sum(axis=1)).ravel()
    walk = sparse.diags(1 / np.maximum(degree, 1e-9)) @ graph
    start = new.astype(np.float64)
    current = start
    for _ in range(_ROUNDS):
        current = _SHARE * (walk @ current) + (1 - _SHARE) * start
    return np.asarray(walk @ current)
