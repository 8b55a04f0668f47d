"""Who a response is from: somebody invited, a contact, or nobody we know. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invited:
    """Whoever held the personal link of an invitation. An invitation brings one response."""

    invitation_id: int
    contact_id: int


@dataclass(frozen=True, slots=True)
class Known:
    """A contact whose words came without an invitation: by an import, by the API, in a reply."""

    contact_id: int


@dataclass(frozen=True, slots=True)
class Nobody:
    """Somebody who did not say who they are: their words count, no letter can reach them."""


Respondent = Invited | Known | Nobody


def contact_of(respondent: Respondent) -> int | None:
    """Return the contact whose words they are, None when nobody knows."""
    return None if isinstance(respondent, Nobody) else respondent.contact_id


def invitation_of(respondent: Respondent) -> int | None:
    """Return the invitation that is answered, None when there was none."""
    return respondent.invitation_id if isinstance(respondent, Invited) else None
