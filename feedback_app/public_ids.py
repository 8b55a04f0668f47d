"""How rows are named to the outside: by ids that say nothing and stay.

A public id is a row's kind and key encrypted as one block of AES (FIPS 197), a permutation that only whoever has the
key of the house can follow. It costs no column and no index, tells neither how many rows there are nor which came
first, and half of the block is known beforehand: an id that somebody made up is recognised (docs/decisions/0090).
"""

from __future__ import annotations

import base64
import binascii

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PREFIXES = {
    "contact": "ct",
    "survey": "sv",
    "response": "rs",
    "theme": "th",
    "change": "ch",
    "announcement": "an",
    "letter": "lt",
}
SECRET_BYTES = 16


def public_id(secret: bytes, kind: str, key: int) -> str:
    """Return the name of a row for the outside: a prefix of the kind and 26 letters and digits (base32, RFC 4648).

    The same row has the same name as long as ``secret`` (16 bytes) stays. Raises KeyError for a kind without prefix.
    """
    prefix = PREFIXES[kind]
    cipher = _cipher(secret).encryptor()
    block = cipher.update(_mark(prefix) + key.to_bytes(8, "big")) + cipher.finalize()
    return f"{prefix}_{base64.b32encode(block).decode().rstrip('=').lower()}"


def row_id(secret: bytes, kind: str, text: str) -> int | None:
    """Return the key of the row that :func:`public_id` named; None for one of another kind, forged or damaged."""
    prefix, _, code = text.partition("_")
    if prefix != PREFIXES[kind] or len(code) != 26 or not code.isascii() or code != code.lower():
        return None
    try:
        block = base64.b32decode(code.upper() + "======")
    except binascii.Error:
        return None
    cipher = _cipher(secret).decryptor()
    plain = cipher.update(block) + cipher.finalize()
    key = int.from_bytes(plain[8:], "big")
    # the last letter carries two bits of nothing: only one way to write an id counts
    return key if plain[:8] == _mark(prefix) and public_id(secret, kind, key) == text else None


def _mark(prefix: str) -> bytes:
    return prefix.encode().ljust(8, b"\0")


def _cipher(secret: bytes) -> Cipher[modes.ECB]:
    return Cipher(algorithms.AES(secret), modes.ECB())  # noqa: S305  # one block, each plaintext once: nothing to chain
