"""What is known about imports. Reads only."""

from __future__ import annotations

from typing import TypeVar

from feedback_app.errors import N_, NotFound
from feedback_app.extensions import db
from feedback_app.imports.models import ImportRun

Run = TypeVar("Run", bound=ImportRun)


def run_by_id(kind: type[Run], import_id: int) -> Run:
    """Return one import of this kind; raises NotFound, also when it is one of another kind."""
    run = db.session.get(kind, import_id)
    if run is None:
        raise NotFound(N_("There is no such import."))
    return run
