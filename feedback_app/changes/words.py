"""What a change says, in one language or several. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from feedback_app.common.text import tidy
from feedback_app.errors import N_, Refused

PROCESS_LIMIT = 200  # characters
TEXT_LIMIT = 5_000  # characters of what, why and reason each
GAP = re.compile(r"\[[^\[\]]*…[^\[\]]*\]")  # "[… how much]" in a reason to start from: still to be written


@dataclass(frozen=True)
class Words:
    """The four texts of a change in one language; ``reason`` is the reason of declining."""

    process: str = ""
    what: str = ""
    why: str = ""
    reason: str = ""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Words:
        """Return the words in ``given``, whatever else it holds; what is no text counts as empty."""
        return cls(**{one.name: tidy(given.get(one.name)) for one in fields(cls)})

    def as_dict(self) -> dict[str, str]:
        """Return the texts that are not empty."""
        return {name: text for name, text in asdict(self).items() if text}

    def because(self, state: str) -> str:
        """Return why the people concerned are told this: the reason of a "no", else why it is done."""
        return self.reason if state == "declined" else self.why

    def complete(self, state: str) -> bool:
        """True when these words can be told to somebody as they are."""
        return bool(self.process and self.what and self.because(state))


def translations(raw: object, languages: tuple[str, ...], own: str) -> dict[str, dict[str, str]]:
    """Return ``{"pl": {"what": ...}}`` with only known languages other than ``own`` and texts that say something."""
    raw = raw if isinstance(raw, Mapping) else {}
    found = {code: Words.read(texts).as_dict() for code, texts in raw.items() if isinstance(texts, Mapping)}
    return {code: found[code] for code in languages if code != own and found.get(code)}


def check(words: Words, state: str) -> None:
    """Refuse words that a change in ``state`` cannot have; the message says what is missing and why it matters."""
    if not words.process:
        raise Refused(N_("Say which process it is about."))
    if not words.what:
        raise Refused(N_("Say what changes, or what was asked for."))
    if state == "declined":
        check_reason(words.reason)
    elif not words.why:
        raise Refused(N_("Say why: people are told it."))
    check_lengths(words)


def check_lengths(words: Words) -> None:
    """Refuse texts that are too long to be read in a letter."""
    if len(words.process) > PROCESS_LIMIT:
        raise Refused(N_("The name of the process is too long: %(most)d characters at most."), most=PROCESS_LIMIT)
    if max(map(len, (words.what, words.why, words.reason))) > TEXT_LIMIT:
        raise Refused(N_("A text is too long: %(most)d characters at most."), most=TEXT_LIMIT)


def check_reason(reason: str) -> None:
    """Refuse to decline without a reason, or with one that still has a gap to fill in."""
    if not reason:
        raise Refused(N_("A “no” needs a valid reason: people will be told it. Give the reason."))
    if gap := GAP.search(reason):
        raise Refused(N_("The reason still has a gap: %(gap)s. Write your own words there."), gap=gap[0])
