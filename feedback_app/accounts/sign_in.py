"""Flask-Security, told our rules: argon2, optional TOTP, reset by letter, POST to sign out, no registration."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from flask import Flask
from flask_security import SQLAlchemyUserDatastore

from feedback_app.accounts.access import may
from feedback_app.accounts.models import Role, Staff
from feedback_app.extensions import db, security
from feedback_app.settings import Settings


def _secrets(settings: Settings, purpose: str) -> str:
    return hashlib.sha256(f"{purpose}\0{settings.secret_key}".encode()).hexdigest()


def options(settings: Settings) -> dict[str, Any]:
    """Return the SECURITY_* configuration that follows from ``settings``."""
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": _secrets(settings, "password salt"),
        "SECURITY_PASSWORD_LENGTH_MIN": 12,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(days=3),
        "SECURITY_CHANGEABLE": True,
        "SECURITY_TRACKABLE": True,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_TOTP_SECRETS": {"1": _secrets(settings, "totp")},
        "SECURITY_TOTP_ISSUER": settings.organisation,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_POST_LOGOUT_VIEW": "/sign-in",
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": _email, "case_insensitive": True}}],
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
    }


def _email(value: str) -> str | None:
    return value.strip().lower() if "@" in value else None


def init_app(app: Flask) -> None:
    """Attach Flask-Security; offer ``may(right)`` to templates."""
    app.config.update(options(app.config["SETTINGS"]))
    security.init_app(app, SQLAlchemyUserDatastore(db, Staff, Role))
    app.jinja_env.globals["may"] = may
