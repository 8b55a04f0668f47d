"""What a rank is worth: the chance that a mention is a voice, taught on changes of which everything was judged. Pure.

A logistic regression on how near the mention is, what was learnt, what it resembles among the judged ones, and how
well the last questions went. `benchmarks/teach_voice_chances.py` makes the file and measures each company by what was
taught without it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from feedback_app.changes.voices.engine.collection import Collection, Nearness, standard
from feedback_app.changes.voices.engine.subjects import Rows

WEIGHTS = Path(__file__).with_name("chances.json")
FEATURES = ("learnt", "near", "near_learnt", "praise", "like_yes", "like_no", "yes", "no", "rank", "hits", "some_yes")
_CLOSEST = 1e-3
_RECENT = 10
_LENGTH = 4.0
"""The squared length of a row of the view: product divided by it is a cosine."""


def features(collection: Collection, nearness: Nearness, order: Rows, judged: Mapping[int, bool]) -> Rows:
    """One row per mention, one column for each of FEATURES; ``judged`` in the order in which it was judged."""
    rows = np.zeros((len(order), len(FEATURES)), np.float32)
    yes = [row for row, fits in judged.items() if fits]
    no = [row for row, fits in judged.items() if not fits]
    taught = float(bool(yes))
    raised = np.clip(order, _CLOSEST, 1 - _CLOSEST)
    rows[:, 0] = taught * np.log(raised / (1 - raised))
    rows[:, 1], rows[:, 2] = (1 - taught) * nearness.near, taught * nearness.near
    rows[:, 3] = standard(collection.praise)
    rows[:, 4], rows[:, 5] = _alike(collection, yes), _alike(collection, no)
    rows[:, 6], rows[:, 7] = np.log1p(len(yes)), np.log1p(len(no))
    rows[:, 8] = np.log1p(_ranks(order, judged))
    recent = list(judged.values())[-_RECENT:]
    rows[:, 9] = taught * (sum(recent) + 1) / (len(recent) + 3)
    rows[:, 10] = taught
    return rows


def _alike(collection: Collection, rows: list[int]) -> Rows:
    if not rows:
        return np.zeros(len(collection), np.float32)
    return np.asarray((collection.view @ collection.view[rows].T).max(axis=1) / _LENGTH, dtype=np.float32)


def _ranks(order: Rows, judged: Mapping[int, bool]) -> Rows:
    """The place of each row among those not judged, the likeliest 0."""
    held = order.copy()
    held[list(judged)] = -np.inf
    ranks = np.empty(len(order), np.float32)
    ranks[np.argsort(-held, kind="stable")] = np.arange(len(order))
    return ranks


@lru_cache(maxsize=1)
def _taught() -> tuple[Rows, float]:
    given = json.loads(WEIGHTS.read_text("utf-8"))
    return np.array([given["weights"][name] for name in FEATURES], np.float32), float(given["shift"])


def chances(collection: Collection, nearness: Nearness, order: Rows, judged: Mapping[int, bool]) -> Rows:
    """The chance of each mention to be a voice, 0..1; of judged ones 1 or 0. Praise known as such has none."""
    weights, shift = _taught()
    raised = features(collection, nearness, order, judged) @ weights + shift
    likely = np.asarray(1 / (1 + np.exp(-raised)), dtype=np.float32)
    likely[[row for row, one in enumerate(collection.said) if one.tone == "praise"]] = 0.0
    for row, fits in judged.items():
        likely[row] = float(fits)
    return likely
