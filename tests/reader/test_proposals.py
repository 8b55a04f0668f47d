"""What people see of proposals and do with them: nothing changes until they accept, and then as their own deed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feedback_app.changes.voices import actions as voices
from feedback_app.changes.voices.models import Voice
from feedback_app.database import transaction
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import current_settings, db
from feedback_app.reader import actions, asking, queries
from feedback_app.reader.models import ReaderProposal
from feedback_app.themes.curation import theme_actions
from feedback_app.themes.curation.undo import undo
from feedback_app.themes.models import Mention, Theme, ThemeEvent
from tests.announcements.factories import a_mention, a_theme, table
from tests.factories import a_contact, a_response, a_survey
from tests.reader import endpoint as served
from tests.reader.conftest import Said, a_judged_change, say_tones
from tests.reader.endpoint import Model
from tests.statements import statements

AsRole = Callable[[str], FlaskClient]


def proposal(task: str) -> int:
    """The only proposal of a task."""
    db.session.rollback()
    return db.session.query(ReaderProposal).filter_by(task=task).one().id


def the_theme(said: Said) -> Theme:
    db.session.rollback()
    return db.session.get_one(Theme, said.theme.id, populate_existing=True)


def heard_tones(said: Said) -> Mention:
    """Twelve tones that people said and the reader hears alike; then one mention in doubt, which it was asked about."""
    _, mentions = a_judged_change(said, 12, survey_id=said.mentions[0].survey_id)
    say_tones(mentions)
    with transaction() as session:
        session.query(Mention).filter_by(id=said.mentions[0].id).update({"tone": "praise", "tone_confidence": 0.4})
    asking.run()
    return said.mentions[0]


def test_an_accepted_name_is_the_persons_own_step_and_can_be_undone(said: Said) -> None:
    asking.run()
    actions.accept(proposal("name"), COMMAND)
    theme = the_theme(said)
    assert theme.names == {"en": "Courier does not call first", "pl": "Kurier nie dzwoni wcześniej"}
    assert (theme.name, theme.named_by_person) == ("Courier does not call first", True)
    (step,) = table(ThemeEvent)
    undo(step.id, COMMAND)
    assert (the_theme(said).name, the_theme(said).named_by_person) == ("Courier", False)
    assert [one.code for one in table(Event) if one.subject == "proposal"] == ["proposal.accepted"]


def test_a_proposal_is_decided_once(said: Said) -> None:
    asking.run()
    actions.reject(proposal("name"), COMMAND)
    for verb in (actions.accept, actions.reject):
        with pytest.raises(Refused, match="decided"):
            verb(proposal("name"), COMMAND)
    with pytest.raises(NotFound):
        actions.accept(10**6, COMMAND)
    assert the_theme(said).name == "Courier"
    assert queries.accepted_rate("name", "tiny").cases == 1


def test_a_name_that_a_person_gave_since_stands(said: Said) -> None:
    asking.run()
    theme_actions.rename(said.theme.id, "Courier rings once", COMMAND)
    assert queries.on_theme(the_theme(said), "tiny").name is None
    with pytest.raises(Refused, match="named this theme since"):
        actions.accept(proposal("name"), COMMAND)
    assert db.session.get_one(ReaderProposal, proposal("name")).state == "open", "all or nothing"
    assert the_theme(said).name == "Courier rings once"


def test_a_theme_set_aside_is_not_renamed(said: Said) -> None:
    asking.run()
    theme_actions.set_aside(said.theme.id, COMMAND)
    with pytest.raises(Refused, match="set aside"):
        actions.accept(proposal("name"), COMMAND)


def test_a_summary_loses_a_sentence_with_the_words_it_stands_on(said: Said) -> None:
    asking.run()
    (told,) = queries.on_theme(the_theme(said), "tiny").sentences
    assert [one.words for one in told.quotes] == ["Nobody calls before"]
    actions.accept(proposal("summary"), COMMAND)
    assert queries.on_theme(the_theme(said), "another model").sentences, "accepted, it outlives the model"
    with transaction() as session:
        session.query(Mention).filter_by(id=told.quotes[0].mention_id).delete()
    assert not queries.on_theme(the_theme(said), "tiny").sentences


def test_a_reader_that_is_off_costs_one_statement_and_leaves_what_was_accepted(said: Said) -> None:
    theme = the_theme(said)
    with statements() as sent:
        assert not queries.on_theme(theme, "")
    assert len(sent) == 1
    asking.run()
    actions.accept(proposal("summary"), COMMAND)
    found = queries.on_theme(the_theme(said), "")
    assert (found.name, len(found.sentences), found.rates["summary"].cases) == (None, 1, 0)


def test_a_tone_is_proposed_once_the_reader_is_measured_and_said_by_who_accepts(said: Said) -> None:
    mention = heard_tones(said)
    assert (queries.tone_rate("tiny").hits, queries.tone_rate("tiny").cases) == (12, 12)
    ((found, shown),) = queries.on_theme(the_theme(said), "tiny").tones
    assert (shown.id, shown.tone, found.content) == (mention.id, "praise", {"tone": "complaint"})
    actions.accept(found.id, COMMAND)
    db.session.rollback()
    heard = db.session.get_one(Mention, mention.id, populate_existing=True)
    assert heard.tone == "complaint"
    assert heard.toned_at is not None
    assert queries.tone_rate("tiny").cases == 12, "what the reader itself led people to proves nothing"
    assert not queries.on_theme(the_theme(said), "tiny").tones


def test_whether_words_fit_is_no_ones_to_accept_wholesale(said: Said) -> None:
    a_judged_change(said, 12)
    asking.run()
    one = db.session.query(ReaderProposal).filter_by(task="voice").first()
    assert one is not None
    with pytest.raises(Refused, match="page of its voices"):
        actions.accept(one.id, COMMAND)


def test_judgements_made_after_the_reader_answered_do_not_count_for_it(said: Said) -> None:
    change_id, mentions = a_judged_change(said, 12)
    asking.run()
    assert queries.voice_rate("tiny", change_id).cases == 12
    voices.judge(change_id, [mentions[0].id], "yes", COMMAND)
    assert queries.voice_rate("tiny", change_id).cases == 11
    assert queries.voice_rate("another", change_id).cases == 0


def test_marks_on_voices_wait_for_the_hit_rate_on_this_change(said: Said, as_role: AsRole) -> None:
    change_id, _ = a_judged_change(said, 12)
    other, _ = a_judged_change(said, 12, right=6)
    with transaction() as session:
        for one in (change_id, other):
            session.add_all(Voice(change_id=one, mention_id=each.id, chance=0.5) for each in said.mentions[:3])
    browser = as_role("viewer")
    assert "the reader thinks" not in browser.get(f"/changes/{change_id}/voices").text
    before = [(one.state, one.chance) for one in table(Voice, Voice.id)]
    asking.run()
    page = browser.get(f"/changes/{change_id}/voices").text
    assert page.count("the reader thinks it fits (right in 12 of 12 you judged here)") == 3
    assert "the reader thinks" not in browser.get(f"/changes/{other}/voices").text
    assert [(one.state, one.chance) for one in table(Voice, Voice.id)] == before


def test_the_page_of_a_theme_marks_what_is_proposed_and_lets_people_decide(said: Said, as_role: AsRole) -> None:
    heard_tones(said)
    owner = as_role("product_owner")
    page = owner.get(f"/themes/{said.theme.id}").text
    assert page.count("proposed by the reader tiny") == 3
    assert "Kurier nie dzwoni wcześniej" in page
    assert "<q>Nobody calls before</q>" in page
    where = {"next": f"/themes/{said.theme.id}"}
    for task, decision, word in (("name", "accept", "Accepted."), ("summary", "reject", "Rejected.")):
        reply = owner.post(f"/reader/proposals/{proposal(task)}", data=where | {"decision": decision})
        assert (reply.status_code, reply.location) == (303, f"/themes/{said.theme.id}")
        assert word in owner.get(f"/themes/{said.theme.id}").text
    page = owner.get(f"/themes/{said.theme.id}").text
    assert "Courier does not call first" in page
    assert "Nobody calls first." not in page


def test_who_may_only_look_gets_no_buttons_and_no_way(said: Said, as_role: AsRole) -> None:
    asking.run()
    viewer = as_role("viewer")
    page = viewer.get(f"/themes/{said.theme.id}").text
    assert "proposed by the reader tiny" in page
    assert "/reader/proposals/" not in page
    assert viewer.post(f"/reader/proposals/{proposal('name')}", data={"decision": "accept"}).status_code == 403


def test_what_the_reader_says_cannot_break_a_page(said: Said, model: Model, as_role: AsRole) -> None:
    model.behave = served.saying({"en": "<script>alert(1)</script>", "pl": "<b>x</b>"})
    asking.run(1)
    page = as_role("viewer").get(f"/themes/{said.theme.id}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_page_of_the_reader_says_what_was_sent_where(said: Said, model: Model, as_role: AsRole) -> None:
    a_judged_change(said, 12)
    asking.run()
    model.behave = served.status(500)
    survey = a_survey()
    prices = a_theme(db.session.get_one(type(said.theme), said.theme.id).codebook, "Prices")
    for at in range(5):
        a_mention(a_response(survey, a_contact(), expected=f"Far too dear, {at} times."), prices)
    asking.run()
    page = as_role("viewer").get("/reader").text
    host = model.url.split("/")[2]
    assert f"Customers' words go to {host}, and nowhere else." in page
    assert "In 30 days: 4 requests" in page
    assert "360 tokens read, 90 written" in page
    assert "12 of 12" in page
    assert "refused" in page
    assert f"/themes/{said.theme.id}" in page
    for secret in ("very-secret", "Wrzos", "Nobody calls before"):
        assert secret not in page


def test_off_the_page_says_so_and_nothing_else(app: Flask, as_role: AsRole) -> None:
    app.config["SETTINGS"] = app.jinja_env.globals["settings"] = current_settings().with_(
        reader_url="", reader_model=""
    )
    viewer = as_role("viewer")
    page = viewer.get("/reader").text
    assert "The reader is off" in page
    assert "How often people agree" not in page
