"""Addresses of one-time pages, for those who print or send them."""

from __future__ import annotations

from feedback_app.accounts import first_admin
from feedback_app.web.pages import absolute


def first_link() -> str | None:
    """Return the address where the first admin is made, None when somebody can sign in already.

    The same address is given until it is used.
    """
    token = first_admin.first_token()
    return absolute("accounts.first_sign_in", token=token) if token else None
