"""Flask-Security, told our rules: argon2, optional TOTP, reset by letter, POST to sign out, no registration."""

from __future__ import annotations

import base64
import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import qrcode  # type: ignore[import-untyped]
from flask import Flask
from flask_babel import gettext
from flask_security import PasswordUtil, Security, SQLAlchemyUserDatastore, Totp
from passlib.exc import UsedTokenError  # type: ignore[import-untyped]
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]
from sqlalchemy import update

from feedback_app import clock
from feedback_app.accounts.access import may
from feedback_app.accounts.mail import StaffMail
from feedback_app.accounts.models import Role, Staff
from feedback_app.accounts.sign_in import guard, passwords, session_cookies, session_rows, trail, views
from feedback_app.accounts.sign_in.forms import FORMS
from feedback_app.accounts.sign_in.messages import LINK_DAYS, MESSAGES
from feedback_app.database import updated_one
from feedback_app.extensions import db
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import Settings


def _secret(settings: Settings, purpose: str) -> str:
    return hashlib.sha256(f"{purpose}\0{settings.secret_key}".encode()).hexdigest()


def _fernet_key(settings: Settings, purpose: str) -> bytes:
    return base64.urlsafe_b64encode(bytes.fromhex(_secret(settings, purpose)))


def options(settings: Settings) -> dict[str, Any]:
    """Return the configuration of Flask-Security and Flask-Login that follows from ``settings``."""
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": _secret(settings, "password salt"),
        "SECURITY_PASSWORD_LENGTH_MIN": passwords.SHORTEST,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(days=LINK_DAYS),
        "SECURITY_CHANGEABLE": True,
        "SECURITY_CHANGE_URL": "/profile/password",
        "SECURITY_TRACKABLE": True,
        "SECURITY_DATETIME_FACTORY": clock.now,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "accounts.profile",
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,  # seconds a clock may be off, either way
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [_fernet_key(settings, "recovery codes")],
        "SECURITY_TOTP_SECRETS": {"1": _secret(settings, "totp")},
        "SECURITY_TOTP_ISSUER": settings.organisation,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_POST_LOGOUT_VIEW": "/sign-in",
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": _email, "case_insensitive": True}}],
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        "SECURITY_EMAIL_PLAINTEXT": False,  # letters are written by accounts/mail.py
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_I18N_DOMAIN": "messages",
        "REMEMBER_COOKIE_NAME": "feedback_stay",
        "REMEMBER_COOKIE_DURATION": session_rows.LONGEST,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SECURE": settings.secure,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        **{f"SECURITY_MSG_{name}": message for name, message in MESSAGES.items()},
    }


def _email(value: str) -> str | None:
    return value.strip().casefold() if "@" in value else None


class FitPassword(PasswordUtil):
    """Passwords are judged by our own rules."""

    def validate(self, password: str, is_register: bool, **about: Any) -> tuple[list[str] | None, str]:
        """Return what is wrong (None: nothing) and the password in the form that is kept."""
        normal = self.normalize(password)
        staff = about.get("user")
        known = (staff.name, staff.email) if staff else ()
        found = passwords.trouble(normal, *known, organisation().name)
        return ([gettext(found)] if found else None), normal


class OneTimeTotp(Totp):
    """Codes that work once (RFC 6238, 5.2), shown as a QR code that needs no inline style."""

    def get_totp_uri(self, username: str, totp_secret: str) -> str:
        """Return what the QR code says: the account, and who we are at this moment."""
        return str(self._totp.from_source(totp_secret).to_uri(username, issuer=organisation().name))

    def get_last_counter(self, user: Any) -> int | None:
        """Return the time step whose code was used last."""
        return user.tf_last_counter if user.tf_last_counter is not None else None

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Keep the time step; raises when another request has used this code in the meantime."""
        newer = Staff.tf_last_counter.is_(None) | (Staff.tf_last_counter < tmatch.counter)
        if not updated_one(update(Staff).where(Staff.id == user.id, newer).values(tf_last_counter=tmatch.counter)):
            raise UsedTokenError

    def generate_qrcode(self, username: str, totp: str) -> str:
        """Return the picture of the code as a data address."""
        picture = qrcode.make(self.get_totp_uri(username, totp), image_factory=SvgPathFillImage, border=3)
        with io.BytesIO() as file:
            picture.save(file)
            return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def _ask_only_when_asked(security: Any) -> None:
    """Look for the person signed in when a page asks, by the session alone.

    Flask-Principal would ask the database before each request, a health check, too, and Flask-Security would read a
    token out of any JSON body, a provider's report, too. Rights are ours (access.py), tokens are given to nobody.
    """
    security.principal.identity_loaders.clear()
    security.login_manager.request_loader(None)


def init_app(app: Flask) -> None:
    """Attach Flask-Security; offer ``may(right)`` to templates."""
    app.config.update(options(app.config["SETTINGS"]))
    app.config["SECURITY_I18N_DIRNAME"] = [str(Path(app.root_path) / "translations")]
    security = Security(
        app,
        SQLAlchemyUserDatastore(db, Staff, Role),
        mail_util_cls=StaffMail,
        password_util_cls=FitPassword,
        totp_cls=OneTimeTotp,
        **FORMS,
    )
    security.want_json(lambda _request: False)  # these pages are for people
    session_cookies.init_app(app)
    _ask_only_when_asked(security)
    guard.init_app(app, views.VIEWS)
    trail.init_app(app)
    app.jinja_env.globals["may"] = may
