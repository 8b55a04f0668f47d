"""Whether the reader of the organisation's choice can be asked; nothing is opened while it is off."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from feedback_app.operations.doctor.findings import Finding
from feedback_app.reader.asking import attempt, endpoint_of
from feedback_app.reader.protocol.answers import BadAnswer
from feedback_app.reader.protocol.client import Trouble
from feedback_app.settings import Settings


def examine(settings: Settings) -> list[Finding]:
    """Try the reader with three sentences of ours, and warn where customers' words would travel in the open."""
    endpoint = endpoint_of(settings)
    if endpoint is None:
        return []
    try:
        _, reply = attempt(endpoint)
    except Trouble as error:
        return [Finding("reader", False, f"{endpoint.model} at {endpoint.host} gave no answer ({error})")]
    except BadAnswer as error:
        words = f"{endpoint.model} at {endpoint.host} answers, but not as asked ({error}): try FEEDBACK_READER_FORMAT"
        return [Finding("reader", False, words)]
    found = [Finding("reader", True, f"{endpoint.model} at {endpoint.host} answers in {reply.seconds:.1f} s")]
    if travels_in_the_open(settings.reader_url):
        open_words = f"{settings.reader_url} is not https: customers' words would travel in the open"
        found.append(Finding("reader address", None, open_words))
    return found


def travels_in_the_open(url: str) -> bool:
    """True for plain http to anything but this machine or a private network."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        near = ip_address(host).is_private  # 127.0.0.1, too
    except ValueError:
        near = host == "localhost" or "." not in host  # a name of this network
    return parts.scheme == "http" and not near
