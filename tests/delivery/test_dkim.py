"""DKIM signatures, judged by another implementation against the records we would publish."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import dkim
import pytest
from click.testing import CliRunner
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st

from feedback_app.cli import feedback_app
from feedback_app.delivery.compose import dkim_config, dkim_keys, placeholders
from feedback_app.delivery.compose.dkim import (
    NAMES,
    Signer,
    canonical,
    simple,
)
from feedback_app.delivery.compose.dkim_keys import BadKey, Key, Record
from feedback_app.delivery.compose.mime_message import Recipient, Skeleton
from feedback_app.delivery.compose.placeholders import Words
from feedback_app.delivery.identity import Identity
from feedback_app.delivery.sending import factory as post_office
from feedback_app.delivery.sending.smtp_transport import SmtpTransport
from feedback_app.extensions import current_settings
from feedback_app.settings import BadSetting, Settings
from tests.delivery.helpers import WORDS, queue, sender, smtp
from tests.fakes import Relay

RSA = Key(dkim_keys.make_key("rsa"), "velo.example", "s1")
EDWARDS = Key(dkim_keys.make_key("ed25519"), "velo.example", "s1-ed25519")
BOTH = Signer([RSA, EDWARDS])
SECRET = "a-secret-for-tests-only-0123456789abcdef"
WHO = Identity("hello@velo.example", "Velo Verde", SECRET, "velo.example", reply_to="help@velo.example")
URL = "https://velo.example/unsubscribe/7.abc"


class Verifying:
    """What dkimpy asks of pynacl, which is not among our tools: the curve's arithmetic by ``cryptography``."""

    def __init__(self, raw: bytes, encoder: object = None) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(raw))

    def verify(self, message: bytes, signature: bytes) -> bytes:
        self._key.verify(signature, message)
        return message


@pytest.fixture(autouse=True, scope="module")
def _edwards() -> Iterator[None]:
    stand_in = SimpleNamespace(
        signing=SimpleNamespace(VerifyKey=Verifying),
        encoding=SimpleNamespace(Base64Encoder=None),
        exceptions=SimpleNamespace(BadSignatureError=InvalidSignature, ValueError=ValueError),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dkim, "nacl", stand_in, raising=False)
        yield


def records(*keys: Key) -> dict[str, str]:
    return {f"{key.record.name}.": key.record.value for key in keys}


def verified(raw: bytes, dns: Mapping[str, str], index: int = 0) -> bool:
    def answer(name: bytes, timeout: float = 5) -> bytes:
        return dns[name.decode()].encode()

    try:
        return bool(dkim.DKIM(raw).verify(idx=index, dnsfunc=answer))
    except dkim.ValidationError:  # another body than the one that was signed
        return False


def letter(
    name: str = "Ada", said: str = "x", scope: str = "surveys", sign: Signer = BOTH, words: Words = WORDS
) -> bytes:
    fill: placeholders.Fill = {
        "name": placeholders.plain(name),
        "greeting_name": placeholders.greeting(name),
        "unsubscribe_url": URL,
        "said": said,
    }
    return Skeleton(words, "pl", "note", scope, WHO).build(Recipient(7, "ada@x.example", name, 3), fill, URL, sign)


def tags(raw: bytes, index: int = 0) -> dict[str, str]:
    found = re.findall(rb"^DKIM-Signature: ((?:.*\r\n)(?:[ \t].*\r\n)*)", raw, re.MULTILINE)[index]
    pairs = (tag.split("=", 1) for tag in re.sub(r"\s", "", found.decode()).split(";"))
    return dict(pairs)  # type: ignore[arg-type]


