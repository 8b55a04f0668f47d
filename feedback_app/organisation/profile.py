"""The organisation as everybody reads it: one frozen value, and which of its fields the environment holds. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from feedback_app.organisation.colour import DEFAULT
from feedback_app.settings import LANGUAGES, PREFIX, Settings

FROM_SETTINGS = {  # fields of ours that the environment may hold, and how it calls them
    "name": "organisation",
    "postal_address": "postal_address",
    "reply_to": "mail_reply_to",
    "language": "language",
    "timezone": "timezone",
    "quote_bar": "quote_bar",
}


@dataclass(frozen=True)
class Profile:
    """Who we are. ``version`` is 0 while nothing is stored; ``held`` names the fields that the environment holds."""

    name: str
    postal_address: str = ""
    reply_to: str = ""
    languages: tuple[str, ...] = LANGUAGES
    language: str = LANGUAGES[0]
    timezone: str = "UTC"
    colour: str = DEFAULT
    logo_name: str = ""
    controller: str = ""
    privacy_url: str = ""
    quote_bar: float = 0.95
    version: int = 0
    held: frozenset[str] = field(default_factory=frozenset)

    @property
    def responsible(self) -> str:
        """Who answers for the data (the controller of GDPR article 4): us, unless somebody else is named."""
        return self.controller or self.name


def from_settings(settings: Settings) -> dict[str, Any]:
    """Return what the settings say about us, given or by default, by our own names."""
    return {ours: getattr(settings, theirs) for ours, theirs in FROM_SETTINGS.items()}


def held_by(settings: Settings) -> frozenset[str]:
    """Return the fields that somebody set in the environment: they win over the row and cannot be edited."""
    return frozenset(ours for ours, theirs in FROM_SETTINGS.items() if theirs in settings.given)


def variable(name: str) -> str:
    """Return the environment variable that holds a field, as FEEDBACK_ORGANISATION for ``name``."""
    return PREFIX + FROM_SETTINGS[name].upper()
