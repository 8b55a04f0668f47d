"""How FEEDBACK_OIDC is understood, and what is refused in one line."""

from __future__ import annotations

import json

import pytest

from feedback_app.accounts.rights import ROLES
from feedback_app.common import oidc_providers
from feedback_app.common.oidc_providers import providers
from feedback_app.settings import BadSetting, Settings

ONE = {"key": "work", "name": "Work", "issuer": "https://id.velo.example/realms/velo", "client_id": "feedback"}


def test_what_is_not_said_is_the_usual() -> None:
    [one] = providers(json.dumps([ONE]))
    assert (one.scope, one.client_secret, one.roles_claim, one.trust_email) == ("openid profile email", "", "", False)


def test_the_secret_is_shown_nowhere() -> None:
    [one] = providers(json.dumps([{**ONE, "client_secret": "shh"}]))
    assert one.client_secret == "shh"
    assert "shh" not in repr(one)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("", "JSON"),
        ("{}", "list"),
        (json.dumps([{**ONE, "secret": "x"}]), "secret"),
        (json.dumps([{"key": "work"}]), "is missing"),
        (json.dumps([{**ONE, "key": "Work!"}]), "small letters"),
        (json.dumps([{**ONE, "issuer": "http://id.velo.example"}]), "https"),
        (json.dumps([{**ONE, "issuer": "id.velo.example"}]), "issuer of work"),
        (json.dumps([{**ONE, "scope": "email"}]), "openid"),
        (json.dumps([{**ONE, "roles_claim": "groups"}]), "go together"),
        (json.dumps([{**ONE, "roles_claim": "groups", "roles": {"a": "king"}}]), "king"),
        (json.dumps([ONE, ONE]), "of its own"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(wrong: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as error:
        providers(wrong)
    assert "\n" not in str(error.value)


def test_the_roles_are_those_of_the_house() -> None:
    assert tuple(ROLES) == oidc_providers.ROLES


def test_nobody_is_locked_out_by_two_settings() -> None:
    given = {"FEEDBACK_SECRET_KEY": "x" * 32, "FEEDBACK_LOCAL_SIGN_IN": "no"}
    with pytest.raises(BadSetting, match="nobody could sign in"):
        Settings.from_environment(given)
    assert not Settings.from_environment({**given, "FEEDBACK_OIDC": json.dumps([ONE])}).local_sign_in
