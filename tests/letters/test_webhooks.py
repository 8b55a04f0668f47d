"""Doors for mail providers: who knows the secret is heard, everybody else learns nothing, nothing is done twice."""

from __future__ import annotations

import base64
import copy
import json
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from feedback_app import clock
from feedback_app.delivery import queries, suppression
from feedback_app.delivery.bounces import sns
from feedback_app.delivery.bounces import webhooks as hooks
from feedback_app.delivery.bounces.parse import Kind
from feedback_app.delivery.bounces.sns import NotAmazon, Verifier
from feedback_app.delivery.bounces.webhooks import BadReport
from feedback_app.delivery.identity import identity
from feedback_app.delivery.models import LetterReturn, ReturnCount
from feedback_app.extensions import current_settings, db
from feedback_app.settings import Settings
from tests.delivery.test_bounce_mailbox import ours
from tests.delivery.test_returns import KEY, letter, sent

SECRET = "hooks-and-eyes-0123456789-abcdef"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b2c.pem"
BEARER = {"Authorization": f"Bearer {SECRET}"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.with_(hook_secret=SECRET, ses_topic=TOPIC, bounce_address="bounce@velo.example")


@pytest.fixture(autouse=True)
def csrf_as_in_real_life(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True


def message_id(letter_id: int) -> str:
    return identity(current_settings()).message_id(letter_id)


def event(letter_id: int, **more: str) -> dict[str, str]:
    return {"type": "hard", "message_id": message_id(letter_id), "status": "5.1.1", "reason": "550 no", **more}


def untouched(*letters: int) -> bool:
    return all(letter(one).state == "sent" for one in letters) and not suppression.scopes_of(KEY)


def test_events_of_any_provider(client: FlaskClient) -> None:
    one, two, three = sent(KEY, "ola@x.example", "eva@x.example")
    reply = client.post("/hooks/mail", headers=BEARER, json={"events": [
        event(one), event(two, type="complaint"), event(three, type="bounce", status="", reason="550 mailbox full"),
        event(424242), {"type": "hard", "message_id": "<unknown@elsewhere>"},
    ]})  # fmt: skip
    assert (reply.status_code, reply.json) == (200, {"hard": 1, "complaint": 1, "soft": 1, "unmatched": 2})
    assert "Set-Cookie" not in reply.headers
    assert [letter(id_).state for id_ in (one, two, three)] == ["bounced", "complained", "bounced"]
    assert suppression.scopes_of(KEY) == {"all": "hard_bounce"}
    assert suppression.scopes_of("eva@x.example") == {}
    counted = {row.outcome: row.count for row in db.session.scalars(select(ReturnCount))}
    assert counted["unmatched"] == 2


def test_the_same_report_again_is_heard_and_changes_nothing(client: FlaskClient) -> None:
    [one] = sent(KEY)
    for expected in ({"hard": 1}, {"known": 1}, {"known": 1}):
        assert client.post("/hooks/mail", headers=BEARER, json=event(one)).json == expected
    assert db.session.query(LetterReturn).count() == 1


def test_the_envelope_sender_names_a_letter_too(client: FlaskClient) -> None:
    [one] = sent(KEY)
    named = identity(current_settings()).envelope_sender(one)
    assert client.post("/hooks/mail", headers=BEARER, json=event(one, message_id=named)).json == {"hard": 1}


def test_a_returned_message_as_it_is(client: FlaskClient) -> None:
    [one] = sent(KEY)
    raw = ours("postfix-user-unknown.eml", one)
    reply = client.post("/hooks/mail", headers=BEARER, data=raw, content_type="message/rfc822")
    assert (reply.status_code, reply.json) == (200, {"hard": 1})
    assert letter(one).state == "bounced"


@pytest.mark.parametrize("headers", [
    {}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {SECRET}x"},
    {"Authorization": f"Bearer {SECRET[:-1]}"}, {"Authorization": "Bearer \u00e9"},
    {"Authorization": f"Basic {SECRET}"},
])  # fmt: skip
def test_without_the_secret_nothing_happens(client: FlaskClient, headers: dict[str, str]) -> None:
    [one] = sent(KEY)
    assert client.post("/hooks/mail", headers=headers, json=event(one)).status_code == 401
    assert untouched(one)
    assert db.session.scalars(select(ReturnCount)).all() == []


@pytest.mark.parametrize("path", ["/hooks/mail", "/hooks/mail/postmark", "/hooks/mail/postmark/x", "/hooks/mail/ses"])
def test_without_settings_there_is_no_door(app: Flask, client: FlaskClient, path: str) -> None:
    app.config["SETTINGS"] = current_settings().with_(hook_secret="", ses_topic="")
    assert client.post(path, headers=BEARER, json={}).status_code == 404
    assert client.post(path, headers={"Authorization": "Bearer "}, json={}).status_code == 404


@pytest.mark.parametrize("path", ["/hooks/mail", "/hooks/mail/postmark", "/hooks/mail/ses"])
def test_looking_is_not_possible(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers=BEARER).status_code == 405


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"7", b'"x"', b"null", b"[" * 50_000, b'{"events": []}', b'{"events": [1]}',  b'{"events": {}}',
    b'{"type": "hard"}', b'{"type": "hard", "message_id": 7}', b'{"type": "rumour", "message_id": "x"}', b"\xff\xfe",
    b'{"events": [' + b",".join([b"{}"] * 1001) + b"]}", b'{"type": ["hard"], "message_id": "x"}',
])  # fmt: skip
def test_what_cannot_be_read_is_said_in_one_line(client: FlaskClient, body: bytes) -> None:
    reply = client.post("/hooks/mail", headers=BEARER, data=body, content_type="application/json")
    assert reply.status_code == 400
    assert reply.json is not None
    assert "\n" not in reply.json["error"]


