"""One transaction, all or nobody: drafting, pressing twice, stopping, finishing."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from feedback_app import clock
from feedback_app.announcements import actions, mail, queries
from feedback_app.announcements.models import Announcement, AnnouncementText, Notice
from feedback_app.announcements.sending import actions as sending
from feedback_app.announcements.sending import control_actions, progress
from feedback_app.changes import actions as changes
from feedback_app.changes.words import Words
from feedback_app.database import transaction
from feedback_app.delivery.addresses import BadAddress
from feedback_app.delivery.compose.placeholders import Words as LetterWords
from feedback_app.delivery.compose.placeholders import filled, unpacked
from feedback_app.delivery.compose.templates import reserved
from feedback_app.delivery.models import LetterVariant, OutgoingEmail
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.responses.models import Answer
from feedback_app.themes.models import Mention
from tests.announcements.conftest import Company
from tests.announcements.factories import ENGLISH, a_change, a_voice, suppressed, table
from tests.factories import a_contact, a_response


def drafted(company: Company) -> int:
    return actions.draft([company.change], COMMAND)


def state_of(announcement_id: int) -> str:
    db.session.rollback()
    return queries.get(announcement_id).state


def texts_of(announcement_id: int) -> dict[str, tuple[str, str]]:
    return {one.language: (one.subject, one.body) for one in queries.get(announcement_id).texts}


def marked(state: str, *addresses: str) -> None:
    now = clock.now()
    facts = {"leased": {"lease_owner": "w", "lease_until": now}, "sent": {"sent_at": now}}.get(state, {})
    with transaction() as session:
        theirs = update(OutgoingEmail).where(OutgoingEmail.address.in_(addresses))
        session.execute(theirs.values(state=state, lease_until=None).values(facts))


def letters() -> dict[str, LetterWords]:
    """Every queued announcement letter by address, as its reader sees it."""
    db.session.rollback()
    rows = db.session.query(OutgoingEmail).filter_by(kind="announcement").all()
    fills = mail.fill(db.session(), [row.ref_id for row in rows if row.ref_id])
    variants = {row.id: row for row in db.session.query(LetterVariant)}
    return {
        row.address: filled(
            LetterWords(variants[row.variant_id].subject, variants[row.variant_id].text, variants[row.variant_id].html),
            {**reserved(row.name, "http://localhost/u"), **fills[row.ref_id or 0]},
        )
        for row in rows
    }


def test_a_draft_starts_with_the_shipped_words_in_every_language_it_can(company: Company) -> None:
    both = queries.get(drafted(company))
    assert (both.about, queries.languages(both), both.state) == ("made", ["en", "pl"], "draft")
    english = a_change(company.theme, translations={"pl": {"process": "dostawa"}})
    assert queries.languages(queries.get(actions.draft([english], COMMAND))) == ["en"]


def test_what_cannot_be_announced_is_refused(company: Company) -> None:
    with pytest.raises(Refused, match="no news yet"):
        actions.draft([a_change(state="considered")], COMMAND)
    with pytest.raises(Refused, match="different words"):
        actions.draft([company.change, a_change(state="declined")], COMMAND)
    with pytest.raises(Refused, match="at least one"):
        actions.draft([], COMMAND)
    with pytest.raises(NotFound):
        actions.draft([999], COMMAND)
    polish = a_change(language="pl", words=Words("dostawa", "Okno.", "Czekali Państwo."), translations={})
    english = a_change(translations={})
    with pytest.raises(Refused, match="no language in common"):
        actions.draft([polish, english], COMMAND)
    assert table(Announcement) == []


def test_each_gets_one_letter_with_their_own_words_only(company: Company) -> None:
    sending.send(drafted(company), COMMAND)
    sent = letters()
    assert set(sent) == {"ada@example.org", "zofia@example.org", "bob@example.org"}
    ada, zofia, bob = sent["ada@example.org"], sent["zofia@example.org"], sent["bob@example.org"]
    assert "> I waited at home all day, twice." in ada.text
    assert "Dzień dobry, Zofia Ćwik!" in zofia.text
    assert "> Czekałam cały dzień i nikt nie zadzwonił." in zofia.text
    assert bob.text.startswith("Hello,\n")
    assert "told us:" not in bob.text
    for other in (zofia, bob):
        assert "twice" not in other.text + other.html
    assert "invoice" not in bob.text


def test_a_no_is_told_with_its_reason(company: Company) -> None:
    no = a_change(company.theme, state="declined")
    sending.send(actions.draft([no], COMMAND), COMMAND)
    sent = letters()
    assert "The drivers would have no free day." in sent["ada@example.org"].text
    assert "Kierowcy nie mieliby wolnego dnia." in sent["zofia@example.org"].html.replace("\u00a0", " ")
    assert ENGLISH["why"] not in sent["ada@example.org"].text


def test_a_second_press_sends_nothing(company: Company) -> None:
    one = drafted(company)
    sending.send(one, COMMAND)
    with pytest.raises(Refused, match="already being sent"):
        sending.send(one, COMMAND)
    assert len(table(OutgoingEmail)) == len(table(Notice)) == 3
    marked("sent", *letters())
    control_actions.finish_done()
    with pytest.raises(Refused, match="sent already"):
        sending.send(one, COMMAND)


def test_many_presses_at_once_send_one_letter_each(company: Company, bare_app: Flask) -> None:
    one = drafted(company)
    db.session.remove()
    gate, won, lost = threading.Barrier(5), [], []

    def press() -> None:
        with bare_app.app_context():
            gate.wait(10)
            try:
                won.append(sending.send(one, COMMAND).letters)
            except Refused as error:
                lost.append(str(error))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=press) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [3]
    assert lost == ["It is already being sent. Nobody gets it twice."] * 4
    assert sorted(row.address for row in table(OutgoingEmail)) == sorted(letters())
    assert db.session.query(Event).filter_by(code="announcement.sent").count() == 1


def test_the_table_itself_keeps_a_person_to_one_notice(company: Company) -> None:
    one = drafted(company)
    sending.send(one, COMMAND)
    row = {"announcement_id": one, "contact_id": company.ada.id, "language": "en", "why": "mentioned"}
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(insert(Notice).values(**row, included=True, excluded_because="", quotes=[]))


def test_another_number_than_agreed_sends_nothing(company: Company) -> None:
    one = drafted(company)
    suppressed(company.bob)
    with pytest.raises(Refused, match="changed from 3 to 2"):
        sending.send(one, COMMAND, expected=3)
    assert state_of(one) == "draft"
    assert table(Notice) == table(OutgoingEmail) == []


def test_nobody_to_tell_is_refused(company: Company) -> None:
    for person in (company.ada, company.zofia, company.bob):
        suppressed(person)
    one = drafted(company)
    with pytest.raises(Refused, match="Nobody would get"):
        sending.send(one, COMMAND)
    assert state_of(one) == "draft"


def test_a_change_that_moved_on_stops_the_words_about_it(company: Company) -> None:
    one = drafted(company)
    changes.set_state(company.change, "planned", COMMAND)
    with pytest.raises(Refused, match="is “planned” now"):
        sending.send(one, COMMAND)
    assert (state_of(one), table(OutgoingEmail)) == ("draft", [])


def test_a_text_broken_behind_our_back_leaves_nothing_half_done(company: Company) -> None:
    one = drafted(company)
    with transaction() as session:
        session.execute(
            update(AnnouncementText).where(AnnouncementText.language == "pl").values(body="{{nope}} {{why}}")
        )
    with pytest.raises(Refused, match=r"\{\{nope\}\}"):
        sending.send(one, COMMAND)
    assert (state_of(one), table(Notice), table(LetterVariant)) == ("draft", [], [])


def test_words_are_frozen_when_sent(company: Company) -> None:
    sending.send(drafted(company), COMMAND)
    change = table(changes.Change)[0]
    entry = changes.Entry(
        replace(Words(**ENGLISH), what="Something else."), "en", "made", change.since, theme_ids=[company.theme.id]
    )
    changes.revise(change.id, entry, change.updated_at, COMMAND)
    with transaction() as session:
        session.execute(update(Mention).values(text="altered"))
    ada = letters()["ada@example.org"]
    assert ENGLISH["what"] in ada.text
    assert "> I waited at home all day, twice." in ada.text


@pytest.mark.parametrize(
    "words",
    [
        "{{name}} {{unsubscribe_url}} {{what}}",
        "<script>alert(1)</script>",
        "a\r\nBcc: all@example.org",
        "{%x%} {{{",
        "=1+1",
    ],
)
def test_hostile_words_stay_words(company: Company, words: str) -> None:
    eve = a_contact("eve@example.org", name="{{your_words}}\r\nBcc: x@example.org")
    with transaction() as session:
        said = session.query(Mention).filter(Mention.contact_id == company.ada.id).one()
        session.execute(update(Mention).where(Mention.id == said.id).values(text=words))
        session.execute(update(Answer).where(Answer.id == said.answer_id).values(text=words))
    hostile = a_change(
        company.theme, words=Words("a\nprocess {{name}}", words + " what", words + " why"), translations={}
    )
    a_voice(hostile, said)
    a_response(company.survey, eve, missing="x")
    sending.send(actions.draft([hostile], COMMAND), COMMAND)
    ada, other = letters()["ada@example.org"], letters()["eve@example.org"]
    first = words.replace("\r\n", "\n").splitlines()[0]
    assert f"> {first}" in ada.text
    assert words.replace("\r\n", "\n") + " what" in ada.text
    assert ada.subject.count("\n") == 0
    assert "{{name}}" in ada.subject
    assert "<script" not in ada.html.lower()
    assert "\nBcc" not in other.subject + other.text.split("\n\n")[0]


def test_writing_keeps_to_drafts_and_to_the_newest(company: Company) -> None:
    one = drafted(company)
    seen, texts = queries.get(one).changed_at, texts_of(one)
    save = {"audience": "mentioned", "survey_ids": [company.survey.id], "texts": {**texts, "pl": (" ", "")}}
    actions.save(one, COMMAND, **save, seen=seen)  # type: ignore[arg-type]
    assert (queries.languages(queries.get(one)), queries.get(one).audience) == (["en"], "mentioned")
    with pytest.raises(Refused, match="Somebody else saved"):
        actions.save(one, COMMAND, **save, seen=seen)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="at least one language"):
        actions.save(one, COMMAND, audience="mentioned", survey_ids=[], texts={"en": ("", "")})
    with pytest.raises(Refused, match="no audience “all”"):
        actions.save(one, COMMAND, audience="all", survey_ids=[], texts=texts)
    actions.write(one, "en", "Two\r\nlines", "{{why}}", COMMAND)
    assert texts_of(one)["en"] == ("Two lines", "{{why}}")
    sending.send(one, COMMAND)
    for late in (
        lambda: actions.write(one, "en", "s", "{{why}}", COMMAND),
        lambda: actions.save(one, COMMAND, **save),  # type: ignore[arg-type]
        lambda: actions.discard(one, COMMAND),
    ):
        with pytest.raises(Refused, match="already being sent"):
            late()
    assert texts_of(one)["en"] == ("Two lines", "{{why}}")


def test_a_no_cannot_be_written_without_its_reason(company: Company) -> None:
    one = actions.draft([a_change(company.theme, state="declined")], COMMAND)
    with pytest.raises(Refused, match="told with its reason"):
        actions.write(one, "en", "About {{process}}", "{{what}} will not be.", COMMAND)


def test_discarding_a_draft_frees_its_change(company: Company) -> None:
    one = drafted(company)
    actions.discard(one, COMMAND)
    with pytest.raises(NotFound):
        queries.get(one)
    changes.remove(company.change, COMMAND)


def test_stopping_keeps_back_what_waits(company: Company) -> None:
    one = drafted(company)
    with pytest.raises(Refused, match="nothing to stop"):
        control_actions.stop(one, COMMAND)
    sending.send(one, COMMAND)
    marked("sent", "ada@example.org")
    marked("leased", "bob@example.org")
    stopped = control_actions.stop(one, COMMAND)
    assert (stopped.letters, stopped.left_out) == (1, 2)
    assert {row.address: row.state for row in table(OutgoingEmail)} == {
        "ada@example.org": "sent", "bob@example.org": "cancelled", "zofia@example.org": "cancelled",
    }  # fmt: skip
    with pytest.raises(Refused, match="nothing to stop"):
        control_actions.stop(one, COMMAND)
    with pytest.raises(Refused, match="was stopped"):
        sending.send(one, COMMAND)


def test_finished_when_no_letter_waits_and_not_before(company: Company) -> None:
    one = drafted(company)
    sending.send(one, COMMAND)
    assert control_actions.finish_done() == 0
    marked("sent", "ada@example.org")
    marked("leased", "bob@example.org")
    marked("bounced", "zofia@example.org")
    assert (control_actions.finish_done(), state_of(one)) == (0, "sending")
    marked("in_doubt", "bob@example.org")
    assert (control_actions.finish_done(), control_actions.finish_done(), state_of(one)) == (1, 0, "sent")
    assert queries.get(one).finished_at is not None
    found = progress.of(one, "sent")
    assert {group: found.group(group) for group in progress.GROUPS} == {
        "told": 1, "waiting": 0, "left_out": 0, "failed": 2,
    }  # fmt: skip
    assert found.people == 3


def test_a_test_letter_goes_to_oneself_without_anybodys_words(company: Company) -> None:
    one = drafted(company)
    actions.send_test(one, "Me@Velo.example", "pl", COMMAND, "Tymon")
    letter, variant = table(OutgoingEmail)[0], table(LetterVariant)[0]
    assert (letter.address, letter.ref_id, letter.kind) == ("Me@velo.example", None, "announcement_test")
    words = filled(
        LetterWords(variant.subject, variant.text, variant.html),
        {**reserved("Tymon", "http://localhost/u"), **unpacked(letter.values)},
    )
    assert words.subject.startswith("Próba: ")
    assert "Dzień dobry, Tymon!" in words.text
    assert "każda osoba znajdzie własne słowa" in words.text
    assert "Czekałam" not in words.text
    with pytest.raises(BadAddress):
        actions.send_test(one, "nobody", "pl", COMMAND)
    assert table(Notice) == []


def test_preview_is_the_letter_that_will_be_sent(company: Company) -> None:
    one = drafted(company)
    before = {email: queries.preview(queries.get(one), person.id)[1] for email, person in (
        ("ada@example.org", company.ada), ("zofia@example.org", company.zofia), ("bob@example.org", company.bob),
    )}  # fmt: skip
    sending.send(one, COMMAND)
    after = letters()
    for email, words in before.items():
        assert words.subject == after[email].subject
        assert words.text.replace("\n#", "\nhttp://localhost/u") == after[email].text
    with pytest.raises(NotFound, match="not among those"):
        queries.preview(queries.get(one), a_contact().id)
