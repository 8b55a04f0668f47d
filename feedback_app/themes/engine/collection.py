"""A collection of texts made ready once: distinct texts, languages, vectors, and a fair sample of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback_app.themes.engine.embedders import Embedder, VectorCache, Vectors, default_embedder, vectors_of
from feedback_app.themes.engine.languages import languages_of, plausible
from feedback_app.themes.engine.parallel import encode_on_all_cores
from feedback_app.themes.engine.texts import clean, has_content, text_key


@dataclass(frozen=True, slots=True)
class Collection:
    """Distinct texts with content, in order of first appearance, and for each given text its row (or -1)."""

    texts: tuple[str, ...]
    languages: NDArray[np.object_]
    vectors: Vectors
    row_of: NDArray[np.int64]
    order: NDArray[np.int64]
    """Rows in the order of their hash: its beginning is a random sample that does not depend on the input order."""

    def only(self, rows: NDArray[np.int64]) -> "Collection":
        """A collection of these rows alone, each of them given once."""
        every = np.arange(len(rows))
        kept = tuple(self.texts[row] for row in rows)
        return Collection(kept, self.languages[rows], self.vectors[rows], every, every)

    def __len__(self) -> int:
        return len(self.texts)


def collect(
    texts: Sequence[str],
    hints: Sequence[str | None] = (),
    cache: VectorCache | None = None,
    embedder: Embedder | None = None,
) -> Collection:
    """Read the texts: distinct ones, the language of each (a hint is a language code that may be wrong), vectors."""
    first: dict[str, int] = {}
    row_of = np.full(len(texts), -1, dtype=np.int64)
    distinct: list[str] = []
    told: list[str | None] = []
    for at, text in enumerate(texts):
        key = text_key(text)
        if key not in first:
            first[key] = len(distinct) if has_content(text) else -1
            if first[key] >= 0:
                distinct.append(clean(text))
                told.append(hints[at] if hints else None)
        row_of[at] = first[key]
    kept = [key for key, row in first.items() if row >= 0]
    spoken = languages_of(distinct, plausible(distinct, told), told) if distinct else np.array([], dtype=object)
    vectors = vectors_of(distinct, embedder or default_embedder(), cache, encode_on_all_cores)
    return Collection(tuple(distinct), spoken, vectors, row_of, np.argsort(np.array(kept), kind="stable"))
