"""The worker's part: does what was asked for in the browser and tells how far it is. Loads numerical libraries."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any, cast

import structlog
from sqlalchemy import or_, select, update

from feedback_app import clock
from feedback_app.accounts.models import Staff
from feedback_app.database import transaction, updated_one
from feedback_app.errors import N_, Refused
from feedback_app.events.actor import WORKER, Actor
from feedback_app.extensions import db
from feedback_app.themes.codebooks.landing_actions import land_new_surveys
from feedback_app.themes.engine.cluster.partition import Grain
from feedback_app.themes.grouping.actions import assign, group, relearn
from feedback_app.themes.grouping.classifier_store import load
from feedback_app.themes.grouping.cut_answers import NEWEST, cut_new
from feedback_app.themes.guided import queries as guided_queries
from feedback_app.themes.guided.actions import begin
from feedback_app.themes.guided.teaching import teach_now
from feedback_app.themes.models import Codebook, CodebookMachine, CodebookSurvey, GroupingRequest, Mention, Theme
from feedback_app.themes.suggestions.find import suggest, suggest_split

log = structlog.get_logger()

SILENT = timedelta(minutes=5)  # a worker that says nothing for so long is dead; its request is taken over
ATTEMPTS = 3
EVERY = 0.5  # seconds between two signs of life
QUIET = timedelta(seconds=20)  # corrections are learnt once people pause for so long
AT_ONCE = 2_000  # mentions assigned in one go of the job


def run_requests() -> int:
    """Do what was asked for, one request after the other; how many. Two workers never do the same one."""
    done = 0
    while (request_id := _claim()) is not None:
        _run(request_id)
        done += 1
    return done


def _claim() -> int | None:
    dead = (GroupingRequest.state == "running") & (GroupingRequest.seen_at < clock.now() - SILENT)
    free = or_(GroupingRequest.state == "waiting", dead)
    waiting = db.session.execute(
        select(GroupingRequest.id, GroupingRequest.attempts).where(free).order_by(GroupingRequest.id)
    ).all()
    db.session.rollback()
    for row in waiting:
        with transaction():
            this = update(GroupingRequest).where(
                GroupingRequest.id == row.id, free, GroupingRequest.attempts == row.attempts
            )
            if row.attempts >= ATTEMPTS:
                updated_one(this.values(state="failed", finished_at=clock.now(), message=GAVE_UP))
                continue
            taken = this.values(state="running", seen_at=clock.now(), attempts=row.attempts + 1, progress=0.0)
            if updated_one(taken):
                return int(row.id)
    return None


GAVE_UP = N_("This was tried several times and broke off each time. The log of the worker says why.")


def _run(request_id: int) -> None:
    request = db.session.get_one(GroupingRequest, request_id)
    work = (request.codebook_id, request.kind, dict(request.options), _asker(request.requested_by_id))
    db.session.rollback()
    try:
        message, values = _do(request_id, *work)
        _finish(request_id, "done", message, values)
    except Refused as error:
        _finish(request_id, "failed", error.message, error.values)
    except Exception:
        db.session.rollback()
        log.exception("grouping failed", request=request_id)
        _finish(request_id, "failed", N_("Something went wrong while grouping. Nothing was half done; try again."), {})


def _asker(staff_id: int | None) -> Actor:
    staff = db.session.get(Staff, staff_id) if staff_id else None
    return Actor.of(staff) if staff else WORKER


def _do(request_id: int, codebook_id: int, kind: str, options: dict[str, Any], by: Actor) -> tuple[str, dict[str, Any]]:
    tell = _Telling(request_id)
    if kind == "split":
        suggest_split(options["theme_id"], tell)
        return N_("A split is suggested."), {}
    if kind == "suggest":
        number = suggest(codebook_id, tell)
        return N_("%(number)d new suggestions."), {"number": number}
    grain = cast("Grain", options.get("grain", "auto"))
    outcome = group(codebook_id, by, grain=grain, themes=options.get("themes"), tell=tell)
    if not outcome.new_themes and not outcome.placed and not outcome.mentions:
        return N_("Everything was grouped already; %(waiting)d mentions are near no theme."), outcome.as_dict()
    return N_(
        "%(placed)d mentions were put into themes, %(new_themes)d themes are new, %(waiting)d mentions are near none."
    ), outcome.as_dict()


class _Telling:
    """Writes progress into the request, at most twice a second."""

    def __init__(self, request_id: int) -> None:
        self.request_id, self.last = request_id, 0.0

    def __call__(self, message: str, share: float, **values: object) -> None:
        if time.monotonic() - self.last < EVERY and share < 1:
            return
        self.last = time.monotonic()
        running = update(GroupingRequest).where(
            GroupingRequest.id == self.request_id, GroupingRequest.state == "running"
        )
        with transaction():
            updated_one(running.values(progress=min(share, 1.0), message=message, values=values, seen_at=clock.now()))


def _finish(request_id: int, state: str, message: str, values: dict[str, Any]) -> None:
    with transaction():
        running = update(GroupingRequest).where(GroupingRequest.id == request_id, GroupingRequest.state == "running")
        updated_one(running.values(state=state, progress=1.0, message=message, values=values, finished_at=clock.now()))


def assign_new_answers(*, everything: bool = False) -> tuple[int, int]:
    """Cut answers that have just arrived and put them into themes; mentions cut and mentions placed.

    Costs next to nothing when none is new. ``everything`` also looks at old answers that were missed, for instance
    because they were imported by a transaction that took long, and lets new surveys join a codebook.
    """
    if everything:
        land_new_surveys()
    cutting = cut_new(newest=0 if everything else NEWEST)
    placed = 0
    for codebook_id in _with_unjudged():
        while (part := assign(codebook_id, limit=AT_ONCE)).placed:
            placed += part.placed
    return cutting.mentions, placed


def _with_unjudged() -> list[int]:
    unjudged = (
        select(CodebookSurvey.codebook_id)
        .join(CodebookMachine, CodebookMachine.codebook_id == CodebookSurvey.codebook_id)
        .join(Mention, Mention.survey_id == CodebookSurvey.survey_id)
        .where(Mention.judged_at.is_(None), Mention.decided_at.is_(None), Mention.state == "open")
        .distinct()
    )
    found = list(db.session.scalars(unjudged))
    db.session.rollback()
    return found


def learn_from_corrections() -> int:
    """Let the machines learn what people corrected, once they pause; how many machines did."""
    taught = (
        select(Codebook.id)
        .outerjoin(CodebookMachine, CodebookMachine.codebook_id == Codebook.id)
        .where(Codebook.corrected_at.is_not(None), Codebook.corrected_at < clock.now() - QUIET)
        .where(or_(CodebookMachine.codebook_id.is_(None), CodebookMachine.learnt_at < Codebook.corrected_at))
        .where(select(Theme.id).where(Theme.codebook_id == Codebook.id).exists())
    )
    ids = list(db.session.scalars(taught))
    db.session.rollback()
    return sum(_learn(codebook_id) for codebook_id in ids)


def _learn(codebook_id: int) -> bool:
    """Where somebody set the codebook up, corrections teach like answers, and move what nobody decided about."""
    if guided_queries.setup_of(codebook_id) is None:
        return relearn(codebook_id)
    begin(codebook_id)
    teach_now(codebook_id)
    return True


def warm_up() -> None:
    """Load the engine and the machines in use, so that the first new answer does not wait for them."""
    for codebook_id in db.session.scalars(select(CodebookMachine.codebook_id)).all():
        load(codebook_id)
