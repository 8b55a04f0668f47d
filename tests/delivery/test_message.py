"""A built letter against Python's own mail parser, with names, subjects and values nobody should trust."""

from __future__ import annotations

import email
import email.policy
import re
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedback_app.delivery.compose import placeholders
from feedback_app.delivery.compose.mime_message import (
    Recipient,
    Skeleton,
    joinable,
    quoted_printable,
)
from feedback_app.delivery.compose.placeholders import Block, EmptyPlaceholder, Words
from feedback_app.delivery.identity import Identity, letter_named

SECRET = "a-secret-for-tests-only-0123456789abcdef"
WHO = Identity("hello@velo.example", "Velo Verde", SECRET, "feedback.velo.example", reply_to="help@velo.example")
WORDS = Words(
    "Hello {{name}}",
    "Hi{{greeting_name}},\n.a dot first\nFrom us: {{said}}\n{{unsubscribe_url}}\n",
    "<p>Zażółć{{greeting_name}} gęślą</p>\n<p>{{said}}</p><a href='{{unsubscribe_url}}'>x</a>",
)
URL = "https://feedback.velo.example/unsubscribe/7.abc?a=1&b=2"
HOSTILE = [
    "\r\nBcc: evil@x.example",
    "a\nb",
    "\x00\x07",
    "=?utf-8?b?SGk=?=",
    '"',
    "\\",
    "ł" * 200,
    "\u202egnp.exe",
    "\ud800",
    "x" * 3000,
]


def built(words: Words = WORDS, name: str = "Ada", scope: str = "surveys", **fill: str | Block) -> bytes:
    filled = {
        "name": placeholders.plain(name),
        "greeting_name": placeholders.greeting(name),
        "unsubscribe_url": URL,
        **fill,
    }
    return Skeleton(words, "pl", "invitation", scope, WHO).build(Recipient(7, "ada@x.example", name, 3), filled, URL)


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    assert isinstance(message, EmailMessage)
    return message


def bodies(raw: bytes) -> tuple[str, str]:
    found = [str(part.get_content()) for part in parsed(raw).iter_parts()]
    return found[0], found[1]


def test_what_a_scoped_letter_says_about_itself() -> None:
    raw = built(said="Late")
    message = parsed(raw)
    assert message["From"] == "Velo Verde <hello@velo.example>"
    assert message["Reply-To"] == "help@velo.example"
    assert message["To"] == "Ada <ada@x.example>"
    assert message["Subject"] == "Hello Ada"
    assert message["MIME-Version"] == "1.0"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == f"<{URL}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "Velo Verde <surveys.velo.example>"
    assert re.fullmatch(r"3:invitation:pl:[0-9a-f]{12}", str(message["Feedback-ID"]))
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", str(message["Date"]))
    assert letter_named(SECRET, str(message["Message-ID"])) == 7


def test_a_service_letter_offers_no_unsubscribing() -> None:
    message = parsed(built(scope="", said="x"))
    assert not [name for name in message if name.startswith("List-")]


