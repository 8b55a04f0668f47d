"""Messages that come back, after the formats of many mail systems; each names its letter, none is guessed wrong."""

from __future__ import annotations

import io

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.accounts.models import AuditEntry
from feedback_app.cli import feedback_app
from feedback_app.database import transaction
from feedback_app.delivery import suppression
from feedback_app.delivery.bounces import Kind, read
from feedback_app.delivery.identity import Identity
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.delivery.returns import take_in
from feedback_app.extensions import current_settings, db
from tests.delivery.helpers import queue

SECRET = "a-secret-for-tests-only-0123456789abcdef"
WHO = Identity("hello@velo.example", "Velo", SECRET, "h", bounce="bounce@velo.example")


def report(
    action: str, status: str, diagnostic: str = "", *, returned: str = "", rcpt: str = "ada@x.example", **extra: str
) -> bytes:
    """A delivery status notification as RFC 3464 lays it out."""
    fields = ["Final-Recipient: rfc822; ada@x.example", f"Action: {action}", f"Status: {status}"]
    if diagnostic:
        fields.append(f"Diagnostic-Code: smtp; {diagnostic}")
    fields += [f"{name.replace('_', '-')}: {value}" for name, value in extra.items()]
    original = returned or f"Message-ID: {WHO.message_id(7)}\r\nSubject: hi\r\n"
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: hello@velo.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "MIME-Version: 1.0\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI am sorry to have to inform you.\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        + "\r\n".join(fields)
        + f"\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{original}\r\n--b--\r\n"
    ).encode()


def plain(subject: str, body: str, **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(["From: MAILER-DAEMON@mx.example", f"Subject: {subject}", *lines, "", body]).encode()


COMPLAINT = (
    "From: fbl@isp.example\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n"
    "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: isp/1\r\nVersion: 1\r\n"
    "Original-Rcpt-To: <ada@x.example>\r\n\r\n"
    "--b\r\nContent-Type: message/rfc822\r\n\r\n"
    f"Message-ID: {WHO.message_id(7)}\r\nSubject: hi\r\n\r\nbody\r\n--b--\r\n"
).encode()
QMAIL = (
    "Hi. This is the qmail-send program at mx.example.\r\nI'm afraid I wasn't able to deliver your message to the "
    "following addresses.\r\nThis is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n"
    "<ada@x.example>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n--- Below this line is a copy of the "
    f"message.\r\n\r\nReturn-Path: <hello@velo.example>\r\nMessage-ID: {WHO.message_id(7)}\r\n"
)
EXIM = (
    "This message was created automatically by mail delivery software.\r\n\r\nA message that you sent could not be "
    "delivered to one or more of its\r\nrecipients. This is a permanent error. The following address(es) failed:"
    "\r\n\r\n  ada@x.example\r\n    unrouteable address\r\n\r\n------ This is a copy of the message ------\r\n\r\n"
    f"Message-ID: {WHO.message_id(7)}\r\n"
)

CASES = {
    "postfix": (report("failed", "5.1.1", "550 5.1.1 <ada@x.example>: Recipient address rejected"), Kind.HARD),
    "exchange": (report("failed", "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound"), Kind.HARD),
    "gmail": (
        report("failed", "5.1.1", "550-5.1.1 The account that you tried to reach does not exist"),
        Kind.HARD,
    ),
    "no such domain": (report("failed", "5.1.2", "Host or domain name not found"), Kind.HARD),
    "disabled": (report("failed", "5.2.1", "550 5.2.1 account is disabled"), Kind.HARD),
    "mailbox full": (report("failed", "5.2.2", "552 5.2.2 over quota"), Kind.SOFT),
    "policy": (report("failed", "5.7.1", "550 5.7.1 blocked"), Kind.SOFT),
    "status only in the diagnostic": (report("failed", "", "550 5.1.1 unknown user"), Kind.HARD),
    "given up": (report("failed", "4.4.7", "expired"), Kind.SOFT),
    "delay": (report("delayed", "4.4.1", "connection timed out"), Kind.DELAYED),
    "delivered": (report("delivered", "2.0.0"), Kind.IGNORED),
    "relayed": (report("relayed", "2.0.0"), Kind.IGNORED),
    "shouting": (report("FAILED", "5.1.1"), Kind.HARD),
    "envelope id": (report("failed", "5.1.1", returned="X: y", Original_Envelope_Id=WHO.envelope_id(7)), Kind.HARD),
    "complaint": (COMPLAINT, Kind.COMPLAINT),
    "not spam": (COMPLAINT.replace(b"Feedback-Type: abuse", b"Feedback-Type: not-spam"), Kind.IGNORED),
    "qmail": (plain("failure notice", QMAIL), Kind.HARD),
    "exim": (plain("Mail delivery failed", EXIM, X_Failed_Recipients="ada@x.example"), Kind.HARD),
    "verp": (plain("failure notice", QMAIL.partition("Message-ID")[0], To=WHO.envelope_sender(7)), Kind.HARD),
    "vacation": (
        plain("Re: hi", "I am away", Auto_Submitted="auto-replied", In_Reply_To=WHO.message_id(7)),
        Kind.IGNORED,
    ),
    "vacation without a mark": (plain("Automatic reply: hi", "Away.", In_Reply_To=WHO.message_id(7)), Kind.IGNORED),
    "vacation in Polish": (
        plain("=?utf-8?q?Jestem_poza_biurem?=", "Wracam w maju.", In_Reply_To=WHO.message_id(7)),
        Kind.IGNORED,
    ),
    "a person answers": (plain("Re: hi", "Thanks!", In_Reply_To=WHO.message_id(7)), Kind.IGNORED),
}


@pytest.mark.parametrize(("raw", "kind"), CASES.values(), ids=CASES.keys())
def test_what_came_back_is_known(raw: bytes, kind: Kind) -> None:
    returned = read(raw, SECRET)
    assert returned.kind is kind
    assert returned.letter_id == 7


@pytest.mark.parametrize(("raw", "kind"), CASES.values(), ids=CASES.keys())
def test_a_forged_id_names_nobody(raw: bytes, kind: Kind) -> None:
    assert read(raw, "another-secret-another-secret-another-secret").letter_id is None


@given(st.binary(max_size=2000))
def test_random_input_never_raises(raw: bytes) -> None:
    assert read(raw, SECRET).kind in Kind


@given(st.sampled_from(sorted(CASES)), st.integers(0, 1500), st.binary(max_size=20))
def test_damaged_reports_never_raise(name: str, cut: int, junk: bytes) -> None:
    raw = CASES[name][0]
    assert read(raw[:cut] + junk + raw[cut + len(junk) :], SECRET).kind in Kind
    assert read(raw[:cut], SECRET).kind in Kind


def test_nesting_on_purpose_ends() -> None:
    raw = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000))
    assert read(raw, SECRET).kind is Kind.IGNORED


