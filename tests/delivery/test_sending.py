"""Letters through a real SMTP conversation: what arrives, and what is written about each when the relay misbehaves."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.delivery import suppression
from feedback_app.delivery.compose.placeholders import Block, Words
from feedback_app.delivery.identity import letter_named
from feedback_app.delivery.models import Suppression
from feedback_app.delivery.sending.relay import Relay as RelayAddress
from feedback_app.delivery.sending.relay import RelayTrouble
from feedback_app.extensions import current_settings, db
from tests.delivery.helpers import drain, journals, letters, make_due, queue, sender, smtp, states
from tests.fakes import Relay

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as running:
        yield running


def test_a_letter_arrives_as_it_was_written(relay: Relay) -> None:
    [letter_id] = queue("łukasz.żak@example.org".replace("ł", "l").replace("ż", "z"), name="Łukasz Żak")
    tally = drain(relay)
    [received] = relay.letters
    assert tally.sent == 1
    assert received.recipient == "lukasz.zak@example.org"
    assert "Hello, Łukasz Żak," in received.text
    assert "you said: late &amp; cold" in received.html
    assert str(received.message["Subject"]) == "A question for Łukasz Żak"
    token = str(received.message["List-Unsubscribe"]).strip("<>").rpartition("/")[2]
    assert f"/{token}" in received.text
    sent = letters()["lukasz.zak@example.org"]
    assert (sent.state, sent.code, sent.attempts, sent.lease_owner) == ("sent", 250, 1, None)
    assert sent.sent_at is not None
    assert sent.reply.startswith("2.0.0 kept")
    assert letter_named(current_settings().secret_key, str(received.message["Message-ID"])) == letter_id


def test_bytes_on_the_wire_keep_every_rule(relay: Relay) -> None:
    words = Words("ż" * 90, ".\n..\nFrom x\n" + "long " * 300 + "{{said}}", "<p>.</p>\n.{{said}}")
    queue("a@example.org", words=words, values={"said": ".\r\n.\r\n" + "y" * 2000})
    drain(relay)
    wire = relay.letters[0].wire
    assert b"\n" not in wire.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in wire.split(b"\r\n"))
    assert wire.isascii()
    assert relay.letters[0].text.replace("\r\n", "\n").endswith(".\n.\n" + "y" * 2000)


@pytest.mark.parametrize("pipelining", [True, False])
def test_many_letters_over_few_connections(pipelining: bool) -> None:
    extensions = ("PIPELINING", "8BITMIME") if pipelining else ("8BITMIME",)
    with Relay(extensions=extensions) as relay:
        wanted = [f"p{n}@example.org" for n in range(300)]
        queue(*wanted)
        assert drain(relay, connections=3).sent == 300
    assert sorted(relay.recipients()) == sorted(wanted)
    assert relay.connections <= 4
    assert set(states().values()) == {"sent"}
    assert not list(journals().glob("*"))


def test_the_text_of_one_letter_travels_with_the_envelope_of_the_next(relay: Relay) -> None:
    queue(*(f"p{n}@example.org" for n in range(20)))
    drain(relay, connections=1)
    verbs = [line[:4] for line in relay.commands]
    assert verbs.count(b"MAIL") == verbs.count(b"DATA") == 20
    assert b"RSET" not in verbs
    assert relay.connections == 1


def test_delivery_reports_are_asked_for_where_the_relay_knows_them(relay: Relay) -> None:
    [letter_id] = queue("a+b=c@example.org")
    drain(relay)
    mail, rcpt = (next(line for line in relay.commands if line.startswith(verb)) for verb in (b"MAIL", b"RCPT"))
    assert b"RET=HDRS ENVID=" in mail
    assert letter_named(current_settings().secret_key, mail.decode()) == letter_id
    assert b"NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb+3Dc@example.org" in rcpt
    with Relay(extensions=()) as plain:
        queue("b@example.org")
        drain(plain)
    assert b"ENVID" not in b"".join(plain.commands)


def test_refused_for_good_is_failed_and_a_dead_address_is_not_written_to_again() -> None:
    fates = {"gone@example.org": "550 5.1.1 no such user", "full@example.org": "550 5.7.1 not you"}
    with Relay(rcpt=fates) as relay:
        queue("gone@example.org", "a@example.org", "full@example.org", "b@example.org")
        drain(relay, connections=1)
        assert sorted(relay.recipients()) == ["a@example.org", "b@example.org"]
        found = letters()
        assert (found["gone@example.org"].state, found["gone@example.org"].code) == ("failed", 550)
        assert found["gone@example.org"].reply == "5.1.1 no such user"
        assert found["full@example.org"].state == "failed"
        assert suppression.scopes_of("gone@example.org") == {"all": "hard_bounce"}
        assert suppression.scopes_of("full@example.org") == {}
        queue("gone@example.org", kind="other", scope="")
        drain(relay)
    assert sorted(one.state for one in db.session.query(type(found["a@example.org"])).filter_by(kind="other")) == [
        "skipped"
    ]


def test_a_temporary_no_is_tried_again_later_and_given_up_after_four_days() -> None:
    with Relay(rcpt={"grey@example.org": lambda n: "451 4.7.1 greylisted" if n < 3 else ""}) as relay:
        [letter_id] = queue("grey@example.org")
        drain(relay)
        waiting = letters()["grey@example.org"]
        assert (waiting.state, waiting.attempts, waiting.code) == ("queued", 1, 451)
        assert timedelta(minutes=3) < waiting.not_before - clock.now() < timedelta(minutes=7)
        for _ in range(2):
            make_due(letter_id, at=clock.now())
            drain(relay)
        assert letters()["grey@example.org"].state == "sent"
        assert len(relay.letters) == 1
    with Relay(rcpt={"never@example.org": "452 4.2.2 mailbox full"}) as relay:
        [letter_id] = queue("never@example.org")
        drain(relay)
        with time_machine.travel(clock.now() + timedelta(days=4, minutes=1)):
            drain(relay)
        given_up = letters()["never@example.org"]
        assert (given_up.state, given_up.attempts) == ("failed", 2)
        assert given_up.reply.startswith("given up after all tries: 4.2.2 mailbox full")


def test_a_rate_limit_is_no_refusal() -> None:
    with Relay(rcpt={"a@example.org": "550 5.7.1 frequency limited, slow down"}) as relay:
        queue("a@example.org")
        drain(relay)
    assert states() == {"a@example.org": "queued"}


@pytest.mark.parametrize(
    "faults",
    [
        {"greeting": "421 4.3.2 come back later"},
        {"greeting": "554 no"},
        {"mail": "421 4.3.2 closing"},
        {"mail": "451 4.3.0 disk full"},
        {"mail": "550 5.7.1 sender refused"},
        {"text": {"a@example.org": "454 4.7.0 throttled"}},
        {"text": {"a@example.org": "421 4.7.0 enough"}},
    ],
)
def test_trouble_of_the_relay_counts_against_nobody(faults: dict[str, object]) -> None:
    with Relay(**faults) as relay:
        queue("a@example.org")
        tally = drain(relay)
    waiting = letters()["a@example.org"]
    assert tally.trouble
    assert (waiting.state, waiting.attempts, waiting.first_at, waiting.lease_owner) == ("queued", 0, None, None)
    assert not relay.letters


def test_a_relay_that_hangs_up_on_everybody_counts_against_nobody() -> None:
    with Relay(mail="drop") as relay:
        queue("a@example.org", "b@example.org")
        drain(relay)
    assert {(one.state, one.attempts, one.lease_owner) for one in letters().values()} == {("queued", 0, None)}


def test_letters_wait_while_the_relay_is_down_and_leave_when_it_is_back() -> None:
    with Relay() as relay:
        relay.stop()
        queue("a@example.org", "b@example.org")
        tally = drain(relay)
        assert "cannot be reached" in tally.trouble
        assert states() == {"a@example.org": "queued", "b@example.org": "queued"}
        relay.start()
        assert drain(relay).sent == 2
    assert sorted(relay.recipients()) == ["a@example.org", "b@example.org"]


def test_a_limit_of_letters_per_connection_is_met_without_a_fuss() -> None:
    with Relay(close_after=7) as relay:
        queue(*(f"p{n}@example.org" for n in range(60)))
        tally = drain(relay, connections=2)
    assert (tally.sent, tally.trouble) == (60, "")
    assert len(set(relay.recipients())) == len(relay.letters) == 60


def test_a_line_cut_after_the_text_leaves_that_letter_in_doubt_and_no_other() -> None:
    with Relay(text={"p5@example.org": "accept-drop", "p9@example.org": "drop"}) as relay:
        queue(*(f"p{n}@example.org" for n in range(20)))
        tally = drain(relay, connections=1)
        assert tally.sent == 18
        doubtful = {address for address, state in states().items() if state == "in_doubt"}
        assert doubtful == {"p5@example.org", "p9@example.org"}
        assert len(set(relay.recipients())) == len(relay.letters) == 19
        assert "broke before the answer" in letters()["p5@example.org"].reply
        drain(relay)
        assert len(relay.letters) == 19  # never sent again blindly


def test_a_letter_over_which_connections_keep_breaking_steps_aside() -> None:
    with Relay(rcpt={"poison@example.org": "drop"}) as relay:
        queue("poison@example.org", "a@example.org", "b@example.org")
        drain(relay, connections=1)
    found = letters()
    assert found["a@example.org"].state == found["b@example.org"].state == "sent"
    assert (found["poison@example.org"].state, found["poison@example.org"].attempts) == ("queued", 0)
    assert found["poison@example.org"].not_before > clock.now() + timedelta(minutes=5)


def test_an_address_that_needs_smtputf8_goes_where_it_is_offered_and_fails_clearly_elsewhere() -> None:
    with Relay() as relay:
        queue("łucja@żółw.example", "ada@żółw.example")
        drain(relay)
        assert sorted(relay.recipients()) == ["ada@xn--w-uga1v8h.example", "łucja@żółw.example"]
        assert b"SMTPUTF8" in b"".join(line for line in relay.commands if line.startswith(b"MAIL"))
    with Relay(extensions=("PIPELINING",)) as relay:
        queue("łucja@żółw.example", "ola@żółw.example", kind="second")
        drain(relay)
        assert relay.recipients() == ["ola@xn--w-uga1v8h.example"]
        assert relay.letters[0].wire.isascii()
    failed = letters()["łucja@żółw.example"]
    assert failed.state == "failed"
    assert "SMTPUTF8" in failed.reply


def test_what_cannot_be_put_together_fails_alone(relay: Relay) -> None:
    queue("a@example.org", values={})
    queue("b@example.org", values={"said": Block("t", "<b>h</b>")}, kind="second")
    drain(relay)
    found = letters()
    assert found["a@example.org"].reply == "the letter has a place {{said}} that nothing fills"
    assert (found["a@example.org"].state, found["b@example.org"].state) == ("failed", "sent")
    assert "<b>h</b>" in relay.letters[0].html


def test_suppressed_addresses_are_skipped_with_the_reason(relay: Relay) -> None:
    with transaction():
        suppression.suppress("a@example.org", "surveys", "unsubscribed")
        suppression.suppress("b@example.org", "announcements", "unsubscribed")
        suppression.suppress("c@example.org", "all", "erased")
    queue("A@example.org", "b@example.org", "c@example.org", scope="surveys")
    queue("a@example.org", scope="", kind="staff")
    drain(relay)
    assert sorted(relay.recipients()) == ["a@example.org", "b@example.org"]
    found = letters()
    assert found["A@example.org"].reply == "not to be written to: unsubscribed"
    assert found["c@example.org"].state == "skipped"


def test_a_password_is_shown_and_a_wrong_one_is_trouble_of_the_relay() -> None:
    with Relay(auth=("ada", "p@ss/word")) as relay:
        queue("a@example.org")
        wrong = smtp(relay)
        address = RelayAddress.read(f"smtp://ada:wrong@127.0.0.1:{relay.port}")
        tally = sender(type(wrong)(address, wrong.identity, wrong.timeouts)).run(until_idle=True)
        assert "535" in tally.trouble
        assert letters()["a@example.org"].attempts == 0
        address = RelayAddress.read(f"smtp://ada:p%40ss%2Fword@127.0.0.1:{relay.port}")
        assert sender(type(wrong)(address, wrong.identity, wrong.timeouts)).run(until_idle=True).sent == 1


def test_letters_do_not_travel_in_the_open(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RelayAddress, "local", False)
    with pytest.raises(RelayTrouble, match="STARTTLS"):
        smtp(relay).open()
    assert smtp(relay)._context().verify_mode is ssl.CERT_REQUIRED


def test_suppressing_is_idempotent_and_lifting_is_exact(app: Flask) -> None:
    with transaction():
        assert suppression.suppress("a@x.pl", "all", "manual", "asked by phone")
        assert not suppression.suppress("a@x.pl", "all", "complaint")
        assert suppression.suppress("a@x.pl", "surveys", "unsubscribed")
    assert suppression.scopes_of("a@x.pl") == {"all": "manual", "surveys": "unsubscribed"}
    with transaction():
        assert suppression.lift("a@x.pl", "all")
        assert not suppression.lift("a@x.pl", "all")
    assert suppression.scopes_of("a@x.pl") == {"surveys": "unsubscribed"}
    with pytest.raises(ValueError, match="unknown"), transaction():
        suppression.suppress("a@x.pl", "everything", "manual")
    assert db.session.query(Suppression).count() == 1
