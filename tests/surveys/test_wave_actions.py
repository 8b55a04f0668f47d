from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from feedback_app import clock, tokens
from feedback_app.contacts.models import Contact
from feedback_app.contacts.queries import Filter
from feedback_app.database import transaction
from feedback_app.delivery.models import LetterVariant, OutgoingEmail
from feedback_app.delivery.suppression import suppress
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.surveys import actions, queries
from feedback_app.surveys.models import Invitation, Survey, Wave
from feedback_app.surveys.waves import actions as wave_actions
from feedback_app.surveys.waves import mail
from feedback_app.surveys.waves import queries as wave_queries
from feedback_app.surveys.waves.actions import Plan, Sent
from tests.factories import SECRET, a_contact, a_survey, an_invitation


def a_plan(survey: Survey, who: Filter | None = None, minutes: int | None = None) -> Plan:
    form = queries.build_spec(survey.id)
    letters = mail.all_words(form, survey.invitation_subject, survey.invitation_body)
    send_at = clock.now() + timedelta(minutes=minutes) if minutes is not None else None
    return Plan(survey.id, who or Filter(), letters, send_at)


def letters() -> list[OutgoingEmail]:
    asked = select(OutgoingEmail).where(OutgoingEmail.kind == "invitation").order_by(OutgoingEmail.id)
    return list(db.session.scalars(asked))


def invitations() -> list[Invitation]:
    return list(db.session.scalars(select(Invitation).order_by(Invitation.id)))


def make_due(wave_id: int) -> None:
    with transaction() as session:
        session.execute(update(Wave).where(Wave.id == wave_id).values(send_at=clock.now() - timedelta(seconds=1)))


def test_everybody_meant_gets_one_invitation_and_one_letter_in_their_language(app: Flask) -> None:
    survey = a_survey()
    people = [a_contact(language=code) for code in ("en", "pl", "en")]
    sent = wave_actions.send(a_plan(survey), COMMAND)
    assert sent.invited == 3
    made = invitations()
    assert [one.contact_id for one in made] == [one.id for one in people]
    assert [one.language for one in made] == ["en", "pl", "en"]
    queued = letters()
    assert [one.ref_id for one in queued] == [one.id for one in made]
    assert {one.group_id for one in queued} == {sent.wave_id}
    assert [one.address for one in queued] == [one.email for one in people]
    variants = {one.id: one for one in db.session.scalars(select(LetterVariant))}
    assert [variants[one.variant_id].language for one in queued] == ["en", "pl", "en"]
    assert {one.scope for one in variants.values()} == {"surveys"}
    wave = db.session.get_one(Wave, sent.wave_id)
    assert (wave.state, wave.invited) == ("sent", 3)


def test_only_the_hash_of_the_link_is_kept_and_the_letter_derives_it_again(app: Flask) -> None:
    survey = a_survey()
    a_contact()
    wave_actions.send(a_plan(survey), COMMAND)
    [made] = invitations()
    token = tokens.derive(SECRET, "invitation", made.nonce)
    assert made.token_hash == tokens.digest(token)
    asked = queries.invitation_by_token(token)
    assert asked is not None
    assert asked.id == made.id
    fill = mail.fill(db.session(), [made.id])[made.id]
    assert fill["link"] == f"http://localhost/answer/{token}"


def test_pressing_twice_sends_once(app: Flask) -> None:
    survey = a_survey()
    a_contact()
    wave_actions.send(a_plan(survey), COMMAND)
    with pytest.raises(Refused, match="nobody left to ask"):
        wave_actions.send(a_plan(survey), COMMAND)
    assert len(letters()) == len(invitations()) == 1
    assert len(wave_queries.waves(survey.id)) == 1


def test_who_comes_later_is_asked_by_the_next_mailing_alone(app: Flask) -> None:
    survey = a_survey()
    a_contact()
    wave_actions.send(a_plan(survey), COMMAND)
    newcomer = a_contact()
    assert wave_actions.send(a_plan(survey), COMMAND).invited == 1
    assert letters()[-1].address == newcomer.email


def test_the_filter_narrows_who_is_asked(app: Flask) -> None:
    survey = a_survey()
    wanted = a_contact(kind="lost_prospect", stage_lost="price", language="pl", attributes={"plan": "pro"})
    a_contact(kind="lost_prospect", stage_lost="offer", language="pl", attributes={"plan": "pro"})
    a_contact(kind="lost_prospect", stage_lost="price", language="en", attributes={"plan": "pro"})
    a_contact(kind="lost_prospect", stage_lost="price", language="pl", attributes={"plan": "basic"})
    a_contact(kind="customer", language="pl", attributes={"plan": "pro"})
    who = Filter(kinds=("lost_prospect",), stage_lost="price", language="pl", attribute="plan", value="pro")
    assert wave_actions.send(a_plan(survey, who), COMMAND).invited == 1
    assert [one.contact_id for one in invitations()] == [wanted.id]


