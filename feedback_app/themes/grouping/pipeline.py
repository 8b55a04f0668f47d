"""Grouping for the room: texts in, themes with names, quotes and confidences out. Knows no database and no Flask.

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
from feedback_app.themes.engine.classify import assigner
from feedback_app.themes.engine.classify.collection import Collection, collect
from feedback_app.themes.engine.classify.known_subjects import Leanings
from feedback_app.themes.engine.classify.train import MOST, teach
from feedback_app.themes.engine.cluster import discovery
from feedback_app.themes.engine.cluster.emerging import emerging_groups
from feedback_app.themes.engine.cluster.partition import Grain
from feedback_app.themes.engine.cluster.subthemes import SubTheme, sub_themes
from feedback_app.themes.engine.text.texts import clean, has_content, text_key
from feedback_app.themes.engine.vectors.embedders import (
    VectorCache,
    Vectors,
    default_embedder,
    vector_key,
    vectors_of,
)
from feedback_app.themes.engine.vectors.large_encoders import PACKAGED, StrongerUnavailable, stronger_embedders
from feedback_app.themes.engine.vectors.normalise import fit_space
from feedback_app.themes.engine.vectors.parallel import EncodingPool, encode_on_all_cores, one_thread
from feedback_app.themes.grouping.headings import Spoken, headings
from feedback_app.themes.grouping.known import known
from feedback_app.themes.grouping.segment import Piece, cut

__all__ = [
    "Assigner",
    "Emerging",
    "Found",
    "Grain",
    "Grouping",
    "Piece",
    "StrongerUnavailable",
    "SubTheme",
    "cache_key",
    "cache_keys",
    "cut",
    "discover",
    "emerging",
    "learn",
    "sub_themes",
    "text_key",
]


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
    assigner: "Assigner | None"
    """Assigns later texts to these themes (ids 0, 1, 2...: see `Assigner.renamed`). None without any content."""


def cache_key(text: str) -> str:
    """The key under which `discover` and `Assigner` look for a text's vector in a vector cache, and put it."""
    return vector_key(default_embedder(), text)


def cache_keys(text: str, *, strong: bool = False) -> tuple[str, ...]:
    """All keys under which `discover` looks for vectors of a text; with `strong` those of the stronger encoders too."""
    return (cache_key(text), *(f"{name}:{text_key(text)}" for name in (PACKAGED if strong else ())))


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
        found = discovery.discover(collection, themes, grain, extra, encode, leaning)
        grouping = _grouping(collection, found)
        if leaning is None:
            return grouping
        return _headed(grouping, collection, found, leaning, encode, tones=tones, taken=taken)


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


def _grouping(collection: Collection, found: discovery.Discovery) -> Grouping:
    rows = collection.row_of
    labels = np.where(rows >= 0, found.labels[rows], -1)
    confidence = np.where(labels >= 0, found.confidence[rows], 0.0)
    first = {row: at for at, row in reversed(list(enumerate(rows.tolist())))}
    sizes = Counter(labels.tolist())
    themes = tuple(_theme(label, collection, found, sizes[label], first) for label in range(len(found.phrases)))
    order = sorted(range(len(themes)), key=lambda label: (-themes[label].size, label))
    place: Mapping[int, int] = {label: at for at, label in enumerate(order)}
    return Grouping(
        tuple(themes[label] for label in order),
        tuple(place[label] if label >= 0 else None for label in labels.tolist()),
        tuple(round(float(value), 4) for value in confidence),
        Assigner(found.machine.renamed(place)),
    )


