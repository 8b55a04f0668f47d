"""What an operator should know before the first letter leaves: each check says what is wrong and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError

from feedback_app.accounts.models import Staff
from feedback_app.delivery import queries as post_office
from feedback_app.delivery.bounces import mailbox as bounce_mailbox
from feedback_app.delivery.bounces.mailbox import Mailbox, MailboxTrouble
from feedback_app.extensions import current_settings, db
from feedback_app.jobs import queries as jobs
from feedback_app.operations.doctor import dns, reader, relay
from feedback_app.operations.doctor.dns_asking import Asker
from feedback_app.operations.doctor.findings import Finding, judged
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import Settings

LOW, NEARLY_FULL = 2 * 1024**3, 200 * 1024**2  # bytes left on the disk of FEEDBACK_VAR


def examine(asker: Asker | None = None) -> list[Finding]:
    """Run every check; none changes anything or sends a letter. ``asker`` asks DNS (None: as this machine does)."""
    settings = current_settings()
    database = jobs.database_trouble()
    checked = [judged("database", database, _database_words(settings))]
    if not database:
        checked += [
            judged("migrations", jobs.migration_trouble(), "at the newest version"),
            judged("worker", jobs.worker_trouble(), "seen within two minutes"),
            judged("staff", _staff_trouble(), "somebody can sign in"),
            *_held_back(),
        ]
    folder = Path(settings.var)
    checked.append(judged("folder", _folder_trouble(folder), f"{folder} can be written to"))
    checked += [*_disk(folder), *relay.examine(settings), *_bounce_mailbox(settings), *reader.examine(settings)]
    if settings.mail_folder is None:
        checked += dns.examine(settings, asker or Asker())
    return [*checked, *_hints(settings)]


def _database_words(settings: Settings) -> str:
    return "SQLite answers" if settings.database_url.startswith("sqlite") else "PostgreSQL answers"


def _staff_trouble() -> str:
    try:
        able = db.session.scalar(select(exists().where(Staff.active, Staff.password.is_not(None))))
    except SQLAlchemyError:
        db.session.rollback()
        return "unknown: the tables are not there yet"
    return "" if able else "nobody can sign in: run feedback-app staff add ADDRESS --role admin"


def _held_back() -> list[Finding]:
    """Say what keeps letters from leaving although everything works: a person, or a halt that waits for one."""
    try:
        pauses, halts = post_office.pauses(), post_office.open_halts()
    except SQLAlchemyError:
        db.session.rollback()
        return []  # said by the check of the migrations
    if not pauses:
        return []
    machine = sum((one.kind, one.group_id) in halts for one in pauses)
    words = f"{len(pauses)} held back, {machine} of them by the machine: `feedback-app mail status` says which and why"
    return [Finding("letters", None, words)]


def _folder_trouble(folder: Path) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        return f"{folder} cannot be written to ({error.strerror}): set FEEDBACK_VAR"
    return ""


def _disk(folder: Path) -> list[Finding]:
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return []  # said by the check of the folder
    words = f"{free / 1024**3:.1f} GB left for {folder}"
    if free < NEARLY_FULL:
        return [Finding("disk", False, f"{words}: make room, letters stop when nothing can be written")]
    return [Finding("disk", True if free >= LOW else None, words)]


def _bounce_mailbox(settings: Settings) -> list[Finding]:
    """Connect, sign in and look into the folder, as the worker does each minute."""
    if not settings.bounce_mailbox:
        return []
    mailbox = Mailbox.read(settings.bounce_mailbox)
    try:
        waiting = bounce_mailbox.look(mailbox)
    except MailboxTrouble as error:
        return [Finding("bounce mailbox", False, str(error))]
    return [Finding("bounce mailbox", True, f"{mailbox.folder} at {mailbox.host} can be read, {waiting} messages wait")]


def _hints(settings: Settings) -> list[Finding]:
    hints = []
    if settings.development:
        hints.append(Finding("development", None, "FEEDBACK_DEVELOPMENT is on: never on a public address"))
    if not settings.secure:
        hints.append(Finding("address", None, f"{settings.base_url} is not https: personal links travel in the open"))
    if not organisation().postal_address:
        hints.append(Finding("postal address", None, "none is set (page Organisation): many countries ask for it"))
    return hints
