"""What mailbox providers and the standards ask of our letters: which test proves which demand.

Rows of bytes are proved here, on what a real server received; `test_the_table_names_tests_that_exist` keeps the rest true.

| # | demand | proved by |
|---|---|---|
| 1 | SPF, DKIM, DMARC are set up and agree with From | operations/test_doctor_dns.py::test_a_house_in_order, operations/test_doctor_dns.py::test_letters_of_two_domains_do_not_speak_for_each_other |
| 2 | DKIM rsa-sha256 of 2,048 bits, Ed25519 only as a second signature | delivery/test_dkim.py::test_letters_leave_signed_through_a_relay, delivery/test_dkim.py::test_a_key_of_no_use_is_refused_by_the_name_of_its_setting |
| 3 | From and what matters is signed, From twice, no l= | delivery/test_dkim.py::test_what_the_signature_says, delivery/test_dkim.py::test_a_letter_that_was_changed_on_its_way_is_found_out |
| 4 | the body is 7-bit, lines of 76 | delivery/test_requirements.py::test_every_byte_is_plain_and_every_line_short |
| 5 | List-Unsubscribe and -Post, both signed | delivery/test_requirements.py::test_one_click_stands_in_the_headers_and_under_the_signature |
| 6 | the link carries all it needs and cannot be forged | contacts/test_unsubscribe.py::test_one_changed_sign_is_a_forgery |
| 7 | POST in both forms: no cookie, no login, no redirect | contacts/test_unsubscribe_while_sending.py::test_whatever_the_body_a_press_is_a_press |
| 8 | GET changes nothing | contacts/test_unsubscribe.py::test_looking_changes_nothing_however_often |
| 9 | heeded within two days | contacts/test_unsubscribe_while_sending.py::test_the_letter_that_is_not_claimed_yet_does_not_leave |
| 10 | a link one can see in both bodies | delivery/test_requirements.py::test_both_bodies_show_the_link_of_the_header |
| 11 | complaints below 0.3 % | delivery/test_returns.py::test_too_many_complaints_halt_an_announcement |
| 12 | Feedback-ID, signed | delivery/test_requirements.py::test_feedback_id_has_four_parts_and_is_signed |
| 13 | TLS to the relay | delivery/test_tls.py::test_letters_leave_encrypted, delivery/test_sending.py::test_letters_do_not_travel_in_the_open |
| 14 | one From, Date, To, Subject, Message-ID; the last unlike all others | delivery/test_requirements.py::test_headers_stand_once_and_ids_are_unique |
| 15 | encoded words of 75, no line end from data in a header | delivery/test_requirements.py::test_hostile_names_and_texts_reach_the_server_harmless |
| 16 | MIME, plain text first | delivery/test_requirements.py::test_the_parser_reads_what_was_written |
| 17 | lines of at most 998, CRLF only, dots stuffed | delivery/test_requirements.py::test_every_byte_is_plain_and_every_line_short, delivery/test_requirements.py::test_dots_are_stuffed |
| 18 | the code decides, unknown ones by their first digit | delivery/test_scopes.py::test_each_reply_has_a_scope, delivery/test_requirements.py::test_a_code_nobody_knows_counts_by_its_first_digit |
| 19 | waits of 5 to 10 minutes | delivery/test_timeouts.py::test_no_wait_is_shorter_than_the_standard_asks |
| 20 | retries for four days | delivery/test_sending.py::test_a_temporary_no_is_tried_again_later_and_given_up_after_four_days, delivery/test_throttle_pure.py::test_retries_wait_as_the_standard_says_and_end |
| 21 | groups only where PIPELINING is offered, all replies counted | delivery/test_requirements.py::test_groups_end_in_data_and_only_where_they_are_offered, delivery/test_requirements.py::test_a_refused_recipient_in_a_group_is_ended_by_a_lone_dot |
| 22 | SMTPUTF8 and 8BITMIME only where offered | delivery/test_sending.py::test_an_address_that_needs_smtputf8_goes_where_it_is_offered_and_fails_clearly_elsewhere |
| 23 | an envelope sender per letter, a valid mailbox | delivery/test_requirements.py::test_each_letter_has_a_sender_of_its_own_on_the_wire |
| 24 | ENVID, ORCPT, NOTIFY where DSN is offered | delivery/test_sending.py::test_delivery_reports_are_asked_for_where_the_relay_knows_them |
| 25 | only "failed" is a bounce | delivery/test_bounces.py::test_each_message_is_known_for_what_it_is, delivery/test_returns.py::test_a_delay_is_noted_only |
| 26 | Auto-Submitted on ours, and heeded on others' | delivery/test_requirements.py::test_letters_say_that_a_program_wrote_them, delivery/test_returns.py::test_replies_of_people_and_their_programs_change_nothing |
| 27 | List-Id, stable | delivery/test_requirements.py::test_the_list_has_one_name_for_ever |
| 28 | nobody suppressed, bounced or complained is written to | delivery/test_sending.py::test_suppressed_addresses_are_skipped_with_the_reason, delivery/test_returns.py::test_a_hard_bounce_ends_the_letters_to_that_address, delivery/test_returns.py::test_a_complaint_ends_the_letters_too |
"""  # noqa: E501  # a table

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from feedback_app.delivery.compose.dkim import Signer
from feedback_app.delivery.compose.placeholders import Words
from feedback_app.delivery.identity import letter_named
from feedback_app.delivery.sending.smtp_transport import SmtpTransport
from feedback_app.extensions import current_settings
from tests.delivery.helpers import drain, letters, queue, sender, smtp, states
from tests.delivery.test_dkim import RSA, tags
from tests.fakes import Received, Relay

