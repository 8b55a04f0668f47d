"""The vectors that the models of mentions were taught with, or none where this machine cannot make them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from feedback_app.themes.engine.mentions.weights import NO_VECTORS, Rows
from feedback_app.themes.engine.text.texts import clean
from feedback_app.themes.engine.vectors.embedders import SentenceEncoder, default_embedder


def encoder() -> tuple[str, Callable[[Sequence[str]], Rows]]:
    """The name under which weights are kept, and what makes a unit vector of each text (see `weights.load`)."""
    embedder = default_embedder()
    if embedder.name != SentenceEncoder.name:
        return NO_VECTORS, no_vectors

    def encode(texts: Sequence[str]) -> Rows:
        return embedder.encode([clean(text) for text in texts])

    return embedder.name, encode


def no_vectors(texts: Sequence[str]) -> Rows:
    """Nothing is known of any text but its words."""
    return np.zeros((len(texts), 1), np.float32)
