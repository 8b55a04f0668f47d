"""Settings are read strictly, and every one is documented."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from feedback_app.places import ROOT
from feedback_app.settings import BadSetting, Settings

KEY = "0123456789abcdef0123456789abcdef"


def read(tmp_path: Path, **values: str) -> Settings:
    given = {"FEEDBACK_SECRET_KEY": KEY, "FEEDBACK_VAR": str(tmp_path)}
    return Settings.from_environment(given | {f"FEEDBACK_{name}": value for name, value in values.items()})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"), ("PORT", "0"), ("DEVELOPMENT", "perhaps"), ("LANGUAGE", "de"), ("TIMEZONE", "Moon/Base"),
        ("BASE_URL", "feedback.example.org"), ("BASE_URL", "ftp://x"), ("MAIL_URL", "mail.example.org"),
        ("MAIL_CONNECTIONS", "0"), ("LOG_FORMAT", "xml"), ("SECRET_KEY", "short"), ("UPLOAD_MB", "-3"),
        ("BOUNCE_ADDRESS", "bounce"), ("BOUNCE_ADDRESS", "a+b@example.org"), ("BOUNCE_ADDRESS", "ż@example.org"),
        ("BOUNCE_ADDRESS", "a" * 25 + "@example.org"), ("BOUNCE_MAILBOX", "imaps://host/INBOX"),
        ("BOUNCE_MAILBOX", "pop3://a:b@host"), ("HOOK_SECRET", "short"), ("HOOK_SECRET", "with blanks " * 4),
        ("SES_TOPIC", "bounces"), ("COMPLAINT_LIMIT", "0"), ("COMPLAINT_LIMIT", "nan"), ("COMPLAINT_LIMIT", "a few"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"FEEDBACK_{name}"):
        read(tmp_path, **{name: value})


def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="FEEDBACK_COLOUR"):
        read(tmp_path, COLOUR="teal")


def test_a_secret_is_needed_outside_development(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="FEEDBACK_SECRET_KEY"):
        Settings.from_environment({"FEEDBACK_VAR": str(tmp_path)})


def test_the_development_key_is_made_once_and_kept(tmp_path: Path) -> None:
    given = {"FEEDBACK_VAR": str(tmp_path), "FEEDBACK_DEVELOPMENT": "yes"}
    first = Settings.from_environment(given).secret_key
    assert len(first) >= 32
    assert Settings.from_environment(given).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_secrets_come_from_files_too(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    found = Settings.from_environment(
        {"FEEDBACK_SECRET_KEY_FILE": str(tmp_path / "key"), "FEEDBACK_VAR": str(tmp_path)}
    )
    assert found.secret_key == KEY
    with pytest.raises(BadSetting, match="FEEDBACK_MAIL_URL_FILE"):
        read(tmp_path, MAIL_URL_FILE=str(tmp_path / "missing"))


def test_what_follows_from_other_settings(tmp_path: Path) -> None:
    found = read(tmp_path, DATABASE_URL="postgresql://a:b@c/d", PORT="8123")
    assert found.database_url == "postgresql+psycopg://a:b@c/d"
    assert found.base_url == "http://127.0.0.1:8123"
    assert found.mail_folder == tmp_path / "mail"
    assert not found.secure
    assert read(tmp_path, BASE_URL="https://feedback.example.org/").base_url == "https://feedback.example.org"


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    missing = [one.name for one in fields(Settings) if one.metadata and f"`FEEDBACK_{one.name.upper()}`" not in page]
    assert not missing
