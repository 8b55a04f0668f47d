"""A collection of texts made ready once: distinct texts, languages, vectors, and a fair sample of them."""

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feedback_app.themes.engine.classify.classifier import wording
from feedback_app.themes.engine.text.languages import Languages, languages_of, plausible
from feedback_app.themes.engine.text.texts import clean, has_content, text_key
from feedback_app.themes.engine.vectors.embedders import (
    Embedder,
    VectorCache,
    Vectors,
    default_embedder,
    vectors_of,
)
from feedback_app.themes.engine.vectors.parallel import EncodingPool
from feedback_app.themes.engine.vectors.subjects import subject_of

_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Encoded:
    """Vectors on their way: of every row, and of the first rows in order of hash, which are made first."""

    every: Future[Vectors]
    first: Future[Vectors] | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """Distinct texts with content, in order of first appearance, and for each given text its row (or -1)."""

    texts: tuple[str, ...]
    languages: NDArray[np.object_]
    encoded: Encoded
    row_of: NDArray[np.int64]
    order: NDArray[np.int64]
    """Rows in the order of their hash: its beginning is a random sample that does not depend on the input order."""

    words: sparse.csr_matrix | None = None
    """The wording of each row, where it was asked for."""

    subjects: Vectors | None = None
    """Vectors of the subjects of the first rows in `order`, as many as were asked for."""

    @property
    def vectors(self) -> Vectors:
        """One unit vector per row; waits for those that are still being made."""
        return self.encoded.every.result()

    def first_vectors(self, count: int) -> Vectors:
        """The vectors of the first `count` rows in `order`: ready before the others where subjects were asked for."""
        first = self.encoded.first
        return self.vectors[self.order[:count]] if first is None else first.result()[:count]

    def only(self, rows: NDArray[np.int64]) -> "Collection":
        """A collection of these rows alone, each of them given once."""
        every = np.arange(len(rows))
        kept = tuple(self.texts[row] for row in rows)
        words = None if self.words is None else self.words[rows]
        return Collection(kept, self.languages[rows], made(self.vectors[rows]), every, every, words)

    def wording(self, rows: NDArray[np.int64]) -> sparse.csr_matrix:
        """How these rows are worded (`classifier.wording`)."""
        if self.words is None:
            return wording([self.texts[row] for row in rows], self.languages[rows])
        return self.words[rows]

    def __len__(self) -> int:
        return len(self.texts)


def made(vectors: Vectors) -> Encoded:
    """Vectors that are there."""
    every: Future[Vectors] = Future()
    every.set_result(vectors)
    return Encoded(every)


def collect(
    texts: Sequence[str],
    hints: Sequence[str | None] = (),
    cache: VectorCache | None = None,
    embedder: Embedder | None = None,
    *,
    worded: bool = False,
    subjects: int = 0,
    pool: EncodingPool | None = None,
) -> Collection:
    """Read the texts: distinct ones, the language of each (a hint is a language code that may be wrong), vectors.

    `worded` also keeps the wording of each, and `subjects` the vectors of so many rows' subjects: made here, where
    they cost nothing while other processes encode. With a `pool`, which must stay open until all are needed no more,
    the vectors of the other rows may still be on their way.
    """
    distinct, hinted, row_of, order = _distinct(texts, hints)
    encoder = embedder or default_embedder()
    with nullcontext(pool) if pool else EncodingPool() as encoding:
        encoded = _encoded(distinct, order, subjects, encoder, cache, encoding)
        spoken = languages_of(distinct, plausible(distinct, hinted), hinted) if distinct else np.array([], dtype=object)
        about = _subjects(distinct, spoken, order[:subjects])
        telling = encoding.later(vectors_of, about, encoder, None, encoding.encode) if subjects else None
        words = wording(distinct, spoken) if worded and distinct else None
        found = telling.result() if telling else None
        collection = Collection(tuple(distinct), spoken, encoded, row_of, order, words, found)
        return collection if pool else replace(collection, encoded=made(collection.vectors))


def _encoded(
    texts: Sequence[str],
    order: NDArray[np.int64],
    count: int,
    encoder: Embedder,
    cache: VectorCache | None,
    pool: EncodingPool,
) -> Encoded:
    """Vectors of all texts; those of the first `count` in order of hash before the others."""
    if not 0 < count < len(texts):
        return Encoded(pool.later(vectors_of, texts, encoder, cache, pool.encode))
    first = pool.later(vectors_of, [texts[row] for row in order[:count]], encoder, cache, pool.encode)

    def others() -> Vectors:
        rows = np.empty((len(texts), encoder.dimensions), np.float32)
        rows[order[:count]] = first.result()
        for start in range(count, len(texts), _AT_ONCE):  # not all at once: the subjects are waited for
            block = order[start : start + _AT_ONCE]
            rows[block] = vectors_of([texts[row] for row in block], encoder, cache, pool.encode)
        return rows

    return Encoded(pool.later(others), first)


def _subjects(texts: Sequence[str], languages: Languages, rows: NDArray[np.int64]) -> list[str]:
    return [subject_of(texts[row], languages[row]) for row in rows]


def _distinct(
    texts: Sequence[str], hints: Sequence[str | None]
) -> tuple[list[str], list[str | None], NDArray[np.int64], NDArray[np.int64]]:
    """Distinct texts with content, their hints, the row of each text given, and the rows in order of hash."""
    first: dict[str, int] = {}
    row_of = np.full(len(texts), -1, dtype=np.int64)
    distinct: list[str] = []
    hinted: list[str | None] = []
    for at, text in enumerate(texts):
        key = text_key(text)
        if key not in first:
            first[key] = len(distinct) if has_content(text) else -1
            if first[key] >= 0:
                distinct.append(clean(text))
                hinted.append(hints[at] if hints else None)
        row_of[at] = first[key]
    kept = [key for key, row in first.items() if row >= 0]
    return distinct, hinted, row_of, np.argsort(np.array(kept), kind="stable")
