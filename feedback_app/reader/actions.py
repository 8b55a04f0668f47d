"""What becomes of proposals: they are written down as such, and a person accepts or rejects each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.database import insert, rowcount_of, transaction, updated_one
from feedback_app.errors import N_, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.extensions import db
from feedback_app.reader import events
from feedback_app.reader.material import Due
from feedback_app.reader.models import ReaderProposal, ReaderQuote, ReaderRequest
from feedback_app.reader.protocol.client import Endpoint, Reply, Trouble
from feedback_app.reader.queries import proposal_by_id
from feedback_app.themes.curation.mention_actions import set_tone_now
from feedback_app.themes.curation.theme_actions import rename_now
from feedback_app.themes.models import CodebookSurvey, Mention
from feedback_app.themes.queries import open_theme

KEPT = timedelta(days=365)  # requests without a proposal that still stands


def open_request(due: Due, endpoint: Endpoint, stale: timedelta) -> int | None:
    """Write down what is about to be sent; its number, or None while another request is on its way.

    One that is older than ``stale`` was cut short with its process, and is closed as interrupted.
    """
    now, question = clock.now(), due.question
    with transaction() as session:
        cut = update(ReaderRequest).where(ReaderRequest.state == "open", ReaderRequest.asked_at < now - stale)
        session.execute(cut.values(state="failed", code="interrupted", answered_at=now))
        row = {
            "task": question.task, "subject_id": question.subject_id, "host": endpoint.host, "model": endpoint.model,
            "texts": len(question.said), "words": question.words, "asked_at": now, "state": "open", "code": "",
            "detail": "", "proposals": 0,
        }  # fmt: skip
        if rowcount_of(insert(ReaderRequest).values(**row).on_conflict_do_nothing()) != 1:
            return None
        return session.scalar(select(ReaderRequest.id).where(ReaderRequest.state == "open"))


def close_failed(request_id: int, trouble: Trouble, reply: Reply | None = None) -> None:
    """Write down that nothing came of a request, and why; what it cost all the same, where that was told."""
    with transaction():
        _close(request_id, reply, state="failed", code=trouble.code, detail=trouble.detail[:200])


def close_answered(request_id: int, due: Due, reply: Reply, found: Any) -> int:
    """Keep what the reader proposes, with its request, all or nothing; how many proposals are new."""
    with transaction() as session:
        rows = _rows(session, due, found)
        if not _close(request_id, reply, state="ok", proposals=len(rows)):
            return 0  # it had been given up as interrupted
        model = session.get_one(ReaderRequest, request_id).model
        return sum(_propose(session, request_id, model, due.question.task, row) for row in rows)


def _close(request_id: int, reply: Reply | None, **values: Any) -> bool:
    cost = {"tokens_in": reply.tokens_in, "tokens_out": reply.tokens_out} if reply else {}
    mine = update(ReaderRequest).where(ReaderRequest.id == request_id, ReaderRequest.state == "open")
    return updated_one(mine.values(answered_at=clock.now(), **cost, **values))


def _rows(session: Session, due: Due, found: Any) -> list[dict[str, Any]]:
    """What is to be written: what was erased while the reader thought is left out."""
    task = due.question.task
    there = set(session.scalars(select(Mention.id).where(Mention.id.in_(due.question.said))))
    if task in ("tone", "voice"):
        key = "tone" if task == "tone" else "fits"
        place = f"change:{due.change_id}:" if due.change_id else ""
        return [
            {"subject": f"{place}mention:{one}", "mention_id": one, "change_id": due.change_id, "content": {key: said}}
            for one, said in found.items()
            if one in there
        ]
    row = {"subject": f"theme:{due.theme_id}", "theme_id": due.theme_id}
    if task == "name":
        return [{**row, "content": found}]
    kept = [one for one in found if all(quote[0] in there for quote in one["quotes"])]
    told = [{"en": one["en"], "pl": one["pl"], "quotes": len(one["quotes"])} for one in kept]
    return [{**row, "content": {"sentences": told}, "quotes": [one["quotes"] for one in kept]}] if kept else []


def _propose(session: Session, request_id: int, model: str, task: str, row: dict[str, Any]) -> int:
    quotes = row.pop("quotes", ())
    facts = {"request_id": request_id, "model": model, "task": task, "state": "open", "made_at": clock.now()}
    statement = insert(ReaderProposal).values(**facts, **row)
    if rowcount_of(statement.on_conflict_do_nothing(index_elements=["task", "subject", "model"])) != 1:
        return 0
    if quotes:
        mine = (ReaderProposal.task == task, ReaderProposal.subject == row["subject"], ReaderProposal.model == model)
        proposal_id = session.scalars(select(ReaderProposal.id).where(*mine)).one()
        session.add_all(
            ReaderQuote(proposal_id=proposal_id, sentence=at, mention_id=mention_id, start=start, end=end)
            for at, those in enumerate(quotes)
            for mention_id, start, end in those
        )
    return 1


def accept(proposal_id: int, by: Actor) -> ReaderProposal:
    """Do what the reader proposed, as the deed of the person who accepts it: undone like any other of theirs."""
    with transaction() as session:
        proposal = _decide(proposal_id, "accepted", by)
        if proposal.task == "name":
            _rename(proposal, by)
        elif proposal.task == "tone":
            mention = session.get_one(Mention, proposal.mention_id)
            book = select(CodebookSurvey.codebook_id).where(CodebookSurvey.survey_id == mention.survey_id)
            set_tone_now([mention.id], session.scalars(book).one(), proposal.content["tone"], by)
        elif proposal.task == "voice":
            raise Refused(N_("Whether words fit a change is judged on the page of its voices."))
        record(events.PROPOSAL_ACCEPTED, by, proposal_id, model=proposal.model, task=proposal.task)
    return proposal


def _rename(proposal: ReaderProposal, by: Actor) -> None:
    theme = open_theme(proposal.theme_id or 0)
    names: Mapping[str, str] = proposal.content
    if theme.named_by_person:
        raise Refused(N_("Somebody has named this theme since. Rename it yourself if the reader's name is better."))
    rename_now(theme.id, names, by)


def reject(proposal_id: int, by: Actor) -> ReaderProposal:
    """Say that a proposal is not good: it is shown no more, and counts against the reader."""
    with transaction():
        proposal = _decide(proposal_id, "rejected", by)
        record(events.PROPOSAL_REJECTED, by, proposal_id, model=proposal.model, task=proposal.task)
    return proposal


def _decide(proposal_id: int, state: str, by: Actor) -> ReaderProposal:
    proposal = proposal_by_id(proposal_id)
    mine = update(ReaderProposal).where(ReaderProposal.id == proposal_id, ReaderProposal.state == "open")
    if not updated_one(mine.values(state=state, decided_at=clock.now(), decided_by_id=by.staff_id)):
        raise Refused(N_("Somebody has decided on this proposal already."))
    return proposal


def forget_old_requests() -> str:
    """Forget requests of which nothing stands after a year; says how many, or ""."""
    with transaction():
        standing = select(ReaderProposal.request_id)
        old = (ReaderRequest.asked_at < clock.now() - KEPT) & ReaderRequest.id.not_in(standing)
        count = rowcount_of(delete(ReaderRequest).where(old))
    db.session.expire_all()
    return f"{count} requests forgotten" if count else ""
