"""Which mentions a change answers, most telling first, learnt from what was judged so far. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from feedback_app.changes.voices.engine.collection import SMOOTHING, Collection, Nearness, nearest, smoothed, standard
from feedback_app.changes.voices.engine.subjects import Rows
from feedback_app.themes.engine.classify.logistic import fit_logistic

_FARTHEST = 100
"""So many of the least near stand in for mentions that were judged not to fit."""

_FARTHEST_WEIGHT = 0.3
_PENALTY = 2.0
_PRAISE, _PRAISE_UNTAUGHT, _CLEAR_PRAISE = 0.1, 0.5, 0.5
"""Praise is no voice: what each deviation above half a one costs, once something is learnt and before."""

_LIKELIEST = 2_000
"""Of very many, the mean of neighbours is heard among these alone: the others are out of the question."""


def scores(collection: Collection, nearness: Nearness, judged: Mapping[int, bool]) -> Rows:
    """Return one number per row, larger where a voice is likelier: an order, not a chance.

    Before the first yes it is nearness to the change; then a logistic regression on the view and the nearness, taught
    on what was judged, with the least near as weak counterexamples; each mention hears its neighbours.
    """
    praised = np.maximum(standard(collection.praise) - _CLEAR_PRAISE, 0)
    if not any(judged.values()):
        return np.asarray(nearness.near - _PRAISE_UNTAUGHT * praised, dtype=np.float32)
    rows, goal, weights = _lesson(nearness, judged)
    taught = np.hstack([collection.view[rows], nearness.columns[rows]])
    table, shift = fit_logistic(taught, None, goal, weights, _PENALTY)
    slope, width = table[1] - table[0], collection.view.shape[1]
    raised = collection.view @ slope[:width] + nearness.columns @ slope[width:] + (shift[1] - shift[0])
    found = np.asarray(1 / (1 + np.exp(-raised)), dtype=np.float32)
    return np.asarray(_with_neighbours(collection, found) - _PRAISE * praised, dtype=np.float32)


def _lesson(nearness: Nearness, judged: Mapping[int, bool]) -> tuple[NDArray[np.int64], NDArray[np.int64], Rows]:
    count = min(len(nearness.near), _FARTHEST + len(judged))
    least = np.argsort(nearness.near, kind="stable")[:count]
    far = [int(row) for row in least if int(row) not in judged][:_FARTHEST]
    rows = np.array([*judged, *far], dtype=np.int64)
    goal = np.array([*judged.values(), *[False] * len(far)], dtype=np.int64)
    weights = np.concatenate([np.ones(len(judged)), np.full(len(far), _FARTHEST_WEIGHT)])
    sizes = np.maximum(np.bincount(goal, minlength=2), 1)
    return rows, goal, np.asarray(weights * len(rows) / (2 * sizes[goal]), dtype=np.float32)


def _with_neighbours(collection: Collection, scores: Rows) -> Rows:
    if collection.neighbours is not None:
        return smoothed(scores, collection.neighbours)
    likeliest = np.argpartition(-scores, _LIKELIEST)[:_LIKELIEST]
    mixed = (1 - SMOOTHING) * scores
    mixed[likeliest] = smoothed(scores[likeliest], nearest(collection.view[likeliest]))
    return mixed


def to_ask(collection: Collection, order: Rows, judged: Mapping[int, bool], count: int) -> list[int]:
    """Return up to ``count`` rows to judge next: the likeliest, one of each answer, of people not yet found first."""
    fitting = {int(collection.answer[row]) for row, fits in judged.items() if fits}
    ranked = [int(row) for row in np.argsort(-order, kind="stable") if int(row) not in judged]
    chosen: list[int] = []
    asked: set[int] = set(fitting)
    for row in ranked:
        if len(chosen) == count:
            return chosen
        if int(collection.answer[row]) not in asked:
            asked.add(int(collection.answer[row]))
            chosen.append(row)
    rest = [row for row in ranked if row not in set(chosen)]
    return [*chosen, *rest[: count - len(chosen)]]
