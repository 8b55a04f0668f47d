"""Who acts: a member of staff, the reader of a letter, or a process. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

ActorKind = Literal["staff", "respondent", "stranger", "worker", "command"]


class Account(Protocol):
    """What a person who signed in has."""

    @property
    def id(self) -> int:
        """The key of the account."""

    @property
    def email(self) -> str:
        """The address the person signs in with."""


@dataclass(frozen=True)
class Actor:
    """Who acts. ``name`` is the address of staff, which outlives their account; all others have only their kind."""

    kind: ActorKind
    name: str = ""
    staff_id: int | None = None

    @classmethod
    def of(cls, staff: Account) -> Actor:
        """Return the actor for a person who is signed in."""
        return cls("staff", staff.email, staff.id)


COMMAND = Actor("command", "command")
WORKER = Actor("worker", "worker")
RESPONDENT = Actor("respondent", "reader")  # whoever holds the link of a letter
STRANGER = Actor("stranger", "stranger")  # somebody at the sign-in page who has not shown who they are
