"""What a provider says about a person (OpenID Connect Core 1.0, 5.1). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feedback_app.accounts.rights import ROLES
from feedback_app.common.oidc_providers import Provider
from feedback_app.common.text import one_line


@dataclass(frozen=True)
class Told:
    """Who somebody is, by a provider. ``roles`` is None where the provider decides nothing about them."""

    subject: str
    email: str
    verified: bool
    name: str
    language: str
    roles: tuple[str, ...] | None


def told(provider: Provider, claims: Mapping[str, Any]) -> Told:
    """Return what ``claims`` say; what is missing or no text is empty. An address counts only when it is verified."""
    return Told(
        subject=_text(claims.get("sub")),
        email=_text(claims.get("email")),
        verified=claims.get("email_verified") is True or provider.trust_email,
        name=one_line(claims.get("name"))[:200],
        language=_text(claims.get("locale"))[:2].lower(),
        roles=_roles(provider, claims) if provider.roles_claim else None,
    )


def complete(provider: Provider, claims: Mapping[str, Any]) -> bool:
    """True when ``claims`` say all that is asked of them, so that the provider need not be asked for more."""
    return "email" in claims and (not provider.roles_claim or _found(provider.roles_claim, claims) is not None)


def _roles(provider: Provider, claims: Mapping[str, Any]) -> tuple[str, ...]:
    found = _found(provider.roles_claim, claims)
    values = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    given = {provider.roles[one] for one in values if isinstance(one, str) and one in provider.roles}
    return tuple(role for role in ROLES if role in given)


def _found(path: str, claims: Mapping[str, Any]) -> Any:
    """Return the claim ``path``: a name as it stands (some are addresses), else one that leads inwards by dots."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
