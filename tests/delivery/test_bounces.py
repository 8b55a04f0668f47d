"""Reading what comes back: a corpus after the formats of many mail systems, forgery, damage, and malice.

The messages under ``bounces/`` were written for these tests. ``manifest.csv`` says of each what it is, its status code,
the letter it is about (empty: none of ours), and whose format it follows.
"""

from __future__ import annotations

import csv
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.delivery.bounces.classify import (
    Failure,
    judged,
    precise,
    status_in,
)
from feedback_app.delivery.bounces.parse import NEWS, Kind, read
from feedback_app.delivery.bounces.sanitise import LARGEST, tamed
from feedback_app.delivery.identity import Identity

SECRET = "a-secret-for-tests-only-0123456789abcdef"
WHO = Identity("hello@velo.example", "Velo", SECRET, "h", bounce="bounce@velo.example")
CORPUS = Path(__file__).parent / "bounces"
MANIFEST = list(csv.DictReader((CORPUS / "manifest.csv").read_text("utf-8").splitlines()))
NAMES = [row["file"] for row in MANIFEST]


def raw_of(name: str) -> bytes:
    return (CORPUS / name).read_bytes()


def test_the_manifest_and_the_folder_agree_and_are_wide() -> None:
    assert sorted(NAMES) == sorted(path.name for path in CORPUS.glob("*.eml"))
    kinds = Counter(row["kind"] for row in MANIFEST)
    assert len(MANIFEST) >= 100
    assert {kind.value for kind in Kind} == set(kinds)
    assert min(kinds.values()) >= 4
    assert len({row["written after"] for row in MANIFEST}) >= 60


@pytest.mark.parametrize("row", MANIFEST, ids=NAMES)
def test_each_message_is_known_for_what_it_is(row: dict[str, str]) -> None:
    found = read(raw_of(row["file"]), SECRET)
    assert found.kind.value == row["kind"]
    assert str(found.letter_id or "") == row["letter"]
    if row["status"]:
        assert found.status == row["status"]


@pytest.mark.parametrize("name", NAMES)
def test_with_another_key_no_message_names_a_letter(name: str) -> None:
    assert read(raw_of(name), "another-secret-another-secret-another-secret").letter_id is None


def test_what_a_mail_server_said_is_kept_on_one_printable_line() -> None:
    for name in NAMES:
        reason = read(raw_of(name), SECRET).reason
        assert reason == " ".join(reason.split())
        assert reason.isprintable()
        assert len(reason) <= 200
    assert read(raw_of("gmail-no-such-user.eml"), SECRET).reason.startswith("smtp; 550-5.1.1 The email account")


def test_the_address_it_came_to_outranks_every_other_name() -> None:
    """A bounce that reaches the address of one letter is about that letter, whatever else it quotes."""
    raw = raw_of("postfix-user-unknown.eml").replace(WHO.envelope_sender(7).encode(), WHO.envelope_sender(9).encode())
    assert WHO.message_id(7).encode() in raw
    assert read(raw, SECRET).letter_id == 9


def test_case_folded_by_a_relay_the_address_still_counts() -> None:
    raw = raw_of("qmail-verp-only.eml")
    shouted = raw.replace(WHO.envelope_sender(7).encode(), WHO.envelope_sender(7).upper().encode())
    assert shouted != raw
    assert read(shouted, SECRET).letter_id == 7


@pytest.mark.parametrize("position", [0, 5, 15])
def test_one_changed_digit_makes_the_address_a_forgery(position: int) -> None:
    sender = WHO.envelope_sender(7)
    mac = sender.partition("-")[2].partition("@")[0]
    forged = mac[:position] + ("0" if mac[position] != "0" else "1") + mac[position + 1 :]
    raw = raw_of("qmail-verp-only.eml").replace(mac.encode(), forged.encode())
    assert read(raw, SECRET).letter_id is None
    moved = raw_of("qmail-verp-only.eml").replace(b"bounce+7-", b"bounce+8-")
    assert read(moved, SECRET).letter_id is None


@given(st.binary(max_size=3000))
def test_random_bytes_never_raise(raw: bytes) -> None:
    found = read(raw, SECRET)
    assert found.kind in Kind
    assert found.letter_id is None


@given(st.sampled_from(NAMES), st.data())
def test_cut_and_damaged_messages_never_raise(name: str, data: st.DataObject) -> None:
    raw = raw_of(name)
    cut = data.draw(st.integers(0, len(raw)))
    junk = data.draw(st.binary(max_size=40))
    for damaged in (raw[:cut], raw[cut:], raw[:cut] + junk + raw[cut + len(junk) :]):
        found = read(damaged, SECRET)
        assert found.kind in Kind
        assert found.letter_id in (None, 7)
        assert found.reason.isprintable()


