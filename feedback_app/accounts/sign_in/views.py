"""The pages where somebody chooses a password. Flask-Security's own would hash while they hold the database."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template
from flask_babel import format_timedelta
from flask_login import current_user
from flask_security import auth_required, hash_password
from flask_security.recoverable import reset_password_token_status
from flask_security.utils import do_flash, get_message
from werkzeug.wrappers import Response

from feedback_app.accounts import mail
from feedback_app.accounts.access import me
from feedback_app.accounts.models import Staff
from feedback_app.accounts.sign_in import actions, session_cookies
from feedback_app.accounts.sign_in.forms import ForgottenForm, NewPasswordForm, OtherPasswordForm
from feedback_app.accounts.sign_in.messages import LINK_DAYS
from feedback_app.web.pages import attempt, see_other


def forgot_password() -> str:
    """Take the address to which a link is to be sent, and say the same whoever it belongs to."""
    form = ForgottenForm(email=current_user.email if current_user.is_authenticated else None)
    if form.validate_on_submit():
        email = form.email.data or ""
        actions.ask_for_link(email)
        do_flash(*get_message("PASSWORD_RESET_REQUEST", email=email))
    return render_template("security/forgot_password.html", forgot_password_form=form)


def reset_password(token: str) -> str | Response:
    """Let the bearer of a link choose a password."""
    expired, invalid, staff = reset_password_token_status(token)  # type: ignore[no-untyped-call]
    if staff is None or invalid or expired:
        within = format_timedelta(timedelta(days=LINK_DAYS))
        do_flash(*get_message("PASSWORD_RESET_EXPIRED" if expired else "INVALID_RESET_PASSWORD_TOKEN", within=within))
        return see_other("security.forgot_password")
    form = NewPasswordForm()
    form.user = staff
    if form.validate_on_submit():
        _choose(staff, form.password.data or "")
        return see_other("security.login")
    return render_template("security/reset_password.html", reset_password_form=form, reset_password_token=token)


def _choose(staff: Staff, password: str) -> None:
    staff_id, identity, letter = staff.id, staff.fs_uniquifier, mail.password_words(staff.language)
    with attempt():
        actions.choose_password(staff_id, identity, hash_password(password), letter)
        do_flash(*get_message("PASSWORD_RESET_NO_LOGIN"))


@auth_required("session")
def change_password() -> str | Response:
    """Let somebody signed in, who knows their password, choose another."""
    staff = me()
    if not staff.password:
        return see_other("security.forgot_password")
    form = OtherPasswordForm()
    if form.validate_on_submit():
        _change(staff, staff.password, form.new_password.data or "")
        return see_other("accounts.profile")
    return render_template("security/change_password.html", change_password_form=form)


def _change(staff: Staff, was: str, password: str) -> None:
    staff_id, letter, browser = staff.id, mail.password_words(staff.language), session_cookies.this_browser()
    with attempt():
        token = actions.change_password(staff_id, was, hash_password(password), letter, browser)
        session_cookies.hold(token, browser)
        do_flash(*get_message("PASSWORD_CHANGE"))


VIEWS = {"forgot_password": forgot_password, "reset_password": reset_password, "change_password": change_password}
