"""The wording an announcement starts with, one for each state of a change that people are told about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from feedback_app.common.strict_json import Words, folder, read_packaged, stems
from feedback_app.errors import N_, NotFound

HOLES = ("name", "your_words", "what", "why", "since", "process", "organisation")
"""What staff may put between double braces; `your_words` is a block of quotes and may be empty."""

_TEXTS = folder("feedback_app.announcements", "texts")


@dataclass(frozen=True, slots=True)
class DefaultText:
    """Subject and body in every shipped language, with the holes of `HOLES`."""

    subject: Words
    body: Words


def states() -> list[str]:
    """The states of a change for which there is a wording, in alphabetical order."""
    return stems(_TEXTS)


@cache
def load(state: str) -> DefaultText:
    """The wording for a change in `state`; `NotFound` lists the states where there is none."""
    if state not in states():
        message = N_("No announcement text is there for “%(state)s”. There are texts for: %(states)s.")
        raise NotFound(message, state=state, states=", ".join(states()))
    return read_packaged(DefaultText, _TEXTS, state)