pytestmark = pytest.mark.usefixtures("app")
TESTS = Path(__file__).parent.parent
HOSTILE = (
    "\r\nBcc: evil@x.example\r\n\r\nbody", "Zażółć\tgęślą\x0bjaźń\x85\u2028" * 5, '"<evil@x.example>,"',
    "=?utf-8?q?=0D=0ABcc:x?=",
    "ł" * 90 + "@", "(a) \\", "\ufeff\u202e", "..", "From ",
)  # fmt: skip
WORDS = Words(
    "Hello {{name}}",
    "Hi{{greeting_name}}\n.\n..\nFrom x\n{{said}}\n{{unsubscribe_url}}\n",
    '<p>{{said}}</p><a href="{{unsubscribe_url}}">no more</a>',
)


def received(count: int = 1, relay: Relay | None = None, **more: Any) -> list[Received]:
    """Send ``count`` signed letters through a real server and return what it got."""
    with relay or Relay() as running:
        queue(*(f"p{n}@example.org" for n in range(count)), **{"words": WORDS, **more})
        plain = smtp(running)
        drained = sender(SmtpTransport(plain.relay, plain.identity, plain.timeouts, Signer([RSA])), 1)
        assert drained.run(until_idle=True).sent == count
    return running.letters


def header(letter: Received, name: str) -> str:
    """Return the one header ``name`` as it was on the wire, unfolded."""
    head = letter.raw.partition(b"\r\n\r\n")[0]
    [found] = re.findall(rb"(?im)^%b: ([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)" % name.encode(), head)
    return re.sub(r"\r\n(?=[ \t])", "", found.decode("ascii"))


def test_the_table_names_tests_that_exist() -> None:
    rows = re.findall(r"^\| (\d+) \| .* \| (.*) \|$", __doc__ or "", re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 29))
    for _, proofs in rows:
        for proof in proofs.split(", "):
            file, _, test = proof.partition("::")
            assert f"def {test}(" in (TESTS / file).read_text("utf-8"), proof


@pytest.mark.parametrize("text", HOSTILE)
def test_every_byte_is_plain_and_every_line_short(text: str) -> None:
    for letter in received(name=text, values={"said": text + "\n" + "y" * 3000}):
        assert letter.wire.isascii()
        lines = letter.wire.split(b"\r\n")
        assert not any(set(b"\r\n\0") & set(line) for line in lines)
        assert max(map(len, lines)) <= 78


def test_dots_are_stuffed() -> None:
    [letter] = received(values={"said": ".\r\n.\r\n..x"})
    assert not re.search(rb"(?m)^\.(?!\.)", letter.wire)
    assert "\n.\n..\nFrom x\n.\n.\n..x\n" in letter.text.replace("\r\n", "\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_texts_reach_the_server_harmless(text: str) -> None:
    plain, hostile = received(values={"said": "x"}), received(name=text, values={"said": text}, kind="second")
    assert [name for name, _ in hostile[0].message.items()] == [name for name, _ in plain[0].message.items()]
    head = hostile[0].raw.partition(b"\r\n\r\n")[0]
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^?\s]*\?[bq]\?[^?\s]*\?=", head))
    [to] = hostile[0].message["To"].addresses
    assert to.addr_spec == "p0@example.org"


def test_headers_stand_once_and_ids_are_unique() -> None:
    found = received(150, values={"said": "x"})
    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Reply-To"):
        counts = {len(letter.message.get_all(name) or []) for letter in found}
        assert counts <= ({0, 1} if name == "Reply-To" else {1}), name
    assert len({header(letter, "Message-ID") for letter in found}) == 150


