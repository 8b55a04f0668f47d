"""What an operator should know before the first letter leaves: each check says what is wrong and what to do."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError

from feedback_app.accounts.models import Staff
from feedback_app.delivery.desk import RelayTrouble
from feedback_app.delivery.identity import Identity
from feedback_app.delivery.smtp import Relay, SmtpTransport, Timeouts
from feedback_app.extensions import current_settings, db
from feedback_app.jobs import queries as jobs
from feedback_app.settings import Settings

PATIENCE = 10  # seconds a relay may take to greet us


@dataclass(frozen=True)
class Finding:
    """One check: its name, whether it is well (None: a hint only), and what to know or do."""

    name: str
    well: bool | None
    words: str


def examine() -> list[Finding]:
    """Run every check; none of them changes anything or sends a letter."""
    settings = current_settings()
    database = jobs.database_trouble()
    found = [_said("database", database, _database_words(settings))]
    if not database:
        found += [
            _said("migrations", jobs.migration_trouble(), "at the newest version"),
            _said("worker", jobs.worker_trouble(), "seen within two minutes"),
            _said("staff", _staff_trouble(), "somebody can sign in"),
        ]
    found.append(_said("folder", _folder_trouble(Path(settings.var)), f"{settings.var} can be written to"))
    return [*found, _mail(settings), *_hints(settings)]


def _said(name: str, trouble: str, otherwise: str) -> Finding:
    return Finding(name, not trouble, trouble or otherwise)


def _database_words(settings: Settings) -> str:
    return "SQLite answers" if settings.database_url.startswith("sqlite") else "PostgreSQL answers"


def _staff_trouble() -> str:
    try:
        able = db.session.scalar(select(exists().where(Staff.active, Staff.password.is_not(None))))
    except SQLAlchemyError:
        db.session.rollback()
        return "unknown: the tables are not there yet"
    return "" if able else "nobody can sign in: run feedback-app staff add ADDRESS --role admin"


def _folder_trouble(folder: Path) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        return f"{folder} cannot be written to ({error.strerror}): set FEEDBACK_VAR"
    return ""


def _mail(settings: Settings) -> Finding:
    if settings.mail_folder is not None:
        well = None if settings.development else False
        return Finding("mail", well, f"letters land in {settings.mail_folder}: set FEEDBACK_MAIL_URL to send them")
    identity = Identity(settings.mail_from, settings.organisation, settings.secret_key, socket.getfqdn())
    relay = Relay.read(settings.mail_url)
    try:
        SmtpTransport(relay, identity, Timeouts(connect=PATIENCE, command=PATIENCE)).open().close()
    except RelayTrouble as error:
        return Finding("mail", False, f"{error}: check FEEDBACK_MAIL_URL")
    return Finding("mail", True, f"{relay.host}:{relay.port} takes letters")


def _hints(settings: Settings) -> list[Finding]:
    hints = []
    if settings.development:
        hints.append(Finding("development", None, "FEEDBACK_DEVELOPMENT is on: never on a public address"))
    if not settings.secure:
        hints.append(Finding("address", None, f"{settings.base_url} is not https: personal links travel in the open"))
    if not settings.postal_address:
        hints.append(Finding("postal address", None, "FEEDBACK_POSTAL_ADDRESS is empty: many countries ask for it"))
    return hints
