"""The dev mail folder, read back: letters that landed on disk because no relay is set. Pure, no Flask."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

NEWEST = 500  # the reader is for looking, not for archives
HEAD_BYTES = 8_192  # enough for the headers of a letter of ours


@dataclass(frozen=True)
class Landed:
    """One letter in the folder: its file name, headers that matter, and when it landed."""

    file: str
    to: str
    subject: str
    at: datetime


@dataclass(frozen=True)
class Opened:
    """One letter taken apart."""

    landed: Landed
    headers: list[tuple[str, str]]
    text: str
    html: str


def newest(folder: Path, search: str = "") -> tuple[list[Landed], int]:
    """Return the newest letters (whose address or subject contains ``search``) and how many files there are."""
    files = list(folder.glob("*.eml")) if folder.is_dir() else []
    chosen = heapq.nlargest(NEWEST, files, key=lambda path: (path.stat().st_mtime_ns, path.name))
    letters = (_landed(path, _headers(path)) for path in chosen)
    wanted = search.casefold()
    return [one for one in letters if wanted in f"{one.to} {one.subject}".casefold()], len(files)


def read(folder: Path, file: str) -> Opened | None:
    """Return the letter in ``file``, or None when there is no such letter (or the name tries to leave the folder)."""
    path = folder / file
    if path.name != file or path.suffix != ".eml" or not path.is_file():
        return None
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return Opened(
        _landed(path, message),
        [(name, str(value)) for name, value in message.items()],
        str(text.get_content()) if text else "",
        str(html.get_content()) if html else "",
    )


def _headers(path: Path) -> EmailMessage:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return BytesParser(policy=policy.default).parsebytes(head, headersonly=True)


def _landed(path: Path, message: EmailMessage) -> Landed:
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Landed(path.name, str(message.get("To", "")), str(message.get("Subject", "")), at)