def test_one_bad_event_and_none_is_taken(client: FlaskClient) -> None:
    [one] = sent(KEY)
    reply = client.post("/hooks/mail", headers=BEARER, json={"events": [event(one), {"type": "x"}]})
    assert reply.status_code == 400
    assert untouched(one)


@pytest.mark.parametrize("path", ["/hooks/mail", f"/hooks/mail/postmark/{SECRET}", "/hooks/mail/ses"])
def test_a_body_without_end_is_not_read(client: FlaskClient, path: str) -> None:
    reply = client.post(path, headers=BEARER, data=b"x" * (1024 * 1024 + 1), content_type="application/json")
    assert reply.status_code == 413


# --- Postmark


def bounce_of_postmark(letter_id: int, **more: Any) -> dict[str, Any]:
    return {
        "RecordType": "Bounce", "MessageStream": "outbound", "ID": 4323372036854775807, "Type": "HardBounce",
        "TypeCode": 1, "Name": "Hard bounce", "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {"letter": identity(current_settings()).envelope_id(letter_id)}, "Email": KEY,
        "Details": "smtp;550 5.1.1 The email account does not exist.", "BouncedAt": "2026-04-14T09:12:03Z", **more,
    }  # fmt: skip


def as_postmark(password: str = SECRET) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"postmark:{password}".encode()).decode()}


def test_postmark_shows_the_secret_as_password_or_in_the_address(client: FlaskClient) -> None:
    one, two = sent(KEY, "ola@x.example")
    assert client.post("/hooks/mail/postmark", headers=as_postmark(), json=bounce_of_postmark(one)).json == {"hard": 1}
    told = bounce_of_postmark(two, Email="ola@x.example")
    assert client.post(f"/hooks/mail/postmark/{SECRET}", json=told).json == {"hard": 1}
    assert letter(one).reply.startswith("5.1.1 smtp;550 5.1.1")


@pytest.mark.parametrize(("headers", "path", "status"), [
    ({}, "", 401), (as_postmark("wrong"), "", 401), (as_postmark(""), "", 401), ({}, "/wrong", 404),
    (BEARER, "", 401), (as_postmark(), "/wrong", 404),
])  # fmt: skip
def test_a_wrong_secret_at_postmarks_door(client: FlaskClient, headers: dict[str, str], path: str, status: int) -> None:
    [one] = sent(KEY)
    assert (
        client.post("/hooks/mail/postmark" + path, headers=headers, json=bounce_of_postmark(one)).status_code == status
    )
    assert untouched(one)


