"""What the journals of dead workers tell."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from feedback_app.delivery.queue.journal import (
    ENDING,
    TORN,
    boot_id,
    whole,
)
from feedback_app.delivery.queue.smtp_replies import Reply

PAGE = 4096  # a write that is killed ends between two pages of the cache, never inside one
log = structlog.get_logger()


@dataclass
class JournalContents:
    """What a journal tells about a worker that is gone.

    ``same_boot``: the machine has not stopped since. ``whole``: no line is damaged or missing. Only when both hold
    does it follow that a letter which is not mentioned was not sent.
    """

    owner: str
    same_boot: bool = False
    whole: bool = True
    replies: dict[int, Reply] = field(default_factory=dict)
    intents: set[int] = field(default_factory=set)


def left_behind(folder: Path) -> Iterator[JournalContents]:
    """Yield the contents of each journal whose worker is gone, and remove the journal when the caller goes on.

    A journal is removed only after the body of the caller's loop has finished with it without an error. The lock
    is held meanwhile, so two recoveries never tell the same contents at once. A journal that cannot be read stays.
    """
    for path in sorted(folder.glob("*" + ENDING)):
        try:
            file = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue
        except OSError as error:
            log.error("a journal cannot be read; its letters will count as in doubt", path=str(path), error=str(error))
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_ino != os.fstat(file).st_ino:
                continue  # its worker has just written it anew
            contents = read(path.read_bytes(), path.name.removesuffix(ENDING))
            if not contents.whole:
                log.error("a journal is damaged; what it does not tell counts as in doubt", path=str(path))
            yield contents
            path.with_suffix(".new").unlink(missing_ok=True)  # its worker was killed while writing it anew
            path.unlink()
        except (BlockingIOError, FileNotFoundError):
            continue
        finally:
            os.close(file)


def is_here(folder: Path, owner: str) -> bool:
    """True when the journal of ``owner`` is in ``folder`` and will tell, now or when its worker has died."""
    try:
        os.close(os.open(folder / (owner + ENDING), os.O_RDWR))
    except OSError:
        return False
    return True


def read(raw: bytes, owner: str) -> JournalContents:
    """Return what the journal of ``owner`` tells, as far as it can be believed."""
    lines = raw.split(b"\n")
    rest = lines.pop()
    contents = JournalContents(owner)
    head = whole(lines[0]) if lines else None
    if head is None or not head.startswith(b"o " + owner.encode() + b" "):
        contents.whole = False
    else:
        contents.same_boot = head.rpartition(b" ")[2].decode("ascii", "replace") == boot_id()
        lines = lines[1:]
    damaged = False
    for line in lines:
        body = whole(line)
        if body is None:
            damaged = True
            continue
        contents.whole &= not damaged or body == TORN
        damaged = False
        _tell(contents, body)
    contents.whole &= not damaged and (not rest or len(raw) % PAGE == 0)
    return contents


def _tell(contents: JournalContents, line: bytes) -> None:
    kind, _, rest = line.partition(b" ")
    words = rest.split(b" ", 2)
    try:
        ids = [int(word) for word in (rest.split() if kind == b"d" else words[:1]) if word]
        for one in ids:
            contents.intents.discard(one)
            contents.replies.pop(one, None)
        if kind == b"i":
            contents.intents.update(ids)
        elif kind == b"r":
            contents.replies[ids[0]] = Reply.read(int(words[1]), words[2] if len(words) > 2 else b"")
    except (ValueError, IndexError):
        contents.whole = False
