"""Settings: read once from FEEDBACK_* variables, strictly. What cannot be understood is refused by name."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feedback_app.common.loopback import is_loopback
from feedback_app.common.oidc_providers import Provider, providers
from feedback_app.common.rate_syntax import (
    DomainLimit,
    domain_limits,
    duration,
    durations,
)
from feedback_app.places import default_var

LANGUAGES = ("en", "pl")
PREFIX = "FEEDBACK_"
SECRET = (  # may also come from NAME_FILE
    "SECRET_KEY", "DATABASE_URL", "MAIL_URL", "DKIM_KEY", "DKIM_ED25519_KEY",
    "OIDC", "BOUNCE_MAILBOX", "HOOK_SECRET", "METRICS_TOKEN", "READER_KEY",
)  # fmt: skip
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
LOCAL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,22}[A-Za-z0-9])?")  # leaves room for what VERP adds, 64 in all
SAFE_SECRET = re.compile(r"[A-Za-z0-9_-]{24,200}")
BEARER = re.compile(r"[!-~]{1,500}")  # what a header may carry
TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")


class BadSetting(ValueError):
    """A setting is missing, unknown or cannot be understood; the message names it."""


def _text(value: str) -> str:
    return value.strip()


def _flag(value: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if value.strip().lower() not in known:
        raise ValueError("use yes or no")
    return known[value.strip().lower()]


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        number = int(value) if value.strip().lstrip("-").isdigit() else None
        if number is None or not least <= number <= most:
            raise ValueError(f"use a whole number from {least} to {most}")
        return number

    return read


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value.strip() not in choices:
            raise ValueError("use one of " + ", ".join(choices))
        return value.strip()

    return read


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("use a time zone name such as Europe/Warsaw") from error


def _base_url(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("use an address such as https://feedback.example.org")
    return value.strip().rstrip("/")


def _mail_url(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme == "folder" and parts.path:
        return value.strip()
    if parts.scheme not in ("smtp", "smtps", "smtp+plain") or not parts.hostname:
        raise ValueError("use smtp://user:password@host:587 (STARTTLS), smtps://host:465, or folder:/path")
    return value.strip()


def _database_url(value: str) -> str:
    if not re.match(r"(sqlite|postgres|postgresql|postgresql\+psycopg):", value.strip()):
        raise ValueError("use postgresql://user:password@host/name, or sqlite:////folder/file.sqlite3")
    return value.strip()


def _host_name(value: str) -> str:
    name = value.strip().lower().rstrip(".")
    if len(name) > 253 or not all(LABEL.fullmatch(label) for label in name.split(".")):
        raise ValueError("use letters, digits, hyphens and dots, as in mail.example.org")
    return name


def _bounce_address(value: str) -> str:
    local, at, domain = value.strip().rpartition("@")
    if not (at and LOCAL.fullmatch(local) and "." in _host_name(domain)):
        raise ValueError(
            "use an address such as bounce@example.org, at most 24 letters, digits, dots and hyphens before the @,"
            " whose mail server delivers bounce+anything@example.org there, too"
        )
    return f"{local}@{_host_name(domain)}"


def _mailbox_url(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("imaps", "imap") or not parts.hostname or not parts.username or not parts.password:
        raise ValueError("use imaps://user:password@host/INBOX, with / and @ in the password written as %2F and %40")
    return value.strip()


def _random_secret(value: str) -> str:
    if not SAFE_SECRET.fullmatch(value.strip()):
        raise ValueError("use 24 to 200 random letters, digits, hyphens and underscores")
    return value.strip()


def _topic(value: str) -> str:
    if not TOPIC.fullmatch(value.strip()):
        raise ValueError("use the ARN of the topic, as in arn:aws:sns:eu-west-1:123456789012:bounces")
    return value.strip()


def _endpoint(value: str) -> str:
    parts = urlsplit(_base_url(value))
    if not parts.hostname or parts.username or parts.password:
        raise ValueError("use an address such as http://127.0.0.1:11434/v1, the key in FEEDBACK_READER_KEY")
    return value.strip().rstrip("/")


def _bearer(value: str) -> str:
    if not BEARER.fullmatch(value.strip()):
        raise ValueError("use the key as the endpoint gave it: letters, digits and signs without blanks")
    return value.strip()


def _bar(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0.5 <= number <= 1:
        raise ValueError("use a chance from 0.5 to 1, such as 0.95")
    return number


def _percent(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0.01 <= number <= 100:
        raise ValueError("use a number of percent from 0.01 to 100, such as 0.3")
    return number


def _rate(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1_000_000:
        raise ValueError("use a number of letters a second, such as 20 or 0.5; 0 for no limit")
    return number


@dataclass(frozen=True)
class Settings:
    """Everything the house can be told from outside. Defaults suit a laptop; production needs the first four."""

    secret_key: str = field(default="", metadata={"read": _text})
    base_url: str = field(default="", metadata={"read": _base_url})
    database_url: str = field(default="", metadata={"read": _database_url})
    database_pooler: str = field(default="none", metadata={"read": _one_of("none", "transaction")})
    mail_url: str = field(default="", metadata={"read": _mail_url})
    mail_from: str = field(default="feedback@localhost.localdomain", metadata={"read": _text})
    mail_reply_to: str = field(default="", metadata={"read": _text})
    mail_connections: int = field(default=5, metadata={"read": _whole(1, 50)})
    mail_processes: int = field(default=1, metadata={"read": _whole(1, 32)})
    cpu_affinity: bool = field(default=False, metadata={"read": _flag})
    mail_rate: float = field(default=0.0, metadata={"read": _rate})
    mail_domain_rates: dict[str, DomainLimit] = field(default_factory=dict, metadata={"read": domain_limits})
    mail_canary: int = field(default=500, metadata={"read": _whole(0, 10_000_000)})
    mail_most_refused: float = field(default=5.0, metadata={"read": _percent})
    mail_retry: tuple[timedelta, ...] = field(default=durations("5m 30m 1h 2h 4h"), metadata={"read": durations})
    mail_give_up: timedelta = field(default=duration("4d"), metadata={"read": duration})
    mail_in_doubt: str = field(default="by_cause", metadata={"read": _one_of("by_cause", "resend", "hold")})
    dkim_key: str = field(default="", metadata={"read": _text}, repr=False)
    dkim_ed25519_key: str = field(default="", metadata={"read": _text}, repr=False)
    dkim_selector: str = field(default="feedback", metadata={"read": _host_name})
    dkim_domain: str = field(default="", metadata={"read": _host_name})
    bounce_address: str = field(default="", metadata={"read": _bounce_address})
    bounce_mailbox: str = field(default="", metadata={"read": _mailbox_url}, repr=False)
    hook_secret: str = field(default="", metadata={"read": _random_secret}, repr=False)
    ses_topic: str = field(default="", metadata={"read": _topic})
    complaint_limit: float = field(default=0.3, metadata={"read": _percent})
    organisation: str = field(default="Our company", metadata={"read": _text})
    postal_address: str = field(default="", metadata={"read": _text})
    language: str = field(default="en", metadata={"read": _one_of(*LANGUAGES)})
    timezone: str = field(default="Europe/Warsaw", metadata={"read": _zone})
    development: bool = field(default=False, metadata={"read": _flag})
    var: str = field(default_factory=lambda: str(default_var()), metadata={"read": _text})
    port: int = field(default=8000, metadata={"read": _whole(1, 65535)})
    invitation_days: int = field(default=90, metadata={"read": _whole(1, 3650)})
    upload_mb: int = field(default=32, metadata={"read": _whole(1, 2048)})
    rate_limits: bool = field(default=True, metadata={"read": _flag})
    rate_limit_storage: str = field(default="", metadata={"read": _text})
    proxies: int = field(default=0, metadata={"read": _whole(0, 5)})
    log_format: str = field(default="json", metadata={"read": _one_of("json", "console")})
    quote_bar: float = field(default=0.95, metadata={"read": _bar})
    themes_strong: bool = field(default=False, metadata={"read": _flag})
    reader_url: str = field(default="", metadata={"read": _endpoint})
    reader_model: str = field(default="", metadata={"read": _text})
    reader_key: str = field(default="", metadata={"read": _bearer}, repr=False)
    reader_timeout: int = field(default=60, metadata={"read": _whole(1, 600)})
    reader_requests: int = field(default=20, metadata={"read": _whole(1, 1000)})
    reader_format: str = field(default="json_schema", metadata={"read": _one_of("json_schema", "json_object", "none")})
    metrics_token: str = field(default="", metadata={"read": _random_secret}, repr=False)
    log_level: str = field(default="info", metadata={"read": _one_of("debug", "info", "warning", "error")})
    oidc: tuple[Provider, ...] = field(default=(), metadata={"read": providers}, repr=False)
    local_sign_in: bool = field(default=True, metadata={"read": _flag})
    given: frozenset[str] = frozenset()  # no setting: the names of those that somebody set

    @property
    def secure(self) -> bool:
        """True when the service is reached by https, so cookies may insist on it."""
        return self.base_url.startswith("https://")

    @property
    def mail_folder(self) -> Path | None:
        """The folder where letters land instead of leaving, or None when an SMTP relay is set."""
        if self.mail_url.startswith("folder:"):
            return Path(self.mail_url.removeprefix("folder:"))
        return None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read FEEDBACK_* from ``environment`` (default: the process's own).

        Raises BadSetting naming every unknown variable or the first value that cannot be understood.
        """
        texts = _collect(os.environ if environment is None else environment)
        known = {one.name: one for one in fields(cls) if one.metadata}
        unknown = sorted(PREFIX + name.upper() for name in texts if name not in known)
        if unknown:
            raise BadSetting(f"Unknown setting {', '.join(unknown)}. docs/settings.md lists the known ones.")
        values: dict[str, object] = {}
        for name, raw in texts.items():
            try:
                values[name] = known[name].metadata["read"](raw)
            except ValueError as error:
                raise BadSetting(f"{PREFIX}{name.upper()}: {error}.") from error
        return cls(**values, given=frozenset(values)).completed()  # type: ignore[arg-type]  # each reader returns its field's type

    def completed(self) -> Settings:
        """Fill what follows from other settings; refuse what production must have and does not."""
        changes: dict[str, Any] = {}
        self._check_pairs()
        self._check_development()
        if not self.secret_key:
            if not self.development:
                raise BadSetting(f"{PREFIX}SECRET_KEY is missing: set it to at least 32 random characters.")
            changes["secret_key"] = _kept_secret(Path(self.var) / "secret_key")
        elif len(self.secret_key) < 32:
            raise BadSetting(f"{PREFIX}SECRET_KEY is too short: use at least 32 random characters.")
        if not self.database_url:
            changes["database_url"] = f"sqlite:///{Path(self.var).resolve() / 'feedback.sqlite3'}"
        elif self.database_url.startswith(("postgres://", "postgresql://")):
            changes["database_url"] = "postgresql+psycopg://" + self.database_url.split("://", 1)[1]
        folder = Path(self.var).resolve()
        follows = {
            "base_url": f"http://127.0.0.1:{self.port}",
            "mail_url": f"folder:{folder / 'mail'}",
            "rate_limit_storage": f"file://{folder / 'limits.sqlite3'}",
        }
        changes |= {name: value for name, value in follows.items() if not getattr(self, name)}
        return self.with_(**changes)

    def _check_pairs(self) -> None:
        if bool(self.reader_url) != bool(self.reader_model):
            raise BadSetting(f"{PREFIX}READER_URL and {PREFIX}READER_MODEL go together: set both, or none.")
        if not (self.local_sign_in or self.oidc):
            raise BadSetting(f"{PREFIX}LOCAL_SIGN_IN is off and {PREFIX}OIDC names no provider: nobody could sign in.")

    def _check_development(self) -> None:
        host = urlsplit(self.base_url).hostname or "localhost"
        if self.development and not is_loopback(host):
            raise BadSetting(
                f"{PREFIX}DEVELOPMENT=yes shows all letters to whoever can reach it: {PREFIX}BASE_URL must then be"
                f" on this machine, such as http://127.0.0.1:{self.port}, not {self.base_url}."
            )

    def with_(self, **changes: Any) -> Settings:
        """Return a copy with ``changes``."""
        return replace(self, **changes)


def _collect(environment: Mapping[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in environment.items():
        if not name.startswith(PREFIX) or value == "":
            continue
        short = name.removeprefix(PREFIX)
        if short.endswith("_FILE") and short.removesuffix("_FILE") in SECRET:
            try:
                values[short.removesuffix("_FILE").lower()] = Path(value).read_text("utf-8").strip()
            except OSError as error:
                raise BadSetting(f"{name}: cannot read {value} ({error.strerror}).") from error
        else:
            values.setdefault(short.lower(), value)
    return values


def _kept_secret(path: Path) -> str:
    """Return the development key, made once and kept so that links and sessions survive a restart."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    except OSError as error:
        raise BadSetting(f"{PREFIX}VAR: {path.parent} cannot be written to ({error.strerror}).") from error
    return path.read_text("utf-8").strip()
