"""The space in which meanings are compared: each language's own mean taken out, strong directions toned down.

Sentence encoders place languages side by side; taking away the mean of each language lays them on top of each
other, so that themes cross languages. Part-whitening (principal components divided by s^0.3) keeps the few
directions that every answer shares ("this is a complaint") from hiding the many that tell topics apart.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback_app.themes.engine.text.languages import Languages
from feedback_app.themes.engine.vectors.embedders import Vectors, unit

COMPONENTS = 128
WHITENING = 0.3
_DOUBT = 2.0
"""The mean of a handful of texts is mostly what they are about: it is not taken away whole."""

_FAITH = 20.0
"""A language's mean counts fully once it stands on many more texts than this."""


@dataclass(frozen=True, slots=True)
class Space:
    """Language means (row 0: of everything) and the basis (dimensions x components) of one collection."""

    languages: tuple[str, ...]
    means: Vectors
    basis: Vectors

    def centred(self, vectors: Vectors, languages: Languages) -> Vectors:
        """Unit vectors without the mean of their language: texts of different languages are comparable here."""
        return unit(vectors - self.means[self._rows(languages)])

    def view(self, centred: Vectors) -> Vectors:
        """Part-whitened unit vectors of centred ones: the form in which neighbours are looked for."""
        return unit(centred @ self.basis)

    def _rows(self, languages: Languages) -> NDArray[np.int64]:
        place = {code: row for row, code in enumerate(self.languages, start=1)}
        return np.array([place.get(code, 0) for code in languages], dtype=np.int64)


def fit_space(vectors: Vectors, languages: Languages) -> Space:
    """The space of a collection. Rows are unit vectors; one language code per row. At least one row."""
    codes = tuple(sorted(set(languages)))
    everything = vectors.sum(axis=0) / (len(vectors) + _DOUBT)
    means = [everything]
    tags = np.asarray(languages, dtype=object)
    for code in codes:
        own = vectors[tags == code]
        means.append((own.sum(axis=0) + _FAITH * everything) / (len(own) + _FAITH) if len(codes) > 1 else everything)
    flat = Space(codes, np.asarray(means, np.float32), np.eye(vectors.shape[1], dtype=np.float32))
    return Space(codes, flat.means, _basis(flat.centred(vectors, languages)))


def _basis(centred: Vectors) -> Vectors:
    """Principal directions divided by their singular value to the power of WHITENING, signs fixed."""
    values, directions = np.linalg.eigh(centred.astype(np.float64).T @ centred)
    strength = np.sqrt(np.maximum(values[::-1][:COMPONENTS], 0.0))
    kept = strength > 1e-6 * max(strength[0], 1e-12)
    axes = directions[:, ::-1][:, :COMPONENTS][:, kept]
    if not axes.shape[1]:
        return np.eye(centred.shape[1], dtype=np.float32)[:, :COMPONENTS]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return np.asarray(axes / (strength[kept] / strength[0]) ** WHITENING, dtype=np.float32)
