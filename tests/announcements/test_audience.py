"""Who is told: reach equals what is sent, words are only one's own, suppressed people get nothing."""

from __future__ import annotations

import random

import pytest
from flask import Flask
from sqlalchemy import select, update

from feedback_app.announcements import actions, queries
from feedback_app.announcements.models import Notice
from feedback_app.announcements.sending import actions as sending
from feedback_app.announcements.sending import audience, quote_queries
from feedback_app.changes.voices import actions as voices
from feedback_app.changes.voices.models import Voice
from feedback_app.contacts.models import Contact
from feedback_app.database import transaction
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.errors import Refused
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.organisation import queries as organisation
from feedback_app.themes.models import Mention, Placement
from tests.announcements.conftest import Company
from tests.announcements.factories import (
    a_change,
    a_codebook,
    a_mention,
    a_theme,
    a_voice,
    suppressed,
    table,
)
from tests.factories import a_contact, a_response, a_survey, an_invitation
from tests.statements import statements


def drafted(company: Company, kind: str = "respondents") -> int:
    return actions.draft([company.change], COMMAND, audience=kind)


def told() -> dict[str, Notice]:
    emails = {one.id: one.email for one in table(Contact)}
    return {emails[one.contact_id]: one for one in table(Notice)}


@pytest.mark.parametrize(
    ("kind", "people"),
    [
        ("respondents", {"ada", "zofia", "bob"}),
        ("mentioned", {"ada", "zofia"}),
        ("invited", {"ada", "zofia", "bob", "eve"}),
    ],
)
def test_each_audience_is_exactly_its_people(company: Company, kind: str, people: set[str]) -> None:
    an_invitation(company.survey, a_contact("eve@example.org"))
    an_invitation(company.survey, company.ada)
    a_response(a_survey(), a_contact("elsewhere@example.org"), missing="another survey")
    a_response(company.survey, None, missing="nobody we know")
    one = drafted(company, kind)
    reach = audience.reach(queries.get(one))
    sent = sending.send(one, COMMAND, reach.letters)
    assert {email.split("@")[0] for email in told()} == people
    assert (sent.letters, reach.people, reach.unknown) == (len(people), len(people), 1)
    assert {email: one.why for email, one in told().items()}["ada@example.org"] == "mentioned"


