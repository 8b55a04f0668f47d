"""Filling an empty house with one believable company: its past as rows, everything since then by the real verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from sqlalchemy import exists, func, or_, select

from feedback_app import clock
from feedback_app.accounts.actions import ensure_roles
from feedback_app.accounts.models import Staff
from feedback_app.announcements import actions as announcements
from feedback_app.announcements.sending import actions as sending
from feedback_app.changes import actions as changes
from feedback_app.changes.voices import actions as voices
from feedback_app.changes.words import Words
from feedback_app.contacts.models import Contact
from feedback_app.contacts.queries import Filter
from feedback_app.database import is_postgresql
from feedback_app.demo import data, history
from feedback_app.demo.data import DemoChange
from feedback_app.errors import N_, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.organisation import actions as organise
from feedback_app.organisation import queries as organisation
from feedback_app.responses.models import Answer
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.waves.actions import Plan, send
from feedback_app.surveys.waves.mail import all_words
from feedback_app.themes.codebooks.actions import codebook_for
from feedback_app.themes.grouping.actions import group
from feedback_app.themes.models import Mention, Placement, Theme

AUDIENCES = {"customer": "customer", "lost-prospect": "lost_prospect", "former-customer": "former_customer"}
LINKED = 2  # themes a demo change answers
Tell = Callable[[str], None]


def is_empty() -> bool:
    """True while the house has no contact: only then the demo may move in."""
    return not db.session.scalar(select(exists().where(Contact.id.is_not(None))))


def seed(tell: Tell = lambda _line: None) -> str:
    """Fill an empty database and return one line that says with what. Refused when somebody lives here already."""
    if not is_empty():
        raise Refused(
            N_("This database has contacts already. Give FEEDBACK_VAR or FEEDBACK_DATABASE_URL a fresh place.")
        )
    ensure_roles()
    _introduce()
    history.publish_surveys()
    answered = history.write()
    tell(f"{answered} people answered")
    codebook = codebook_for(list(history.SURVEYS), COMMAND, data.company().organisation)
    outcome = group(codebook.id, COMMAND)
    tell(f"{outcome.mentions} mentions in {outcome.new_themes} themes")
    logged = {change.code: _log(change, codebook.id) for change in data.changes()}
    heard = sum(_judge(logged[code], words) for code, texts in data.voices().items() for words in texts)
    tell(f"{heard} voices of {len(logged)} changes judged")
    for change in data.changes():
        if change.announced_days_ago is not None:
            sending.send(announcements.draft([logged[change.code]], COMMAND, audience="respondents"), COMMAND)
    invited = sum(_invite(slug, kind) for slug, kind in AUDIENCES.items())
    tell(f"{invited} more were asked")
    return (
        f"{data.company().organisation}: {len(data.contacts())} contacts, {answered} answers, "
        f"{outcome.new_themes} themes, {len(logged)} changes"
    )


def _introduce() -> None:
    """Let the company sign its pages and letters, unless the environment says who we are."""
    company = data.company()
    values = {"name": company.organisation, "timezone": company.time_zone}
    held = organisation.current().held
    organise.save({name: value for name, value in values.items() if name not in held}, COMMAND)


def _log(change: DemoChange, codebook_id: int) -> int:
    main, other = data.company().default_language, "en"
    processes = {process.code: process.name for process in data.company().processes}
    entry = changes.Entry(
        words=Words(**_words(change, main, processes)),
        language=main,
        state=change.state,
        since=_day(change.since_days_ago),
        owner_id=db.session.scalar(select(Staff.id).where(Staff.email == change.owner)),
        theme_ids=_themes(change, codebook_id),
        translations={other: _words(change, other, processes)},
    )
    return changes.log(entry, COMMAND)


def _judge(change_id: int, words: str) -> int:
    """Judge the mention in which ``words`` begin as a voice of a change; these very words are quoted."""
    place = func.instr(Answer.text, words) if not is_postgresql() else func.strpos(Answer.text, words)
    mention_id = db.session.scalar(
        select(Mention.id)
        .join(Answer, Answer.id == Mention.answer_id)
        .where(place > 0, Mention.state == "open", Mention.end >= place)
        .order_by(Mention.start)
        .limit(1)
    )
    return voices.judge(change_id, [mention_id], "part", COMMAND, words) if mention_id else 0


def _words(change: DemoChange, language: str, processes: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    declined = change.state == "declined"
    return {
        "process": processes[change.process][language],
        "what": change.what[language],
        "why": "" if declined else change.why[language],
        "reason": change.why[language] if declined else "",
    }


def _day(days_ago: int | None) -> date | None:
    return None if days_ago is None else (clock.now() - timedelta(days=days_ago)).date()


def _themes(one: DemoChange, codebook_id: int) -> list[int]:
    """Return the themes whose mentions speak most of what the change is about."""
    spoken = [Mention.text.icontains(word, autoescape=True) for words in one.about.values() for word in words]
    hits = func.count(Mention.id)
    return list(
        db.session.scalars(
            select(Theme.id)
            .join(Placement, Placement.theme_id == Theme.id)
            .join(Mention, Mention.id == Placement.mention_id)
            .where(Theme.codebook_id == codebook_id, Theme.state == "open", or_(*spoken))
            .group_by(Theme.id)
            .order_by(hits.desc(), Theme.id)
            .limit(LINKED)
        )
    )


def _invite(slug: str, kind: str) -> int:
    """Ask those of ``kind`` who were never asked, as staff would; the letters wait for the worker."""
    survey = surveys.by_slug(slug)
    letters = all_words(
        surveys.form_spec(survey.id, survey.changed_at), survey.invitation_subject, survey.invitation_body
    )
    return send(Plan(survey.id, Filter(kinds=(kind,)), letters), COMMAND).invited