def _headed(
    grouping: Grouping,
    collection: Collection,
    found: discovery.Discovery,
    leaning: Leanings,
    encode: discovery.Encode,
    *,
    tones: Sequence[str],
    taken: Sequence[str],
) -> Grouping:
    """The same with a name in every shipped language, that of the theme's most frequent language first."""
    sample, space, spoken = discovery.sample_of(collection), found.machine.space, collection.languages
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
    label: int, collection: Collection, found: discovery.Discovery, size: int, first: Mapping[int, int]
) -> Found:
    typical, border = found.evidence[label] if label < len(found.evidence) else ((), ())
    phrases = found.phrases[label] or tuple(collection.texts[row][:60] for row in typical[:1])
    centre = found.machine.centres[label].astype("<f2").tobytes()
    quoted = tuple(first[row] for row in typical)
    return Found(phrases[0] if phrases else "?", phrases, centre, size, quoted, tuple(first[row] for row in border))


@dataclass(frozen=True, slots=True)
class Assigner:
    """Gives new texts to existing themes. Immutable; safe to share between threads; kept as bytes."""

    machine: assigner.Machine

    @classmethod
    def from_bytes(cls, data: bytes) -> "Assigner":
        """The assigner saved by `to_bytes`. ValueError for anything else; nothing in the bytes can run."""
        return cls(assigner.machine_from_bytes(data))

    def to_bytes(self) -> bytes:
        """The whole state: some hundred kilobytes, plus about 13 KB a theme."""
        return self.machine.to_bytes()

    def renamed(self, ids: Mapping[int, int]) -> "Assigner":
        """The same with other theme ids, e.g. those of the database; every present id must be a key."""
        return Assigner(self.machine.renamed(ids))

    @property
    def theme_ids(self) -> tuple[int, ...]:
        """The ids that can be assigned."""
        return tuple(dict.fromkeys(self.machine.ids.tolist()))

    def assign(
        self,
        texts: Sequence[str],
        *,
        languages: Sequence[str | None] = (),
        vectors: VectorCache | None = None,
    ) -> list[tuple[int | None, float]]:
        """Theme id (None: no content, or near no theme) and confidence 0..1 for each text. 5 ms for one text, warm."""
        result: list[tuple[int | None, float]] = [(None, 0.0)] * len(texts)
        kept = [at for at, text in enumerate(texts) if has_content(text)]
        if not kept:
            return result
        cleaned = [clean(texts[at]) for at in kept]
        rows = vectors_of(cleaned, default_embedder(), vectors, encode_on_all_cores)
        spoken = self.machine.languages_of(cleaned, [languages[at] for at in kept] if languages else ())
        columns, confidence = self.machine.decide(cleaned, rows, spoken)
        for at, column, sure in zip(kept, columns.tolist(), confidence.tolist(), strict=True):
            result[at] = (int(self.machine.ids[column]), round(sure, 4)) if column >= 0 else (None, 0.0)
        return result


@dataclass(frozen=True, slots=True)
class Learnt:
    """What people taught: per text a theme id (None: no content) and confidence, an assigner, and how far it agrees."""

    assigned: tuple[int | None, ...]
    confidence: tuple[float, ...]
    assigner: Assigner | None
    agreement: float
    """Share of confirmed texts predicted rightly when held out (0: too few to say)."""

    blend: tuple[float, float] = (0.0, 1.0)
    """How much the found themes and how much the classifier counted."""


