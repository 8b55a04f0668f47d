"""Mentions that say the same, so that one key judges them together. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from feedback_app.changes.voices.engine.collection import Collection

_SAME = 0.8
_LENGTH = 4.0
_MOST = 12


def alike(collection: Collection, rows: Sequence[int], same: float = _SAME) -> dict[int, int]:
    """Return for each of ``rows`` the first of them that says the same; itself where none does.

    Near by the view (cosine of ``same`` or more) to that first one, so that no chain of likenesses drifts away; at
    most twelve together, which a person still reads.
    """
    heads: dict[int, int] = {}
    sizes: dict[int, int] = {}
    near = collection.view[list(rows)] @ collection.view[list(rows)].T / _LENGTH
    for at, row in enumerate(rows):
        options = [(near[at, other], rows[other]) for other in range(at) if heads[rows[other]] == rows[other]]
        best = max((one for one in options if one[0] >= same and sizes[one[1]] < _MOST), default=None)
        heads[row] = best[1] if best else row
        sizes[heads[row]] = sizes.get(heads[row], 0) + 1
    return heads
