"""Queueing letters. Everything here joins the caller's transaction: a letter and its cause stand or fall together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, literal_column, select

from feedback_app import clock
from feedback_app.database import insert, require_transaction, rowcount_of
from feedback_app.delivery import addresses
from feedback_app.delivery.compose.placeholders import (
    Block,
    Fill,
    Words,
    packed,
)
from feedback_app.delivery.models import LetterVariant, OutgoingEmail
from feedback_app.errors import N_

__all__ = ["Block", "Fill", "Words", "add_variant", "put", "put_many"]

STOPPED = N_("stopped by a person")
MANY = ("ref_id", "group_id", "variant_id", "address", "email_key", "name", "not_before")


def add_variant(kind: str, language: str, scope: str, words: Words) -> int:
    """Keep what many letters have in common and return its id. ``scope``: "", "surveys" or "announcements"."""
    if scope not in ("", "surveys", "announcements"):
        raise ValueError(f"unknown scope of letters: {scope!r}")
    variant = LetterVariant(
        kind=kind, language=language, scope=scope, subject=words.subject, text=words.text, html=words.html
    )
    session = require_transaction()
    session.add(variant)
    session.flush()
    return variant.id


def put(
    kind: str,
    variant_id: int,
    address: str,
    name: str = "",
    *,
    ref_id: int | None = None,
    group_id: int | None = None,
    values: Mapping[str, str | Block] | None = None,
    not_before: datetime | None = None,
) -> int:
    """Queue one letter and return its id; a letter of this ``kind`` and ``ref_id`` that exists already is returned.

    ``values`` None: the renderer of the kind gives the fills when the letter is sent. Raises BadAddress.
    """
    whom = addresses.parse(address)
    session = require_transaction()
    statement = (
        insert(OutgoingEmail)
        .values(
            kind=kind,
            ref_id=ref_id,
            group_id=group_id,
            variant_id=variant_id,
            address=whom.email,
            email_key=whom.key,
            name=name[:200],
            values=None if values is None else packed(values),
            not_before=not_before or clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["kind", "ref_id"])
        .returning(OutgoingEmail.id)
    )
    made = session.scalar(statement)
    if made is None:
        was = select(OutgoingEmail.id).where(OutgoingEmail.kind == kind, OutgoingEmail.ref_id == ref_id)
        made = session.scalars(was).one()
    return made


def put_many(kind: str, rows: Select[Any], *, stopped: bool = False) -> int:
    """Queue a letter for each row of ``rows`` in one statement and return how many are new.

    ``rows`` selects (ref_id, group_id, variant_id, address, email_key, name, not_before) in this order; a letter
    that exists for (kind, ref_id) is left alone, so running it again queues nobody twice. ``stopped``: a person did so
    meanwhile, and they are written down as cancelled.
    """
    asked = rows.subquery()
    columns = [column.label(name) for column, name in zip(asked.columns, MANY, strict=True)]
    now = clock.now()
    # SQLite cannot tell ON CONFLICT from a join's ON unless the SELECT ends in a WHERE
    state, reply = ("cancelled", STOPPED) if stopped else ("queued", "")
    source = select(
        literal(kind), *columns, literal(state), literal(0), literal(now, OutgoingEmail.created_at.type), literal(reply)
    ).where(literal_column("1") == literal_column("1"))
    statement = (
        insert(OutgoingEmail)
        .from_select(["kind", *MANY, "state", "attempts", "created_at", "reply"], source, include_defaults=False)
        .on_conflict_do_nothing(index_elements=["kind", "ref_id"])
    )
    return rowcount_of(statement)
