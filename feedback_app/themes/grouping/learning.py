"""Learning from what people confirmed, and giving new texts to the themes that exist. Pure: no database, no Flask.

Importing this module loads the numerical libraries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback_app.themes.engine.classify import assigner
from feedback_app.themes.engine.classify.collection import Collection, collect
from feedback_app.themes.engine.classify.train import MOST, teach
from feedback_app.themes.engine.cluster import discovery
from feedback_app.themes.engine.text.texts import clean, has_content, text_key
from feedback_app.themes.engine.vectors.embedders import (
    VectorCache,
    Vectors,
    default_embedder,
    vector_key,
    vectors_of,
)
from feedback_app.themes.engine.vectors.large_encoders import PACKAGED, stronger_embedders
from feedback_app.themes.engine.vectors.parallel import encode_on_all_cores, one_thread


def cache_key(text: str) -> str:
    """The key under which `discover` and `Assigner` look for a text's vector in a vector cache, and put it."""
    return vector_key(default_embedder(), text)


def cache_keys(text: str, *, strong: bool = False) -> tuple[str, ...]:
    """All keys under which `discover` looks for vectors of a text; with `strong` those of the stronger encoders too."""
    return (cache_key(text), *(f"{name}:{text_key(text)}" for name in (PACKAGED if strong else ())))


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
    by_machine: Sequence[int | None] = (),
    *,
    languages: Sequence[str | None] = (),
    strong: bool = False,
    model: str = "",
    vectors: VectorCache | None = None,
) -> Learnt:
    """Learn from people: `confirmed` is the theme id a person gave to a text, `by_machine` the machine's (or None).

    Confirmed texts keep their theme. How much the found themes still count is decided by cross-validation. At most
    6,000 texts teach (confirmed ones first); the others are assigned by what was learnt. The last confirmation wins
    where the same text was confirmed twice. ValueError when nothing was confirmed.
    """
    if all(theme is None for theme in confirmed):
        raise ValueError("Nothing to learn from: confirm the theme of at least one answer first.")
    with one_thread():
        collection = collect(texts, languages, vectors, worded=True)
        confirmed_rows, guessed = _per_row(collection, confirmed), _per_row(collection, by_machine)
        if not np.any(confirmed_rows >= 0):
            return Learnt((None,) * len(texts), (0.0,) * len(texts), None, 0.0)
        order = collection.order[np.argsort(confirmed_rows[collection.order] < 0, kind="stable")]
        rows = np.sort(order[:MOST])
        part = collection.only(rows)
        extra = _stronger(part, vectors, model) if strong or model else []
        taught = teach(part, guessed[rows], confirmed_rows[rows], default_embedder(), extra)
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
