"""The tones of an answer's mentions, one after another: "but" turns praise into complaint, "and" goes on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from feedback_app.themes.engine.mentions import lexicon
from feedback_app.themes.engine.mentions.weights import TONES, Rows

CONNECTIONS = 3
"""Kinds of connection between two mentions: contrast, another sentence, the same sentence."""

_CONTRAST = lexicon.CLASSES[0] | {"shame", "pity", "szkoda", "gorzej", "minus"}
_HEAD = 20

Bound = tuple[int, int]


def connection(text: str, before: Bound, after: Bound) -> int:
    """How a mention is joined to the one before it (0: contrast, 1: another sentence, 2: the same)."""
    gap = text[before[1] : after[0]][-400:]
    spoken = [*lexicon.words(gap), *lexicon.words(text[after[0] : min(after[1], after[0] + _HEAD)])[:2]]
    if _CONTRAST.intersection(spoken):
        return 0
    return 1 if any(mark in gap for mark in ".!?…\n") else 2


def told(text: str, bounds: Sequence[Bound], scores: Rows, follows: Rows) -> list[tuple[str, float]]:
    """The likeliest tone of each mention and its probability, by the forward-backward algorithm (Rabiner, 1989).

    `scores` are log odds per tone of each mention by itself, `follows` what tones follow one another.
    """
    if not bounds:
        return []
    own = [_normalised(row) for row in scores.astype(np.float64)]
    steps = [follows[connection(text, a, b)].astype(np.float64) for a, b in pairwise(bounds)]
    forward, backward = [own[0]], [np.zeros(len(TONES))]
    for row, step in zip(own[1:], steps, strict=True):
        forward.append(_normalised(row + np.logaddexp.reduce(forward[-1][:, None] + step, axis=0)))
    for row, step in zip(own[:0:-1], steps[::-1], strict=True):
        backward.append(_normalised(np.logaddexp.reduce(step + row + backward[-1], axis=1)))
    chances = [np.exp(_normalised(ahead + back)) for ahead, back in zip(forward, backward[::-1], strict=True)]
    return [(TONES[int(row.argmax())], round(float(row.max()), 4)) for row in chances]


def _normalised(row: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(row - np.logaddexp.reduce(row), np.float64)
