"""Who we are, read by everybody many times a page: kept a few seconds in each process."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from feedback_app import clock, public_ids
from feedback_app.common.cache import app_cache
from feedback_app.extensions import current_settings, db
from feedback_app.organisation.logo import Logo
from feedback_app.organisation.models import Organisation
from feedback_app.organisation.profile import Profile, from_settings, held_by

SECONDS = 5.0  # after which every process has seen an edit
STORED = [one.name for one in fields(Profile) if one.name != "held"]


def current() -> Profile:
    """Return who we are: the row, what the environment holds over it, and defaults where there is neither.

    Asks the database once in ``SECONDS`` in each process. While it has no such table, the settings answer.
    """
    kept = app_cache("organisation", 1)
    settings = current_settings()  # tests and demos may exchange it
    profile: Profile = kept.get("current", _read, version=(int(clock.now().timestamp() / SECONDS), id(settings)))
    return profile


def forget() -> None:
    """Read the row anew at the next asking: this process has just changed it."""
    app_cache("organisation", 1).forget("current")


def _read() -> Profile:
    settings = current_settings()
    said, held = from_settings(settings), held_by(settings)
    stored = _stored()
    if stored is None:
        return replace(Profile(name=""), **said, held=held)
    stored |= {name: said[name] for name in held}
    stored["languages"] = tuple(stored["languages"])
    return replace(Profile(name=""), **stored, held=held)


def _stored() -> dict[str, Any] | None:
    """Return the row, None when there is none or, before the tables are made, no table."""
    session = db.session()
    try:
        with session.no_autoflush:
            row = session.execute(select(*(getattr(Organisation, name) for name in STORED))).first()
    except SQLAlchemyError:
        if session.info.get("owned"):
            raise  # a verb is under way, and its transaction is lost
        session.rollback()
        return None
    return dict(row._mapping) if row else None


def logo(name: str) -> Logo | None:
    """Return the logo of that name, None when it is not (or no longer) ours."""
    data = db.session.scalar(select(Organisation.logo).where(Organisation.logo_name == name))
    return Logo(name.rpartition(".")[2], data) if data is not None else None


def public_id(kind: str, key: int) -> str:
    """Return the name of a row for the outside, such as ``ct_mfzg…``; see :func:`public_ids.public_id`."""
    return public_ids.public_id(_id_secret(), kind, key)


def row_id(kind: str, text: str) -> int | None:
    """Return the key of the row that :func:`public_id` named; None for another kind's, a forged or damaged one."""
    return public_ids.row_id(_id_secret(), kind, text)


def _id_secret() -> bytes:
    """Return the key of public ids. Raises LookupError before the first start has made the row."""
    secret: bytes = app_cache("public ids", 1).get("secret", _read_secret)
    return secret


def _read_secret() -> bytes:
    secret: bytes | None = db.session.scalar(select(Organisation.id_secret))
    if secret is None:
        raise LookupError("there is no row about the organisation yet: feedback-app db upgrade makes it")
    return secret
