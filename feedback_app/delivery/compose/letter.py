"""A letter as it travels through the sender: its row, claimed, and what is needed to build it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.delivery.compose.mime_message import Skeleton
from feedback_app.delivery.compose.placeholders import Block, EmptyPlaceholder, Fill
from feedback_app.delivery.queue.smtp_replies import LONGEST, Reply
from feedback_app.errors import N_

Renderer = Callable[[Session, Sequence[int]], dict[int, Fill]]
"""Gives the fills of letters of one kind, by what their rows refer to; called when they are built."""


@dataclass(slots=True)
class Letter:
    """A claimed letter, ready to be built."""

    id: int
    kind: str
    group_id: int | None
    address: str
    email_key: str
    name: str
    attempts: int
    first_at: datetime | None
    skeleton: Skeleton
    fill: Mapping[str, str | Block]
    unsubscribe_url: str
    seen: float = 0.0  # monotonic moment of the last look into the database
    drops: int = 0


def cannot_be_built(error: Exception) -> Reply:
    """Return why a letter cannot be put together, for the person who will look for it."""
    if isinstance(error, EmptyPlaceholder):
        return Reply(0, f"the letter has a place {{{{{error}}}}} that nothing fills")
    return Reply(0, (N_("the letter cannot be put together") + f": {type(error).__name__}: {error}")[:LONGEST])
