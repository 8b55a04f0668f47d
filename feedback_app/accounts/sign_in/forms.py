"""Flask-Security's forms with our labels; what strangers get wrong is noted, and bad `next` addresses are dropped."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_security import (
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    ResetPasswordForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
)
from flask_security.recovery_codes import MfRecoveryForm
from flask_security.utils import validate_redirect_url
from wtforms import Field

from feedback_app.accounts import events
from feedback_app.events.actions import record_once
from feedback_app.events.actor import STRANGER

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
        if not passed and staff is not None:
            record_once(KNOCKS_MINUTES, events.SIGN_IN_FAILED, STRANGER, staff.id, name=staff.email, step=self.step)
        return passed


class _SafeNext:
    """A form whose ``next`` leads to one of our pages: a hostile one is replaced by the first page, without a word."""

    def validate_next(self, field: Field) -> None:
        """Keep paths of ours only."""
        if not field.data or not validate_redirect_url(field.data):
            field.data = "/"


class SignInForm(_Noted, _SafeNext, LoginForm):
    """Address and password."""

    step = "password"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, email=EMAIL, password=PASSWORD)
        self.email.render_kw = {"autocomplete": "username", "required": True, "autofocus": True}
        self.remember.label.text = _l("Stay signed in on this device for two weeks")


class OnceMoreForm(_Noted, _SafeNext, VerifyForm):
    """The password once more, before something that guards the account."""

    step = "password"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, password=PASSWORD)


class ForgottenForm(ForgotPasswordForm):
    """The address a letter with a link is sent to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, email=EMAIL)


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
    "forgot_password_form": ForgottenForm,
    "reset_password_form": NewPasswordForm,
    "change_password_form": OtherPasswordForm,
    "two_factor_verify_code_form": CodeForm,
    "two_factor_setup_form": SecondStepForm,
    "two_factor_rescue_form": RescueForm,
    "mf_recovery_form": RecoveryForm,
}
