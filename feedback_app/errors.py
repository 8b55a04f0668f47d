"""What a verb says when it cannot do what was asked."""

from __future__ import annotations


class Refused(Exception):
    """A request that cannot be met; the message is one clear line: what is wrong and what to do.

    Pages flash it, commands print it and exit with 1. Nothing was changed when it is raised.
    ``message`` is the untranslated English template (a gettext msgid, registered with ``N_``) and ``values`` fills it.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


class NotFound(Refused):
    """The thing asked for does not exist (or not any more)."""


def N_(message: str) -> str:
    """Mark ``message`` for translation without translating it: for texts raised below the web floor."""
    return message
