"""Flask-Security's forms with our labels; what strangers get wrong is noted, and bad `next` addresses are dropped."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_security import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
)
from flask_security.recovery_codes import MfRecoveryForm
from flask_security.utils import get_message, validate_redirect_url
from sqlalchemy import inspect
from wtforms import EmailField, Field, ValidationError

from feedback_app.accounts import events
from feedback_app.accounts.models import Staff
from feedback_app.accounts.sign_in.guard import begin_writing
from feedback_app.accounts.staff_store import local_sign_in_for
from feedback_app.delivery import addresses
from feedback_app.events.actions import record_once
from feedback_app.events.actor import STRANGER
from feedback_app.extensions import db
from feedback_app.web.forms import Form

EMAIL = _l("Email address")
PASSWORD = _l("Password")
NEW = _l("New password")
AGAIN = _l("The same password again")
CODE = _l("Code")
KNOCKS_MINUTES = 10  # how often failures of one person are written down


def _label(form: Any, **labels: Any) -> None:
    """Give fields our labels, and tell browsers which are required (their `required` marks the field itself)."""
    for name, text in labels.items():
        form[name].label.text = text
        form[name].description = ""
        form[name].render_kw = {**(form[name].render_kw or {}), "required": True}


class _Noted:
    """A form whose failures are written in the trail when it is known whose account was tried."""

    step = ""

    def validate(self, **kwargs: Any) -> bool:
        """Check the form; note a failure, at most one in ten minutes for a person and step."""
        passed = bool(super().validate(**kwargs))  # type: ignore[misc]  # the form this is mixed into
        staff = getattr(self, "user", None)
        passed = self.settle(staff) and passed
        if not passed and staff is not None:
            record_once(KNOCKS_MINUTES, events.SIGN_IN_FAILED, STRANGER, staff.id, name=staff.email, step=self.step)
        return passed

    def settle(self, _staff: Staff | None) -> bool:
        """Return whether what was checked still holds; here it was checked in the transaction."""
        return True


class _Hashed(_Noted):
    """A form that compares a password, which takes long, before the transaction of its page begins."""

    step = "password"

    def settle(self, staff: Staff | None) -> bool:
        """Begin the transaction; return whether the password that was compared is still the one of an open account."""
        own = db.session.get(Staff, staff.id) if staff else None
        if own is None:
            begin_writing()
            return False
        compared = next(iter(inspect(own).attrs.password.history.deleted or ()), own.password)
        better = own.password  # hashed anew where the settings of hashing have changed
        db.session.expire(own)
        begin_writing()
        holds = own.active and own.password == compared and local_sign_in_for(own)
        if holds and better != compared:
            own.password = better
        if not holds:
            password = self["password"]  # type: ignore[index]  # the form this is mixed into
            password.errors = [*password.errors, get_message("INVALID_PASSWORD")[0]]
        return holds


class _SafeNext:
    """A form whose ``next`` leads to one of our pages: a hostile one is replaced by the first page, without a word."""

    def validate_next(self, field: Field) -> None:
        """Keep paths of ours only."""
        if not field.data or not validate_redirect_url(field.data):
            field.data = "/"


class SignInForm(_Hashed, _SafeNext, LoginForm):
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, email=EMAIL, password=PASSWORD)
        self.email.render_kw = {"autocomplete": "username", "required": True, "autofocus": True}
        self.remember.label.text = _l("Stay signed in on this device for two weeks")


class OnceMoreForm(_Hashed, _SafeNext, VerifyForm):
    """The password once more, before something that guards the account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, password=PASSWORD)


def is_address(_form: Any, field: Field) -> None:
    """Refuse what is no email address, saying which part is wrong."""
    try:
        addresses.parse(field.data or "")
    except addresses.BadAddress as error:
        raise ValidationError(gettext(error.message, **error.values)) from error


class ForgottenForm(Form):
    """The address a letter with a link is sent to."""

    email = EmailField(EMAIL, [is_address], render_kw={"autocomplete": "username", "required": True})


class NewPasswordForm(ResetPasswordForm):
    """A password for an account whose link was opened."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, password=NEW, password_confirm=AGAIN)


class OtherPasswordForm(ChangePasswordForm):
    """The password of today and the next one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, password=_l("Your password today"), new_password=NEW, new_password_confirm=AGAIN)


class CodeForm(_Noted, TwoFactorVerifyCodeForm):
    """The code of an authenticator app."""

    step = "code"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, code=CODE)
        self.code.render_kw = {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "pattern": "[0-9 ]*",
            "maxlength": "9",
            "required": True,
            "autofocus": True,
        }


class SecondStepForm(TwoFactorSetupForm):
    """Turning two-step sign-in on or off."""


class RecoveryForm(_Noted, MfRecoveryForm):
    """A recovery code in place of the app's code."""

    step = "recovery code"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, code=_l("Recovery code"))
        self.code.render_kw = {"autocomplete": "off", "spellcheck": "false", "required": True, "autofocus": True}

    def validate(self, **kwargs: Any) -> bool:
        """Check the code as people copy it: in capitals, with blanks around."""
        self.code.data = (self.code.data or "").strip().lower()
        return super().validate(**kwargs)


class RescueForm(TwoFactorRescueForm):
    """The one way round a lost device that needs nobody else: a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.help_setup.choices = []


FORMS: dict[str, Any] = {
    "login_form": SignInForm,
    "verify_form": OnceMoreForm,
    "two_factor_verify_code_form": CodeForm,
    "two_factor_setup_form": SecondStepForm,
    "two_factor_rescue_form": RescueForm,
    "mf_recovery_form": RecoveryForm,
}