def test_the_parser_reads_what_was_written() -> None:
    [letter] = received(name="Łucja", values={"said": "Zażółć\n  gęślą & <jaźń>"})
    assert header(letter, "MIME-Version") == "1.0"
    assert letter.message.get_content_type() == "multipart/alternative"
    parts = list(letter.message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert {part["Content-Transfer-Encoding"] for part in parts} == {"quoted-printable"}
    assert {part.get_content_charset() for part in parts} == {"utf-8"}
    assert "Hi, Łucja\n" in letter.text.replace("\r\n", "\n")
    assert "Zażółć\n  gęślą & <jaźń>\n" in letter.text.replace("\r\n", "\n")
    assert "gęślą &amp; &lt;jaźń&gt;" in letter.html


def test_one_click_stands_in_the_headers_and_under_the_signature() -> None:
    [letter] = received(values={"said": "x"})
    assert re.fullmatch(r"<https?://[^<>,\s]+>", header(letter, "List-Unsubscribe"))
    assert header(letter, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(tags(letter.raw)["h"].split(":"))


def test_both_bodies_show_the_link_of_the_header() -> None:
    [letter] = received(values={"said": "x"})
    url = header(letter, "List-Unsubscribe").strip("<>")
    assert url in letter.text.split()
    assert f'href="{url}"' in letter.html


def test_feedback_id_has_four_parts_and_is_signed() -> None:
    one, two = received(2, values={"said": "x"}, group_id=7)
    *parts, us = header(one, "Feedback-ID").split(":")
    assert parts == ["7", "note", "en"]
    assert 5 <= len(us) <= 15
    assert header(two, "Feedback-ID").endswith(us)
    assert "feedback-id" in tags(one.raw)["h"].split(":")


def test_letters_say_that_a_program_wrote_them() -> None:
    [letter] = received(values={"said": "x"}, scope="")
    assert header(letter, "Auto-Submitted") == "auto-generated"


def test_the_list_has_one_name_for_ever() -> None:
    first, second = received(values={"said": "x"}), received(values={"said": "y"}, kind="second")
    name = header(first[0], "List-Id")
    assert name == header(second[0], "List-Id")
    assert re.fullmatch(r"[^<>]* <[a-z0-9.-]{1,200}>", name)
    assert len(name) <= 255


def test_groups_end_in_data_and_only_where_they_are_offered() -> None:
    """The server tells by its reads: what came before it had answered anything stands in one of them."""
    for offered in (("PIPELINING",), ()):
        relay = Relay(extensions=offered)
        found = received(10, relay, values={"said": "x"}, kind="grouped" if offered else "single")
        verbs = [line[:4] for line in relay.commands if line[:4] in (b"MAIL", b"RCPT", b"DATA", b"RSET")]
        assert verbs == [b"MAIL", b"RCPT", b"DATA"] * 10
        assert len(found) == 10
        groups = [re.findall(rb"(?m)^(MAIL|RCPT|DATA|\.)(?=[ \r])", read) for read in relay.reads]
        seen = [group for group in groups if group]
        envelope, single = [b"MAIL", b"RCPT", b"DATA"], [[b"MAIL"], [b"RCPT"], [b"DATA"], [b"."]]
        if offered:  # a letter that was not ready when the text before it went out comes in a read of its own
            assert all(group in (envelope, [b".", *envelope], [b"."]) for group in seen)
            assert seen.count([b".", *envelope]) >= 5
        else:
            assert seen == single * 10


def test_a_refused_recipient_in_a_group_is_ended_by_a_lone_dot() -> None:
    with Relay(rcpt={"p3@example.org": "550 5.7.1 no"}) as relay:
        queue(*(f"p{n}@example.org" for n in range(8)))
        drain(relay, connections=1)
    assert sorted(relay.recipients()) == sorted(f"p{n}@example.org" for n in range(8) if n != 3)
    assert relay.connections == 1  # no surprise that made us hang up
    assert states()["p3@example.org"] == "failed"


@pytest.mark.parametrize(("code", "state"), [("259 fine", "sent"), ("499 odd", "queued"), ("599 odd", "failed")])
def test_a_code_nobody_knows_counts_by_its_first_digit(code: str, state: str) -> None:
    with Relay(rcpt={} if state == "sent" else {"a@example.org": code}, text={"a@example.org": code}) as relay:
        queue("a@example.org")
        drain(relay)
    found = letters()["a@example.org"]
    assert (found.state, found.code) == (state, int(code[:3]))


def test_each_letter_has_a_sender_of_its_own_on_the_wire(app: Flask) -> None:
    with Relay() as relay:
        ids = queue("a@example.org", "b@example.org")
        plain = smtp(relay)
        verp = replace(plain.identity, bounce="bounce@velo.example")
        sender(SmtpTransport(plain.relay, verp, plain.timeouts), 1).run(until_idle=True)
    senders = {letter.sender for letter in relay.letters}
    assert len(senders) == 2
    assert {letter_named(current_settings().secret_key, one) for one in senders} == set(ids)
    assert all(re.fullmatch(r"bounce\+[0-9]+-[0-9a-f]{16}@velo\.example", one) for one in senders)
