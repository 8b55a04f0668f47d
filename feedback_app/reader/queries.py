"""What pages and commands ask about the reader: what it proposed, how often it was right, what was sent. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from feedback_app import clock
from feedback_app.changes.voices.models import FITTING, Voice
from feedback_app.database import Page, page_of
from feedback_app.errors import N_, NotFound
from feedback_app.extensions import db
from feedback_app.reader.hit_rate import HitRate
from feedback_app.reader.models import TASK_NAMES, ReaderProposal, ReaderQuote, ReaderRequest
from feedback_app.themes.models import Mention, Placement, Theme
from feedback_app.themes.queries import names_of

SHOWN = 5  # proposals of tones on the page of a theme
MONTH = timedelta(days=30)


def proposal_by_id(proposal_id: int) -> ReaderProposal:
    """Return the proposal, whatever its state; NotFound says so."""
    proposal = db.session.get(ReaderProposal, proposal_id, populate_existing=True)
    if proposal is None:
        raise NotFound(N_("There is no such proposal (any more)."))
    return proposal


def _rate(hit: ColumnElement[bool], judged: Any, *where: ColumnElement[bool]) -> HitRate:
    """Of the rows ``where``: how many are a ``hit``, and how many were ``judged`` in the commonest way."""
    right = func.coalesce(func.sum(case((hit, 1), else_=0)), 0)
    rows = db.session.execute(select(right, func.count()).where(*where).group_by(judged)).all()
    cases = [int(count) for _, count in rows]
    return HitRate(sum(int(hits) for hits, _ in rows), sum(cases), max(cases, default=0))


def voice_rate(model: str, change_id: int | None = None) -> HitRate:
    """Return how often the reader and people agree on the words of one change, or of all.

    Counted are judgements that people made before the reader answered: it cannot have led them.
    """
    fitted = case((Voice.state.in_(FITTING), 1), else_=0)
    where = [
        ReaderProposal.task == "voice", ReaderProposal.model == model, Voice.change_id == ReaderProposal.change_id,
        Voice.mention_id == ReaderProposal.mention_id, Voice.state != "proposed",
        Voice.judged_at < ReaderProposal.made_at,
    ]  # fmt: skip
    if change_id is not None:
        where.append(ReaderProposal.change_id == change_id)
    said = case((ReaderProposal.content["fits"].as_boolean(), 1), else_=0)
    return _rate(said == fitted, fitted, *where)


def tone_rate(model: str) -> HitRate:
    """Return how often the reader hears the tone that people had said before it was asked."""
    return _rate(
        ReaderProposal.content["tone"].as_string() == Mention.tone,
        Mention.tone,
        ReaderProposal.task == "tone", ReaderProposal.model == model, Mention.id == ReaderProposal.mention_id,
        Mention.toned_at < ReaderProposal.made_at,
    )  # fmt: skip


def accepted_rate(task: str, model: str) -> HitRate:
    """Return how many of the names or summaries that people decided on they accepted."""
    decided = (ReaderProposal.task == task, ReaderProposal.model == model, ReaderProposal.state != "open")
    return _rate(ReaderProposal.state == "accepted", ReaderProposal.task, *decided)


def rates(model: str, tasks: Sequence[str] = tuple(TASK_NAMES)) -> dict[str, HitRate]:
    """Return the hit rate by task, one statement each; nothing is known of no ``model``, and nothing asked."""
    return {task: _RATES[task](model) if model else HitRate() for task in tasks}


_RATES: Mapping[str, Callable[[str], HitRate]] = {
    "name": partial(accepted_rate, "name"),
    "summary": partial(accepted_rate, "summary"),
    "tone": tone_rate,
    "voice": voice_rate,
}


@dataclass(frozen=True)
class Quoted:
    """Words of a mention that a sentence stands on."""

    mention_id: int
    response_id: int
    words: str
    language: str


@dataclass(frozen=True)
class Told:
    """One sentence of a summary by language, and what it stands on."""

    text: Mapping[str, str]
    quotes: Sequence[Quoted]


@dataclass(frozen=True)
class OnTheme:
    """What the reader proposes for one theme, with the hit rate of each kind."""

    name: ReaderProposal | None = None
    summary: ReaderProposal | None = None
    sentences: Sequence[Told] = ()
    tones: Sequence[tuple[ReaderProposal, Mention]] = ()
    rates: Mapping[str, HitRate] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.name or self.sentences or self.tones)


def on_theme(theme: Theme, model: str) -> OnTheme:
    """Return what ``model`` proposes for a theme: nothing that a person decided, but for a summary they accepted.

    A name goes once a person has named the theme; a sentence goes when words that it stands on are gone. Without a
    ``model`` the reader is off, and only what was accepted is left.
    """
    chosen = select(ReaderProposal).where(ReaderProposal.theme_id == theme.id, ReaderProposal.state != "rejected")
    chosen = chosen.order_by(ReaderProposal.state, ReaderProposal.id)
    mine = [one for one in db.session.scalars(chosen) if one.state == "accepted" or one.model == model]
    name = next((one for one in mine if one.task == "name" and one.state == "open"), None)
    summary = next((one for one in mine if one.task == "summary"), None)
    known = rates(model, ("name", "summary", "tone"))
    return OnTheme(
        None if theme.named_by_person else name,
        summary,
        _told(summary) if summary else (),
        _tones(theme, model) if known["tone"].heard else (),
        known,
    )


def _told(summary: ReaderProposal) -> list[Told]:
    rows = db.session.execute(
        select(ReaderQuote, Mention.response_id, Mention.text, Mention.language)
        .join(Mention, Mention.id == ReaderQuote.mention_id)
        .where(ReaderQuote.proposal_id == summary.id, Mention.state == "open")
        .order_by(ReaderQuote.id)
    )
    quotes: dict[int, list[Quoted]] = {}
    for quote, response_id, text, language in rows:
        words = text[quote.start : quote.end]
        quotes.setdefault(quote.sentence, []).append(Quoted(quote.mention_id, response_id, words, language))
    told = summary.content["sentences"]
    return [Told(one, quotes[at]) for at, one in enumerate(told) if len(quotes.get(at, ())) == one["quotes"]]


def _tones(theme: Theme, model: str) -> list[tuple[ReaderProposal, Mention]]:
    """Mentions of the theme whose tone the reader hears otherwise and nobody said."""
    inside = select(Placement.mention_id).where(Placement.theme_id == theme.id)
    rows = db.session.execute(
        select(ReaderProposal, Mention)
        .join(Mention, Mention.id == ReaderProposal.mention_id)
        .where(
            ReaderProposal.task == "tone", ReaderProposal.model == model, ReaderProposal.state == "open",
            Mention.id.in_(inside), Mention.state == "open", Mention.toned_at.is_(None),
            ReaderProposal.content["tone"].as_string() != Mention.tone,
        )
        .order_by(ReaderProposal.id)
        .limit(SHOWN)
    )  # fmt: skip
    return [(row[0], row[1]) for row in rows]


@dataclass(frozen=True)
class OnVoices:
    """The mentions that the reader thinks a change answers, and how often it was right where it said so before."""

    fitting: frozenset[int] = frozenset()
    rate: HitRate = field(default_factory=HitRate)


def on_voices(change_id: int, model: str) -> OnVoices:
    """Return what ``model`` says of the words of a change; nothing until its hit rate there is known and good."""
    rate = voice_rate(model, change_id)
    if not rate.heard:
        return OnVoices()
    chosen = select(ReaderProposal.mention_id).where(
        ReaderProposal.task == "voice", ReaderProposal.model == model, ReaderProposal.change_id == change_id,
        ReaderProposal.content["fits"].as_boolean().is_(True),
    )  # fmt: skip
    return OnVoices(frozenset(one for one in db.session.scalars(chosen) if one), rate)


def log(number: int = 1, size: int = 30) -> Page[ReaderRequest]:
    """Return one page of what was sent, the newest first."""
    return page_of(select(ReaderRequest).order_by(ReaderRequest.id.desc()), number, size)


def totals(since: timedelta = MONTH) -> dict[str, int]:
    """Return what was sent in the last month: requests, those of no use, words, and tokens where they were told."""
    row = db.session.execute(
        select(
            func.count(), func.sum(case((ReaderRequest.state == "failed", 1), else_=0)), func.sum(ReaderRequest.words),
            func.sum(ReaderRequest.tokens_in), func.sum(ReaderRequest.tokens_out),
        ).where(ReaderRequest.asked_at >= clock.now() - since)
    ).one()  # fmt: skip
    names = ("requests", "failed", "words", "tokens_in", "tokens_out")
    return {name: int(one or 0) for name, one in zip(names, row, strict=True)}


def names_of_subjects(requests: Sequence[ReaderRequest]) -> dict[int, Theme]:
    """Return the themes that requests were about, by id."""
    return names_of(one.subject_id for one in requests if one.task in ("name", "summary"))
