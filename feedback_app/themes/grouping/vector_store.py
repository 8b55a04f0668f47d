"""Sentence vectors kept in the database. Importing this module loads the numerical libraries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, exists, select

from feedback_app.database import insert, transaction
from feedback_app.extensions import current_settings, db
from feedback_app.themes.engine.vectors.embedders import Embedder, default_embedder
from feedback_app.themes.engine.vectors.large_encoders import PACKAGED, StrongerUnavailable, strong_embedder
from feedback_app.themes.grouping.learning import cache_keys
from feedback_app.themes.models import Mention, TextVector

READ, WRITE = 500, 2_000  # keys in one SELECT; rows (1 KB each) in one short transaction


class StoredVectors(dict[str, bytes]):
    """The vector cache that the engine reads and adds to, filled from the database for the texts at hand.

    ``strong``: also those of the stronger encoders. Nothing is written until :meth:`keep`, so that no transaction is
    open while vectors are computed.
    """

    def __init__(self, texts: Iterable[str], *, strong: bool = False) -> None:
        super().__init__()
        wanted: dict[str, list[str]] = {}
        for key in {key for text in texts for key in cache_keys(text, strong=strong)}:
            model, _, text_key = key.rpartition(":")
            wanted.setdefault(model, []).append(text_key)
        for model, keys in wanted.items():
            self._read(model, keys)
        self._known = set(self)
        db.session.rollback()

    def _read(self, model: str, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), READ):
            part = keys[start : start + READ]
            rows = db.session.execute(
                select(TextVector.text_key, TextVector.vector).where(
                    TextVector.model == model, TextVector.text_key.in_(part)
                )
            )
            self.update((f"{model}:{text_key}", vector) for text_key, vector in rows)

    def keep(self) -> int:
        """Write what was computed since; how many vectors. Short transactions, so that nobody waits for long."""
        fresh = [key for key in self if key not in self._known]
        for start in range(0, len(fresh), WRITE):
            rows = []
            for key in fresh[start : start + WRITE]:
                model, _, text_key = key.rpartition(":")
                rows.append({"text_key": text_key, "model": model, "vector": self[key]})
            with transaction() as session:
                session.execute(insert(TextVector).on_conflict_do_nothing(), rows)
        self._known.update(fresh)
        return len(fresh)


def encoders_of(mentions: ColumnElement[bool]) -> list[Embedder]:
    """Return the default encoder, and the stronger one where settings say so or it has read one of these mentions."""
    read = select(1).select_from(Mention).join(TextVector, TextVector.text_key == Mention.text_key)
    read = read.where(mentions, TextVector.model == PACKAGED[0])
    strong = current_settings().themes_strong or db.session.scalar(select(exists(read)))
    db.session.rollback()
    try:
        return [default_embedder(), *([strong_embedder()] if strong else [])]
    except StrongerUnavailable:  # it was there when themes were found, and is not here now
        return [default_embedder()]
