"""Secrets that travel in links: unguessable, kept only as hashes, or signed with the house key.

Two kinds. A *derived* token is a MAC over a purpose and a row id, so a letter can be written again without the
plain token ever being stored; its SHA-256 is what the table keeps. A *signed* value carries its own content and
cannot be altered (used where the link itself must say what it is about).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

TOKEN_BYTES = 20  # 160 bits: unguessable (NIST SP 800-63B asks for at least 112), 27 characters in a link
MAC_BYTES = 16  # 128-bit truncated HMAC-SHA-256 (RFC 2104 section 5 allows half the output)


def _mac(secret: str, purpose: str, content: str) -> bytes:
    return hmac.digest(secret.encode(), f"{purpose}\0{content}".encode(), "sha256")


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def derive(secret: str, purpose: str, content: str) -> str:
    """Return the 27-character link token that belongs to ``content``; the same input gives the same token."""
    return _encode(_mac(secret, purpose, content)[:TOKEN_BYTES])


def digest(token: str) -> str:
    """Return the SHA-256 of ``token`` as 64 hex characters: what a table keeps instead of the token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def sign(secret: str, purpose: str, content: str) -> str:
    """Return ``content`` (ASCII without a dot) joined to its MAC, safe in a URL."""
    return f"{content}.{_encode(_mac(secret, purpose, content)[:MAC_BYTES])}"


def read(secret: str, purpose: str, signed: str) -> str | None:
    """Return the content of a value made by :func:`sign`, or None when it was forged or damaged."""
    content, dot, signature = signed.rpartition(".")
    if not dot:
        return None
    try:
        raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    except (binascii.Error, ValueError):
        return None
    if hmac.compare_digest(raw, _mac(secret, purpose, content)[:MAC_BYTES]) and _encode(raw) == signature:
        return content
    return None
