"""Around Flask-Security's pages: one transaction for each POST, and limits on guessing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from flask import Flask, abort, request, session
from flask_login import current_user
from flask_security import views
from flask_security.recovery_codes import mf_recovery, mf_recovery_codes
from flask_security.tf_plugin import tf_select
from werkzeug.wrappers import Response

from feedback_app.accounts.sign_in import session_cookies
from feedback_app.accounts.staff_store import address_of
from feedback_app.database import transaction
from feedback_app.delivery.addresses import BadAddress
from feedback_app.extensions import limiter
from feedback_app.web.security import SIGN_IN_LIMIT

View = Callable[..., Any]

LETTERS_LIMIT = "5/hour"  # nobody's mailbox is filled by a stranger who types its address
VIEWS: dict[str, View] = {
    "login": views.login,
    "verify": views.verify,
    "forgot_password": views.forgot_password,
    "reset_password": views.reset_password,
    "change_password": views.change_password,
    "two_factor_setup": views.two_factor_setup,
    "two_factor_setup_validate": views.two_factor_setup_validate,
    "two_factor_token_validation": views.two_factor_token_validation,
    "two_factor_rescue": views.two_factor_rescue,
    "tf_select": tf_select,
    "mf_recovery": mf_recovery,
    "mf_recovery_codes": mf_recovery_codes,
}


def whose() -> str:
    """Return the key under which guesses at one account are counted, from whatever address they come.

    The account is the one signed in, the one half-way through two steps, or the one whose address was typed; the key
    is a digest, so that a shared store of limits learns no address.
    """
    if current_user.is_authenticated:
        known = f"id {current_user.get_id()}"
    else:
        known = f"id {session['tf_user_id']}" if "tf_user_id" in session else _typed(request.form.get("email", ""))
    return "account " + hashlib.sha256(known.encode("utf-8", "surrogatepass")).hexdigest()


def _typed(email: str) -> str:
    try:
        return address_of(email)
    except BadAddress:
        return ""


def failed(response: Response) -> bool:
    """True when a POST was answered by the form again: only failures count against an account."""
    return response.status_code == 200


def in_one_transaction(view: View) -> View:
    """Run POSTs of ``view`` as a verb: its changes, the trail and the letter are committed together or not at all.

    JSON is refused: these pages are for people, and their limits read forms.
    """

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return view(*args, **kwargs)
        if request.is_json:
            abort(415)
        with transaction():
            return view(*args, **kwargs)

    return run


@cache  # a limit belongs to the process: applied again for a second application, it would count twice
def guarded(name: str) -> View:
    """Return Flask-Security's view with transaction and limits."""
    view = in_one_transaction(VIEWS[name])
    view = limiter.limit(SIGN_IN_LIMIT, methods=["POST"])(view)
    if name == "forgot_password":
        return limiter.limit(LETTERS_LIMIT, methods=["POST"], key_func=whose)(view)
    return limiter.limit(SIGN_IN_LIMIT, methods=["POST"], key_func=whose, deduct_when=failed)(view)


def init_app(app: Flask) -> None:
    """Put the guarded views in place of the bare ones."""
    for name in VIEWS:
        app.view_functions[f"security.{name}"] = guarded(name)
    app.view_functions["security.logout"] = in_one_transaction(session_cookies.sign_out)