PIECES = [
    b"\n", b"\r\n", b" ", b"\t", b";", b'"', b"--b", b"--b--", b"Action: failed\n", b"Status: 5.1.1\n", b"\xff\xfe",
    b"Content-Type: multipart/report; boundary=b\n", b"Content-Type: message/delivery-status\n", b"\x00",
    b"Content-Type: message/rfc822\n", b"Final-Recipient: rfc822; a@b\n", b"From: MAILER-DAEMON@x\n", b"=?utf-8?b?",
    b"Content-Type: text/plain; charset=utf-16\n", b"Content-Transfer-Encoding: base64\n", b"Subject: Undeliverable\n",
    b"Content-Transfer-Encoding: x-uuencode\n", b"begin 644 a\n", b"\xed\xa0\x80",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_pieces_of_reports_in_any_order_never_raise(pieces: list[bytes]) -> None:
    assert read(b"".join(pieces), SECRET).kind in Kind


def _filled(pattern: bytes) -> bytes:
    return (pattern * (LARGEST // len(pattern) + 1))[:LARGEST]


HEAD = b"From: MAILER-DAEMON@x\r\nSubject: Undeliverable\r\n"
MALICE = {
    "parameters": b"Content-Type: multipart/mixed; " + _filled(b'";;;;;;;;'),
    "folded parameters": b"Content-Type: multipart/mixed;\r\n" + _filled(b" ;;;;;;;;;;;;;;;;;;;;;;;;;;;;\r\n"),
    "parts in parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(8000)
    ),
    "messages in messages": _filled(b"Content-Type: message/rfc822\r\n\r\n"),
    "blocks": b"Content-Type: message/delivery-status\r\n\r\n" + _filled(b"Action: failed\r\n\r\n"),
    "headers": _filled(b"X-A: b\r\n"),
    "addresses like ours": _filled(b"Delivered-To: bounce+1-0123456789abcdef@x\r\n"),
    "ids like ours": HEAD + b"\r\n" + _filled(b"1.AAAAAAAAAAAAAAAAAAAAAA "),
    "many parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + _filled(b"--b\r\n\r\nx\r\n"),
    "recipients": HEAD + b"\r\n" + _filled(b"Final-Recipient: a\r\n\r\n"),
    "encoded words": b"Subject: " + _filled(b"=?a?q?x"),
    "open tags": HEAD + b"Content-Type: text/html\r\n\r\n" + _filled(b"<a "),
    "a slow charset": HEAD + b"Content-Type: text/plain; charset=punycode\r\n\r\n" + _filled(b"a-bcd"),
    "uuencode": HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\n" + _filled(b"M\n"),
    "qmail": HEAD + b"\r\nHi. This is the qmail-send program\n" + _filled(b"<a@b>:\n"),
    "words": HEAD + b"\r\n" + _filled(b"mailbox mailbox warning user\n"),
    "line ends": HEAD + b"\r\n" + _filled(b"\n"),
    "blanks": HEAD + b"\r\n" + _filled(b" \n"),
    "dots": HEAD + b"\r\n" + _filled(b"5.1."),
    "brackets in From": b"From: " + _filled(b"((") + b"\r\n\r\n",
    "noise": random.Random(1).randbytes(LARGEST),  # noqa: S311  # the same noise each time
}


@pytest.mark.parametrize("raw", MALICE.values(), ids=MALICE.keys())
def test_malice_costs_little(raw: bytes) -> None:
    """None takes more than 0.4 s of CPU here; without the bounds of ``taming`` the worst took minutes."""
    started = time.process_time()
    assert read(raw * 4, SECRET).kind in Kind  # what is beyond the bound is never looked at
    assert time.process_time() - started < 5


@given(st.binary(max_size=5000))
def test_taming_is_done_at_once(raw: bytes) -> None:
    once = tamed(raw)
    assert len(once) <= LARGEST * 2
    assert all(len(line) <= 2001 for line in once.splitlines(keepends=True))


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        ("5.1.1", "", Failure.HARD), ("5.1.10", "", Failure.HARD), ("5.2.1", "disabled", Failure.HARD),
        ("5.2.1", "receiving mail at a rate that", Failure.SOFT), ("5.2.2", "", Failure.SOFT),
        ("5.7.1", "user unknown", Failure.BLOCKED), ("5.7.26", "", Failure.BLOCKED), ("5.1.8", "", Failure.BLOCKED),
        ("5.3.4", "", Failure.BLOCKED), ("5.6.1", "", Failure.BLOCKED), ("5.5.4", "syntax", Failure.BLOCKED),
        ("4.1.1", "user unknown", Failure.SOFT), ("", "450 4 user unknown", Failure.SOFT), ("5.4.7", "", Failure.SOFT),
        ("", "550 no such user", Failure.HARD), ("", "550 mailbox is full", Failure.SOFT), ("", "", Failure.SOFT),
        ("5.0.0", "listed in dnsbl.example, user unknown", Failure.BLOCKED), ("5.4.4", "Host not found", Failure.HARD),
        ("", "550 nie ma: adres nie istnieje", Failure.HARD), ("", "Empfänger unbekannt", Failure.HARD),
        ("", "rejected by policy", Failure.BLOCKED), ("5.4.4", "no route", Failure.SOFT),
    ],
)  # fmt: skip
def test_whose_fault_it_is(status: str, text: str, expected: Failure) -> None:
    assert judged(status, text) is expected


def test_status_codes_are_told_from_other_numbers() -> None:
    assert status_in("smtp; 550-5.1.1 x") == "5.1.1"
    assert status_in("host mx[5.1.1.9] said: 550 (#5.2.2)") == "5.2.2"
    assert status_in("2.0.0 ok, then 4.4.7") == "4.4.7"
    assert status_in("Postfix 25.1.1, 5.1.1.1, v5.1.1x") == ""
    assert precise("5.0.0", "550 5.1.1 x") == "5.1.1"
    assert precise("", "550 5.1.1 x") == "5.1.1"
    assert precise("5.2.2", "550 5.1.1 x") == "5.2.2"
    assert precise("5.0.0", "550 x") == "5.0.0"


def test_only_news_changes_anything() -> None:
    assert {kind.value for kind in NEWS} == {"hard", "soft", "blocked", "delayed", "complaint"}