@pytest.mark.parametrize(("more", "outcome", "state"), [
    ({"Type": "SoftBounce"}, "soft", "bounced"), ({"Type": "Transient"}, "delayed", "sent"),
    ({"Type": "SpamNotification"}, "blocked", "bounced"), ({"Type": "AutoResponder"}, "automatic", "sent"),
    ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, "complaint", "complained"),
    ({"Type": "Unknown", "Details": "552 mailbox full"}, "soft", "bounced"), ({"Type": "New"}, "other", "sent"),
])  # fmt: skip
def test_postmarks_words(client: FlaskClient, more: dict[str, str], outcome: str, state: str) -> None:
    [one] = sent(KEY)
    told = bounce_of_postmark(one, **more)
    assert client.post("/hooks/mail/postmark", headers=as_postmark(), json=told).json == {outcome: 1}
    assert letter(one).state == state


def test_other_news_of_postmark_is_heard_and_left(client: FlaskClient) -> None:
    [one] = sent(KEY)
    for record in ("Delivery", "Open", "Click", "SubscriptionChange"):
        told = bounce_of_postmark(one, RecordType=record)
        assert client.post("/hooks/mail/postmark", headers=as_postmark(), json=told).json == {}
    assert untouched(one)


def test_letters_that_leave_by_postmark_carry_what_it_repeats(settings: Settings) -> None:
    by_postmark = identity(settings.with_(mail_url="smtp://u:p@smtp.postmarkapp.com:587"))
    assert by_postmark.echoed(7) == f"\r\nX-PM-Metadata-letter: {by_postmark.envelope_id(7)}".encode()
    assert len(by_postmark.envelope_id(10**9)) <= 80
    for url in ("smtp://u:p@mail.example:587", "smtp://u:p@postmarkapp.com.evil.example", "folder:/x"):
        assert identity(settings.with_(mail_url=url)).echoed(7) == b""


# --- Amazon SES


class Amazon:
    """Signs as Amazon SNS does, with a key and a certificate of the test's own."""

    def __init__(self, days: int = 1) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        made = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
            .serial_number(1).not_valid_before(clock.now() - timedelta(days=10))
            .not_valid_after(clock.now() + timedelta(days=days)).sign(self.key, hashes.SHA256())
        )  # fmt: skip
        self.pem = made.public_bytes(serialization.Encoding.PEM)
        self.asked: list[str] = []

    def fetch(self, url: str) -> bytes:
        """The outer wall: what Amazon would answer."""
        if not sns.is_amazons(url):
            raise NotAmazon("not Amazon")
        self.asked.append(url)
        return self.pem

    def signed(self, message: dict[str, Any], version: str = "2") -> dict[str, Any]:
        message = {**message, "SignatureVersion": version, "SigningCertURL": CERTIFICATE}
        text = "".join(f"{name}\n{message[name]}\n" for name in sorted(sns.SIGNED[message["Type"]]) if name in message)
        algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303
        message["Signature"] = base64.b64encode(self.key.sign(text.encode(), padding.PKCS1v15(), algorithm)).decode()
        return message


@pytest.fixture
def amazon(app: Flask) -> Iterator[Amazon]:
    made = Amazon()
    app.extensions["sns_verifier"] = Verifier(made.fetch)
    yield made
    del app.extensions["sns_verifier"]


def notification(inner: Any, **more: str) -> dict[str, Any]:
    return {
        "Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": TOPIC,
        "Message": inner if isinstance(inner, str) else json.dumps(inner), "Timestamp": "2026-04-14T09:12:03.000Z",
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe", **more,
    }  # fmt: skip