@given(st.text(max_size=120), st.text(max_size=300), st.sampled_from(["", "surveys"]))
@example("Łukasz   Żak\t.", "\r\n.\r\n", "surveys")
@example("=?utf-8?q?x?=" + " " * 90 + "y", "\r\n\r\n\r\n", "")
@example("\r\nFrom: evil@x.example", "DKIM-Signature: v=1", "surveys")
@example("ż" * 100, "b=", "surveys")
def test_letters_with_any_name_and_text_carry_two_good_signatures(name: str, said: str, scope: str) -> None:
    raw = letter(name, said, scope)
    assert verified(raw, records(RSA, EDWARDS), 0)
    assert verified(raw, records(RSA, EDWARDS), 1)


def test_what_the_signature_says() -> None:
    first, second = tags(letter()), tags(letter(), 1)
    assert (first["v"], first["a"], first["c"], first["d"], first["s"]) == (
        "1", "rsa-sha256", "relaxed/simple", "velo.example", "s1",
    )  # fmt: skip
    assert (second["a"], second["s"]) == ("ed25519-sha256", "s1-ed25519")
    assert "l" not in first  # no part of the body is left unsigned
    named = first["h"].split(":")
    assert named == NAMES
    assert named.count("from") == 2
    assert {"subject", "date", "to", "message-id", "mime-version", "content-type"} <= set(named)
    assert {"list-unsubscribe", "list-unsubscribe-post", "list-id", "feedback-id"} <= set(named)
    assert all(len(line) <= 78 for line in letter().split(b"\r\n\r\n")[0].split(b"\r\n"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: A question", b"Subject: A demand"),
        (b"\r\nFrom: ", b"\r\nFrom: Evil <evil@x.example>\r\nFrom: "),
        (b"\r\nMIME-Version: 1.0", b"\r\nMIME-Version: 1.0\r\nSubject: another"),
        (b"\r\nDate: ", b"\r\nReply-To: evil@x.example\r\nDate: "),
        (b"\r\nDate: ", b"\r\nCc: evil@x.example\r\nDate: "),
        (b"List-Unsubscribe: <https://velo", b"List-Unsubscribe: <https://evil"),
        (b"you said", b"you paid"),
        (b"--\r\n", b"--\r\nmore\r\n"),
    ],
)
def test_a_letter_that_was_changed_on_its_way_is_found_out(old: bytes, new: bytes) -> None:
    raw = letter()
    changed = raw.replace(old, new)
    assert changed != raw
    assert verified(raw, records(RSA, EDWARDS))
    assert not verified(changed, records(RSA, EDWARDS))
    assert not verified(changed, records(RSA, EDWARDS), 1)


def test_what_relays_do_to_a_letter_does_no_harm() -> None:
    raw = letter("Łukasz Żak-Nowak z Bardzo Długim Nazwiskiem")
    received = b"Received: from a by b\r\n\tfor <x@y>; now\r\nFeedback-ID: theirs\r\nMessage-ID: <theirs@x>\r\n" + raw
    refolded = received.replace(b"To: =?", b"to:\t =?").replace(b"boundary=", b"  boundary=") + b"\r\n\r\n"
    assert verified(refolded, records(RSA, EDWARDS))


def test_the_body_is_signed_as_simple_canonicalization_says() -> None:
    assert simple(b"a\r\n") == simple(b"a") == simple(b"a\r\n\r\n\r\n") == b"a\r\n"
    assert simple(b"") == simple(b"\r\n\r\n") == b"\r\n"
    assert canonical(b"From:  a \t b\r\n\tc \r\nX: y\r\n") == b"from:a b c\r\n"


def test_letters_leave_signed_through_a_relay(app: Flask) -> None:
    queue("a@example.org", "b@example.org", values={"said": ".\r\n..\r\n.x\r\n"})
    with Relay() as relay:
        plain = smtp(relay)
        transport = SmtpTransport(plain.relay, plain.identity, plain.timeouts, BOTH)
        assert sender(transport).run(until_idle=True).sent == 2
    for received in relay.letters:
        assert verified(received.raw, records(RSA, EDWARDS), 0)
        assert verified(received.raw, records(RSA, EDWARDS), 1)


