"""After a worker died: its journal is read, what it tells is written to the rows, what was never sent goes back."""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import structlog
from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.delivery import suppression
from feedback_app.delivery.queue import claims
from feedback_app.delivery.queue.journal import ENDING, TORN, boot_id, whole
from feedback_app.delivery.queue.results import record, result_of
from feedback_app.delivery.queue.retry import USUAL, Schedule
from feedback_app.delivery.queue.smtp_replies import (
    Reply,
    Stage,
    Verdict,
    judge,
)
from feedback_app.errors import N_

KILLED = Reply(0, N_("the worker was killed between the text and the answer"))
POWER = Reply(0, N_("the machine stopped, and what the worker did last is not known"))
DAMAGED = Reply(0, N_("the worker died, and its journal is damaged: what it did last is not known"))
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


def recover(folder: Path, schedule: Schedule = USUAL) -> Counter[str]:
    """Settle the letters of dead workers; return how many are now ``sent``, ``queued``, ``in_doubt``...

    Journals in ``folder`` whose worker is gone are told to the database and removed. Leases that ran out and whose
    journal is not here belong to another machine: they are in doubt until that machine is back and tells; from here
    nobody can know which of them went out. Harmless to run twice or at once, on any number of machines: the
    journal's lock and guarded updates see to it.
    """
    counts: Counter[str] = Counter()
    for contents in left_behind(folder):
        with transaction() as session:
            told = _settle(session, contents, schedule)
        log.warning("a worker had died; its journal says what became of its letters", worker=contents.owner, **told)
        counts += told
    with transaction() as session:
        now = clock.now()
        for owner in claims.expired(session, now):
            if is_here(folder, owner):
                log.warning("a worker on this machine lives and does not renew its leases: is it hung?", worker=owner)
                continue
            lost = claims.doubt(session, owner, now)
            log.error("a worker fell silent and its journal is not here: its letters are in doubt; a worker on its own"
                      " machine will settle them", worker=owner, letters=lost)  # fmt: skip
            counts["in_doubt"] += lost
    return counts


def _settle(session: Session, contents: JournalContents, schedule: Schedule) -> Counter[str]:
    now = clock.now()
    results = []
    for row in claims.held_by(session, contents.owner):
        outcome = _verdict(contents, row.id)
        if outcome is None or outcome[0] is Verdict.BACK:
            continue
        verdict, reply = outcome
        results.append(result_of(row.id, verdict, reply, row.attempts, row.first_at, now, schedule=schedule))
        if verdict is Verdict.GONE:
            suppression.suppress(row.email_key, "all", "hard_bounce", f"letter {row.id}: {reply}")
    record(session, contents.owner, results)
    counts = Counter(result.state for result in results)
    counts["queued"] += _unsent(session, contents)
    return counts


def _verdict(contents: JournalContents, letter_id: int) -> tuple[Verdict, Reply] | None:
    """Return what the journal knows about a letter, None when it was certainly not sent."""
    if letter_id in contents.replies:
        reply = contents.replies[letter_id]
        return judge(Stage.CONTENT, reply), reply
    if letter_id in contents.intents:
        return Verdict.DOUBT, KILLED
    if not contents.whole:
        return Verdict.DOUBT, DAMAGED
    return None if contents.same_boot else (Verdict.DOUBT, POWER)


def _unsent(session: Session, contents: JournalContents) -> int:
    """Put back what is left of the owner's letters, also those that another machine took for doubtful meanwhile."""
    conditions = [claims.C.lease_owner == contents.owner]
    settled = {"lease_owner": None, "lease_until": None}
    back = (
        update(claims.TABLE)
        .where(*conditions, claims.C.state.in_(("leased", "in_doubt")))
        .values(state="queued", **settled)
    )
    count = cast("CursorResult[Any]", session.execute(back)).rowcount
    session.execute(update(claims.TABLE).where(*conditions, claims.C.state == "cancelled").values(**settled))
    return count


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
            contents = read_journal(path.read_bytes(), path.name.removesuffix(ENDING))
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


def read_journal(raw: bytes, owner: str) -> JournalContents:
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
