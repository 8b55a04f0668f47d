"""Keys for DKIM: read strictly, made, and shown as the DNS record that belongs to them. Pure but for chance."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

PrivateKey = RSAPrivateKey | Ed25519PrivateKey
BITS = 2048  # RFC 8301 3.2 and the large providers ask for as many; 1,024 is what they still bear
TXT_STRING = 255  # octets in one string of a TXT record (RFC 1035 3.3.14); a record may have several


class BadKey(ValueError):
    """A key that cannot sign; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Key:
    """A private key and where receivers find its public half: ``selector._domainkey.domain``."""

    private: PrivateKey
    domain: str
    selector: str

    @property
    def kind(self) -> str:
        """``rsa`` or ``ed25519``."""
        return "rsa" if isinstance(self.private, RSAPrivateKey) else "ed25519"

    @property
    def record(self) -> Record:
        """What DNS must say."""
        return public_record(self.private, self.domain, self.selector)


@dataclass(frozen=True)
class Record:
    """A TXT record: its full name without the last dot, and its value as one string."""

    name: str
    value: str

    @property
    def zone_line(self) -> str:
        """The record as a zone file wants it, the value cut into strings of at most 255 octets."""
        pieces = [self.value[at : at + TXT_STRING] for at in range(0, len(self.value), TXT_STRING)]
        return f"{self.name}. IN TXT ( " + " ".join(f'"{piece}"' for piece in pieces) + " )"


def read_key(pem: str, kind: str) -> PrivateKey:
    r"""Return the private key in ``pem`` (line ends may be written as ``\n``). Raises BadKey.

    ``kind``: ``rsa`` (of at least 2,048 bits) or ``ed25519``; without a password, since nobody is there to type one.
    """
    raw = pem.strip().replace("\\n", "\n").encode()
    make = f"`feedback-app mail dkim-key --kind {kind} FILE` makes one"
    try:
        key = serialization.load_pem_private_key(raw, password=None)
    except TypeError as error:
        raise BadKey("the key has a password: give one without, in a file that only the service may read") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey(f"this is no private key in PEM form (-----BEGIN PRIVATE KEY-----): {make}") from error
    if kind == "ed25519" and isinstance(key, Ed25519PrivateKey):
        return key
    if kind == "rsa" and isinstance(key, RSAPrivateKey):
        if key.key_size < BITS:
            raise BadKey(f"the key has {key.key_size:,} bits and mail providers want {BITS:,}: {make}")
        return key
    raise BadKey(f"this is a key of another kind than {kind}: {make}")


def make_key(kind: str) -> PrivateKey:
    """Return a new key: ``rsa`` (2,048 bits: longer ones cost four times as much to sign with) or ``ed25519``."""
    if kind == "ed25519":
        return Ed25519PrivateKey.generate()
    return generate_private_key(public_exponent=65537, key_size=BITS)


def pem(key: PrivateKey) -> str:
    """Return ``key`` as PKCS #8 PEM without a password."""
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


def public_record(key: PrivateKey, domain: str, selector: str) -> Record:
    """Return the TXT record of ``key`` (RFC 6376 3.6.1; RFC 8463 4 for Ed25519)."""
    public = key.public_key()
    if isinstance(key, RSAPrivateKey):
        kind = "rsa"
        raw = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    else:
        kind = "ed25519"
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return Record(f"{selector}._domainkey.{domain}", f"v=DKIM1; k={kind}; p={base64.b64encode(raw).decode()}")
