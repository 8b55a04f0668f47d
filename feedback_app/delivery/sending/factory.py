"""The sender as the settings want it: where letters go, who writes them, and under which name this process works."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path
from typing import cast

from flask import current_app

from feedback_app.delivery.compose.dkim_config import signer
from feedback_app.delivery.compose.letter import Renderer
from feedback_app.delivery.compose.prepare import Preparer
from feedback_app.delivery.identity import identity
from feedback_app.delivery.queue.journal import Journal
from feedback_app.delivery.queue.retry import Schedule
from feedback_app.delivery.sending.connections import Transport
from feedback_app.delivery.sending.folder_transport import FolderTransport
from feedback_app.delivery.sending.relay import Relay
from feedback_app.delivery.sending.sender import Sender
from feedback_app.delivery.sending.smtp_transport import SmtpTransport
from feedback_app.delivery.throttle.policy import ThrottlePolicy
from feedback_app.delivery.throttle.ramp_up import Rules
from feedback_app.delivery.throttle.rates import Rates
from feedback_app.extensions import current_settings
from feedback_app.organisation.queries import current
from feedback_app.settings import Settings


def worker_name() -> str:
    """Return a name no other worker has, on any machine: host, process, and chance."""
    host = "".join(c if c.isalnum() or c == "-" else "-" for c in socket.gethostname())[:30]
    return f"{host}-{os.getpid()}-{secrets.token_hex(4)}"


def journals(settings: Settings) -> Path:
    """Return the folder of the intent journals. It must be on this machine's own disk."""
    return Path(settings.var) / "journal"


def transport(settings: Settings) -> Transport:
    """Return the way out that FEEDBACK_MAIL_URL names. Raises BadSetting."""
    if settings.mail_folder is not None:
        return FolderTransport(settings.mail_folder)
    return SmtpTransport(Relay.read(settings.mail_url), identity(settings), sign=signer(settings))


def processes(settings: Settings) -> int:
    """Return how many processes of a worker send: none without a connection, and a folder needs one."""
    return 1 if settings.mail_folder is not None else min(settings.mail_processes, settings.mail_connections)


def connections(settings: Settings, number: int = 0) -> int:
    """Return how many connections process ``number`` (from 0) keeps: they share what FEEDBACK_MAIL_CONNECTIONS says."""
    if settings.mail_folder is not None:
        return 1
    each, rest = divmod(settings.mail_connections, processes(settings))
    return each + (number < rest)


def open_sender(owner: str, number: int = 0) -> Sender:
    """Return the sender of process ``number`` of a worker, its journal opened.

    Raises BadSetting, and OSError without a journal.
    """
    settings = current_settings()
    renderers = cast("dict[str, Renderer]", current_app.config["RENDERERS"])
    return Sender(
        owner,
        transport(settings),
        Journal(journals(settings), owner),
        Preparer(identity(settings), renderers, lambda: identity(settings, current())),
        connections(settings, number),
        policy=throttle_policy(settings),
        core=number if settings.cpu_affinity else None,
    )


def throttle_policy(settings: Settings) -> ThrottlePolicy:
    """Return the limits and rules that the settings ask for."""
    return ThrottlePolicy(
        Rates(settings.mail_rate, settings.mail_domain_rates),
        Rules(percent=settings.mail_most_refused),
        Schedule(settings.mail_retry, settings.mail_give_up),
    )
