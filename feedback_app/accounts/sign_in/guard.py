"""Around Flask-Security's pages: one transaction for each POST, and limits on guessing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache, wraps
from typing import Any

from flask import Flask, abort, current_app, g, redirect, request, session
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_security import login_user, views
from flask_security.recovery_codes import mf_recovery, mf_recovery_codes
from flask_security.tf_plugin import tf_select
from sqlalchemy import select
from werkzeug.wrappers import Response

from feedback_app.accounts.models import Staff
from feedback_app.accounts.sign_in import known_devices, session_cookies
from feedback_app.accounts.staff_store import address_of
from feedback_app.database import transaction
from feedback_app.delivery.addresses import BadAddress
from feedback_app.extensions import db, limiter
from feedback_app.web.security import SIGN_IN_LIMIT

View = Callable[..., Any]

LETTERS_LIMIT = "5/hour"  # nobody's mailbox is filled by a stranger who types its address


def second_step() -> Any:
    """Take the code of somebody half-way in. Flask-Security's view would sign out who is in already: they go on."""
    return redirect("/") if current_user.is_authenticated else views.two_factor_token_validation()


VIEWS: dict[str, View] = {
    "login": views.login,
    "verify": views.verify,
    "two_factor_setup": views.two_factor_setup,
    "two_factor_setup_validate": views.two_factor_setup_validate,
    "two_factor_token_validation": second_step,
    "two_factor_rescue": views.two_factor_rescue,
    "tf_select": tf_select,
    "mf_recovery": mf_recovery,
    "mf_recovery_codes": mf_recovery_codes,
}
HASHING = {"login", "verify"}


def whose() -> str:
    """Return the key under which guesses at one account are counted: its own for each browser known to its owner.

    Strangers share one key, from whatever address they come; it is a digest, so that a shared store of limits learns
    no address.
    """
    email = _account()
    device = known_devices.known_device(email)
    return f"device {device}" if device else f"account {known_devices.account_key(email)}"


def where() -> str:
    """Return the key under which guesses from one place are counted: the network address, but for known browsers.

    So nobody is kept out by a stranger with whom they share an address.
    """
    device = known_devices.known_device(_account())
    return f"at device {device}" if device else get_remote_address()


def _account() -> str:
    """Return the address of the account signed in, half-way through two steps, or typed; "" for none."""
    if current_user.is_authenticated:
        return str(current_user.email)
    if half_way := session.get("tf_user_id"):
        return db.session.scalar(select(Staff.email).where(Staff.fs_uniquifier == half_way)) or ""
    try:
        return address_of(request.form.get("email", ""))
    except BadAddress:
        return ""


def let_in(staff_id: int, via: str, where_to: str) -> Any:
    """Sign in somebody for whom a provider vouches; who turned on two-step sign-in is asked for a code, too."""
    with transaction() as writing:
        staff = writing.get_one(Staff, staff_id)
        second = current_app.extensions["security"].two_factor_plugins.tf_enter(staff, False, via, next_loc=where_to)
        if second is None:
            login_user(staff, remember=False, authn_via=[via])
    return second or redirect(where_to)


def failed(response: Response) -> bool:
    """True when a POST was answered by the form again: only failures count against an account."""
    return response.status_code == 200


def begin_writing() -> None:
    """Begin the transaction of the POST in force, if that has not been done; for forms that hash first."""
    g.begin_writing()


def in_one_transaction(view: View, hashes: bool = False) -> View:
    """Run POSTs of ``view`` as a verb: its changes, the trail and the letter are committed together or not at all.

    Where it ``hashes`` a password, the transaction begins afterwards, when its form asks for it: hashing takes a fifth
    of a second, for which nobody else could write on SQLite. JSON is refused: these pages are for people, and their
    limits read forms.
    """

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return view(*args, **kwargs)
        if request.is_json:
            abort(415)
        with ExitStack() as stack:
            g.begin_writing = cache(lambda: stack.enter_context(transaction()))
            if not hashes:
                begin_writing()
            return view(*args, **kwargs)

    return run


@cache  # a limit belongs to the process: applied again for a second application, it would count twice
def limited(name: str, view: View) -> View:
    """Return ``view`` with the limits on guessing, or on letters."""
    view = limiter.limit(SIGN_IN_LIMIT, methods=["POST"], key_func=where)(view)
    if name == "forgot_password":
        return limiter.limit(LETTERS_LIMIT, methods=["POST"], key_func=whose)(view)
    return limiter.limit(SIGN_IN_LIMIT, methods=["POST"], key_func=whose, deduct_when=failed)(view)


@cache
def guarded(name: str) -> View:
    """Return Flask-Security's view with transaction and limits."""
    return limited(name, in_one_transaction(VIEWS[name], hashes=name in HASHING))


def init_app(app: Flask, own: Mapping[str, View]) -> None:
    """Put the guarded views, and our ``own``, which begin their transactions themselves, in place of the bare ones."""
    for name in VIEWS:
        app.view_functions[f"security.{name}"] = guarded(name)
    for name, view in own.items():
        app.view_functions[f"security.{name}"] = limited(name, view)
    app.view_functions["security.logout"] = in_one_transaction(session_cookies.sign_out)
