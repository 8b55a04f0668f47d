"""What the relay says when it is greeted: whether it takes letters, and how long its certificate lasts."""

from __future__ import annotations

import smtplib
import socket
import ssl
from datetime import UTC, datetime

from cryptography import x509

from feedback_app import clock
from feedback_app.delivery.identity import identity
from feedback_app.delivery.sending import factory as post_office
from feedback_app.delivery.sending.relay import Relay, RelayTrouble, Timeouts
from feedback_app.delivery.sending.smtp_transport import SmtpTransport
from feedback_app.operations.doctor.findings import Finding
from feedback_app.settings import BadSetting, Settings

PATIENCE = 10  # seconds a relay may take to greet us
SOON = 14  # days before its end at which a certificate is worth a word


def examine(settings: Settings) -> list[Finding]:
    """Greet the relay as the sender does, sign in, and hang up; no letter is sent."""
    if settings.mail_folder is not None:
        well = None if settings.development else False
        return [Finding("mail", well, f"letters land in {settings.mail_folder}: set FEEDBACK_MAIL_URL to send them")]
    relay = Relay.read(settings.mail_url)
    try:
        post_office.transport(settings)  # whether all settings of it fit together
        timeouts = Timeouts(connect=PATIENCE, greeting=PATIENCE, command=PATIENCE)
        SmtpTransport(relay, identity(settings), timeouts).open().close()
    except BadSetting as error:
        return [Finding("mail", False, str(error))]
    except RelayTrouble as error:
        return [Finding("mail", False, f"{error}: check FEEDBACK_MAIL_URL")]
    return [Finding("mail", True, f"{relay.host}:{relay.port} takes letters"), _tls(relay)]


def _tls(relay: Relay) -> Finding:
    if relay.security == "none":
        words = "letters travel to the relay in the open: right only for a relay on this machine"
        return Finding("tls", relay.local, words)
    try:
        ends = _certificate_ends(relay)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Finding("tls", None, f"the certificate of {relay.host} could not be read: {error}")
    if ends is None:
        return Finding("tls", None, f"{relay.host} offers no STARTTLS; on this machine it may do without")
    days = (ends - clock.now()).days
    if days < 0:
        return Finding("tls", None if relay.local else False, f"the certificate of {relay.host} ended {-days} days ago")
    well = None if days < SOON else True
    return Finding("tls", well, f"the certificate of {relay.host} is good for {days} days")


def _certificate_ends(relay: Relay) -> datetime | None:
    """Return when the relay's certificate ends, None when it offers no TLS. It was judged before."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if relay.security == "tls":
        plain = socket.create_connection((relay.host, relay.port), PATIENCE)
        with plain, context.wrap_socket(plain, server_hostname=relay.host) as secure:
            return _end_of(secure.getpeercert(binary_form=True))
    with smtplib.SMTP(relay.host, relay.port, timeout=PATIENCE) as smtp:
        smtp.ehlo()
        if not smtp.has_extn("starttls"):
            return None
        smtp.starttls(context=context)
        assert isinstance(smtp.sock, ssl.SSLSocket)  # noqa: S101  # starttls made it one
        return _end_of(smtp.sock.getpeercert(binary_form=True))


def _end_of(raw: bytes | None) -> datetime | None:
    return x509.load_der_x509_certificate(raw).not_valid_after_utc.astimezone(UTC) if raw else None
