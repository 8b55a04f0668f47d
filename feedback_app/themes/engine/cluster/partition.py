"""From views of a sample to its partition: number given, number chosen, coarser or finer."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from feedback_app.themes.engine.cluster.choose_count import choose, count_for_feedback, cuts
from feedback_app.themes.engine.vectors.embedders import Vectors, unit
from feedback_app.themes.engine.vectors.graphs import (
    Labels,
    about,
    merged_down,
    nearest_centre,
    neighbour_graph,
    reconciled,
    settled,
    summed,
)

Grain = Literal["coarse", "auto", "fine"]

_ALONE = 8
"""Fewer rows than this are one theme: nothing can be said about their structure."""

_ONE_ENCODER = 2
"""Views that one encoder gives, of the sentence and of its subject. More of them have something to reconcile."""

_COARSER, _FINER = 0.5, 1.8


def partition(
    views: Sequence[Vectors],
    themes: int | None = None,
    grain: Grain = "auto",
    weights: Sequence[float] = (),
    *,
    feedback: bool = False,
) -> Labels:
    """One label per row, 0.. by falling size. Views are different vectors of the same rows (at most some thousands).

    `weights` say how much each view counts (all the same, if not given).

    With `themes` given, that many or, where the rows do not support so many, fewer. Otherwise the number is chosen; of
    `feedback` by what so many pieces are expected to hold (`count_for_feedback`).
    """
    rows = len(views[0])
    if rows < _ALONE or themes == 1:
        return np.zeros(rows, dtype=np.int64)
    shares = list(weights) or [1.0] * len(views)
    graph = summed([neighbour_graph(view) * share for view, share in zip(views, shares, strict=True)])
    joint = joined(views, shares)
    plain = graph, joint
    if len(views) > _ONE_ENCODER:
        graph, joint = reconciled(graph, joint)
    if themes is None and feedback:
        count = min(rows, count_for_feedback(graph, joint, plain[1]))
        themes = count if grain == "auto" else _other_grain(count, grain)
    elif themes is None:
        sensible = cuts(graph, joint, plain)
        at = choose(sensible, rows)
        if grain == "auto":
            return nearest_centre(joint, settled(graph, sensible[at].resolution), passes=2)
        themes = _other_grain(sensible[at].count, grain)
    labels = nearest_centre(joint, about(graph, min(themes, rows)), passes=2)
    return merged_down(joint, labels, themes) if labels.max() + 1 > themes else labels


def joined(views: Sequence[Vectors], weights: Sequence[float]) -> Vectors:
    """Views side by side as one, each as loud as its weight. Unit rows."""
    return unit(np.hstack([view * np.float32(share) for view, share in zip(views, weights, strict=True)]))


def _other_grain(count: int, grain: Grain) -> int:
    """How many themes instead of `count`: about half as many, or nearly twice."""
    return max(2, round(count * _COARSER)) if grain == "coarse" else max(count + 2, round(count * _FINER))
