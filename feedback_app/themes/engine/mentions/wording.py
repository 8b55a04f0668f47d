"""The wording of a text as hashed character n-grams: what vectors of meaning blur, and typing errors hardly change."""

from __future__ import annotations

import unicodedata
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

BUCKETS = 2**13
_SHORTEST, _LONGEST = 2, 5
_MOST = 400
"""Characters that are read of a text."""

Grams = tuple[NDArray[np.int64], NDArray[np.float32]]


def fold(text: str) -> str:
    """Lower case without diacritics: people leave them out on telephones."""
    spread = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l"))
    return "".join(c for c in spread if not unicodedata.combining(c))


def grams(text: str) -> Grams:
    """Buckets (ascending) and values of unit length of the n-grams of 2 to 5 characters within words.

    The hashing trick (Weinberger et al., 2009) with signs, on CRC-32, so that buckets are the same everywhere.
    """
    sums: dict[int, float] = {}
    for word in fold(text[:_MOST]).split():
        padded = f" {word} "
        for size in range(_SHORTEST, _LONGEST + 1):
            for at in range(max(1, len(padded) - size + 1)):
                code = crc32(padded[at : at + size].encode("utf-8", "surrogatepass"))
                bucket = code % BUCKETS
                sums[bucket] = sums.get(bucket, 0.0) + (1.0 if code & 0x8000_0000 else -1.0)
    buckets = np.fromiter(sorted(sums), np.int64, len(sums))
    values = np.fromiter((sums[bucket] for bucket in buckets.tolist()), np.float32, len(sums))
    length = float(np.sqrt(values @ values))
    return buckets, values / length if length else values
