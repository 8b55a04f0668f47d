"""What mail providers report by HTTP: their JSON turned into what came back. Pure; a page hands it in.

Whoever reports has shown a secret or a signature, and still only letters that carry our own signed id are believed in:
a provider's account may serve other senders, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from feedback_app.delivery.addresses import key
from feedback_app.delivery.bounces.classify import judged, status_in
from feedback_app.delivery.bounces.mime_parts import printable
from feedback_app.delivery.bounces.parse import REPORTED, Kind, Return
from feedback_app.delivery.identity import letter_named

MOST = 1000  # events of one report
LEAF = 20_000  # characters of one text in which our ids are looked for
GENERIC = {kind.value: kind for kind in (Kind.HARD, Kind.SOFT, Kind.BLOCKED, Kind.DELAYED, Kind.COMPLAINT)}

# https://postmarkapp.com/developer/api/bounce-api, "Bounce types"
POSTMARK = {
    "HardBounce": Kind.HARD, "BadEmailAddress": Kind.HARD, "SoftBounce": Kind.SOFT, "DnsError": Kind.SOFT,
    "Transient": Kind.DELAYED, "SpamComplaint": Kind.COMPLAINT, "Blocked": Kind.BLOCKED,
    "SpamNotification": Kind.BLOCKED, "VirusNotification": Kind.BLOCKED, "DMARCPolicy": Kind.BLOCKED,
    "AutoResponder": Kind.AUTOMATIC, "AddressChange": Kind.AUTOMATIC, "ChallengeVerification": Kind.AUTOMATIC,
    "Subscribe": Kind.AUTOMATIC, "Unsubscribe": Kind.AUTOMATIC,
}  # fmt: skip
POSTMARK_FAILURES = ("Unknown", "Undetermined")
# https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html, "Bounce types"
SES = {
    ("Permanent", "NoEmail"): Kind.HARD, ("Permanent", "Suppressed"): Kind.HARD,
    ("Permanent", "OnAccountSuppressionList"): Kind.HARD, ("Transient", "MessageTooLarge"): Kind.BLOCKED,
    ("Transient", "ContentRejected"): Kind.BLOCKED, ("Transient", "AttachmentRejected"): Kind.BLOCKED,
}  # fmt: skip


class BadReport(Exception):
    """The report cannot be read; the message is one line for whoever sends it."""


def parsed(raw: bytes) -> Any:
    """Return the JSON in ``raw``. Raises BadReport."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadReport("The body is no JSON document.") from error


def generic(report: Any, secret: str) -> list[Return]:
    """Read ``{"events": [{"type", "message_id", "recipient", "status", "reason"}]}``, or one such event alone.

    ``type``: hard, soft, blocked, delayed, complaint, or bounce (then ``status`` and ``reason`` decide which).
    ``message_id``: our Message-ID or the envelope sender of the letter. Raises BadReport; then nothing is read.
    """
    if isinstance(report, Mapping) and "events" in report:
        report = report["events"]
    events = report if isinstance(report, list) else [report]
    if not 0 < len(events) <= MOST:
        raise BadReport(f"Send 1 to {MOST} events at once.")
    return [_event(number, one, secret) for number, one in enumerate(events, 1)]


def _event(number: int, event: Any, secret: str) -> Return:
    if not isinstance(event, Mapping):
        raise BadReport(f"Event {number} is no JSON object.")
    event_type, named = event.get("type"), event.get("message_id")
    if not isinstance(event_type, str) or event_type not in ("bounce", *GENERIC):
        raise BadReport(f"Event {number}: “type” must be one of bounce, {', '.join(GENERIC)}.")
    if not isinstance(named, str) or not named:
        raise BadReport(f"Event {number}: “message_id” is missing.")
    status, reason = status_in(_text(event, "status")), _text(event, "reason")
    status = status or status_in(reason)
    kind = Kind(judged(status, reason).value) if event_type == "bounce" else GENERIC[event_type]
    whom = _keys([event.get("recipient")])
    return Return(kind, letter_named(secret, named[:LEAF]), whom, status, printable(reason, 200))


