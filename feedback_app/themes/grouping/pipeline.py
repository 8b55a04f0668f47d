"""Finding themes, step by step: texts in, themes with names, quotes and confidences out. Pure: no database, no Flask.

Importing this module loads the numerical libraries: the worker and the commands do so, the web process does not.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import wait
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from feedback_app.settings import LANGUAGES
from feedback_app.themes.engine.classify.collection import Collection, collect
from feedback_app.themes.engine.classify.known_subjects import Leanings
from feedback_app.themes.engine.cluster import discovery
from feedback_app.themes.engine.cluster.partition import Grain
from feedback_app.themes.engine.vectors.embedders import (
    VectorCache,
    Vectors,
    default_embedder,
    vectors_of,
)
from feedback_app.themes.engine.vectors.large_encoders import stronger_embedders
from feedback_app.themes.engine.vectors.normalise import fit_space
from feedback_app.themes.engine.vectors.parallel import EncodingPool, encode_on_all_cores, one_thread
from feedback_app.themes.grouping.headings import Spoken, headings
from feedback_app.themes.grouping.known import known
from feedback_app.themes.grouping.learning import Assigner


@dataclass(frozen=True, slots=True)
class Found:
    """One theme. Indices point into the texts given; `centre` is 512 float16 numbers, little endian."""

    name: str
    phrases: tuple[str, ...]
    centre: bytes
    size: int
    typical: tuple[int, ...]
    borderline: tuple[int, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    """Of feedback: the name in every shipped language, different from all other themes' and never empty."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """Themes by falling size; for each text given the index of its theme (None: nothing near) and a confidence 0..1."""

    themes: tuple[Found, ...]
    assigned: tuple[int | None, ...]
    confidence: tuple[float, ...]
    assigner: Assigner | None
    """Assigns later texts to these themes (ids 0, 1, 2...: see `Assigner.renamed`). None without any content."""


def discover(  # noqa: PLR0913 - as many ways to group as its users need
    texts: Sequence[str],
    *,
    languages: Sequence[str | None] = (),
    themes: int | None = None,
    grain: Grain = "auto",
    strong: bool = False,
    model: str = "",
    feedback: bool = False,
    tones: Sequence[str] = (),
    taken: Sequence[str] = (),
    vectors: VectorCache | None = None,
    pool: EncodingPool | None = None,
) -> Grouping:
    """Find what the texts are about. The same texts give the same grouping.

    `languages` are hints per text (what the survey was shown in); `themes` asks for a number of themes, otherwise
    the method chooses it, coarser or finer by `grain`; `strong` adds the
    slower packaged encoders, `model` the sentence-transformers model in that folder (StrongerUnavailable without).
    `feedback`: the texts are what people say to a company, so that subjects known from others are heard as well, and
    themes are named in every shipped language, heeding the `tones` of the texts and names that are `taken`.
    `vectors` is read and added to (key: `cache_key`, value: bytes); a `pool` given is used and left open. Texts
    without content get None. Linear in the number of texts beyond the sample of 4,000 on which themes are looked for.
    """
    with one_thread(), nullcontext(pool) if pool else EncodingPool() as ours:
        collection = collect(texts, languages, vectors, worded=True, subjects=discovery.SAMPLE, pool=ours)
        if not len(collection):
            return Grouping((), (None,) * len(texts), (0.0,) * len(texts), None)
        stronger = _Stronger(collection, vectors, model) if strong or model else None
        leaning = _leanings(collection, vectors, stronger, ours) if feedback else None
        extra = stronger.views if stronger else ()
        encode = partial(ours.encode, default_embedder())
        discovered = discovery.discover(collection, themes, grain, extra, encode, leaning)
        grouping = _grouping(collection, discovered)
        if leaning is None:
            return grouping
        return _headed(grouping, collection, discovered, leaning, encode, tones=tones, taken=taken)


