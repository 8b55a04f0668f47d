"""Quotes that prove a theme: the most typical ones, and those on its border."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from feedback_app.themes.engine.vectors.embedders import Vectors
from feedback_app.themes.engine.vectors.graphs import Labels, centres_of

TYPICAL, BORDERLINE = 3, 2
_SHORT, _LONG = 15, 280
_AWKWARD = 0.15


def quotes(view: Vectors, labels: Labels, texts: Sequence[str]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Per label 0..max: row numbers of up to 3 typical and 2 borderline rows. No row, and no wording, twice.

    Typical is near the centre; a quote too short to explain itself or too long to read gives way to a fair one.
    Borderline is where another centre is nearly as near.
    """
    scores = view @ centres_of(view, labels).T
    rows = np.arange(len(view))
    own = scores[rows, labels].copy()
    scores[rows, labels] = -np.inf
    margin = own - scores.max(axis=1)
    appeal = own - _AWKWARD * np.array([not _SHORT <= len(text) <= _LONG for text in texts])
    chosen = []
    for label in range(int(labels.max()) + 1):
        members = rows[labels == label]
        typical = _distinct(members[np.argsort(-appeal[members], kind="stable")], texts, TYPICAL, ())
        border = _distinct(members[np.argsort(margin[members], kind="stable")], texts, BORDERLINE, typical)
        chosen.append((typical, border))
    return chosen


def _distinct(rows: NDArray[np.int64], texts: Sequence[str], count: int, taken: tuple[int, ...]) -> tuple[int, ...]:
    seen = {texts[row].casefold() for row in taken}
    picked: list[int] = []
    for row in rows.tolist():
        if len(picked) == count:
            break
        if texts[row].casefold() not in seen:
            seen.add(texts[row].casefold())
            picked.append(row)
    return tuple(picked)
