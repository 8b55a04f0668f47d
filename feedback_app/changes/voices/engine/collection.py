"""The mentions that a change may answer, as rows of numbers. Made once for all changes and all judgements. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from feedback_app.changes.voices.engine.statement import Statement
from feedback_app.changes.voices.engine.subjects import CONTEXT, STEM_SHARE, Rows, Scale, scale_of, shares, subject_maps
from feedback_app.themes.engine.vectors.embedders import Embedder, VectorCache, unit, vectors_of
from feedback_app.themes.engine.vectors.normalise import Space, fit_space

_SCALE = 2.0
_NEIGHBOURS = 10
SMOOTHING = 0.4
"""Share of the mean of its neighbours in what is said of a mention."""

_SMALL = 2_000


@dataclass(frozen=True, slots=True)
class Said:
    """One mention: its words, the whole answer they stand in, the language, its theme and tone where known."""

    id: str
    text: str
    answer: str
    language: str = "en"
    theme: str | None = None
    tone: str | None = None


@dataclass(frozen=True, slots=True)
class _Heard:
    """One source of evidence: how rows of it are compared with the sentences of a change."""

    embedder: Embedder
    space: Space
    rows: Rows
    scale: Scale | None


@dataclass(frozen=True)
class Collection:
    """``view``: one row per mention in which alike ones are near; ``subjects``: centred scores of the library.

    ``praise``: how much each row sounds like praise, in deviations. ``answer``: number of the answer of each row.
    """

    said: tuple[Said, ...]
    view: Rows
    subjects: Rows
    praise: Rows
    answer: NDArray[np.int64]
    heard: tuple[_Heard, ...] = field(repr=False)
    stem_scale: Scale = field(repr=False)

    def __len__(self) -> int:
        return len(self.said)

    @cached_property
    def place(self) -> Mapping[str, int]:
        """The row of each id."""
        return {one.id: row for row, one in enumerate(self.said)}

    @cached_property
    def neighbours(self) -> NDArray[np.int64] | None:
        """Ten rows nearest to each; None where there are too many rows to compare all with all."""
        return nearest(self.view) if len(self) <= _SMALL else None


def collect(said: Sequence[Said], embedders: Sequence[Embedder], cache: VectorCache | None = None) -> Collection:
    """Return the rows of at least one mention, heard by at least one encoder; each distinct text is encoded once."""
    languages = [one.language for one in said]
    texts, answers = [one.text for one in said], [one.answer for one in said]
    maps = subject_maps()
    stems = maps.by_stems(texts) + CONTEXT * maps.by_stems(answers)
    stem_scale = scale_of(stems)
    scores = STEM_SHARE * stem_scale.of(stems)
    heard: list[_Heard] = []
    for embedder in embedders:
        own = vectors_of(texts, embedder, cache)
        space = fit_space(own, languages)
        rows = space.centred(unit(own + CONTEXT * vectors_of(answers, embedder, cache)), languages)
        meant = maps.by_meaning(embedder.name, rows)
        scale = None if meant is None else scale_of(meant)
        if meant is not None and scale is not None:
            scores = scores + scale.of(meant)
        heard.append(_Heard(embedder, space, rows, scale))
    subjects, praise = scores[:, :-1], scores[:, -1]
    view = _view([one.rows for one in heard], subjects)
    return Collection(tuple(said), view, unit(subjects), praise, _numbered(answers), tuple(heard), stem_scale)


def _view(rows: Sequence[Rows], subjects: Rows) -> Rows:
    overlap = shares(subjects)
    parts = [*rows, unit(subjects), unit(overlap - overlap.mean(axis=0))]
    return np.asarray(np.hstack(parts) * (_SCALE / np.sqrt(len(parts))), dtype=np.float32)


def _numbered(answers: Sequence[str]) -> NDArray[np.int64]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(answer, len(numbers)) for answer in answers], dtype=np.int64)


def nearest(rows: Rows, count: int = _NEIGHBOURS) -> NDArray[np.int64]:
    """The ``count`` rows most alike to each, itself left out; fewer where there are not so many."""
    alike = rows @ rows.T
    np.fill_diagonal(alike, -np.inf)
    count = min(count, max(1, len(rows) - 1))
    return np.asarray(np.argpartition(-alike, count - 1, axis=1)[:, :count], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near each mention is to a change: a column per sentence and source; ``near`` is all in one, standardised."""

    columns: Rows
    near: Rows


def nearness(collection: Collection, statement: Statement, cache: VectorCache | None = None) -> Nearness:
    """Compare every mention with every sentence of a change: by meaning, and by the subjects they speak of."""
    by_meaning, by_subject = [], STEM_SHARE * collection.stem_scale.of(_stems(statement.sentences))
    maps = subject_maps()
    for heard in collection.heard:
        vectors = vectors_of(statement.sentences, heard.embedder, cache)
        centred = heard.space.centred(vectors, statement.languages)
        by_meaning.append(heard.rows @ centred.T)
        found = maps.by_meaning(heard.embedder.name, centred)
        if found is not None and heard.scale is not None:
            by_subject = by_subject + heard.scale.of(found)
    meant = np.hstack(by_meaning)
    subject = collection.subjects @ unit(by_subject[:, :-1]).T
    near = standard(standard(meant.mean(axis=1)) + standard(subject.mean(axis=1)))
    if collection.neighbours is not None:
        near = standard(smoothed(near, collection.neighbours))
    return Nearness(np.asarray(np.hstack([_SCALE * meant, subject]), dtype=np.float32), near)


def _stems(texts: Sequence[str]) -> Rows:
    return np.asarray((1 + CONTEXT) * subject_maps().by_stems(texts), dtype=np.float32)


def standard(values: Rows) -> Rows:
    """The values with mean 0 and deviation 1; zeros where they are all the same."""
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-6), dtype=np.float32)


def smoothed(values: Rows, neighbours: NDArray[np.int64], share: float = SMOOTHING) -> Rows:
    """The values with a share of the mean of each one's neighbours."""
    return np.asarray((1 - share) * values + share * values[neighbours].mean(axis=1), dtype=np.float32)