def ses_bounce(letter_id: int, kind: str = "Permanent", sub: str = "General", **recipient: str) -> dict[str, Any]:
    who = {
        "emailAddress": KEY,
        "action": "failed",
        "status": "5.1.1",
        "diagnosticCode": "smtp; 550 5.1.1 unknown",
        **recipient,
    }
    return {
        "notificationType": "Bounce",
        "bounce": {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": [who], "feedbackId": "1-2"},
        "mail": {"messageId": "0102018f", "source": identity(current_settings()).envelope_sender(letter_id),
                 "destination": [KEY]},
    }  # fmt: skip


def post_ses(client: FlaskClient, message: Any) -> Any:
    # Amazon sends its JSON as text/plain
    return client.post("/hooks/mail/ses", data=json.dumps(message), content_type="text/plain; charset=UTF-8")


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_bounce_that_amazon_signed(client: FlaskClient, amazon: Amazon, version: str) -> None:
    [one] = sent(KEY)
    message = amazon.signed(notification(ses_bounce(one), Subject="Amazon SES Email Event Notification"), version)
    assert post_ses(client, message).json == {"hard": 1}
    assert post_ses(client, message).json == {"known": 1}
    assert amazon.asked == [CERTIFICATE]  # and kept
    assert suppression.scopes_of(KEY) == {"all": "hard_bounce"}


def test_the_letter_is_found_in_the_headers_that_amazon_repeats(client: FlaskClient, amazon: Amazon) -> None:
    [one] = sent(KEY)
    told = ses_bounce(one)
    told["mail"] |= {"source": "hello@velo.example", "headers": [{"name": "Message-ID", "value": message_id(one)}]}
    assert post_ses(client, amazon.signed(notification(told))).json == {"hard": 1}


@pytest.mark.parametrize(("kind", "sub", "more", "outcome"), [
    ("Permanent", "NoEmail", {}, "hard"), ("Permanent", "OnAccountSuppressionList", {"status": "5.1.1"}, "hard"),
    ("Permanent", "General", {"status": "5.7.1", "diagnosticCode": "smtp; 554 blocked"}, "blocked"),
    ("Permanent", "General", {"status": "", "diagnosticCode": ""}, "hard"),
    ("Transient", "MailboxFull", {"status": "5.2.2"}, "soft"), ("Transient", "General", {}, "soft"),
    ("Transient", "ContentRejected", {}, "blocked"), ("Undetermined", "Undetermined", {}, "soft"),
])  # fmt: skip
def test_amazons_words(
    client: FlaskClient, amazon: Amazon, kind: str, sub: str, more: dict[str, str], outcome: str
) -> None:
    [one] = sent(KEY)
    assert post_ses(client, amazon.signed(notification(ses_bounce(one, kind, sub, **more)))).json == {outcome: 1}


def test_complaints_delays_and_other_events_of_amazon(client: FlaskClient, amazon: Amazon) -> None:
    one, two = sent(KEY, "ola@x.example")
    mail = ses_bounce(one)["mail"]
    told = {"eventType": "Complaint", "mail": mail, "complaint": {
        "complainedRecipients": [{"emailAddress": KEY}], "complaintFeedbackType": "not-spam"}}  # fmt: skip
    assert post_ses(client, amazon.signed(notification(told))).json == {"other": 1}
    assert untouched(one)
    told["complaint"]["complaintFeedbackType"] = "abuse"
    assert post_ses(client, amazon.signed(notification(told))).json == {"complaint": 1}
    assert letter(one).state == "complained"
    late = {
        "eventType": "DeliveryDelay",
        "mail": ses_bounce(two)["mail"],
        "deliveryDelay": {"delayType": "MailboxFull"},
    }
    assert post_ses(client, amazon.signed(notification(late))).json == {"delayed": 1}
    assert post_ses(client, amazon.signed(notification({"eventType": "Open", "mail": mail}))).json == {}
    assert post_ses(client, amazon.signed(notification("Successfully validated SNS topic"))).status_code == 400


ALTERED: dict[str, Callable[[dict[str, Any]], object]] = {
    "another text": lambda one: one.update(Message=one["Message"].replace("General", "NoEmail")),
    "another topic": lambda one: one.update(TopicArn=TOPIC + "2"),
    "another time": lambda one: one.update(Timestamp="2026-04-15T09:12:03.000Z"),
    "no signature": lambda one: one.pop("Signature"),
    "no text": lambda one: one.pop("Message"),
    "junk for a signature": lambda one: one.update(Signature="%%%"),
    "the signature of the other version": lambda one: one.update(SignatureVersion="1"),
    "an unknown version": lambda one: one.update(SignatureVersion="3"),
    "an unknown type": lambda one: one.update(Type="Rumour"),
    "a subject slipped in": lambda one: one.update(Subject="hello"),
    "numbers for text": lambda one: one.update(MessageId=7),
    "a certificate from elsewhere": lambda one: one.update(SigningCertURL="https://evil.example/x.pem"),
    "a certificate without TLS": lambda one: one.update(SigningCertURL=CERTIFICATE.replace("https", "http")),
    "a certificate on another path": lambda one: one.update(SigningCertURL=CERTIFICATE + "?x=.pem"),
}


@pytest.mark.parametrize("alter", ALTERED.values(), ids=ALTERED.keys())
def test_what_amazon_did_not_sign_changes_nothing(
    client: FlaskClient, amazon: Amazon, alter: Callable[[dict[str, Any]], object]
) -> None:
    [one] = sent(KEY)
    message = copy.deepcopy(amazon.signed(notification(ses_bounce(one))))
    alter(message)
    assert post_ses(client, message).status_code == 401
    assert untouched(one)
    assert set(amazon.asked) <= {CERTIFICATE}


def test_what_amazon_signed_for_somebody_else_changes_nothing(client: FlaskClient, amazon: Amazon) -> None:
    [one] = sent(KEY)
    theirs = amazon.signed(notification(ses_bounce(one), TopicArn="arn:aws:sns:eu-west-1:999999999999:theirs"))
    assert post_ses(client, theirs).status_code == 401
    assert untouched(one)
    assert amazon.asked == []


def test_a_certificate_out_of_date_counts_no_more(app: Flask, client: FlaskClient) -> None:
    [one] = sent(KEY)
    old = Amazon(days=-1)
    app.extensions["sns_verifier"] = Verifier(old.fetch)
    assert post_ses(client, old.signed(notification(ses_bounce(one)))).status_code == 401
    assert untouched(one)


def subscription(url: str) -> dict[str, Any]:
    return {**notification("You have chosen to subscribe"), "Type": "SubscriptionConfirmation", "Token": "t",
            "SubscribeURL": url}  # fmt: skip


def test_a_subscription_is_confirmed_with_amazon(client: FlaskClient, amazon: Amazon) -> None:
    url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x&Token=t"
    assert post_ses(client, amazon.signed(subscription(url))).status_code == 200
    assert amazon.asked == [CERTIFICATE, url]


@pytest.mark.parametrize("url", [
    "http://169.254.169.254/latest/meta-data", "https://sns.eu-west-1.amazonaws.com.evil.example/", "https://localhost/",
    "https://evil.example/?x=sns.eu-west-1.amazonaws.com", "https://sns.eu-west-1.amazonaws.com@evil.example/", "x",
    "https://sns.eu-west-1.amazonaws.com:8443/", "https://evil.example/sns.eu-west-1.amazonaws.com", "file:///etc/passwd",
    "https://s3.eu-west-1.amazonaws.com/bucket", "https://[::1/", "https://sns.eu-west-1.amazonaws.com/#x", "",
])  # fmt: skip
def test_no_other_address_is_ever_opened(client: FlaskClient, amazon: Amazon, url: str) -> None:
    assert post_ses(client, amazon.signed(subscription(url))).status_code == 401
    assert amazon.asked == [CERTIFICATE]
    with pytest.raises(NotAmazon):
        sns.fetch(url)


def test_a_redirect_is_not_followed() -> None:
    request = urllib.request.Request("https://sns.eu-west-1.amazonaws.com/")
    assert sns._Straight().redirect_request(request, None, 302, "Found", {}, "http://127.0.0.1/") is None  # type: ignore[func-returns-value]


# --- all of them

WORDS = st.sampled_from(["Bounce", "hard", "Complaint", "Permanent", "SpamComplaint", "a@b.example"])
NAMES = st.sampled_from([
    "events", "type", "message_id", "RecordType", "Type", "Metadata", "notificationType", "mail", "bounce", "status",
    "bouncedRecipients", "complainedRecipients", "complaint", "emailAddress", "recipient", "Details", "Email",
])  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)


@given(JSON, st.sampled_from([hooks.generic, hooks.postmark, hooks.ses]))
def test_any_document_is_read_or_refused(document: Any, read: Callable[[Any, str], list[Any]]) -> None:
    try:
        found = read(document, SECRET)
    except BadReport:
        return
    assert all(one.kind in Kind and one.reason.isprintable() for one in found)
    assert all(one.letter_id is None for one in found)


def test_halting_works_through_a_hook(client: FlaskClient) -> None:
    from tests.delivery.test_returns import a_sending

    ids = a_sending(100)
    client.post("/hooks/mail", headers=BEARER, json={"events": [event(one, type="complaint") for one in ids[:3]]})
    assert queries.halt_of("announcement", 1) is not None


@pytest.mark.usefixtures("still_clock")
def test_each_address_may_knock_only_so_often(settings: Settings) -> None:
    from feedback_app import create_app

    app = create_app(settings.with_(rate_limits=True))
    client = app.test_client()
    replies = [client.post("/hooks/mail/ses", data=b"{}", content_type="text/plain").status_code for _ in range(1201)]
    assert set(replies[:-1]) == {401}
    assert replies[-1] == 429
