"""How many themes? A grid of resolutions, the middle of those whose silhouette is about the best."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.metrics import silhouette_score

from feedback_app.themes.engine.vectors.embedders import Vectors
from feedback_app.themes.engine.vectors.graphs import (
    Labels,
    communities,
    nearest_centre,
    renumbered,
)

_STEP = 1.2
_FIRST, _LAST = 0.35, 25.0
_MEAN_SIZE, _GROWTH = 20, 0.5
"""Themes hold at least 20 rows on average, and more (0.5 x the root of the rows) in a large collection: nobody reads
several hundred names."""

_MOST = 250
_KEPT_WEIGHT = 0.5
_CLEAR_MASS = 3.0
"""Mean size x silhouette that themes must reach: small themes are shown where they are clear, in a blurred
collection themes must be larger to be worth a name."""

_FEWEST, _EACH = 6, 25
_PLATEAU = 0.93
_JUDGED = 1_500
_WIDEST, _SPREAD, _CHOOSY = 2.0, 0.5, 8
"""Of feedback: up to twice the expected number is looked at; one larger or smaller by two thirds weighs half; how much
more the likelier numbers count."""

_BESIDE = (1.0, 2.0, 3.0, 2.0, 1.0)


@dataclass(frozen=True, slots=True)
class Cut:
    """One way to cut a collection into themes, and how clear the cut is (silhouette, -1..1)."""

    labels: Labels
    resolution: float
    clarity: float

    @property
    def count(self) -> int:
        """Number of themes."""
        return int(self.labels.max()) + 1


def cuts(graph: sparse.csr_matrix, view: Vectors, heard: tuple[sparse.csr_matrix, Vectors] | None = None) -> list[Cut]:
    """Sensible cuts, coarse to fine, at least one.

    `heard` are graph and view before they were reconciled: cuts are judged by them, for what was smoothed looks clear
    however fine it is cut.
    """
    judge_graph, judge_view = heard or (graph, view)
    sensible: list[Cut] = []
    clarity = Clarity(judge_view)
    resolution = _FIRST
    while resolution < _LAST:
        labels = nearest_centre(view, communities(graph, resolution), passes=2)
        cut = Cut(labels, resolution, clarity.of(labels))
        if sensible and not _readable(cut, len(view)):
            break
        if not sensible or (
            cut.count > sensible[-1].count and _welcome(judge_graph, cut, len(view), sensible[-1].count)
        ):
            sensible.append(cut)
        resolution *= _STEP
    return sensible


def expected(rows: int) -> float:
    """How many themes to expect in so many pieces of feedback: the root of half of them (Mardia et al., 1979)."""
    return max(2.0, math.sqrt(rows / 2))


def count_for_feedback(graph: sparse.csr_matrix, view: Vectors, heard: Vectors) -> int:
    """How many themes, where people speak of many things at once and no number is much clearer than the next.

    The silhouette of feedback falls gently from three themes to thirty: its best value says nothing of what a company
    can act upon. What is expected of so many rows is therefore the rule, and the silhouette (of `heard`, the view
    before it was reconciled) moves it. The mean of all
    numbers, each weighted by both, does not jump where the best one would.
    """
    middle, clarity = expected(len(view)), Clarity(heard)
    weights: dict[int, float] = {}
    resolution = _FIRST
    while resolution < _LAST:
        labels = nearest_centre(view, communities(graph, resolution), passes=2)
        count = int(labels.max()) + 1
        if count > _WIDEST * middle:
            break
        surprise = math.log(count / middle) / _SPREAD
        weights[count] = max(0.0, clarity.of(labels)) / (1 + surprise**2)
        resolution *= _STEP
    best = max(weights.values(), default=0.0)
    if best <= 0:
        return round(middle)
    shares = {count: (weight / best) ** _CHOOSY for count, weight in weights.items()}
    return round(math.exp(sum(math.log(n) * share for n, share in shares.items()) / sum(shares.values())))


def _readable(cut: Cut, rows: int) -> bool:
    """Are the themes few and large enough for people to read?"""
    fair = max(_MEAN_SIZE, _GROWTH * rows**0.5)
    return cut.count <= _MOST and rows / cut.count >= min(fair, max(4, rows / _FEWEST))


def _fewest(rows: int) -> int:
    """Fewer themes than this tell staff nothing, however blurred the collection is: six, from 150 rows up."""
    return max(2, min(_FEWEST, rows // _EACH))


def _welcome(graph: sparse.csr_matrix, cut: Cut, rows: int, coarser: int) -> bool:
    return coarser < _fewest(rows) or _holds_together(graph, cut, rows)


def _holds_together(graph: sparse.csr_matrix, cut: Cut, rows: int) -> bool:
    if cut.clarity * rows / cut.count < min(_CLEAR_MASS, rows / _FEWEST / _MEAN_SIZE):
        return False
    return _weight_inside(graph, cut.labels) >= _KEPT_WEIGHT


def _weight_inside(graph: sparse.csr_matrix, labels: Labels) -> float:
    cells = graph.tocoo()
    same = labels[cells.row] == labels[cells.col]
    return float(cells.data[same].sum() / max(cells.data.sum(), 1e-9))


class Clarity:
    """How clear partitions of the same rows are: mean silhouette (Rousseeuw, 1987) over an even sample of them."""

    def __init__(self, view: Vectors) -> None:
        self._rows = np.unique(np.linspace(0, len(view) - 1, min(len(view), _JUDGED)).astype(int))
        self._far = np.clip(1 - view[self._rows] @ view[self._rows].T, 0, 2)
        np.fill_diagonal(self._far, 0)

    def of(self, labels: Labels) -> float:
        """Mean silhouette by cosine distance, -1..1; 0 for a single theme."""
        kept = renumbered(labels[self._rows])
        if not 1 < kept.max() + 1 < len(kept):
            return 0.0
        return float(silhouette_score(self._far, kept, metric="precomputed"))


def choose(sensible: list[Cut], rows: int) -> int:
    """Index of the cut in the middle (by the ratio of counts) of all that are, within 7 %, as clear as the clearest.

    Blurred collections are about as clear at twenty themes as at sixty: the ends of such a plateau move with every
    breath of arithmetic, its middle hardly does. A cut is judged together with those beside it, because the silhouette
    of a single one is partly luck.
    """
    allowed = [at for at, cut in enumerate(sensible) if cut.count >= _fewest(rows)] or [len(sensible) - 1]
    clarity = _smoothed([sensible[at].clarity for at in allowed])
    best = max(clarity)
    counts = {
        at: sensible[at].count for at, c in zip(allowed, clarity, strict=True) if c >= best * _PLATEAU or best <= 0
    }
    centre = math.sqrt(min(counts.values()) * max(counts.values()))
    return min(counts, key=lambda at: abs(math.log(counts[at] / centre)))


def _smoothed(values: list[float]) -> list[float]:
    """Each value averaged with up to two on either side, near ones counting more."""
    reach = len(_BESIDE) // 2
    padded = np.pad(np.asarray(values), reach)
    there = np.pad(np.ones(len(values)), reach)
    return list(np.convolve(padded, _BESIDE, "valid") / np.convolve(there, _BESIDE, "valid"))