def _came_back(raw: bytes, state: str = "sent") -> tuple[OutgoingEmail, str]:
    [letter_id] = queue("Ada@x.example")
    identity = Identity("hello@velo.example", "V", current_settings().secret_key, "h")
    with transaction() as session:
        letter = session.get_one(OutgoingEmail, letter_id)
        letter.state = state
    raw = raw.replace(WHO.message_id(7).encode(), identity.message_id(letter_id).encode())
    with transaction() as session:
        did = take_in(read(raw, current_settings().secret_key))
    db.session.expire_all()
    return db.session.get_one(OutgoingEmail, letter_id), did


def test_a_hard_bounce_ends_the_letters_to_that_address(app: Flask) -> None:
    letter, did = _came_back(CASES["postfix"][0])
    assert letter.state == "bounced"
    assert "550 5.1.1" in letter.reply
    assert suppression.scopes_of("ada@x.example") == {"all": "hard_bounce"}
    assert "not written to any more" in did


def test_a_soft_bounce_is_noted_and_stops_nothing(app: Flask) -> None:
    letter, _ = _came_back(CASES["mailbox full"][0])
    assert letter.state == "bounced"
    assert suppression.scopes_of("ada@x.example") == {}


def test_a_complaint_ends_the_letters_too(app: Flask) -> None:
    letter, _ = _came_back(CASES["complaint"][0])
    assert letter.state == "complained"
    assert suppression.scopes_of("ada@x.example") == {"all": "complaint"}


def test_a_bounce_proves_that_a_doubtful_letter_had_left(app: Flask) -> None:
    assert _came_back(CASES["postfix"][0], "in_doubt")[0].state == "bounced"


@pytest.mark.parametrize("name", ["delay", "vacation", "delivered", "a person answers"])
def test_what_is_no_bounce_changes_nothing(app: Flask, name: str) -> None:
    assert _came_back(CASES[name][0])[0].state == "sent"
    assert suppression.scopes_of("ada@x.example") == {}


def test_the_command_takes_a_message_from_a_pipe(bare_app: Flask) -> None:
    with bare_app.app_context():
        [letter_id] = queue("ada@x.example")
        with transaction() as session:
            session.get_one(OutgoingEmail, letter_id).state = "sent"
        ours = Identity("hello@velo.example", "V", current_settings().secret_key, "h").message_id(letter_id)
    raw = CASES["postfix"][0].replace(WHO.message_id(7).encode(), ours.encode())
    result = CliRunner().invoke(feedback_app, ["mail", "bounce"], obj=lambda: bare_app, input=io.BytesIO(raw))
    assert result.exit_code == 0
    assert "ada@x.example is not written to any more" in result.output
    result = CliRunner().invoke(
        feedback_app, ["mail", "bounce"], obj=lambda: bare_app, input=io.BytesIO(b"\xff\x00junk")
    )
    assert (result.exit_code, result.output.startswith("nothing to do")) == (0, True)
    with bare_app.app_context():
        assert [one.action for one in db.session.query(AuditEntry)] == ["took in a return"]
