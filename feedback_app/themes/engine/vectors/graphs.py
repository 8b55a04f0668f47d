"""Neighbours, communities, centres: the partition itself."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.metrics import adjusted_rand_score
from sknetwork.clustering import Louvain

from feedback_app.themes.engine.vectors.embedders import Vectors, unit

NEIGHBOURS = 15
_BLOCK = 2_000
_TRIES = 14
_RUNS = 7
_FINEST, _COARSEST = 200.0, 0.01

Labels = NDArray[np.int64]


def neighbour_graph(view: Vectors, neighbours: int = NEIGHBOURS) -> sparse.csr_matrix:
    """Symmetric graph: each row joined to its nearest others by cosine (exact, in blocks). n x n, no diagonal.

    Quadratic in rows by design: callers pass a sample of bounded size.
    """
    count = len(view)
    near = min(neighbours, count - 1)
    if near < 1:
        return sparse.csr_matrix((count, count), dtype=np.float32)
    columns, weights = [], []
    for start in range(0, count, _BLOCK):
        scores = view[start : start + _BLOCK] @ view.T
        scores[np.arange(len(scores)), np.arange(start, start + len(scores))] = -2.0
        best = np.argpartition(-scores, near - 1, axis=1)[:, :near]
        columns.append(best)
        weights.append(np.take_along_axis(scores, best, axis=1).clip(1e-3))
    rows = np.repeat(np.arange(count), near)
    cells = (np.concatenate(weights).ravel(), (rows, np.concatenate(columns).ravel()))
    graph = sparse.csr_matrix(cells, shape=(count, count), dtype=np.float32)
    return (graph + graph.T).tocsr()


def reconciled(graph: sparse.csr_matrix, view: Vectors) -> tuple[sparse.csr_matrix, Vectors]:
    """What several encoders say, settled among neighbours: rows moved half-way to the mean of those around them in
    `graph`, and the neighbours of the rows so moved, twice as many. n x n and n x dimensions, unit rows.

    A low-pass filter on the graph (Zhang et al., 2019, "Attributed Graph Clustering via Adaptive Graph
    Convolution"): what one encoder alone hears of a text fades, what its neighbourhood shares stays.
    """
    shares = sparse.diags_array(1 / np.maximum(np.asarray(graph.sum(axis=1)).ravel(), 1e-9)) @ graph
    around = unit(np.asarray(shares @ view, dtype=np.float32))
    moved = unit(((view + around) / 2).astype(np.float32))
    return neighbour_graph(moved, 2 * NEIGHBOURS), moved


def communities(graph: sparse.csr_matrix, resolution: float, seed: int = 0) -> Labels:
    """Louvain communities (Blondel et al., 2008), numbered by falling size. The same seed, the same communities.

    Other seeds visit the rows in another order; 0 visits them as they come.
    """
    louvain = Louvain(resolution, shuffle_nodes=seed > 0, random_state=seed, return_probs=False, return_aggregate=False)
    return np.asarray(louvain.fit_predict(graph), dtype=np.int64)


def settled(graph: sparse.csr_matrix, resolution: float, wanted: int = 0) -> Labels:
    """Of several runs the one that agrees best with the others: one run alone follows every breath of arithmetic.

    With `wanted`, runs that found fewer communities are left out where others found enough.
    """
    runs = [communities(graph, resolution, seed) for seed in range(_RUNS)]
    enough = [run for run in runs if run.max() + 1 >= wanted] or runs
    agreement = [sum(adjusted_rand_score(run, other) for other in runs) for run in enough]
    return enough[int(np.argmax(agreement))]


def about(graph: sparse.csr_matrix, wanted: int) -> Labels:
    """Communities whose number is `wanted`, or as near as the resolution allows. By bisection."""
    low, high = _COARSEST, _FINEST
    best, nearest = (low * high) ** 0.5, np.inf
    for _ in range(_TRIES):
        middle = (low * high) ** 0.5
        count = int(communities(graph, middle).max()) + 1
        if abs(count - wanted) <= nearest:
            best, nearest = middle, abs(count - wanted)
        if count == wanted:
            break
        low, high = (middle, high) if count < wanted else (low, middle)
    return settled(graph, best, wanted)


def centres_of(view: Vectors, labels: Labels) -> Vectors:
    """The unit mean of each label 0..max, one row each."""
    count = int(labels.max()) + 1
    member = sparse.csr_matrix(
        (np.ones(len(labels), np.float32), (labels, np.arange(len(labels)))), shape=(count, len(labels))
    )
    return unit(np.asarray(member @ view, dtype=np.float32))


def nearest_centre(view: Vectors, labels: Labels, passes: int = 1) -> Labels:
    """Each row moved to its nearest centre, `passes` times; labels left empty disappear."""
    for _ in range(passes):
        labels = renumbered((view @ centres_of(view, labels).T).argmax(axis=1))
    return labels


def renumbered(labels: NDArray[np.int64]) -> Labels:
    """The same partition with labels 0, 1, 2... by falling size, ties by first appearance."""
    values, first, inverse, counts = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -counts))
    rank = np.empty(len(values), dtype=np.int64)
    rank[order] = np.arange(len(values))
    return rank[inverse]


def merged_down(view: Vectors, labels: Labels, wanted: int) -> Labels:
    """The partition with its closest pairs of centres joined, weighted by size (Ward), until `wanted` remain."""
    labels = renumbered(labels)
    while labels.max() + 1 > max(1, wanted):
        centres, sizes = centres_of(view, labels), np.bincount(labels)
        cost = (1 - centres @ centres.T) * (sizes[:, None] * sizes) / (sizes[:, None] + sizes)
        np.fill_diagonal(cost, np.inf)
        keep, gone = sorted(np.unravel_index(cost.argmin(), cost.shape))
        labels = renumbered(np.where(labels == gone, keep, labels))
    return labels


def summed(graphs: Sequence[sparse.csr_matrix]) -> sparse.csr_matrix:
    """One graph of several views of the same rows."""
    total = graphs[0]
    for graph in graphs[1:]:
        total = total + graph
    return sparse.csr_matrix(total)