@pytest.mark.parametrize(("scope", "asked"), [("surveys", 0), ("all", 0), ("announcements", 1)])
def test_who_must_not_be_written_to_is_not_invited(app: Flask, scope: str, asked: int) -> None:
    survey = a_survey()
    contact = a_contact()
    with transaction():
        suppress(contact.email_key, scope, "unsubscribed", "test")
    counted = wave_queries.audience(survey.id, Filter(), ("en", "pl"))
    assert (counted.would, counted.suppressed) == (asked, 1 - asked)
    if asked:
        assert wave_actions.send(a_plan(survey), COMMAND).invited == 1
    else:
        with pytest.raises(Refused, match="nobody left to ask"):
            wave_actions.send(a_plan(survey), COMMAND)
        assert invitations() == []


def test_what_is_counted_is_what_is_sent(app: Flask) -> None:
    survey = a_survey()
    for code in ("en", "pl", "de", "pl"):
        a_contact(language=code)
    an_invitation(survey, a_contact(name="Asked"))
    gone = a_contact(name="Gone")
    with transaction():
        suppress(gone.email_key, "surveys", "unsubscribed", "test")
    counted = wave_queries.audience(survey.id, Filter(), ("en", "pl"))
    assert counted == wave_queries.Audience(6, 4, 1, 1, 1, {"en": 2, "pl": 2})
    assert [one.name for one in wave_queries.sample(survey.id, Filter(), "asked")] == ["Asked"]
    assert [one.name for one in wave_queries.sample(survey.id, Filter(), "suppressed")] == ["Gone"]
    assert len(wave_queries.sample(survey.id, Filter(), "would", 2)) == 2
    assert wave_actions.send(a_plan(survey), COMMAND).invited == counted.would
    new = [one.language for one in invitations() if one.wave_id]
    assert Counter(new) == Counter(counted.by_language)


def test_a_letter_in_one_language_reaches_everybody_in_it(app: Flask) -> None:
    survey = a_survey()
    wave_actions.word_letter(survey.id, {"pl": "Pytanie"}, {"pl": "{{link}}"}, COMMAND)
    survey = queries.by_id(survey.id)
    a_contact(language="en")
    wave_actions.send(a_plan(survey), COMMAND)
    assert [one.language for one in invitations()] == ["pl"]


def test_only_open_surveys_ask(app: Flask) -> None:
    a_contact()
    for state in ("draft", "closed"):
        survey = a_survey(state=state)
        with pytest.raises(Refused, match="not open for answers"):
            wave_actions.send(a_plan(survey), COMMAND)
        with pytest.raises(Refused, match="not open for answers"):
            wave_actions.plan(a_plan(survey, minutes=5), COMMAND)
    with pytest.raises(NotFound):
        wave_actions.send(Plan(10**6, Filter(), {}), COMMAND)
    assert letters() == []


def test_a_letter_without_words_is_not_sent(app: Flask) -> None:
    survey = a_survey()
    a_contact()
    with pytest.raises(Refused, match="has no words yet"):
        wave_actions.send(Plan(survey.id, Filter(), {}), COMMAND)


def test_a_planned_mailing_leaves_when_its_time_comes_and_only_once(app: Flask) -> None:
    survey = a_survey()
    a_contact()
    wave_id = wave_actions.plan(a_plan(survey, minutes=60), COMMAND)
    assert wave_actions.start_due_waves() == 0
    assert letters() == []
    make_due(wave_id)
    newcomer = a_contact()
    assert wave_actions.start_due_waves() == 2
    assert newcomer.email in [one.address for one in letters()]
    assert wave_actions.start_due_waves() == 0
    assert len(letters()) == 2


@pytest.mark.parametrize("minutes", [-60, 60 * 24 * 400])
def test_a_time_that_makes_no_sense_is_refused(app: Flask, minutes: int) -> None:
    with pytest.raises(Refused):
        wave_actions.plan(a_plan(a_survey(), minutes=minutes), COMMAND)


def test_a_cancelled_mailing_stays_at_home(app: Flask) -> None:
    survey = a_survey()
    a_contact()
    wave_id = wave_actions.plan(a_plan(survey, minutes=60), COMMAND)
    wave_actions.cancel(survey.id, wave_id, COMMAND)
    make_due(wave_id)
    assert wave_actions.start_due_waves() == 0
    with pytest.raises(Refused, match="cannot be cancelled any more"):
        wave_actions.cancel(survey.id, wave_id, COMMAND)
    with pytest.raises(NotFound):
        wave_actions.cancel(a_survey().id, wave_id, COMMAND)


def test_a_mailing_that_left_cannot_be_cancelled(app: Flask) -> None:
    survey = a_survey()
    a_contact()
    sent = wave_actions.send(a_plan(survey), COMMAND)
    with pytest.raises(Refused, match="has left"):
        wave_actions.cancel(survey.id, sent.wave_id, COMMAND)


