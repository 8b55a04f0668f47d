"""Making the row and changing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute

from feedback_app import clock
from feedback_app.database import insert, require_transaction, transaction, updated_one
from feedback_app.errors import N_, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.extensions import current_settings
from feedback_app.organisation import checks, events, queries
from feedback_app.organisation.logo import Logo
from feedback_app.organisation.models import ONLY, Organisation, new_secret
from feedback_app.organisation.profile import Profile, from_settings, held_by, variable

LONGEST = {"name": 120, "postal_address": 300, "reply_to": 254}  # what the environment may say at greater length


def ensure() -> None:
    """Make the row from the settings, unless it is there. Done by ``db upgrade`` and by every start."""
    with transaction():
        _ensure()
    queries.forget()


def save(
    values: Mapping[str, Any], by: Actor, *, seen: int | None = None, logo: Logo | None = None, no_logo: bool = False
) -> list[str]:
    """Change the fields in ``values`` and the logo; return the names of those that are different now.

    ``seen``: the version that was edited (None: whatever it is); a newer one is not written over. ``no_logo`` takes the
    logo away. Raises Refused for a value that cannot be, and for one that the environment holds.
    """
    kept = checks.checked(values)
    _refuse_held(kept)
    with transaction() as session:
        _ensure()
        row = session.execute(select(*_columns(), Organisation.version).where(Organisation.id == ONLY)).one()._mapping
        now = {name: row[name] for name in events.CHANGED} | kept | _logo_fields(logo, no_logo)
        checks.together(now)
        changed = {name: now[name] for name in events.CHANGED if _plain(now[name]) != _plain(row[name])}
        if changed:
            _write(changed, logo, row["version"] if seen is None else max(seen, 1))
            for name, value in changed.items():
                before, after = (str(_plain(one)) for one in (row[name], value))
                record(events.CHANGED[name], by, ONLY, before=before, after=after)
    queries.forget()
    return list(changed)


def _ensure() -> None:
    """Join the caller's transaction and make the row unless it is there."""
    said = from_settings(current_settings())
    said |= {name: said[name][:most] for name, most in LONGEST.items()}
    first = Profile(**said)
    values = {
        "id": ONLY, "version": 1, "changed_at": clock.now(), "id_secret": new_secret(), **said,
        "languages": list(first.languages), "colour": first.colour, "logo_name": "", "controller": "",
        "privacy_url": "", "quote_bar": first.quote_bar, "retention": {},
    }  # fmt: skip
    require_transaction().execute(insert(Organisation).values(values).on_conflict_do_nothing(index_elements=["id"]))


def _write(changed: Mapping[str, Any], logo: Logo | None, version: int) -> None:
    """Write what is different, unless somebody has saved since ``version``."""
    values = {name: _plain(value) for name, value in changed.items()}
    if "logo_name" in changed:
        values["logo"] = logo.data if logo else None
    mine = update(Organisation).where(Organisation.id == ONLY, Organisation.version == version)
    if not updated_one(mine.values(**values, version=version + 1, changed_at=clock.now())):
        raise Refused(N_("Somebody else has saved these settings meanwhile. Look at what they are now, and try again."))


def _logo_fields(logo: Logo | None, no_logo: bool) -> dict[str, str]:
    return {"logo_name": logo.name} if logo else {"logo_name": ""} if no_logo else {}


def _columns() -> list[InstrumentedAttribute[Any]]:
    return [getattr(Organisation, name) for name in events.CHANGED]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _refuse_held(names: Iterable[str]) -> None:
    for name in sorted(held_by(current_settings()).intersection(names)):
        raise Refused(
            N_("%(variable)s in the environment holds this: change it there, or take it away there first."),
            variable=variable(name),
        )
