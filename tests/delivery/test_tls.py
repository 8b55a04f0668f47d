"""Letters over TLS: from the first byte, or after STARTTLS; a relay elsewhere must prove who it is."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from feedback_app import clock
from feedback_app.delivery.identity import identity
from feedback_app.delivery.sending.relay import Relay, RelayTrouble
from feedback_app.delivery.sending.smtp_transport import SmtpTransport
from feedback_app.extensions import current_settings
from tests.delivery.helpers import QUICK, queue, sender, states
from tests.flows.house import free_port

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


class Kept:
    """A handler that keeps what it accepted, and whether the line was encrypted then."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, bool]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        secure = session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None
        self.letters += [(address, secure) for address in envelope.rcpt_tos]
        return "250 kept"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate that nobody but us has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file: Path = tmp_path_factory.mktemp("tls") / "relay.pem"
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@contextmanager
def listening(**options: Any) -> Iterator[tuple[Kept, int]]:
    """Run a mail server with ``options`` of aiosmtpd on a free port of loopback."""
    kept, port = Kept(), free_port()
    server = Controller(kept, hostname="127.0.0.1", port=port, **options)
    server.start()
    try:
        yield kept, port
    finally:
        server.stop()


def transport(url: str) -> SmtpTransport:
    return SmtpTransport(Relay.read(url), identity(current_settings()), QUICK)


@pytest.mark.parametrize(
    ("scheme", "options"),
    [
        ("smtps", lambda context: {"ssl_context": context}),
        ("smtp", lambda context: {"tls_context": context, "require_starttls": True}),
    ],
)
def test_letters_leave_encrypted(
    app: Flask, certificate: ssl.SSLContext, scheme: str, options: Callable[[ssl.SSLContext], dict[str, Any]]
) -> None:
    queue("a@example.org", "b@example.org")
    with listening(**options(certificate)) as (kept, port):
        tally = sender(transport(f"{scheme}://127.0.0.1:{port}")).run(until_idle=True)
    assert tally.sent == 2
    assert sorted(kept.letters) == [("a@example.org", True), ("b@example.org", True)]
    assert set(states().values()) == {"sent"}


def test_a_relay_elsewhere_must_prove_who_it_is(
    app: Flask, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue("a@example.org")
    monkeypatch.setattr(Relay, "local", False)  # as if it stood on another machine
    with listening(tls_context=certificate) as (kept, port), pytest.raises(RelayTrouble, match="certificate"):
        transport(f"smtp://127.0.0.1:{port}").open()
    assert kept.letters == []
    assert states() == {"a@example.org": "queued"}