def test_a_survey_closed_and_opened_again_does_not_send_what_was_planned(app: Flask) -> None:
    survey = a_survey()
    a_contact()
    wave_id = wave_actions.plan(a_plan(survey, minutes=60), COMMAND)
    actions.close(survey.id, COMMAND)
    actions.reopen(survey.id, COMMAND)
    make_due(wave_id)
    assert wave_actions.start_due_waves() == 0


def at_once(app: Flask, work: object, times: int = 2) -> list[object]:
    """Run ``work`` in ``times`` threads, each with its own session, all starting together."""
    barrier = threading.Barrier(times)
    results: list[object] = []

    def run() -> None:
        with app.app_context():
            barrier.wait(10)
            try:
                results.append(work())  # type: ignore[operator]
            except Refused as error:
                results.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return results


def test_two_workers_start_the_same_mailing_once(app: Flask) -> None:
    survey = a_survey()
    for _ in range(20):
        a_contact()
    wave_id = wave_actions.plan(a_plan(survey, minutes=60), COMMAND)
    make_due(wave_id)
    db.session.remove()
    assert sorted(at_once(app, wave_actions.start_due_waves, 3)) == [0, 0, 20]  # type: ignore[type-var]
    assert len(letters()) == len(invitations()) == 20


def test_two_people_pressing_send_at_once_send_once(app: Flask) -> None:
    survey = a_survey()
    for _ in range(20):
        a_contact()
    plan = a_plan(survey)
    db.session.remove()
    results = at_once(app, lambda: wave_actions.send(plan, COMMAND))
    assert sum(isinstance(one, Sent) for one in results) == 1
    assert sum(isinstance(one, Refused) for one in results) == 1
    assert len(letters()) == len(invitations()) == 20


def test_many_batches_miss_nobody(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wave_actions, "BATCH", 7)
    survey = a_survey()
    with transaction() as session:
        session.add_all(
            Contact(email=f"p{n}@example.org", email_key=f"p{n}@example.org", kind="customer", language="en")
            for n in range(50)
        )
    assert wave_actions.send(a_plan(survey), COMMAND).invited == 50
    assert len({one.address for one in letters()}) == 50
    assert len({one.token_hash for one in invitations()}) == 50


def test_nothing_is_left_behind_when_sending_fails_half_way(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = a_survey()
    a_contact()

    def broken(*_args: object) -> None:
        raise RuntimeError("the lights went out")

    plan = a_plan(survey)
    monkeypatch.setattr(wave_actions, "_letters", broken)
    with pytest.raises(RuntimeError):
        wave_actions.send(plan, COMMAND)
    assert invitations() == []
    assert wave_queries.waves(survey.id) == []
    assert list(db.session.scalars(select(LetterVariant))) == []


@pytest.mark.parametrize(
    ("subject", "body", "message"),
    [
        ("Hi", "no link", "must have {{link}}"),
        ("Hi {{pet}}", "{{link}}", "“{{pet}}” is not a placeholder"),
        ("Hi", "{{link}} {{ config }}", "is not a placeholder"),
        ("", "{{link}}", "both the subject and the text"),
        ("x" * 201, "{{link}}", "200 characters"),
        ("Hi", "{{link}}" + "x" * 10_000, "10000 characters"),
    ],
)
def test_words_that_cannot_be_sent_are_refused(app: Flask, subject: str, body: str, message: str) -> None:
    survey = a_survey()
    with pytest.raises(Refused) as caught:
        wave_actions.word_letter(survey.id, {"en": subject}, {"en": body}, COMMAND)
    assert message in str(caught.value)
    assert queries.by_id(survey.id).invitation_subject == {"en": "A question", "pl": "Pytanie"}


def test_a_subject_is_one_line(app: Flask) -> None:
    survey = a_survey()
    wave_actions.word_letter(survey.id, {"en": "A\r\nBcc: x@example.org"}, {"en": "{{link}}"}, COMMAND)
    assert queries.by_id(survey.id).invitation_subject == {"en": "A Bcc: x@example.org"}


def test_a_test_letter_invites_nobody(app: Flask) -> None:
    survey = a_survey()
    a_contact()
    form = queries.build_spec(survey.id)
    words = mail.words(form, "Hi {{name}}", "{{link}}", "en", scope="")
    fill = mail.fill_for("http://localhost/preview", survey.title, "Kasia", "en", clock.now())
    made = wave_actions.send_test(survey.id, "en", words, fill, "kasia@velo.example", COMMAND)
    letter = db.session.get_one(OutgoingEmail, made)
    assert (letter.kind, letter.address, letter.ref_id) == ("test", "kasia@velo.example", None)
    assert letter.values is not None
    assert letter.values["link"] == "http://localhost/preview"
    assert invitations() == []
    with pytest.raises(Refused):
        wave_actions.send_test(survey.id, "en", words, fill, "not an address", COMMAND)
