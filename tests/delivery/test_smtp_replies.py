"""A reply of the relay as one line: what it is about, what of it may be kept, and whether it asks for less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.delivery.queue.smtp_replies import LONGEST, Reply, Stage, Verdict, judge, nameless


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"2.0.0 ok\r\n", "2.0.0 ok"),
        (b"two\r\n  lines\tand  blanks", "two lines and blanks"),
        (b"bad \xff byte", "bad \ufffd byte"),
        (b"bell\x07 and \x1b[31m", "bell? and ?[31m"),
        ("za duży list".encode(), "za duży list"),
        (b"x" * 400, "x" * LONGEST),
        (b"", ""),
    ],
)
def test_a_reply_is_one_printable_line(raw: bytes, text: str) -> None:
    assert Reply.read(250, raw) == Reply(250, text)


@given(st.integers(200, 599), st.binary(max_size=400))
def test_whatever_is_sent_can_be_kept_and_judged(code: int, raw: bytes) -> None:
    reply = Reply.read(code, raw)
    assert reply.text.isprintable()
    assert len(reply.text) <= LONGEST
    for stage in Stage:
        verdict = judge(stage, reply)
        assert verdict not in (Verdict.DOUBT, Verdict.SKIPPED)
        assert (verdict is Verdict.SENT) == (200 <= code < 300 or (300 <= code < 400 and stage is Stage.DATA))


@pytest.mark.parametrize(
    ("text", "enhanced"),
    [
        ("5.1.1 no such user", (5, "1.1")),
        ("  4.7.500 busy", (4, "7.500")),
        ("2.0.0", (2, "0.0")),
        ("5.1.1234 odd", (0, "")),
        ("3.1.1 odd", (0, "")),
        ("see 5.1.1", (0, "")),
        ("5.1.1no", (0, "")),
        ("", (0, "")),
    ],
)
def test_an_enhanced_code_stands_at_the_beginning(text: str, enhanced: tuple[int, str]) -> None:
    assert Reply(550, text).enhanced == enhanced


@pytest.mark.parametrize(
    ("code", "text", "against_us"),
    [(550, "5.7.1 no", True), (499, "4.7.1 no", False), (500, "5.7.26 no", True), (550, "5.1.7 no", False)],
)
def test_what_the_sender_is_refused_for(code: int, text: str, against_us: bool) -> None:
    assert Reply(code, text).against_us is against_us


@pytest.mark.parametrize(
    ("code", "text", "less"),
    [
        (450, "4.7.1 too many messages", True),
        (421, "Rate exceeded", True),
        (550, "Throttling", True),
        (452, "4.2.2 user has too many messages", False),  # that of one mailbox
        (250, "rate is fine", False),
        (450, "try again later", False),
        (450, "separate", False),
    ],
)
def test_a_relay_that_asks_for_less(code: int, text: str, less: bool) -> None:
    assert Reply(code, text).asks_for_less is less


def test_a_reply_reads_as_people_write_it() -> None:
    assert [str(one) for one in (Reply(550, "no"), Reply(250), Reply(0, "our own words"))] == [
        "550 no", "250", "our own words",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<ada@example.org>: no such user", "<…>: no such user"),
        ("user ada+x@ex.org, bob@ex.org unknown", "user …, … unknown"),
        ("mailto:'ada@example.org'", "mailto:'…'"),
        ("no address", "no address"),
        ("lonely @ sign", "lonely @ sign"),
    ],
)
def test_addresses_are_left_out_of_what_outlives_people(text: str, kept: str) -> None:
    assert nameless(text) == kept
    assert nameless(kept) == kept
