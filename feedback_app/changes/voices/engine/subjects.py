"""Of which subject of the library a text speaks: the bridge between the words of a change and those of people.

A change says "the team gives you a ring from the road", a person "nobody called": the sentences share no word and are
not near by meaning either. Both are near the library's examples of one subject. Each encoder has its linear map from
vectors to subjects, and so have word stems (ridge regression on the library's examples; `benchmarks/teach_voices.py`
makes the file). One more column tells praise from the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("subjects.npz")
CONTEXT = 0.3
"""How much of the whole answer is heard with a mention."""

STEM_SHARE = 0.45
"""Weight of the stems beside each encoder's one, both in standard deviations."""

_STEM = 5
_WORD = re.compile(r"[^\W\d_]{3,60}")
_SHARPNESS = 2.5


@dataclass(frozen=True, slots=True)
class SubjectMaps:
    """Linear maps to ``subjects`` columns and one of praise: per encoder, and from the stems in ``vocabulary``."""

    dense: dict[str, Rows]
    stems: Rows
    vocabulary: dict[str, int]
    rarity: Rows

    def by_meaning(self, encoder: str, centred: Rows) -> Rows | None:
        """One row of scores per vector; None for an encoder that nothing was taught with."""
        table = self.dense.get(encoder)
        return None if table is None else np.asarray(centred @ table, dtype=np.float32)

    def by_stems(self, texts: Sequence[str]) -> Rows:
        """One row of scores per text; zeros where no stem is known."""
        rows = np.zeros((len(texts), self.stems.shape[1]), np.float32)
        for row, text in enumerate(texts):
            places, weights = self.weighed(stems_of(text))
            if len(places):
                rows[row] = weights @ self.stems[places]
        return rows

    def weighed(self, stems: Iterable[str]) -> tuple[NDArray[np.int64], Rows]:
        """The places of known stems and their TF-IDF weights (sublinear, length one)."""
        counts: dict[int, int] = {}
        for stem in stems:
            place = self.vocabulary.get(stem)
            if place is not None:
                counts[place] = counts.get(place, 0) + 1
        places = np.fromiter(counts, np.int64, len(counts))
        weights = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self.rarity[places]
        return places, np.asarray(weights / max(float(np.linalg.norm(weights)), 1e-9), dtype=np.float32)


def stems_of(text: str) -> list[str]:
    """The first five letters of each word of three or more, without accents: "wizyt" meets "wizytę"."""
    flat = unicodedata.normalize("NFKD", text[:20_000].lower().replace("ł", "l"))
    plain = "".join(sign for sign in flat if not unicodedata.combining(sign))
    return [word[:_STEM] for word in _WORD.findall(plain)]


@lru_cache(maxsize=1)
def subject_maps() -> SubjectMaps:
    """The shipped maps, kept once read."""
    with np.load(WEIGHTS, allow_pickle=False) as file:
        dense = {name[6:]: file[name].astype(np.float32) for name in file.files if name.startswith("dense.")}
        vocabulary = {str(stem): place for place, stem in enumerate(file["vocabulary"])}
        return SubjectMaps(dense, file["stems"].astype(np.float32), vocabulary, file["rarity"].astype(np.float32))


@dataclass(frozen=True, slots=True)
class Scale:
    """Mean of each column and deviation of all of one source: what makes scores of several sources comparable."""

    means: Rows
    deviation: float

    def of(self, rows: Rows) -> Rows:
        """The rows in deviations from the mean."""
        return np.asarray((rows - self.means) / self.deviation, dtype=np.float32)


def scale_of(rows: Rows) -> Scale:
    """The scale of a source, from the rows of one collection."""
    return Scale(rows.mean(axis=0), max(float(rows.std()), 1e-6))


def shares(scores: Rows) -> Rows:
    """Square roots of the share of each subject, so that their product is the overlap (Bhattacharyya, 1943)."""
    raised = _SHARPNESS * scores
    raised = np.exp(raised - raised.max(axis=1, keepdims=True))
    return np.asarray(np.sqrt(raised / raised.sum(axis=1, keepdims=True)), dtype=np.float32)