class _Stronger:
    """The stronger encoders that suit a collection, and their vectors of the sample on which themes are looked for."""

    def __init__(self, collection: Collection, cache: VectorCache | None, model: str) -> None:
        wait([collection.encoded.every])  # a cache need not be fit for two threads
        rows = discovery.sample_of(collection)
        self._spoken = collection.languages[rows]
        self.encoders = stronger_embedders(self._spoken, model)
        texts = [collection.texts[row] for row in rows]
        self.vectors = [vectors_of(texts, one, cache, encode_on_all_cores) for one in self.encoders]

    @property
    def views(self) -> list[Vectors]:
        """The vectors in the form in which neighbours are looked for."""
        spaces = [fit_space(vectors, self._spoken) for vectors in self.vectors]
        return [
            space.view(space.centred(vectors, self._spoken))
            for space, vectors in zip(spaces, self.vectors, strict=True)
        ]


def _leanings(
    collection: Collection, cache: VectorCache | None, stronger: _Stronger | None, pool: EncodingPool
) -> Leanings:
    """What the sample leans to, as heard by the default encoder and, if there is one, the stronger one."""
    wait([collection.encoded.every])
    made = [(default_embedder(), collection.first_vectors(discovery.SAMPLE))]
    if stronger:
        made.append((stronger.encoders[0], stronger.vectors[0]))
    return known().leanings(collection, discovery.sample_of(collection), made, cache, pool.encode)


def _grouping(collection: Collection, discovered: discovery.Discovery) -> Grouping:
    rows = collection.row_of
    labels = np.where(rows >= 0, discovered.labels[rows], -1)
    confidence = np.where(labels >= 0, discovered.confidence[rows], 0.0)
    first = {row: at for at, row in reversed(list(enumerate(rows.tolist())))}
    sizes = Counter(labels.tolist())
    themes = tuple(
        _theme(label, collection, discovered, sizes[label], first) for label in range(len(discovered.phrases))
    )
    order = sorted(range(len(themes)), key=lambda label: (-themes[label].size, label))
    place: Mapping[int, int] = {label: at for at, label in enumerate(order)}
    return Grouping(
        tuple(themes[label] for label in order),
        tuple(place[label] if label >= 0 else None for label in labels.tolist()),
        tuple(round(float(value), 4) for value in confidence),
        Assigner(discovered.machine.renamed(place)),
    )


def _headed(
    grouping: Grouping,
    collection: Collection,
    discovered: discovery.Discovery,
    leaning: Leanings,
    encode: discovery.Encode,
    *,
    tones: Sequence[str],
    taken: Sequence[str],
) -> Grouping:
    """The same with a name in every shipped language, that of the theme's most frequent language first."""
    sample, space, spoken = discovery.sample_of(collection), discovered.machine.space, collection.languages
    centred = space.centred(collection.vectors, spoken)
    place = {row: at for at, row in enumerate(collection.row_of.tolist()) if row >= 0}
    themes = np.array([-1 if (at := grouping.assigned[place[row]]) is None else at for row in sample])
    labels = np.full(len(collection), -1, dtype=np.int64)
    labels[sample] = themes
    phrases = {
        code: discovery.names_of(
            collection, np.where(spoken == code, labels, -1), len(grouping.themes), space, centred, encode
        )
        for code in LANGUAGES
    }
    said = Spoken(
        [collection.texts[row] for row in sample],
        spoken[sample],
        [tones[place[row]] for row in sample] if tones else (),
        themes,
        centred[sample],
        leaning,
    )
    names = headings(said, phrases, lambda some, codes: space.centred(encode(some), codes), taken)
    named = [
        replace(theme, name=one[_mother_tongue(spoken[labels == at])], names=one) if one else theme
        for at, (theme, one) in enumerate(zip(grouping.themes, names, strict=True))
    ]
    return replace(grouping, themes=tuple(named))


def _mother_tongue(languages: NDArray[np.object_]) -> str:
    spoken = Counter(languages.tolist())
    return max(LANGUAGES, key=lambda code: spoken[code])


def _theme(
    label: int, collection: Collection, discovered: discovery.Discovery, size: int, first: Mapping[int, int]
) -> Found:
    typical, border = discovered.evidence[label] if label < len(discovered.evidence) else ((), ())
    phrases = discovered.phrases[label] or tuple(collection.texts[row][:60] for row in typical[:1])
    centre = discovered.machine.centres[label].astype("<f2").tobytes()
    quoted = tuple(first[row] for row in typical)
    return Found(phrases[0] if phrases else "?", phrases, centre, size, quoted, tuple(first[row] for row in border))
