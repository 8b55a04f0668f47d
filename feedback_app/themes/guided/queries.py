"""Reading the guided set-up: the next questions, how far it is, what is new. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, func, select

from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.themes.guided.estimate import Estimate, estimate
from feedback_app.themes.guided.models import GuidedQuestion, GuidedSetup
from feedback_app.themes.mention_filter import of_codebook
from feedback_app.themes.models import Codebook, CodebookSurvey, Mention, Theme
from feedback_app.themes.queries import open_themes

BLOCK = 10  # questions after which the machine learns and tells
SECONDS = 12  # that a person takes for one question, about: 50 answers in ten minutes
MINUTES = 10


@dataclass(frozen=True)
class Offer:
    """One alternative of a question: a theme and the chance that it is the right one, 0..1."""

    theme: Theme
    chance: float


@dataclass(frozen=True)
class Asked:
    """A question: the mention, the whole answer it stands in, who said it, and the alternatives by likelihood."""

    id: int
    mention: Mention
    answer: str
    kind: str
    reason: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True)
class Progress:
    """How far a set-up is. ``learning``: the machine has not learnt from the latest answers yet."""

    answered: int
    waiting: int
    learning: bool
    moved: int
    estimate: Estimate

    @property
    def in_block(self) -> int:
        """Answers since the last block was full."""
        return self.answered % BLOCK


def setup_of(codebook_id: int) -> GuidedSetup | None:
    """Return the set-up of a codebook; None where nobody has begun one."""
    return db.session.get(GuidedSetup, codebook_id, populate_existing=True)


def progress(codebook_id: int) -> Progress:
    """Return how far the set-up of a codebook is; all zero where nobody has begun one."""
    counted = select(GuidedQuestion.state, func.count()).where(GuidedQuestion.codebook_id == codebook_id)
    counts = {row[0]: row[1] for row in db.session.execute(counted.group_by(GuidedQuestion.state))}
    setup = setup_of(codebook_id)
    told = estimate(setup.right, setup.drawn) if setup else estimate(0, 0)
    learning = setup is not None and is_due(setup)
    return Progress(counts.get("answered", 0), counts.get("waiting", 0), learning, setup.moved if setup else 0, told)


def kept(codebook_id: int) -> list[int]:
    """Return the themes that a person looked at and kept."""
    setup = setup_of(codebook_id)
    return list(setup.kept) if setup else []


def is_due(setup: GuidedSetup) -> bool:
    """Return whether the machine has yet to learn what it was asked to; see :func:`due` for all of them."""
    return setup.taught_at is None or setup.taught_at < setup.wanted_at


def due() -> list[int]:
    """Return the codebooks whose machine has yet to learn what it was asked to."""
    wanted = GuidedSetup.taught_at.is_(None) | (GuidedSetup.taught_at < GuidedSetup.wanted_at)
    return list(db.session.scalars(select(GuidedSetup.codebook_id).where(wanted)))


_FREE = (Mention.state == "open", Mention.decided_at.is_(None))


def undecided(codebook_id: int) -> ColumnElement[bool]:
    """Return the condition "a mention of the codebook with content about which no person has decided"."""
    return and_(of_codebook(codebook_id), *_FREE)


def questions(codebook_id: int, count: int = 1) -> list[Asked]:
    """Return the next questions about mentions that nobody has decided meanwhile."""
    statement = (
        select(GuidedQuestion, Mention, func.coalesce(Answer.text, "").label("answer"), Response.kind)
        .join(Mention, Mention.id == GuidedQuestion.mention_id)
        .join(Answer, Answer.id == Mention.answer_id)
        .join(Response, Response.id == Mention.response_id)
        .where(GuidedQuestion.codebook_id == codebook_id, GuidedQuestion.state == "waiting", undecided(codebook_id))
        .order_by(GuidedQuestion.position, GuidedQuestion.id)
        .limit(count)
    )
    rows = db.session.execute(statement).all()
    themes = {theme.id: theme for theme in open_themes(codebook_id)} if rows else {}
    return [
        Asked(
            row.GuidedQuestion.id, row.Mention, row.answer, row.kind, row.GuidedQuestion.reason,
            tuple(Offer(themes[one], chance) for one, chance in row.GuidedQuestion.proposals if one in themes),
        )
        for row in rows
    ]  # fmt: skip


def last_answered(codebook_id: int) -> GuidedQuestion | None:
    """Return the question that was answered or passed over last."""
    mine = select(GuidedQuestion).where(GuidedQuestion.codebook_id == codebook_id, GuidedQuestion.state != "waiting")
    mine = mine.where(GuidedQuestion.answered_at.is_not(None))
    return db.session.scalar(mine.order_by(GuidedQuestion.answered_at.desc(), GuidedQuestion.id.desc()).limit(1))


def candidates(codebook_id: int) -> Select[int]:
    """SELECT of the mentions to ask about: undecided, neither answered nor passed over."""
    passed = select(1).where(
        GuidedQuestion.codebook_id == codebook_id,
        GuidedQuestion.mention_id == Mention.id,
        GuidedQuestion.state != "waiting",
    )
    return select(Mention.id).where(undecided(codebook_id), ~exists(passed))


@dataclass(frozen=True)
class News:
    """Mentions that came since the last set-up, and about how many minutes it takes to look at what matters."""

    mentions: int
    minutes: int


def news(codebook_id: int) -> News | None:
    """Return what is new since the set-up was finished; None while it was not, or when nothing came."""
    row = db.session.execute(_new_mentions().where(Codebook.id == codebook_id)).first()
    return _news(row[1]) if row else None


def news_everywhere() -> list[tuple[Codebook, News]]:
    """Return what is new in every codebook whose set-up was finished, the most first; one statement."""
    rows = db.session.execute(_new_mentions().order_by(func.count().desc(), Codebook.id))
    return [(codebook, _news(number)) for codebook, number in rows]


def _new_mentions() -> Select[Codebook, int]:
    return (
        select(Codebook, func.count())
        .join(GuidedSetup, GuidedSetup.codebook_id == Codebook.id)
        .join(CodebookSurvey, CodebookSurvey.codebook_id == Codebook.id)
        .join(Mention, Mention.survey_id == CodebookSurvey.survey_id)
        .where(GuidedSetup.finished_at.is_not(None), Mention.id > GuidedSetup.seen_upto, *_FREE)
        .group_by(Codebook.id)
    )


def _news(mentions: int) -> News:
    return News(mentions, max(1, min(MINUTES, mentions * SECONDS // 60)))
