"""What a reply of the relay means for a letter, and for all of them. Pure.

The code decides (RFC 5321 4.2.1); the text only ever widens a verdict towards "later".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)")
NO_SUCH_ADDRESS = {"1.1", "1.2", "1.3", "1.6", "1.10", "2.1"}  # RFC 3463, RFC 7505: bad mailbox, bad domain, gone
LIMITED = re.compile(
    r"\b(rate|frequen\w*|too many|throttl\w*|limit(?:ed)? exceeded|try (?:again )?later)\b", re.IGNORECASE
)
CROWDED = re.compile(r"\b(rate|frequen\w*|too many|throttl\w*|limit(?:ed)? exceeded)\b", re.IGNORECASE)
LONGEST = 300
ADDRESS = re.compile(r"[^\s<>\"',;:]+@[^\s<>\"',;:]+")


def nameless(text: str) -> str:
    """Return a mail server's words without addresses: alike for everybody, and fit to outlive whoever is erased."""
    return ADDRESS.sub("…", text) if "@" in text else text


class Stage(Enum):
    """Where in the conversation a reply came."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    CONTENT = "the text"


class Verdict(Enum):
    """What is to be done with the letter."""

    SENT = "sent"  # the relay is responsible from here (RFC 5321 6.1)
    LATER = "later"  # this recipient's trouble may pass: an attempt is counted
    REFUSED = "refused"  # for good
    GONE = "gone"  # for good, and the address does not exist: suppress it
    DOUBT = "doubt"  # the text was on the wire and no reply came
    BACK = "back"  # trouble of the relay or ours: no attempt is counted against anybody
    SKIPPED = "skipped"  # somebody stopped it, or its cause is no more


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of the relay; code 0 when we say something ourselves."""

    code: int
    text: str = ""

    @classmethod
    def read(cls, code: int, raw: bytes) -> Reply:
        """Return the reply as one printable line."""
        text = " ".join(raw.decode("utf-8", "replace").split())
        if not text.isprintable():
            text = "".join(c if c.isprintable() else "?" for c in text)
        return cls(code, text[:LONGEST])

    @property
    def enhanced(self) -> tuple[int, str]:
        """The class and the rest of an enhanced status code (RFC 3463), (0, "") when there is none."""
        found = ENHANCED.match(self.text)
        return (int(found[1]), f"{found[2]}.{found[3]}") if found else (0, "")

    @property
    def against_us(self) -> bool:
        """True when it is for good and for what the sender is, not the address: 5.7.x, "security or policy"."""
        return self.code >= 500 and self.enhanced[1].startswith("7.")

    @property
    def asks_for_less(self) -> bool:
        """True when it names a rate, and not that of one mailbox (x.2.x, "mailbox status")."""
        return self.code >= 400 and not self.enhanced[1].startswith("2.") and bool(CROWDED.search(self.text))

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip() if self.code else self.text


def judge(stage: Stage, reply: Reply) -> Verdict:
    """Return what ``reply`` to ``stage`` means."""
    if reply.code == 421:
        return Verdict.BACK
    kind = reply.code // 100
    if kind == 2 or (kind == 3 and stage is Stage.DATA):
        return Verdict.SENT
    if kind == 4:
        return _temporary(stage, reply)
    return _permanent(stage, reply)


def _temporary(stage: Stage, reply: Reply) -> Verdict:
    if stage is Stage.RCPT:
        return Verdict.LATER
    system_wide = reply.code == 454 or reply.enhanced[1].startswith(("3.", "7."))
    return Verdict.BACK if stage is Stage.MAIL or system_wide else Verdict.LATER


def _permanent(stage: Stage, reply: Reply) -> Verdict:
    detail = reply.enhanced[1]
    if reply.code == 552 or detail in {"3.4", "2.3"}:
        return Verdict.REFUSED  # too big, at whatever stage
    if stage is Stage.MAIL:
        return Verdict.BACK  # it is the sender who is refused, so it would be every letter
    if LIMITED.search(reply.text):
        return Verdict.LATER
    if stage is Stage.RCPT and detail in NO_SUCH_ADDRESS:
        return Verdict.GONE
    return Verdict.REFUSED