def postmark(report: Any, secret: str) -> list[Return]:
    """Read one of Postmark's webhooks: bounces and spam complaints; of others nothing. Raises BadReport."""
    if not isinstance(report, Mapping):
        raise BadReport("A report of Postmark is a JSON object.")
    record, bounce_type = _text(report, "RecordType"), _text(report, "Type")
    if record == "SpamComplaint":
        bounce_type = "SpamComplaint"
    elif record not in ("Bounce", ""):
        return []
    details = _text(report, "Details") or _text(report, "Description")
    status = status_in(details)
    kind = POSTMARK.get(bounce_type, Kind.OTHER)
    if bounce_type in POSTMARK_FAILURES:
        kind = Kind(judged(status, details).value)
    return [Return(kind, named_in(report, secret), _keys([report.get("Email")]), status, printable(details, 200))]


def ses(event: Any, secret: str) -> list[Return]:
    """Read a notification of Amazon SES, by feedback notification or by event publishing. Raises BadReport."""
    if not isinstance(event, Mapping):
        raise BadReport("A notification of Amazon SES is a JSON object.")
    notification = _text(event, "notificationType") or _text(event, "eventType")
    letter_id = named_in(event.get("mail"), secret)
    if notification == "Complaint":
        return [_ses_complaint(_part(event, "complaint"), letter_id)]
    if notification == "Bounce":
        return [_ses_bounce(_part(event, "bounce"), letter_id)]
    if notification == "DeliveryDelay":
        delay = _part(event, "deliveryDelay")
        return [Return(Kind.DELAYED, letter_id, reason=printable(_text(delay, "delayType"), 200))]
    return []


def _ses_complaint(complaint: Mapping[str, Any], letter_id: int | None) -> Return:
    feedback = _text(complaint, "complaintFeedbackType") or "abuse"
    whom = _keys(one.get("emailAddress") for one in _items(complaint, "complainedRecipients"))
    kind = Kind.OTHER if feedback == "not-spam" else Kind.COMPLAINT
    return Return(kind, letter_id, whom, reason=f"{REPORTED}: {printable(feedback, 40)}")


def _ses_bounce(bounce: Mapping[str, Any], letter_id: int | None) -> Return:
    recipients = list(_items(bounce, "bouncedRecipients"))
    said = next((_text(recipient, "diagnosticCode") for recipient in recipients), "")
    status = next((status_in(_text(recipient, "status")) for recipient in recipients), "") or status_in(said)
    kinds = _text(bounce, "bounceType"), _text(bounce, "bounceSubType")
    kind = SES.get(kinds)
    if kind is None and kinds[0] == "Permanent" and not (status or said):
        kind = Kind.HARD
    elif kind is None:
        kind = Kind(judged(status, said).value) if kinds[0] == "Permanent" else Kind.SOFT
    whom = _keys(recipient.get("emailAddress") for recipient in recipients)
    return Return(kind, letter_id, whom, status, printable(said or " ".join(kinds), 200))


def named_in(report: Any, secret: str) -> int | None:
    """Return the letter whose signed id stands in any text of ``report``."""
    for text in leaves(report):
        found = letter_named(secret, text[:LEAF])
        if found is not None:
            return found
    return None


def leaves(value: Any) -> Iterator[str]:
    """Yield every text inside ``value``, without recursion: the parser has bounded the depth, not we."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, Mapping):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    return found[:LEAF] if isinstance(found, str) else ""


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = value.get(name)
    if not isinstance(part, Mapping):
        raise BadReport(f"“{name}” is missing.")
    return part


def _items(value: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    found = value.get(name)
    return (one for one in (found if isinstance(found, list) else []) if isinstance(one, Mapping))


def _keys(addresses: Any) -> frozenset[str]:
    return frozenset(key(one) for one in addresses if isinstance(one, str) and "@" in one and len(one) <= 254)
