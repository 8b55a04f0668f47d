"""What people type, tidied: whatever comes in can be stored, shown on one line, and is left alone the second time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.common.text import one_line, tidy

HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from("\0\r\n\t\x0b\x85\u2028\u200b\u202e\ufeff\u200d\ud800")), max_size=60
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  a\r\nb\x00\ud800\tc\x1b  ", "a\nb\tc"),
        ("one\rtwo\x0bthree\x0cfour\x85five\u2028six\u2029seven", "one\ntwo\nthree\nfour\nfive\nsix\nseven"),
        ("a\x7f\x9f\x80b", "ab"),
        ("soft\xadhyphen \u200bstays", "soft\xadhyphen \u200bstays"),  # their words are theirs
        (None, ""),
        (7, ""),
        (b"bytes", ""),
    ],
)
def test_tidy_keeps_what_people_type_and_drops_what_they_cannot(typed: object, kept: str) -> None:
    assert tidy(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" a\n\n b\u2028c\x85d\xa0e ", "a b c d e"),
        ("Ada\r\nBcc: eve@example.org", "Ada Bcc: eve@example.org"),
        ("a\0b\x1bc\ud800d", "abcd"),
        ("\ufeffe-mail", "e-mail"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a \u200b b", "a b"),
        ("👨\u200d👩\u200d👧 می\u200cخواهم", "👨\u200d👩\u200d👧 می\u200cخواهم"),
        ("Zażółć \U0001fae9", "Zażółć \U0001fae9"),  # newer than this Python's Unicode: still a sign somebody typed
        (None, ""),
        (7, ""),
    ],
)
def test_one_line_is_one_line_of_what_can_be_seen(typed: object, kept: str) -> None:
    assert one_line(typed) == kept


@given(HOSTILE)
def test_whatever_is_typed_can_be_stored_and_is_left_alone_the_second_time(text: str) -> None:
    for clean in (tidy, one_line):
        kept = clean(text)
        assert clean(kept) == kept == kept.strip()
        assert "\0" not in kept
        kept.encode("utf-8")
    assert len(one_line(text).splitlines()) < 2
    assert not set(tidy(text)) & set("\r\x0b\x0c\x85\u2028\u2029")
