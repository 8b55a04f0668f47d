"""A collection of texts made ready once: distinct texts, languages, vectors, and a fair sample of them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feedback_app.themes.engine.classifier import wording
from feedback_app.themes.engine.embedders import Embedder, VectorCache, Vectors, default_embedder, vectors_of
from feedback_app.themes.engine.languages import Languages, languages_of, plausible
from feedback_app.themes.engine.parallel import EncodingPool
from feedback_app.themes.engine.subjects import subject_of
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

    words: sparse.csr_matrix | None = None
    """The wording of each row, where it was asked for."""

    subjects: Vectors | None = None
    """Vectors of the subjects of the first rows in `order`, as many as were asked for."""

    def only(self, rows: NDArray[np.int64]) -> "Collection":
        """A collection of these rows alone, each of them given once."""
        every = np.arange(len(rows))
        kept = tuple(self.texts[row] for row in rows)
        words = None if self.words is None else self.words[rows]
        return Collection(kept, self.languages[rows], self.vectors[rows], every, every, words)

    def wording(self, rows: NDArray[np.int64]) -> sparse.csr_matrix:
        """How these rows are worded (`classifier.wording`)."""
        if self.words is None:
            return wording([self.texts[row] for row in rows], self.languages[rows])
        return self.words[rows]

    def __len__(self) -> int:
        return len(self.texts)


def collect(
    texts: Sequence[str],
    hints: Sequence[str | None] = (),
    cache: VectorCache | None = None,
    embedder: Embedder | None = None,
    *,
    worded: bool = False,
    subjects: int = 0,
) -> Collection:
    """Read the texts: distinct ones, the language of each (a hint is a language code that may be wrong), vectors.

    `worded` also keeps the wording of each, and `subjects` the vectors of so many rows' subjects: made here, where
    they cost nothing while other processes encode.
    """
    distinct, told, row_of, order = _distinct(texts, hints)
    encoder = embedder or default_embedder()
    with EncodingPool() as pool, ThreadPoolExecutor(2) as aside:
        vectors = aside.submit(vectors_of, distinct, encoder, cache, pool.encode)
        spoken = languages_of(distinct, plausible(distinct, told), told) if distinct else np.array([], dtype=object)
        about = _subjects(distinct, spoken, order[:subjects])
        telling = aside.submit(vectors_of, about, encoder, None, pool.encode) if subjects else None
        words = wording(distinct, spoken) if worded and distinct else None
        found = telling.result() if telling else None
        return Collection(tuple(distinct), spoken, vectors.result(), row_of, order, words, found)


def _subjects(texts: Sequence[str], languages: Languages, rows: NDArray[np.int64]) -> list[str]:
    return [subject_of(texts[row], languages[row]) for row in rows]


def _distinct(
    texts: Sequence[str], hints: Sequence[str | None]
) -> tuple[list[str], list[str | None], NDArray[np.int64], NDArray[np.int64]]:
    """Distinct texts with content, their hints, the row of each text given, and the rows in order of hash."""
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
    return distinct, told, row_of, np.argsort(np.array(kept), kind="stable")
