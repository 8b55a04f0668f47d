"""Who vouches for staff: providers of OpenID Connect, as FEEDBACK_OIDC names them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from feedback_app.common import strict_json
from feedback_app.common.loopback import is_loopback
from feedback_app.common.strict_json import BadDocument

KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?")
ROLES = ("admin", "product_owner", "announcer", "viewer")


@dataclass(frozen=True)
class Provider:
    """One provider. ``key`` stands in the address it sends people back to, ``name`` on the sign-in page.

    ``roles`` says which role a value of the claim ``roles_claim`` gives (dots lead inwards, as in
    ``realm_access.roles``); without them the roles are those of the invitation. ``trust_email``: the provider never
    says ``email_verified``, and all of its addresses are known to be its owners'.
    """

    key: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scope: str = "openid profile email"
    roles_claim: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    trust_email: bool = False


def providers(text: str) -> tuple[Provider, ...]:
    """Return the providers of a JSON list. Raises ValueError saying in one line what is wrong."""
    try:
        found = strict_json.read(list[Provider], text)
    except BadDocument as error:
        raise ValueError("use a list of providers in JSON: " + (error.message % error.values).rstrip(".")) from error
    for one in found:
        _check(one)
    if len({one.key for one in found}) < len(found) or len({one.issuer for one in found}) < len(found):
        raise ValueError("give each provider a key and an issuer of its own")
    return tuple(found)


def _check(one: Provider) -> None:
    address = urlsplit(one.issuer)
    if not KEY.fullmatch(one.key):
        raise ValueError("use a key of at most 30 small letters, digits and hyphens, such as google")
    if not address.hostname or address.query or address.fragment:
        raise ValueError(f"use the address of the issuer of {one.key} as the provider states it, https://...")
    if address.scheme != "https" and not (address.scheme == "http" and is_loopback(address.hostname)):
        raise ValueError(f"the issuer of {one.key} must be reached by https")
    if "openid" not in one.scope.split():
        raise ValueError(f"the scope of {one.key} must hold openid")
    if bool(one.roles_claim) != bool(one.roles):
        raise ValueError(f"roles_claim and roles of {one.key} go together: set both, or none")
    if unknown := set(one.roles.values()) - set(ROLES):
        raise ValueError(f"{one.key} gives the role {min(unknown)}; use {', '.join(ROLES)}")