@pytest.mark.parametrize("header", ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"])
def test_each_header_stands_once(header: str) -> None:
    assert len(parsed(built(said="x")).get_all(header) or []) == 1


def test_the_same_letter_has_the_same_message_id_and_others_have_others() -> None:
    assert parsed(built(said="a"))["Message-ID"] == parsed(built(said="b"))["Message-ID"]
    ids = {WHO.message_id(n) for n in range(2000)}
    assert len(ids) == 2000


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_break_nothing(name: str) -> None:
    raw = built(name=name, said=name)
    message = parsed(raw)
    assert sorted(message.keys()) == sorted(parsed(built(said="x")).keys())
    assert message["To"].addresses[0].addr_spec == "ada@x.example"
    assert len(message["To"].addresses) == 1
    _wire_rules(raw)


def _display_name(raw: bytes) -> str:
    """Return the name in To as RFC 2047 reads it: blanks between encoded words are no part of it (6.2).

    Python's reader of addresses keeps them; its reader of single headers does not.
    """
    name, _, _ = email.message_from_bytes(raw)["To"].rpartition(" <")
    if "=?" in name and not name.startswith('"'):
        return str(make_header(decode_header(name)))
    return str(parsed(raw)["To"].addresses[0].display_name)


@given(st.text(max_size=120), st.text(max_size=300))
@example("", "\r")
@example("00𝐀𝐀𝐀𝐀𝐀𝐀𝐀𝐀𝒩𝒩𝒩", "")
@example("=?utf-8?q?x?=", "\r.\r\n..\n.")
@example("x" * 75 + " ", "a" * 74 + " b\n" + "é" * 30)
def test_any_name_and_any_value_come_back_as_they_were(name: str, said: str) -> None:
    raw = built(name=name, said=said)
    _wire_rules(raw)
    message = parsed(raw)
    assert len(message["To"].addresses) == 1
    assert _display_name(raw) == _shown(name)[:100].strip()
    fill: placeholders.Fill = {
        "name": placeholders.plain(name),
        "greeting_name": placeholders.greeting(name),
        "unsubscribe_url": URL,
        "said": _lines(said),  # line ends of a value are made ours before it meets the words around it
    }
    wanted = placeholders.filled(WORDS, fill)
    text, html = bodies(raw)
    assert text.replace("\r\n", "\n") == _lines(wanted.text)
    assert html.replace("\r\n", "\n") == _lines(wanted.html)
    assert str(message["Subject"]) == " ".join(wanted.subject.split())[:400].strip()


@given(
    st.lists(st.sampled_from([".", "From ", "\n", "é", " ", "=", "x" * 74, "\r", "\t", "~"]), max_size=80).map("".join)
)
def test_quoted_printable_keeps_lines_short_and_texts_whole(text: str) -> None:
    import quopri

    encoded = quoted_printable(text)
    assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
    assert not re.search(rb"(?m)^(\.|From )", encoded)
    assert quopri.decodestring(encoded).decode().replace("\r\n", "\n") == _lines(text)
    joined = joinable(text)
    assert joined.endswith(b"=\r\n")
    assert all(len(line) <= 76 for line in joined.split(b"\r\n"))


def test_values_are_escaped_in_html_and_blocks_are_not() -> None:
    _, html = bodies(built(said="<script>&"))
    assert "&lt;script&gt;&amp;" in html
    _, html = bodies(built(said=Block("plain", "<b>fat</b>")))
    assert "<b>fat</b>" in html


def test_what_is_filled_in_is_not_searched_for_places() -> None:
    text, _ = bodies(built(said="{{name}} {{nonsense}}"))
    assert "{{name}} {{nonsense}}" in text


def test_a_place_nothing_fills_is_an_error() -> None:
    with pytest.raises(EmptyPlaceholder, match="said"):
        built()


@pytest.mark.parametrize(
    "name", ["http://x.example", "win at www.x.example", "ada@x.example", "shop.example.com", "a" * 61, ""]
)
def test_nobody_is_greeted_by_an_advertisement(name: str) -> None:
    assert placeholders.greeting(name) == ""


@pytest.mark.parametrize("name", ["Ada", "Łukasz Żak-Nowak", "Dr. O'Neill", "Н. Петров"])
def test_people_are_greeted_by_name(name: str) -> None:
    assert placeholders.greeting(name) == f", {name}"


def test_forged_names_of_letters_are_not_known() -> None:
    good = WHO.message_id(12)
    assert letter_named(SECRET, f"In-Reply-To: {good}") == 12
    assert letter_named(SECRET, good.replace("12.", "13.")) is None
    verp = Identity("a@velo.example", "V", SECRET, "h", bounce="bounce@velo.example").envelope_sender(12)
    assert letter_named(SECRET, f"To: <{verp.upper()}>") == 12
    assert letter_named(SECRET, verp.replace("+12-", "+13-")) is None


def _wire_rules(raw: bytes) -> None:
    head, _, body = raw.partition(b"\r\n\r\n")
    assert raw.isascii()
    assert not set(b"\r\n") & set(raw.replace(b"\r\n", b""))
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    assert not any(line.startswith(b".") for line in raw.split(b"\r\n"))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()


def _shown(name: str) -> str:
    return placeholders.plain(name)
