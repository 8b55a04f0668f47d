"""A linear classifier on what a text means and how it is worded; its whole state is a few arrays."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from feedback_app.themes.engine.classify.logistic import fit_logistic
from feedback_app.themes.engine.text.languages import Languages
from feedback_app.themes.engine.text.lemmas import lemmas
from feedback_app.themes.engine.text.texts import clean, without_numbers
from feedback_app.themes.engine.vectors.embedders import Vectors

LEMMA_BITS, GRAM_BITS = 11, 12
WORDING = 0.7
"""Weight of lemmas and of character n-grams beside the sentence vector, whose length is one."""

_PENALTY = 10.0
_SPANNED_BELOW = 600


@lru_cache(maxsize=1)
def _hashers() -> tuple[HashingVectorizer, HashingVectorizer]:
    common = {"alternate_sign": False, "norm": None, "dtype": np.float32}
    tokens = HashingVectorizer(analyzer=_pairs, n_features=2**LEMMA_BITS, **common)
    grams = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), n_features=2**GRAM_BITS, **common)
    return tokens, grams


def _pairs(tokens: Sequence[str]) -> list[str]:
    return [*tokens, *(f"{a} {b}" for a, b in pairwise(tokens))]


def wording(texts: Sequence[str], languages: Languages) -> sparse.csr_matrix:
    """Hashed counts (damped by 1 + log) of lemmas, lemma pairs and character 3-5-grams, one row per text."""
    tokens, grams = _hashers()
    cleaned = [without_numbers(clean(text)) for text in texts]
    by_lemma = tokens.transform([lemmas(t, code) for t, code in zip(cleaned, languages, strict=True)])
    by_gram = grams.transform(cleaned)
    both = sparse.hstack([by_lemma, by_gram], format="csr")
    both.data = 1.0 + np.log(both.data)
    return both


@dataclass(frozen=True, slots=True)
class Linear:
    """Multinomial logistic regression: `classes` (theme ids), weights (classes x features), intercepts, idf."""

    classes: NDArray[np.int64]
    weights: Vectors
    intercepts: Vectors
    rarity: Vectors

    def probabilities(self, centred: Vectors, words: sparse.csr_matrix) -> Vectors:
        """One row per text, one column per class, each row adding up to one."""
        width = centred.shape[1]
        scores = centred @ self.weights[:, :width].T + self.intercepts
        return softmax(scores + np.asarray(_weighted(words, self.rarity) @ self.weights[:, width:].T))

    def to_bytes(self) -> bytes:
        """All of it, weights rounded to float16 (about 13 KB a class)."""
        return pack_arrays(
            {
                "classes": self.classes,
                "weights": self.weights.astype(np.float16),
                "intercepts": self.intercepts,
                "rarity": self.rarity,
            }
        )


def linear_from_bytes(data: bytes) -> Linear:
    """The inverse of `Linear.to_bytes`. ValueError when the data is something else."""
    arrays = unpack_arrays(data)
    weights = arrays["weights"].astype(np.float32)
    return Linear(arrays["classes"], weights, arrays["intercepts"], arrays["rarity"])


def fit_linear(
    centred: Vectors,
    words: sparse.csr_matrix,
    targets: Sequence[int],
    weights: Sequence[float] | None = None,
) -> Linear:
    """Learn from texts whose theme is known (classes weigh the same, however large). At least one row.

    With a single class there is nothing to learn, and every text gets it.
    """
    rarity = inverse_frequency(words)
    classes, goal = np.unique(np.asarray(targets, dtype=np.int64), return_inverse=True)
    width = centred.shape[1] + words.shape[1]
    if len(classes) == 1:
        return Linear(classes, np.zeros((1, width), np.float32), np.zeros(1, np.float32), rarity)
    told = np.ones(len(goal)) if weights is None else np.asarray(weights, dtype=np.float64)
    sizes = np.bincount(goal, told)
    balanced = (told * (told.sum() / len(classes) / sizes)[goal]).astype(np.float32)
    penalty = _PENALTY / 2 if len(classes) == 2 else _PENALTY
    weighted = _weighted(words, rarity)
    if len(goal) < _SPANNED_BELOW:
        table = sparse.hstack([sparse.csr_matrix(centred), weighted], format="csr")
        rows, back = _rotated(table)
        turned, intercepts = fit_logistic(rows, None, goal, balanced, penalty)
        return Linear(classes, np.ascontiguousarray((table.T @ (back @ turned.T)).T, np.float32), intercepts, rarity)
    return Linear(classes, *fit_logistic(centred, weighted, goal, balanced, penalty), rarity)


def _rotated(table: sparse.csr_matrix) -> tuple[Vectors, Vectors]:
    """The rows in the few dimensions that they span, and the matrix that takes weights back (`table.T @ back @ w`).

    A penalty on length sees no difference (representer theorem), and some hundred rows are fitted ten times faster.
    """
    values, axes = np.linalg.eigh((table @ table.T).toarray())
    kept = values > 1e-6 * values[-1]
    lengths = np.sqrt(values[kept])
    return np.asarray(axes[:, kept] * lengths, np.float32), np.asarray(axes[:, kept] / lengths, np.float32)


def inverse_frequency(words: sparse.csr_matrix) -> Vectors:
    """Smoothed inverse document frequency per column."""
    seen = np.bincount(words.indices, minlength=words.shape[1])
    return np.asarray(np.log((1 + words.shape[0]) / (1 + seen)) + 1, dtype=np.float32)


def _weighted(words: sparse.csr_matrix, rarity: Vectors) -> sparse.csr_matrix:
    """Counts times rarity; the lemmas of a row, and its n-grams, scaled to a length of WORDING each."""
    values = words.data * rarity[words.indices]
    half = 2 * np.repeat(np.arange(words.shape[0]), np.diff(words.indptr)) + (words.indices >= 2**LEMMA_BITS)
    lengths = np.sqrt(np.bincount(half, values * values, minlength=2 * words.shape[0]))
    scaled = (WORDING * values / np.maximum(lengths[half], 1e-9)).astype(np.float32)
    return sparse.csr_matrix((scaled, words.indices, words.indptr), shape=words.shape)


def softmax(scores: NDArray[np.floating]) -> Vectors:
    """Rows of scores as probabilities."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def pack_arrays(arrays: Mapping[str, NDArray[Any]], **facts: object) -> bytes:
    """Arrays and JSON-able facts as compressed bytes. Nothing in them can run when read back."""
    buffer = io.BytesIO()
    note = np.frombuffer(json.dumps(facts).encode("utf-8"), dtype=np.uint8)
    np.savez_compressed(buffer, **{"facts": note, **arrays})  # type: ignore[arg-type]
    return buffer.getvalue()


def unpack_arrays(data: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of `pack_arrays`. ValueError for anything else; objects are refused, never unpickled."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:
        raise ValueError("These bytes are not a saved state of the grouping engine.") from error


def facts_of(arrays: Mapping[str, NDArray[Any]]) -> dict[str, object]:
    """The facts that went with `pack_arrays`."""
    return dict(json.loads(arrays["facts"].astype(np.uint8).tobytes()))