def learn(
    texts: Sequence[str],
    confirmed: Sequence[int | None],
    found: Sequence[int | None] = (),
    *,
    languages: Sequence[str | None] = (),
    strong: bool = False,
    model: str = "",
    vectors: VectorCache | None = None,
) -> Learnt:
    """Learn from people: `confirmed` is the theme id that a person gave to a text, `found` the machine's (or None).

    Confirmed texts keep their theme. How much the found themes still count is decided by cross-validation. At most
    6,000 texts teach (confirmed ones first); the others are assigned by what was learnt. The last confirmation wins
    where the same text was confirmed twice. ValueError when nothing was confirmed.
    """
    if all(theme is None for theme in confirmed):
        raise ValueError("Nothing to learn from: confirm the theme of at least one answer first.")
    with one_thread():
        collection = collect(texts, languages, vectors, worded=True)
        told, guessed = _per_row(collection, confirmed), _per_row(collection, found)
        if not np.any(told >= 0):
            return Learnt((None,) * len(texts), (0.0,) * len(texts), None, 0.0)
        order = collection.order[np.argsort(told[collection.order] < 0, kind="stable")]
        rows = np.sort(order[:MOST])
        part = collection.only(rows)
        extra = _stronger(part, vectors, model) if strong or model else []
        taught = teach(part, guessed[rows], told[rows], default_embedder(), extra)
        themes, sure = np.full(len(collection), -1, dtype=np.int64), np.zeros(len(collection), dtype=np.float32)
        themes[rows], sure[rows] = taught.themes, taught.confidence
        _assign_others(taught.machine, collection, np.setdiff1d(np.arange(len(collection)), rows), themes, sure)
        at = collection.row_of
        return Learnt(
            tuple(int(themes[row]) if row >= 0 and themes[row] >= 0 else None for row in at),
            tuple(round(float(sure[row]), 4) if row >= 0 else 0.0 for row in at),
            Assigner(taught.machine),
            taught.agreement,
            taught.blend,
        )


def _stronger(collection: Collection, cache: VectorCache | None, model: str) -> list[Vectors]:
    chosen = stronger_embedders(collection.languages, model)
    return [vectors_of(collection.texts, one, cache, encode_on_all_cores) for one in chosen]


def _per_row(collection: Collection, themes: Sequence[int | None]) -> NDArray[np.int64]:
    rows = np.full(len(collection), -1, dtype=np.int64)
    for row, theme in zip(collection.row_of, themes, strict=False):
        if row >= 0 and theme is not None:
            rows[row] = theme
    return rows


def _assign_others(
    machine: assigner.Machine,
    collection: Collection,
    rows: NDArray[np.int64],
    themes: NDArray[np.int64],
    sure: Vectors,
) -> None:
    for start in range(0, len(rows), discovery.BLOCK):
        block = rows[start : start + discovery.BLOCK]
        part = collection.only(block)
        columns, confidence = machine.decide(part.texts, part.vectors, part.languages)
        themes[block] = np.where(columns >= 0, machine.ids[columns], -1)
        sure[block] = confidence


@dataclass(frozen=True, slots=True)
class Emerging:
    """A theme that may be new: a name, phrases, and the indices of the new texts that speak of it."""

    name: str
    phrases: tuple[str, ...]
    members: tuple[int, ...]
    typical: tuple[int, ...]


def emerging(
    old: Sequence[str],
    new: Sequence[str],
    *,
    languages: Sequence[str | None] = (),
    least: int = 10,
    vectors: VectorCache | None = None,
) -> list[Emerging]:
    """Subjects that new texts speak of and old ones hardly do: groups of at least `least`, largest first.

    Indices point into `new`. `languages` are hints for old and new texts together. The last 6,000 texts count.
    """
    with one_thread():
        collection = collect([*old, *new], languages, vectors)
        if not len(collection):
            return []
        is_new = np.ones(len(collection), dtype=bool)
        is_new[[row for row in collection.row_of[: len(old)] if row >= 0]] = False
        space = fit_space(collection.vectors, collection.languages)
        centred = space.centred(collection.vectors, collection.languages)
        view = space.view(centred)
        groups = emerging_groups(view, is_new, least)
        labels = np.full(len(collection), -1, dtype=np.int64)
        for label, rows in enumerate(groups):
            labels[rows] = label
        phrases = discovery.names_of(collection, labels, len(groups), space, centred)
        evidence = discovery.quotes_of(view, labels, collection)
        at: dict[int, list[int]] = {}
        for index, row in enumerate(collection.row_of[len(old) :].tolist()):
            at.setdefault(row, []).append(index)
        return [
            Emerging(
                phrases[label][0] if phrases[label] else collection.texts[rows[0]][:60],
                phrases[label],
                tuple(sorted(index for row in rows.tolist() for index in at[row])),
                tuple(at[row][0] for row in evidence[label][0]),
            )
            for label, rows in enumerate(groups)
        ]
