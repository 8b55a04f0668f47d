"""Messages without a machine-readable report: who answers automatically, and what a mail system says in words. Pure."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from email.message import Message

from flufl.bounce import all_failures

from feedback_app.delivery.bounces.classify import CODE, NOBODY, status_in
from feedback_app.delivery.bounces.mime_parts import (
    SNIPPET,
    decoded,
    parts,
    printable,
    text_of,
)

AWAY = re.compile(
    r"\bout of (?:the )?office|\bauto(?:matic|mated)?[ -]?(?:reply|response|antwort|odpowied)|\bautoreply|\baway from"
    r"|\bvacation|abwesenheit|nicht im (?:büro|haus)|automatische antwort|autoodpowied|odpowiedź automatyczna"
    r"|poza biurem|nieobecn|urlop|réponse automatique|respuesta autom|read receipt|^read:|^gelesen:|^przeczytano:"
    r"|potwierdzenie przeczytania|lesebestätigung",
    re.IGNORECASE,
)
CHALLENGE = re.compile(
    r"please confirm (?:your|the|this) (?:message|e-?mail|request)|confirm(?:ation)? (?:your )?delivery"
    r"|verif(?:y|ication) required|sender verification|potwierdź,? że|waiting for your (?:approval|confirmation)",
    re.IGNORECASE,
)
ANSWERING = ("x-autoreply", "x-autorespond", "x-mail-autoreply", "x-vacation")
DAEMON = re.compile(
    r"mailer-?daemon|post-?master|mail[ -]?delivery|microsoftexchange[0-9a-f]{8,}",
    re.IGNORECASE,
)
FAILING = re.compile(
    r"undeliver|not delivered|delivery (?:status|failure|problem|has failed|incomplete)|failure notice|returned mail"
    r"|mail failure|could not be delivered|unzustellbar|nicht zugestellt|nie można dostarczyć|niedostarcz|zwrot"
    r"|nie dostarczono|non remis|no se puede entregar",
    re.IGNORECASE,
)
LATER = re.compile(
    r"\bdelayed\b|warning[^\n]{0,60}(?:hours|delay|still)|still being|will (?:be retried|keep trying|retry)"
    r"|no action is required|not yet been delivered|not been delivered yet|opóźnion|verzögert|warning: could not",
    re.IGNORECASE,
)
COPY = re.compile(
    r"^(?:-{2,} ?(?:below this line|this is a copy|original message|forwarded|the header|returned|unsent|your message)"
    r"|original message headers|treść oryginaln|return-path:|received:|nagłówki)",
    re.IGNORECASE | re.MULTILINE,
)
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it reports each odd message with a traceback
READ = 6000  # characters of what a mail system says


@dataclass(frozen=True)
class Guess:
    """A failure or a delay as words tell it. ``temporary``: it is still being tried."""

    temporary: bool
    addresses: frozenset[str]
    status: str
    text: str
    reason: str


def is_automatic(message: Message) -> bool:
    """True for a reply that a program gave in a person's name (RFC 3834), a read receipt (RFC 8098), a challenge."""
    if message.get_param("report-type") == "disposition-notification":
        return True
    if any(name in message for name in ANSWERING):
        return True
    if AWAY.search(decoded(message.get("Subject", ""))):
        return True
    if _is_daemon(message):
        return False  # Exim and others call their bounces "auto-replied"
    submitted = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    return (
        submitted.startswith(("auto-replied", "auto-generated"))
        or precedence == "auto_reply"
        or bool(CHALLENGE.search(decoded(message.get("Subject", ""))))
    )


def guess(message: Message) -> Guess | None:
    """Return what a mail system says happened, None when nothing in it looks like one speaking."""
    said = said_by(message)
    temporary, permanent = _flufl(message)
    speaks = _is_daemon(message) or bool(FAILING.search(decoded(message.get("Subject", ""))))
    if not (permanent or temporary or speaks):
        return None
    status = status_in(said)
    later = bool(LATER.search(said) or LATER.search(decoded(message.get("Subject", ""))))
    if (temporary and not permanent) or (later and not permanent and not status.startswith("5")):
        return Guess(True, frozenset(temporary), status, said, "not delivered yet")
    if not permanent and not (status or CODE.search(said) or NOBODY.search(said)):
        return None
    return Guess(False, frozenset(permanent), status, said, _telling_line(said))


def _is_daemon(message: Message) -> bool:
    if "X-Failed-Recipients" in message or DAEMON.search(decoded(message.get("From", ""))):
        return True
    nobody = str(message.get("Return-Path", "")).strip() == "<>"  # holiday programs use it, too (RFC 3834 3.3)
    return nobody and bool(FAILING.search(decoded(message.get("Subject", ""))))


def _flufl(message: Message) -> tuple[set[str], set[str]]:
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # its detectors expect well-formed messages, each in its own way
        return set(), set()
    return {_text(one) for one in temporary}, {_text(one) for one in permanent}


def said_by(message: Message) -> str:
    """Return what the mail system says: the text parts before the letter it gives back."""
    words: list[str] = []
    for part in parts(message):
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            break
        if part.get_content_maintype() == "text":
            text = text_of(part)
            if part.get_content_subtype() == "html":
                text = re.sub(r"<[^<>]{0,2000}>", " ", text[:SNIPPET])
            words.append(text)
    text = "\n".join(words)
    copy = COPY.search(text, 1) if text else None
    return text[: copy.start() if copy else len(text)][:READ]


def _telling_line(said: str) -> str:
    """Return the line that says most: the one with a code, else the one that says there is nobody."""
    lines = said.splitlines()
    telling = [line for line in lines if status_in(line) or CODE.search(line)] or [
        line for line in lines if NOBODY.search(line)
    ]
    return printable(telling[0], 200) if telling else "refused for good"


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
