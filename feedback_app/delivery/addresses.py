"""Email addresses: taken in strictly, kept as written, compared by one folded key."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import idna
from email_validator import EmailNotValidError, validate_email

from feedback_app.errors import N_, Refused

LONGEST = 254  # RFC 5321 4.5.3.1.3: a path of 256 octets less its angle brackets
SHOWN = 80  # how much of a bad address a message repeats


class BadAddress(Refused):
    """The text is not an email address we can write to; the message says what is wrong with it."""


@dataclass(frozen=True)
class Address:
    """An address: ``email`` as shown, ``key`` for comparing, ``ascii`` for relays without SMTPUTF8.

    ``ascii`` is None when the part before the @ has letters outside ASCII: then only RFC 6531 can carry it.
    """

    email: str
    key: str
    ascii: str | None


def parse(text: str) -> Address:
    """Return the address written in ``text`` (surrounding space is dropped); no look-up in the network is made.

    Accents and international domains are welcome (RFC 6531, IDNA 2008). Raises BadAddress with one clear line.
    """
    typed = text.strip()
    if len(typed) > LONGEST:  # before anything looks at each sign of it
        raise _trouble(typed)
    try:
        valid = validate_email(typed, check_deliverability=False)
    except EmailNotValidError as error:
        raise _trouble(typed) from error
    address = Address(valid.normalized, key(valid.normalized), valid.ascii_email)
    if max(len(address.email), len(address.key), len(address.ascii or "")) > LONGEST:
        raise _trouble(typed)
    return address


def key(email: str) -> str:
    """Return the form in which two spellings of one address are equal.

    The local part is case-folded in NFC: the RFC lets a server tell ``A@`` from ``a@``, none that people use does.
    The domain is lower-case ASCII (A-labels). What is no address is folded all the same, so a key always exists.
    """
    local, at, domain = unicodedata.normalize("NFC", email.strip()).rpartition("@")
    return unicodedata.normalize("NFC", local.casefold()) + at + a_labels(domain)


def a_labels(domain: str) -> str:
    """Return ``domain`` as lower-case ASCII (RFC 5890 A-labels), or lower-cased as it is when it has no such form."""
    if domain.isascii():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        return domain.casefold()


def on_the_wire(email: str, smtputf8: bool) -> str | None:
    """Return ``email`` as MAIL and RCPT may carry it, None when the relay would need SMTPUTF8 (RFC 6531 3.2)."""
    if email.isascii():
        return email
    local, _, domain = email.rpartition("@")
    if local.isascii():
        return f"{local}@{a_labels(domain)}"
    return unicodedata.normalize("NFC", email) if smtputf8 else None


def _trouble(given: str) -> BadAddress:
    shown = given if len(given) <= SHOWN else given[: SHOWN - 1] + "…"
    return BadAddress(_message(given), address=shown)


def _message(typed: str) -> str:
    local, at, domain = typed.rpartition("@")
    if not typed:
        return N_("An email address is missing.")
    if len(typed) > LONGEST:
        return N_("“%(address)s” is too long for an email address.")
    if not at:
        return N_("“%(address)s” is not an email address: it has no @.")
    if not local:
        return N_("“%(address)s” is not an email address: nothing stands before the @.")
    try:
        validate_email(f"a@{domain}", check_deliverability=False)
    except EmailNotValidError:
        return N_("“%(address)s” is not an email address: check the part after the @.")
    return N_("“%(address)s” is not an email address: check the part before the @.")
