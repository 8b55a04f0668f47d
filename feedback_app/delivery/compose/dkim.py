"""DKIM signatures (RFC 6376, 8301, 8463) over letters that are bytes already. Pure.

Relaxed headers, simple body: nothing but our own bytes is signed, so there is nothing in the body to relax. A key is
parsed once per process: parsing costs as much as a hundred signatures (docs/sending.md).
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from feedback_app.delivery.compose.dkim_keys import Key, PrivateKey

# Named twice: whoever adds another to a letter breaks the signature (RFC 6376 5.4.2, 8.15)
OVERSIGNED = ("from", "to", "subject", "date", "reply-to", "mime-version", "content-type")
# Named once: some relays put one of their own above ours. Cc stands in no letter of ours, and none may be added
SIGNED_ONCE = (
    "cc", "message-id", "content-language", "auto-submitted", "list-id", "list-unsubscribe", "list-unsubscribe-post",
    "feedback-id",
)  # fmt: skip
BLANKS = re.compile(rb"[ \t]+")
FOLD = re.compile(rb"\r\n(?=[ \t])")
BASE64_LINE = 72
PKCS1 = PKCS1v15()
HASH = SHA256()
# h=, the same for every letter: a name without a header says that there is none
NAMES = [*(name for name in OVERSIGNED for _ in range(2)), *SIGNED_ONCE]


class Signer:
    """Makes the DKIM-Signature headers of letters. Safe to share between threads; a key is used by nobody else."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._keys = [_Mark(key) for key in keys]

    def __call__(self, head: bytes, body: bytes) -> bytes:
        """Return one DKIM-Signature header per key, each ended by CRLF.

        ``head``: the headers with CRLF, without the empty line; ``body``: ended by CRLF, dots not stuffed.
        """
        headers = canonical(head)
        digest = base64.b64encode(hashlib.sha256(simple(body)).digest())
        moment = b"%d" % time.time()
        return b"".join(key.mark(headers, digest, moment) for key in self._keys)


def canonical(head: bytes) -> bytes:
    """Return the headers that ``h=`` names, in its order, relaxed (RFC 6376 3.4.2); the lowest of a name comes first.

    A name that stands twice in ``h=`` and once in ``head`` gives nothing the second time (5.4.2).
    """
    headers: dict[bytes, list[bytes]] = {}
    for line in FOLD.sub(b"", head).split(b"\r\n"):
        name, _, value = line.partition(b":")
        headers.setdefault(name.strip().lower(), []).append(BLANKS.sub(b" ", value).strip(b" "))
    taken = []
    for name in SIGNED:
        if values := headers.get(name):
            taken.append(b"%b:%b\r\n" % (name, values.pop()))
    return b"".join(taken)


def simple(body: bytes) -> bytes:
    """Return ``body`` with one line end at its end, whatever empty lines it ended in (RFC 6376 3.4.3)."""
    if body.endswith(b"\r\n") and not body.endswith(b"\r\n\r\n") and body != b"\r\n":
        return body
    while body.endswith(b"\r\n"):
        body = body[:-2]
    return body + b"\r\n"


SIGNED = [name.encode() for name in NAMES]


class _Mark:
    """One key with what is the same in all its signatures."""

    def __init__(self, key: Key) -> None:
        self._key = key.private
        names, line = [], ""
        for name in NAMES:
            if len(line) + len(name) > BASE64_LINE:
                names.append(line)
                line = ""
            line += name + ":"
        listed = "\r\n ".join([*names, line.removesuffix(":")])
        first = f"v=1; a={key.kind}-sha256; c=relaxed/simple; d={key.domain};"
        # folded for people; relaxed it is one line with single blanks
        shown = (f"DKIM-Signature: {first}\r\n s={key.selector}; t=", f";\r\n h={listed};\r\n bh=")
        self._shown = [piece.encode() for piece in shown]
        self._relaxed = [piece.replace("\r\n", "").encode() for piece in shown]
        self._relaxed[0] = self._relaxed[0].replace(b"DKIM-Signature: ", b"dkim-signature:")

    def mark(self, headers: bytes, digest: bytes, moment: bytes) -> bytes:
        before, between = self._relaxed
        signature = signed(self._key, b"".join((headers, before, moment, between, digest, b"; b=")))
        before, between = self._shown
        lines = [signature[at : at + BASE64_LINE] for at in range(0, len(signature), BASE64_LINE)]
        return b"".join((before, moment, between, digest, b";\r\n b=", b"\r\n ".join(lines), b"\r\n"))


def signed(key: PrivateKey, data: bytes) -> bytes:
    """Return the signature of ``data`` in base64: rsa-sha256, or ed25519 of its SHA-256 (RFC 8463 3)."""
    if isinstance(key, RSAPrivateKey):
        return base64.b64encode(key.sign(data, PKCS1, HASH))
    assert isinstance(key, Ed25519PrivateKey)  # noqa: S101  # read_key lets no other in
    return base64.b64encode(key.sign(hashlib.sha256(data).digest()))
