"""Whose fault a failure is: the address is dead, the mailbox is in trouble for now, or it is us who are refused. Pure.

The status code decides where it says enough (RFC 3463 and its registry, RFC 5248; RFC 7372 for 5.7.20 and on); words
decide where it does not, in the dialects of mail systems and a few languages. In doubt it is trouble for now: it takes
three of those to stop letters, and one "dead" to silence a person who is there.
"""

from __future__ import annotations

import re
from enum import Enum

from feedback_app.delivery.queue.smtp_replies import LIMITED

# first digit and the rest; not a piece of an internet address or a version
STATUS = re.compile(r"(?<![\w.])([245])\.(\d{1,3})\.(\d{1,3})(?!\w|\.\d)")
CODE = re.compile(r"(?<![\w.:])([45]\d\d)(?=[ -])")  # an SMTP reply
DEAD = {"1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.310"}  # no such mailbox or domain, moved, disabled; RFC 7505
OURS = {"1.7", "1.8", "2.3", "3.4"}  # our sender address, the size of our letter
PASSING = {"2.2", "4.6", "4.7"}  # full, in a loop, given up

FULL = re.compile(
    r"(?:mailbox|inbox|quota|storage|skrzynk\w+|postfach)[^.\n]{0,40}(?:full|exceeded|over|pełn|przepełnion|voll)"
    r"|over ?quota|out of storage|insufficient (?:system )?storage|limit[^.\n]{0,20}überschritten",
    re.IGNORECASE,
)
SUSPECTED = re.compile(
    r"\b(?:spam\w*|junk|unsolicited|black ?list\w*|block ?list\w*|dnsbl|rbl|reputation|dmarc|dkim|spf|virus\w*)\b",
    re.IGNORECASE,
)
NOBODY = re.compile(
    r"no such (?:user|mailbox|recipient|address|person|account|domain|host)|no mailbox here|unknown local[- ]part"
    r"|unknown (?:user|recipient|mailbox|address|account|host|domain)"
    r"|(?:user|recipient|mailbox|address|account|domain|alias|host)[^.\n]{0,60}?"
    r"(?:unknown|not found|(?:could ?n.t|could not|was ?n.t|was not|can ?not|can.t) be found|was ?n.t found"
    r"|does ?n.t exist|does not exist|no longer|not exist|disabled|inactive|deactivated|unavailable|not listed)"
    r"|(?:does ?n.t|does not) (?:exist|have an? [^\n]{0,40}account)|not listed in|unroute?able"
    r"|invalid (?:recipient|mailbox|address|user)|bad destination|recipient address rejected"
    r"|nie istnieje|nie (?:został\w* )?znalezion\w+|nieznan\w+ (?:użytkownik|adres\w*)|unbekannt|existiert nicht"
    r"|nicht gefunden|n.existe pas|no existe|inconnu",
    re.IGNORECASE,
)
REFUSED = re.compile(
    r"\b(?:policy|denied|blocked|banned|forbidden|not allowed|not authori[sz]ed|too (?:big|large)|maximum size)\b",
    re.IGNORECASE,
)


class Failure(Enum):
    """Why a letter did not arrive."""

    HARD = "hard"  # the address is dead
    SOFT = "soft"  # it may work another time
    BLOCKED = "blocked"  # we are refused: our text, our name, our machine; the address is well


def judged(status: str, text: str) -> Failure:
    """Return whose fault it is. ``status`` as "5.1.1" or ""; ``text``: what the mail system said about it."""
    kind, _, detail = status.partition(".")
    if kind == "4" or (not kind and CODE.findall(text)[:1] and CODE.findall(text)[0][0] == "4"):
        return Failure.SOFT
    if LIMITED.search(text) or detail in PASSING:
        return Failure.SOFT
    if detail in DEAD:
        return Failure.SOFT if FULL.search(text) else Failure.HARD
    if detail in OURS or detail.startswith(("7.", "6.")):
        return Failure.BLOCKED
    return _by_words(text, Failure.BLOCKED if detail.startswith("5.") else Failure.SOFT)


def _by_words(text: str, otherwise: Failure) -> Failure:
    for pattern, failure in (
        (FULL, Failure.SOFT), (SUSPECTED, Failure.BLOCKED), (NOBODY, Failure.HARD), (REFUSED, Failure.BLOCKED),
    ):  # fmt: skip
        if pattern.search(text):
            return failure
    return otherwise


def status_in(text: str) -> str:
    """Return the first status code of a failure in ``text``, as "5.1.1", or ""."""
    return next((found[0] for found in STATUS.finditer(text) if found[1] != "2"), "")


def precise(status: str, diagnostic: str) -> str:
    """Return the more telling of a report's status and the code inside its diagnostic (x.0.0 tells nothing)."""
    inner = status_in(diagnostic)
    vague = not status or status.endswith(".0.0") or (inner and inner[0] == status[0] and status[2:] == "3.0")
    return inner or status if vague else status
