"""The signer that the settings describe."""

from __future__ import annotations

from feedback_app.delivery.compose.dkim import Signer
from feedback_app.delivery.compose.dkim_keys import (
    BadKey,
    Key,
    PrivateKey,
    read_key,
)
from feedback_app.delivery.identity import identity
from feedback_app.settings import BadSetting, Settings


def keys(settings: Settings) -> list[Key]:
    """Return the keys that sign, the RSA one first; none when the relay signs. Raises BadSetting by the name."""
    loaded = []
    domain = signing_domain(settings)
    given = (("DKIM_KEY", settings.dkim_key), ("DKIM_ED25519_KEY", settings.dkim_ed25519_key))
    for (name, pem), kind in zip(given, ("rsa", "ed25519"), strict=True):
        if pem:
            loaded.append(Key(_read(name, pem, kind), domain, selector(settings, kind)))
    if loaded and loaded[0].kind != "rsa":
        # RFC 8463: many receivers know only RSA, so Ed25519 alone would be no signature to them
        raise BadSetting("FEEDBACK_DKIM_ED25519_KEY signs beside an RSA key: set FEEDBACK_DKIM_KEY too.")
    return loaded


def signer(settings: Settings) -> Signer | None:
    """Return what signs letters, None when the relay does. Raises BadSetting."""
    found = keys(settings)
    return Signer(found) if found else None


def signing_domain(settings: Settings) -> str:
    """Return the domain in ``d=``."""
    return settings.dkim_domain or identity(settings).domain


def selector(settings: Settings, kind: str) -> str:
    """Return the selector of the ``rsa`` or the ``ed25519`` key: each has a record of its own (RFC 6376 3.6.2.2)."""
    return settings.dkim_selector if kind == "rsa" else f"{settings.dkim_selector}-ed25519"


def _read(name: str, pem: str, kind: str) -> PrivateKey:
    try:
        return read_key(pem, kind)
    except BadKey as error:
        raise BadSetting(f"FEEDBACK_{name}: {error}.") from error