def with_keys(**values: str) -> Settings:
    return current_settings().with_(mail_url="smtp+plain://127.0.0.1:25", **values)


def test_the_relay_signs_unless_a_key_is_set(app: Flask) -> None:
    assert dkim_config.signer(with_keys()) is None
    pem = dkim_keys.pem(RSA.private)
    made = post_office.transport(with_keys(dkim_key=pem.replace("\n", "\\n"), dkim_selector="s1"))
    assert isinstance(made, SmtpTransport)
    assert verified(letter(sign=made.sign), records(RSA))  # type: ignore[arg-type]
    [one, two] = dkim_config.keys(with_keys(dkim_key=pem, dkim_ed25519_key=dkim_keys.pem(EDWARDS.private)))
    assert (one.kind, one.selector, one.domain) == ("rsa", "feedback", "velo.example")
    assert (two.kind, two.selector) == ("ed25519", "feedback-ed25519")


def test_a_key_of_no_use_is_refused_by_the_name_of_its_setting(app: Flask) -> None:
    short = dkim_keys.pem(rsa.generate_private_key(public_exponent=65537, key_size=1024))  # noqa: S505  # that is the point
    curve = dkim_keys.pem(ec.generate_private_key(ec.SECP256R1()))  # type: ignore[arg-type]
    locked = RSA.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")).decode()
    edwards = dkim_keys.pem(EDWARDS.private)
    for pem, why in (
        ("junk", "no private key in PEM form"), (short, "1,024 bits"), (curve, "another kind"), (locked, "password"),
        (edwards, "another kind"),
    ):  # fmt: skip
        with pytest.raises(BadSetting, match=f"FEEDBACK_DKIM_KEY: .*{why}"):
            post_office.transport(with_keys(dkim_key=pem))
    with pytest.raises(BadSetting, match="FEEDBACK_DKIM_KEY too"):
        dkim_config.keys(with_keys(dkim_ed25519_key=edwards))
    with pytest.raises(BadKey, match="another kind"):
        dkim_keys.read_key(dkim_keys.pem(RSA.private), "ed25519")


def test_a_key_file_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    given = {"FEEDBACK_SECRET_KEY": SECRET, "FEEDBACK_VAR": str(tmp_path)}
    with pytest.raises(BadSetting, match=r"FEEDBACK_DKIM_KEY_FILE: cannot read .*nowhere"):
        Settings.from_environment({**given, "FEEDBACK_DKIM_KEY_FILE": str(tmp_path / "nowhere")})
    with pytest.raises(BadSetting, match="FEEDBACK_DKIM_SELECTOR"):
        Settings.from_environment({**given, "FEEDBACK_DKIM_SELECTOR": "a b"})


def test_the_record_fits_dns_and_is_the_key_s() -> None:
    assert EDWARDS.record == Record(
        "s1-ed25519._domainkey.velo.example",
        "v=DKIM1; k=ed25519; p=" + base64.b64encode(EDWARDS.private.public_key().public_bytes_raw()).decode(),  # type: ignore[union-attr]
    )
    strings = re.findall(r'"([^"]*)"', RSA.record.zone_line)
    assert "".join(strings) == RSA.record.value
    assert max(map(len, strings)) <= 255
    assert RSA.record.zone_line.startswith("s1._domainkey.velo.example. IN TXT ( ")


def test_the_command_makes_a_key_nobody_else_can_read(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "dkim.pem"

    def run(*more: str) -> tuple[int, str]:
        told = CliRunner().invoke(feedback_app, ["mail", "dkim-key", str(file), *more], obj=lambda: app)
        return told.exit_code, told.output

    code, said = run()
    assert code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    key = Key(dkim_keys.read_key(file.read_text(), "rsa"), "velo.example", "feedback")
    assert key.record.value in said
    assert "feedback._domainkey.velo.example" in said
    before = file.read_bytes()
    code, said = run("--kind", "ed25519")
    assert (code, file.read_bytes()) == (1, before)
    assert "exists already" in said
