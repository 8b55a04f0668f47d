"""Messages of Amazon SNS: whether Amazon signed them, for our topic, and nothing fetched from anywhere else.

Source: "Verifying the signatures of Amazon SNS messages" in Amazon's developer guide. Any customer of Amazon can have
messages signed, so the topic must be ours; addresses inside a message are followed only to Amazon's own SNS hosts, over
TLS and without redirects, so that nobody makes this service knock at other doors.
"""

from __future__ import annotations

import base64
import binascii
import re
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from feedback_app import clock
from feedback_app.common.cache import Cache

HOST = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(?:\.cn)?")
CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9A-Za-z]{1,80}\.pem")
LARGEST = 64 * 1024  # bytes of a certificate
PATIENCE = 5.0  # seconds
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
HASHES: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303  # Amazon's default
MOST_KEPT = 8
Fetch = Callable[[str], bytes]


class NotAmazon(Exception):
    """The message is not one that Amazon signed for our topic."""


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows no redirect."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        """Refuse: another address was not checked."""


def fetch(url: str) -> bytes:
    """Return what lies at ``url``, which must be one that :func:`is_amazons` accepts. Raises NotAmazon."""
    if not is_amazons(url):
        raise NotAmazon("the address is not one of Amazon SNS")
    try:
        with urllib.request.build_opener(_Straight).open(url, timeout=PATIENCE) as reply:
            return bytes(reply.read(LARGEST))
    except (OSError, ValueError) as error:
        raise NotAmazon(f"Amazon SNS cannot be asked: {error}") from error


def is_amazons(url: str) -> bool:
    """True for an https address on a host of Amazon SNS, without user, port or fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(HOST.fullmatch(parts.netloc)) and not parts.fragment and url.isascii()


class Verifier:
    """Checks messages for one topic; keeps the certificates it has fetched. ``fetch`` is the way out of the house."""

    def __init__(self, fetch: Fetch = fetch) -> None:
        self.fetch = fetch
        self._certificates: Cache[str, x509.Certificate] = Cache(MOST_KEPT)

    def check(self, message: Any, topic: str) -> Mapping[str, str]:
        """Return ``message`` when Amazon signed it for ``topic``. Raises NotAmazon."""
        if not isinstance(message, Mapping) or str(message.get("Type")) not in SIGNED:
            raise NotAmazon("it is no message of Amazon SNS")
        if message.get("TopicArn") != topic:
            raise NotAmazon("it is for another topic than FEEDBACK_SES_TOPIC")
        algorithm = HASHES.get(str(message.get("SignatureVersion")))
        if algorithm is None:
            raise NotAmazon("its signature is of an unknown version")
        try:
            signature = base64.b64decode(str(message.get("Signature")), validate=True)
            self._key(str(message.get("SigningCertURL"))).verify(
                signature, _signed(message), padding.PKCS1v15(), algorithm
            )
        except (InvalidSignature, binascii.Error, ValueError) as error:
            raise NotAmazon("its signature does not fit") from error
        return {name: str(value) for name, value in message.items()}

    def confirm(self, message: Mapping[str, str]) -> None:
        """Open the address by which a checked subscription of our topic is confirmed. Raises NotAmazon."""
        url = message.get("SubscribeURL", "")
        if not is_amazons(url):
            raise NotAmazon("the address to confirm is not one of Amazon SNS")
        self.fetch(url)

    def _key(self, url: str) -> RSAPublicKey:
        if not (is_amazons(url) and CERTIFICATE.fullmatch(url.partition("amazonaws.com")[2].removeprefix(".cn"))):
            raise NotAmazon("its certificate does not lie with Amazon SNS")
        certificate = self._certificates.get(url, lambda: x509.load_pem_x509_certificate(self.fetch(url)))
        if not certificate.not_valid_before_utc <= clock.now() <= certificate.not_valid_after_utc:
            self._certificates.forget(url)
            raise NotAmazon("its certificate is out of date")
        public = certificate.public_key()
        if not isinstance(public, RSAPublicKey):
            raise NotAmazon("its certificate is of an unknown kind")
        return public


def _signed(message: Mapping[str, Any]) -> bytes:
    """Return the text that was signed: names and values on lines of their own, in this order."""
    fields = [name for name in SIGNED[message["Type"]] if name in message]
    if missing := set(SIGNED[message["Type"]]) - {"Subject"} - set(fields):
        raise NotAmazon(f"it lacks {', '.join(sorted(missing))}")
    if not all(isinstance(message[name], str) or message[name] is None for name in fields):
        raise NotAmazon("it holds something else than text")
    return "".join(f"{name}\n{message[name]}\n" for name in fields if message[name] is not None).encode()
