"""New texts to existing themes: one linear classifier, one centre per theme, one set of bytes to keep."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feedback_app.themes.engine.classify.calibration import PLAIN, Curve
from feedback_app.themes.engine.classify.classifier import (
    Linear,
    facts_of,
    fit_linear,
    linear_from_bytes,
    pack_arrays,
    softmax,
    unpack_arrays,
    wording,
)
from feedback_app.themes.engine.text.languages import Languages, languages_of
from feedback_app.themes.engine.vectors.embedders import Vectors, unit
from feedback_app.themes.engine.vectors.normalise import Space

FORMAT = 1
_SHARPNESS = 12.0
_TOO_FAR = 0.02


@dataclass(frozen=True, slots=True)
class Machine:
    """What has been learnt: the space, theme ids with their centres (in the centred space), the classifier."""

    embedder: str
    space: Space
    ids: NDArray[np.int64]
    centres: Vectors
    linear: Linear
    curve: Curve = PLAIN
    """What the machine's confidence was worth where people had the last word."""

    def decide(self, texts: Sequence[str], vectors: Vectors, languages: Languages) -> tuple[NDArray[np.int64], Vectors]:
        """Column of the likeliest theme per text (-1: like none of them) and the confidence in it, 0..1."""
        centred = self.space.centred(vectors, languages)
        chances = self.linear.probabilities(centred, wording(texts, languages))
        return self.judge(centred, chances.argmax(axis=1), chances)

    def judge(
        self, centred: Vectors, columns: NDArray[np.int64], chances: Vectors
    ) -> tuple[NDArray[np.int64], Vectors]:
        """The columns with those struck out (-1) that are near no theme, and the confidence in each."""
        near = self.space.view(centred) @ self.space.view(self.centres).T
        rows = np.arange(len(columns))
        confidence = (chances[rows, columns] + softmax(_SHARPNESS * near)[rows, columns]) / 2
        return np.where(near.max(axis=1) < _TOO_FAR, -1, columns), self.curve.of(confidence)

    def languages_of(self, texts: Sequence[str], hints: Sequence[str | None] = ()) -> NDArray[np.object_]:
        """The language of each text, among those of the collection that was learnt from."""
        return languages_of(texts, self.space.languages, hints)

    def renamed(self, ids: Mapping[int, int]) -> "Machine":
        """The same machine with other theme ids, e.g. those of the database. Two may become one (a merge)."""
        return replace(self, ids=np.array([ids[int(old)] for old in self.ids], dtype=np.int64))

    def to_bytes(self) -> bytes:
        """The whole state, for storage."""
        arrays: dict[str, NDArray[Any]] = {
            "means": self.space.means.astype(np.float16),
            "basis": self.space.basis.astype(np.float16),
            "ids": self.ids,
            "centres": self.centres.astype(np.float16),
            "linear": np.frombuffer(self.linear.to_bytes(), dtype=np.uint8),
        }
        facts = {"embedder": self.embedder, "languages": self.space.languages, "curve": astuple(self.curve)}
        return pack_arrays(arrays, format=FORMAT, **facts)


def machine_from_bytes(data: bytes) -> Machine:
    """The inverse of `Machine.to_bytes`. ValueError when the bytes are something else or of another version."""
    arrays = unpack_arrays(data)
    facts = facts_of(arrays) if "facts" in arrays else {}
    if facts.get("format") != FORMAT:
        raise ValueError("This saved state was written by another version of the grouping engine; group again.")
    means, basis, centres = (arrays[name].astype(np.float32) for name in ("means", "basis", "centres"))
    space = Space(tuple(map(str, facts["languages"])), means, basis)  # type: ignore[call-overload]
    linear = linear_from_bytes(arrays["linear"].tobytes())
    curve = Curve(*map(float, facts["curve"])) if "curve" in facts else PLAIN  # type: ignore[call-overload]
    return Machine(str(facts["embedder"]), space, arrays["ids"].astype(np.int64), centres, linear, curve)


def learn(
    words: sparse.csr_matrix, centred: Vectors, targets: NDArray[np.int64], space: Space, embedder: str
) -> Machine:
    """A machine from texts whose theme is known: their wording, centred vectors and theme ids. At least one row."""
    linear = fit_linear(centred, words, targets.tolist())
    centres = np.stack([centred[targets == theme].mean(axis=0) for theme in linear.classes])
    return Machine(embedder, space, linear.classes, unit(centres.astype(np.float32)), linear)
