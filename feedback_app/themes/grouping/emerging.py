"""Subjects that only the newest answers speak of: they are no theme yet. Pure: no database, no Flask.

Importing this module loads the numerical libraries.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from feedback_app.themes.engine.classify.collection import collect
from feedback_app.themes.engine.cluster import discovery
from feedback_app.themes.engine.cluster.emerging import emerging_groups
from feedback_app.themes.engine.vectors.embedders import VectorCache
from feedback_app.themes.engine.vectors.normalise import fit_space
from feedback_app.themes.engine.vectors.parallel import one_thread


@dataclass(frozen=True, slots=True)
class Emerging:
    """A theme that may be new: a name, phrases, and the indices of the new texts that speak of it."""

    name: str
    phrases: tuple[str, ...]
    members: tuple[int, ...]
    typical: tuple[int, ...]


def emerging(
    old: Sequence[str],
    new: Sequence[str],
    *,
    languages: Sequence[str | None] = (),
    least: int = 10,
    vectors: VectorCache | None = None,
) -> list[Emerging]:
    """Subjects that new texts speak of and old ones hardly do: groups of at least `least`, largest first.

    Indices point into `new`. `languages` are hints for old and new texts together. The last 6,000 texts count.
    """
    with one_thread():
        collection = collect([*old, *new], languages, vectors)
        if not len(collection):
            return []
        is_new = np.ones(len(collection), dtype=bool)
        is_new[[row for row in collection.row_of[: len(old)] if row >= 0]] = False
        space = fit_space(collection.vectors, collection.languages)
        centred = space.centred(collection.vectors, collection.languages)
        view = space.view(centred)
        groups = emerging_groups(view, is_new, least)
        labels = np.full(len(collection), -1, dtype=np.int64)
        for label, rows in enumerate(groups):
            labels[rows] = label
        phrases = discovery.names_of(collection, labels, len(groups), space, centred)
        evidence = discovery.quotes_of(view, labels, collection)
        at: dict[int, list[int]] = {}
        for index, row in enumerate(collection.row_of[len(old) :].tolist()):
            at.setdefault(row, []).append(index)
        return [
            Emerging(
                phrases[label][0] if phrases[label] else collection.texts[rows[0]][:60],
                phrases[label],
                tuple(sorted(index for row in rows.tolist() for index in at[row])),
                tuple(at[row][0] for row in evidence[label][0]),
            )
            for label, rows in enumerate(groups)
        ]
