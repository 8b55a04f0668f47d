"""A test letter by the real path: queued, claimed, built, signed, sent by a sender of this process, written down."""

from __future__ import annotations

from feedback_app.database import transaction
from feedback_app.delivery import outbox, queries
from feedback_app.delivery.addresses import BadAddress
from feedback_app.delivery.outbox import Words
from feedback_app.delivery.sending.factory import open_sender, worker_name
from feedback_app.events.actions import record
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.operations import events
from feedback_app.operations.doctor.findings import Finding
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import BadSetting

KIND = "test"
WORDS = Words(
    "Test letter of {{organisation}}",
    "This letter was sent to see whether letters arrive.\n\nLook at its headers: SPF, DKIM and DMARC should pass.\n",
    "<p>This letter was sent to see whether letters arrive.</p>"
    "<p>Look at its headers: SPF, DKIM and DMARC should pass.</p>",
)


def send(address: str) -> Finding:
    """Send one test letter to ``address`` and say what became of it. Other letters that are due may leave with it."""
    try:
        with transaction():
            subject = WORDS.subject.replace("{{organisation}}", organisation().name.replace("{", "("))
            variant = outbox.add_variant(KIND, "en", "", Words(subject, WORDS.text, WORDS.html))
            letter = outbox.put(KIND, variant, address, values={})
            record(events.TESTED, COMMAND, letter)
        tally = open_sender(worker_name()).run(until_idle=True)
    except BadAddress as error:
        return Finding("test letter", False, str(error))
    except (BadSetting, OSError) as error:
        return Finding("test letter", False, f"it could not be sent: {error}")
    db.session.rollback()
    sent = queries.letter(letter)
    state = sent.state if sent else "gone"
    if state == "sent":
        return Finding("test letter", True, f"the relay took it for {address}; look whether it arrives, and where")
    why = (sent.reply if sent else "") or tally.trouble or "all letters may be held back: feedback-app mail status"
    return Finding("test letter", False, f"it is {state.replace('_', ' ')}: {why}")
