"""What comes back is taken in here, whichever door it came by; too many complaints go into the trail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from feedback_app.announcements import events as announcement_events
from feedback_app.announcements.render import KIND as ANNOUNCEMENT
from feedback_app.database import transaction
from feedback_app.delivery.bounces import apply as returns
from feedback_app.delivery.bounces import mailbox as bounce_mailbox
from feedback_app.delivery.bounces import parse as bounces
from feedback_app.delivery.bounces.apply import Taken
from feedback_app.delivery.bounces.mailbox import Mailbox
from feedback_app.delivery.bounces.parse import Return
from feedback_app.events.actions import record
from feedback_app.events.actor import COMMAND, WORKER, Actor
from feedback_app.extensions import current_settings
from feedback_app.letters import events


def take_in(raw: bytes, source: str, by: Actor = WORKER) -> Taken:
    """Read one message that came back, write down what it says, and return what was done. Junk is no error."""
    returned = bounces.read(raw, current_settings().secret_key)
    with transaction():
        taken = returns.take_in(returned, source)
        if by is COMMAND and taken.letter_id is not None and returned.kind in bounces.NEWS:
            record(events.RETURNED, by, taken.letter_id, did=taken.did)
        _tell(taken)
        return taken


def take_in_all(returned: Sequence[Return], source: str) -> Counter[str]:
    """Write down what a provider reports, all or nothing; return how many had which outcome."""
    with transaction():
        taken = [returns.take_in(outcome, source) for outcome in returned]
        for outcome in taken:
            _tell(outcome)
        return Counter(outcome.outcome for outcome in taken)


def collect() -> str:
    """Visit the bounce mailbox and take in what lies there; return how much of what, "" without news or mailbox.

    A job, and a command. Raises MailboxTrouble.
    """
    url = current_settings().bounce_mailbox
    if not url:
        return ""
    outcomes: Counter[str] = Counter()

    def take(raw: bytes) -> bool:
        taken = take_in(raw, "mailbox")
        outcomes[taken.outcome] += 1
        return taken.settled

    bounce_mailbox.visit(Mailbox.read(url), take)
    return ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())


def _tell(taken: Taken) -> None:
    """Leave a line in the trail where staff look for it: beside the announcement."""
    if taken.halt is not None:
        halted = announcement_events.HALTED if taken.halt.kind == ANNOUNCEMENT else events.HALTED
        record(halted, WORKER, taken.halt.group_id, why=taken.halt.words[:200])
