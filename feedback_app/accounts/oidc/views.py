"""The way to a provider and back. Authlib speaks the protocol: discovery, PKCE, state, nonce, signatures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import abort, current_app, redirect, request, session
from flask_login import current_user
from flask_security.utils import validate_redirect_url
from joserfc.errors import JoseError
from requests.exceptions import RequestException
from werkzeug.wrappers import Response

from feedback_app.accounts.oidc import actions
from feedback_app.accounts.oidc.claims import complete, told
from feedback_app.accounts.sign_in.guard import let_in
from feedback_app.common.oidc_providers import Provider
from feedback_app.errors import N_, Refused
from feedback_app.extensions import current_settings, limiter
from feedback_app.web.pages import absolute, attempt, public, see_other
from feedback_app.web.security import SIGN_IN_LIMIT

log = structlog.get_logger()

PATIENCE = 10  # seconds for an answer of a provider
SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
AWAY = N_("%(name)s cannot be reached at the moment. Try again in a few minutes.")
MISFIT = N_("Signing in with %(name)s did not work. Please begin again; if it happens again, ask an admin.")


@public
@limiter.limit("30/minute")
def start(key: str) -> Response:
    """Send a stranger to a provider, and remember in their browser what must come back."""
    provider = _provider(key)
    if current_user.is_authenticated:
        return redirect("/")
    for pending in [name for name in session if name.startswith("_state_")]:
        del session[pending]  # of a way that was begun and left: cookies hold 4 KB
    wish = request.args.get("next", "")
    with attempt(), _spoken_to(provider):
        reply: Response = _client(provider).authorize_redirect(absolute("oidc.done", key=key))
        session["oidc_next"] = wish if validate_redirect_url(wish) else "/"
        return reply
    return see_other("security.login")


@public
@limiter.limit(SIGN_IN_LIMIT)
def done(key: str) -> Response:
    """Take what a provider says about who comes back, and let them in.

    A GET that acts, as the protocol wants it: ``state`` works once and in this browser alone, as a form's token does.
    """
    provider, wish = _provider(key), session.pop("oidc_next", "/")
    with attempt():
        with _spoken_to(provider):
            claims = _claims(provider)
        reply: Response = let_in(actions.admit(provider, told(provider, claims)), provider.key, wish)
        return reply
    return see_other("security.login")


def _provider(key: str) -> Provider:
    return next((one for one in current_settings().oidc if one.key == key), None) or abort(404)


@contextmanager
def _spoken_to(provider: Provider) -> Iterator[None]:
    """Say kindly what went wrong between us and a provider, and to the log what it was."""
    try:
        yield
    except RequestException as error:
        log.warning("provider away", provider=provider.key, error=type(error).__name__)
        raise Refused(AWAY, name=provider.name) from error
    except (AuthlibBaseError, JoseError, RuntimeError, KeyError, ValueError) as error:
        log.warning("provider refused", provider=provider.key, error=type(error).__name__, said=str(error)[:200])
        raise Refused(MISFIT, name=provider.name) from error


def _client(provider: Provider) -> FlaskOAuth2App:
    """Return the client of a provider; its discovered addresses and keys are kept with the application."""
    registered: dict[str, FlaskOAuth2App] = current_app.extensions.setdefault("oidc clients", {})
    if provider.key not in registered:
        registered[provider.key] = OAuth(current_app).register(
            provider.key,
            client_id=provider.client_id,
            client_secret=provider.client_secret or None,
            server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": provider.scope,
                "code_challenge_method": "S256",
                "default_timeout": PATIENCE,
                "token_endpoint_auth_method": "client_secret_basic" if provider.client_secret else "none",
            },
        )
    client = registered[provider.key]
    metadata = client.load_server_metadata()
    if metadata.get("issuer") != provider.issuer:
        registered.pop(provider.key)
        raise ValueError(f"it calls itself {metadata.get('issuer')!r}, not {provider.issuer!r}")
    # what a shared secret or nobody signed is no proof, whatever the provider offers
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [one for one in offered if one in SIGNED_BY]
    return client


def _claims(provider: Provider) -> Mapping[str, Any]:
    client = _client(provider)
    wanted = {
        "iss": {"essential": True, "values": [provider.issuer]},
        "aud": {"essential": True, "values": [provider.client_id]},
    }
    token = client.authorize_access_token(claims_options=wanted)
    claims = cast("dict[str, Any]", dict(token["userinfo"]))
    if complete(provider, claims):
        return claims
    more = client.userinfo(token=token)
    if more.get("sub") != claims["sub"]:  # OpenID Connect Core 5.3.2: else it must not be used
        raise ValueError("it speaks of somebody else")
    return {**more, **claims}
