"""What was learnt about mentions, as it ships: a few linear models in one file of some hundred kilobytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback_app.themes.engine.mentions.wording import BUCKETS, Grams

Rows = NDArray[np.float32]

FILE = Path(__file__).with_name("weights.npz")
TONES = ("complaint", "wish", "praise", "question", "neutral")
_LARGE = 1_000
"""Arrays of more numbers are kept as float16."""


@dataclass(frozen=True, slots=True)
class Linear:
    """Scores of classes: rows times `dense`, hashed wording times `hashed` (no columns where it has no say), `bias`."""

    dense: Rows
    hashed: Rows
    bias: Rows

    def scores(self, rows: Rows, wording: Sequence[Grams] = ()) -> Rows:
        """A column per class."""
        odds = rows @ self.dense.T + self.bias
        if self.hashed.size:
            for at, (buckets, values) in enumerate(wording):
                odds[at] += self.hashed[:, buckets] @ values
        return np.asarray(odds, np.float32)


@dataclass(frozen=True, slots=True)
class Weights:
    """The models of asides, boundaries, spans and tones, and what tones follow one another (see `teach`)."""

    aside: Linear
    boundary: Linear
    span: Linear
    tone: Linear
    follows: Rows
    """Log odds by kind of connection, tone before and tone after, against the tone after alone."""


def save(by_encoder: dict[str, Weights], sources: str, file: Path = FILE) -> None:
    """Write the weights for each encoder, and the hash of what they were taught with."""
    arrays: dict[str, Any] = {"sources": np.array(sources)}
    for encoder, weights in by_encoder.items():
        for name in ("aside", "boundary", "span", "tone"):
            model: Linear = getattr(weights, name)
            arrays |= {f"{encoder}.{name}.{part}": _small(getattr(model, part)) for part in ("dense", "hashed", "bias")}
        arrays[f"{encoder}.follows"] = weights.follows
    np.savez_compressed(file, **arrays)


def _small(rows: Rows) -> NDArray[Any]:
    return rows.astype(np.float16) if rows.size > _LARGE else rows


@lru_cache(maxsize=4)
def load(encoder: str, file: Path = FILE) -> Weights:
    """The weights for the vectors of one encoder; those for no vectors at all where it was not taught with."""
    with np.load(file) as arrays:
        name = encoder if f"{encoder}.follows" in arrays else NO_VECTORS

        def linear(part: str) -> Linear:
            dense, hashed, bias = (arrays[f"{name}.{part}.{key}"] for key in ("dense", "hashed", "bias"))
            return Linear(dense.astype(np.float32), hashed.astype(np.float32).reshape(len(bias), -1), bias)

        follows = arrays[f"{name}.follows"]
        return Weights(linear("aside"), linear("boundary"), linear("span"), linear("tone"), follows)


NO_VECTORS = "words"
"""The models that know only words: for machines without the sentence encoder."""


def sources_of(file: Path = FILE) -> str:
    """The hash of what the weights in the file were taught with."""
    with np.load(file) as arrays:
        return str(arrays["sources"])


def no_words(classes: int) -> Rows:
    """The `hashed` of a model in which wording has no say."""
    return np.zeros((classes, 0), np.float32)


__all__ = ["BUCKETS", "FILE", "NO_VECTORS", "TONES", "Linear", "Weights", "load", "no_words", "save", "sources_of"]