def test_reach_equals_what_is_sent_over_random_companies(app: Flask) -> None:
    chance = random.Random(20261121)  # noqa: S311  # a company made up the same way each time
    surveys = [a_survey(), a_survey()]
    book = a_codebook(*surveys)
    themes = [a_theme(book) for _ in range(3)]
    said: list[Mention] = []
    contacts = [a_contact(language=chance.choice(["en", "pl", "de"])) for _ in range(60)]
    for contact in contacts:
        for survey in chance.sample(surveys, chance.randint(0, 2)):
            response = a_response(survey, contact, missing=f"words of {contact.id} in {survey.id}")
            state = chance.choice(["open", "set_aside"])
            said.append(a_mention(response, *chance.sample(themes, chance.randint(0, 3)), state=state))
        if chance.random() < 0.3:
            an_invitation(surveys[0], contact)
        for scope in ("all", "surveys", "announcements"):
            if chance.random() < 0.15:
                suppressed(contact, scope, chance.choice(["unsubscribed", "hard_bounce", "complaint", "manual"]))
    for kind in ("respondents", "mentioned", "invited"):
        change = a_change(*chance.sample(themes, 2))
        open_ones = [row for row in said if row.state == "open"]
        for row in chance.sample(open_ones, len(open_ones) // 2):
            a_voice(change, row, judgement=chance.choice(["yes", "no"]))
        one = actions.draft([change], COMMAND, audience=kind)
        reach = audience.reach(queries.get(one))
        sent = sending.send(one, COMMAND)
        notices = [row for row in table(Notice) if row.announcement_id == one]
        letters = [row for row in table(OutgoingEmail) if row.group_id == one]
        assert (sent.letters, sent.left_out) == (reach.letters, sum(reach.left_out.values()))
        assert len(letters) == reach.letters == sum(row.included for row in notices)
        assert {row.ref_id for row in letters} == {row.id for row in notices if row.included}
        assert reach.own_words == sum(bool(row.quotes) for row in notices)
        assert len({row.contact_id for row in notices}) == len(notices) == reach.people
        _only_their_own(notices, one)


def _only_their_own(notices: list[Notice], announcement_id: int) -> None:
    mentions = {row.id: row for row in table(Mention)}
    changes = {change.id for change in queries.get(announcement_id).changes}
    fitting = {row.mention_id for row in table(Voice) if row.change_id in changes and row.state == "yes"}
    for notice in notices:
        for quote in notice.quotes:
            mention = mentions[quote["mention"]]
            assert mention.contact_id == notice.contact_id
            assert quote["text"] == mention.text
            assert mention.state == "open"
            assert mention.id in fitting
        if notice.included and notice.why == "mentioned":
            assert notice.quotes
        if not notice.included or notice.why != "mentioned":
            assert notice.quotes == []


@pytest.mark.parametrize(("scope", "stops"), [("all", True), ("announcements", True), ("surveys", False)])
@pytest.mark.parametrize("reason", ["unsubscribed", "hard_bounce", "complaint", "manual", "erased"])
def test_suppressed_people_are_left_out_with_the_reason(company: Company, scope: str, stops: bool, reason: str) -> None:
    suppressed(company.ada, scope, reason)
    sending.send(drafted(company), COMMAND)
    notice = told()["ada@example.org"]
    assert (notice.included, notice.excluded_because) == ((False, reason) if stops else (True, ""))
    assert ("ada@example.org" in {row.address for row in table(OutgoingEmail)}) is not stops


def test_the_weightiest_reason_is_named_and_an_empty_address_is_one(company: Company) -> None:
    suppressed(company.ada, "announcements", "unsubscribed")
    suppressed(company.ada, "all", "hard_bounce")
    with transaction() as session:
        session.execute(update(Contact).where(Contact.id == company.bob.id).values(email=""))
    one = drafted(company)
    assert audience.reach(queries.get(one)).left_out == {"hard_bounce": 1, "no_address": 1}
    sending.send(one, COMMAND)
    assert [row.address for row in table(OutgoingEmail)] == ["zofia@example.org"]


def test_each_reads_their_language_or_the_organisations(company: Company) -> None:
    german = a_contact("hans@example.org", language="de")
    a_response(company.survey, german, missing="Zu spät")
    one = drafted(company)
    reach = audience.reach(queries.get(one))
    assert (reach.languages, reach.fallback) == ({"en": 3, "pl": 1}, {"de": 1})
    sending.send(one, COMMAND)
    assert {email: row.language for email, row in told().items()}["hans@example.org"] == "en"


def test_without_a_text_in_the_organisations_language_the_first_serves(company: Company) -> None:
    one = drafted(company)
    body = next(text.body for text in queries.get(one).texts if text.language == "pl")
    actions.save(one, COMMAND, audience="respondents", survey_ids=[company.survey.id], texts={"pl": ("Zmiana", body)})
    reach = audience.reach(queries.get(one))
    assert (reach.languages, reach.fallback) == ({"pl": 3}, {"en": 2})


def test_a_person_with_many_themes_and_surveys_is_one_notice_and_one_letter(company: Company) -> None:
    second = a_survey()
    with transaction() as session:
        session.execute(update(Mention).where(Mention.contact_id == company.bob.id).values(state="set_aside"))
    book = a_codebook(second)
    more = a_theme(book)
    later = a_mention(a_response(second, company.ada, missing="A second voice about it, longer than the first."), more)
    third = a_mention(a_response(company.survey, company.ada, expected="Third of them."), company.theme, company.other)
    change = a_change(more, company.other)
    a_voice(change, later, third)
    a_voice(company.change, third)
    one = actions.draft([company.change, change], COMMAND)
    sending.send(one, COMMAND)
    assert [row.address for row in table(OutgoingEmail)].count("ada@example.org") == 1
    assert [quote["text"] for quote in told()["ada@example.org"].quotes] == [  # in the order they were said
        "I waited at home all day, twice.",
        "A second voice about it, longer than the first.",
        "Third of them.",
    ]


def test_surveys_follow_the_themes_and_can_be_changed(company: Company) -> None:
    other = a_survey()
    a_response(other, a_contact("else@example.org"), missing="x")
    one = drafted(company)
    assert [row.id for row in queries.get(one).surveys] == [company.survey.id]
    texts = {row.language: (row.subject, row.body) for row in queries.get(one).texts}
    actions.save(one, COMMAND, audience="respondents", survey_ids=[other.id], texts=texts)
    assert audience.reach(queries.get(one)).people == 1
    bare = actions.draft([a_change()], COMMAND)
    assert queries.get(bare).surveys == []
    with pytest.raises(Refused, match="Choose the surveys"):
        sending.send(bare, COMMAND)


def test_merged_themes_change_nothing_about_the_voices(company: Company) -> None:
    target = a_theme(company.book, "Waiting")
    with transaction() as session:
        session.execute(update(Placement).where(Placement.theme_id == company.theme.id).values(theme_id=target.id))
        company.theme.state, company.theme.merged_into_id = "merged", target.id
        session.merge(company.theme)
    sending.send(drafted(company), COMMAND)
    assert told()["ada@example.org"].quotes[0]["text"] == "I waited at home all day, twice."


def test_only_voices_are_quoted_and_the_others_get_the_letter_all_the_same(company: Company) -> None:
    db.session.rollback()
    voice = db.session.query(Voice).join(Mention).filter(Mention.contact_id == company.ada.id).one()
    voices.leave_out(voice.id, COMMAND)
    (zofias,) = db.session.scalars(select(Mention.id).where(Mention.contact_id == company.zofia.id))
    voices.judge(company.change, [zofias], "no", COMMAND)
    sent = sending.send(drafted(company), COMMAND)
    assert sent.letters == 3
    assert {row.why for row in told().values()} == {"took_part"}
    assert all(row.quotes == [] for row in told().values())


def test_unjudged_words_go_out_only_once_a_sample_was_judged(company: Company) -> None:
    (bobs,) = db.session.scalars(select(Mention.id).where(Mention.contact_id == company.bob.id))
    with transaction() as session:
        session.add(Voice(change_id=company.change, mention_id=bobs, state="proposed", chance=0.97))
    assert audience.reach(queries.get(drafted(company))).own_words == 2
    for number in range(20):
        person = a_contact(f"sample{number}@example.org")
        drawn = a_mention(a_response(company.survey, person, missing=f"word {number} of it"))
        with transaction() as session:
            session.add(Voice(change_id=company.change, mention_id=drawn.id, chance=0.97, sampled=True))
        a_voice(company.change, drawn, judgement="yes" if number else "no")
    assert audience.reach(queries.get(drafted(company))).own_words == 2 + 19 + 1


def test_whose_words_are_printed_costs_the_same_for_one_and_for_many(company: Company) -> None:
    one = queries.get(drafted(company))

    def cost() -> int:
        db.session.expire_all()
        organisation.forget()  # else it depends on the moment whether who we are is asked for
        with statements() as sent:
            page = quote_queries.page(one, 1)
        words = {person.email: [quote["text"] for quote in person.quotes] for person in page.items}
        assert words["ada@example.org"] == ["I waited at home all day, twice."]
        assert len(words) == len(quote_queries.some(one)) == page.total
        assert {person.email: person for person in quote_queries.everybody(one)} == {
            row.email: row for row in page.items
        }
        return len(sent)

    few = cost()
    for number in range(6):
        said = f"I waited {number} days for the parcel and nobody called."
        a_voice(company.change, a_mention(a_response(company.survey, a_contact(), missing=said), company.theme))
    assert cost() == few


def test_recipients_for_a_preview_can_be_searched(company: Company) -> None:
    one = queries.get(drafted(company))
    assert [row.email for row in audience.some(one)] == ["ada@example.org", "zofia@example.org", "bob@example.org"]
    assert [row.name for row in audience.some(one, text="ĆWIK")] == ["Zofia Ćwik"]
    assert audience.some(one, text="%") == []


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("kind", ["respondents", "invited"])
def test_spans_hold_each_person_once_and_what_each_said(company: Company, kind: str, size: int) -> None:
    """A planned announcement is written span by span: together they are the whole audience, with everybody's words."""
    an_invitation(company.survey, a_contact("eve@example.org"))
    suppressed(company.bob)
    one = drafted(company, kind)
    found = queries.get(one)
    whole = set(db.session.scalars(select(audience.recipients(found).c.contact_id)))
    plan = audience.plan(found, size)
    parts = [list(db.session.scalars(select(audience.recipients(found, span).c.contact_id))) for span in plan.spans]
    assert sorted(person for part in parts for person in part) == sorted(whole)
    assert [len(part) for part in parts[:-1]] == [size] * (len(parts) - 1)
    assert 1 <= len(parts[-1]) <= size
    assert (plan.letters, plan.left_out) == (len(whole) - 1, 1)
    said = [audience.spoken_by(db.session(), one, span) for span in plan.spans]
    assert [set(words) <= set(part) for words, part in zip(said, parts, strict=True)] == [True] * len(parts)
    everybody = audience.spoken_by(db.session(), one, None)
    assert sorted(person for words in said for person in words) == sorted(everybody)
    assert everybody


def test_nobody_is_counted_as_invited_only_where_nobody_was_asked(company: Company) -> None:
    assert audience.reach(queries.get(drafted(company))).invited_only == 0
