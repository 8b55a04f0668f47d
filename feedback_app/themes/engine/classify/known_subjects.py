"""Known subjects as one more opinion: what examples of other companies' feedback say a text is about.

A classifier learnt from example sentences of known subjects gives every text its leaning to each of them. Taken as
one more view of the text it groups by what companies are asked to mend, where a sentence encoder alone groups by
objects and manner. It is heard beside the other views and never instead of them, so that what no example knows is
still found; and only sectors of which the texts do speak are heard, for the others only blur.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from feedback_app.themes.engine.classify.classifier import Linear, fit_linear, softmax, wording
from feedback_app.themes.engine.classify.collection import Collection
from feedback_app.themes.engine.classify.own_words import Word, own_words, shares, without
from feedback_app.themes.engine.vectors.embedders import Embedder, VectorCache, Vectors, unit, vectors_of
from feedback_app.themes.engine.vectors.normalise import fit_space

WEIGHT = 1.5
"""Of this view beside the sentence, as loud as a stronger encoder: .7 to 2 differ little (two companies, two ways of
cutting)."""

GENERAL = 0
NOTHING = 0
"""The number of what is no subject: greetings, small talk, answers that say nothing. The subjects follow it."""

_SHARP = 10.0
_FAINTEST = 1e-4

Encode = Callable[[Embedder, Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Leanings:
    """For some texts (rows) the chances of the known subjects `subjects` (columns); a row adds up to one."""

    chances: Vectors
    subjects: NDArray[np.int64]

    @property
    def view(self) -> Vectors:
        """Unit rows in which neighbours are looked for: roots of the chances, without what all rows share.

        Distances of roots are Hellinger's (1909): what a text leans to most decides who is near it, where log chances
        would let a hundred subjects that it hardly leans to outvote the one. Whether it leans to nothing is no reason
        to be near another.
        """
        leaning = self.chances[:, self.subjects != NOTHING]
        roots = np.sqrt(leaning / np.maximum(leaning.sum(axis=1, keepdims=True), _FAINTEST))
        return unit((roots - roots.mean(axis=0)).astype(np.float32))


class KnownSubjects:
    """Example sentences of known subjects, and what has been learnt from them in this process.

    `subjects` is the subject (NOTHING, 1, 2...) of each text, `sectors` the sector of each of these. Sector GENERAL
    holds what customers of any company speak of, and nothing, and is always heard.
    """

    def __init__(
        self, texts: Sequence[str], languages: Sequence[str], subjects: Sequence[int], sectors: Sequence[int]
    ) -> None:
        self.texts = tuple(texts)
        self._languages = np.array(languages, dtype=object)
        self._subjects, self._sectors = np.array(subjects), np.array(sectors)
        self._read: dict[str, Vectors] = {}
        self._learnt: dict[tuple[tuple[int, ...], tuple[str, ...]], Linear] = {}

    def leanings(
        self,
        collection: Collection,
        rows: NDArray[np.int64],
        made: Sequence[tuple[Embedder, Vectors]],
        cache: VectorCache | None,
        encode: Encode,
    ) -> Leanings:
        """What these rows of a collection lean to. `made`: their vectors by each encoder, the default one first.

        They are asked without the words of the company's own trade, and encoded anew where they hold one.
        """
        spoken = collection.languages[rows]
        texts = [collection.texts[row] for row in rows]
        bare = without(texts, spoken, own_words(shares(texts, spoken), self._elsewhere))
        changed = [at for at, text in enumerate(bare) if text != texts[at]]
        centred = []
        for encoder, vectors in made:
            seen = np.array(vectors)
            if changed:
                seen[changed] = vectors_of([bare[at] for at in changed], encoder, cache, encode)
            centred.append(fit_space(seen, spoken).centred(seen, spoken))
        first = self._whole(made[0][0], cache, encode)
        heard = self._spoken_of(first, centred[0])
        kept = np.flatnonzero(np.isin(self._sectors[self._subjects], heard))
        key = tuple(heard), tuple(one.name for one, _ in made)
        if key not in self._learnt:
            taught = [first[kept], *(self._centred(kept, one, cache, encode) for one, _ in made[1:])]
            words = wording([self.texts[row] for row in kept], self._languages[kept])
            self._learnt[key] = fit_linear(np.hstack(taught), words, self._subjects[kept].tolist())
        linear = self._learnt[key]
        words = wording(bare, spoken) if changed else collection.wording(rows)
        return Leanings(linear.probabilities(np.hstack(centred), words), linear.classes)

    @cached_property
    def _elsewhere(self) -> Mapping[Word, float]:
        return shares(self.texts, self._languages.tolist())

    def _whole(self, encoder: Embedder, cache: VectorCache | None, encode: Encode) -> Vectors:
        if encoder.name not in self._read:
            every = np.arange(len(self.texts))
            self._read[encoder.name] = self._centred(every, encoder, cache, encode)
        return self._read[encoder.name]

    def _centred(
        self, rows: NDArray[np.int64], encoder: Embedder, cache: VectorCache | None, encode: Encode
    ) -> Vectors:
        vectors = vectors_of([self.texts[row] for row in rows], encoder, cache, encode)
        return fit_space(vectors, self._languages[rows]).centred(vectors, self._languages[rows])

    def _spoken_of(self, examples: Vectors, texts: Vectors) -> list[int]:
        """Sector GENERAL and every one to which texts lean more than to the mean subject."""
        count = len(self._sectors)
        centres = unit(np.stack([examples[self._subjects == subject].mean(axis=0) for subject in range(count)]))
        share = softmax(_SHARP * texts @ centres.T).mean(axis=0)
        sectors = np.unique(self._sectors).tolist()
        return [one for one in sectors if one == GENERAL or share[self._sectors == one].mean() > 1 / count]
