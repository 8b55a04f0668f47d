"""After a worker died: what it had told its journal is written down, what it never sent goes back to the queue."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, cast

import structlog
from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.delivery import suppression
from feedback_app.delivery.queue import claims
from feedback_app.delivery.queue.journal_reader import JournalContents, is_here, left_behind
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
log = structlog.get_logger()


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
