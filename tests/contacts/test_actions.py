"""Adding, editing, erasing, suppressing: by hand in the browser, and as verbs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from feedback_app.contacts import actions, queries
from feedback_app.contacts.actions import Person
from feedback_app.contacts.models import Contact
from feedback_app.database import transaction
from feedback_app.delivery import outbox, suppression
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import db
from tests.factories import a_contact, a_response, a_survey

AsRole = Callable[[str], FlaskClient]


@pytest.mark.usefixtures("app")
def test_a_contact_is_added_once_whatever_the_case() -> None:
    made = actions.add(Person(" Ada@Example.org ", "Ada\nNowak", attributes={"City ": " Łódź"}), by=COMMAND)
    contact = queries.by_id(made)
    assert (contact.email, contact.email_key, contact.name) == ("Ada@example.org", "ada@example.org", "Ada Nowak")
    assert contact.attributes == {"city": "Łódź"}
    with pytest.raises(Refused, match="already"):
        actions.add(Person("ADA@example.org"), by=COMMAND)
    assert queries.how_many(queries.Filter()) == 1


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "person",
    [
        Person("nobody"),
        Person("a@example.org", kind="king"),
        Person("a@example.org", language="xx"),
        Person("a@example.org", name="n" * 201),
        Person("a@example.org", attributes={"k" * 61: "v"}),
        Person("a@example.org", attributes={str(n): "v" for n in range(51)}),
    ],
)
def test_what_does_not_fit_is_refused(person: Person) -> None:
    with pytest.raises(Refused):
        actions.add(person, by=COMMAND)
    assert queries.how_many(queries.Filter()) == 0


@pytest.mark.usefixtures("app")
def test_editing_keeps_a_trail_without_the_address() -> None:
    contact = a_contact("ada@example.org", kind="lost_prospect", stage_lost="offer")
    assert actions.edit(contact.id, Person("ada@example.org", "Ada", "customer", "offer"), by=COMMAND)
    assert not actions.edit(contact.id, Person("ada@example.org", "Ada", "customer"), by=COMMAND)
    entry = db.session.query(Event).filter_by(code="contact.edited").one()
    assert entry.payload == {"fields": ["kind", "name", "stage_lost"]}
    a_contact("bob@example.org")
    with pytest.raises(Refused, match="already"):
        actions.edit(contact.id, Person("BOB@example.org"), by=COMMAND)
    with pytest.raises(NotFound):
        actions.edit(999, Person("x@example.org"), by=COMMAND)


@pytest.mark.usefixtures("app")
def test_who_wants_no_letters_gets_none_at_another_address() -> None:
    contact = a_contact("ada@example.org")
    with transaction():
        suppression.suppress("ada@example.org", "surveys", "unsubscribed", "letter 7")
        suppression.suppress("ada@example.org", "all", "hard_bounce")
    actions.edit(contact.id, Person("Ada@New.example", name="Ada"), by=COMMAND)
    assert suppression.scopes_of("ada@new.example") == {"surveys": "unsubscribed"}
    assert suppression.scopes_of("ada@example.org") == {"surveys": "unsubscribed", "all": "hard_bounce"}
    actions.lift("ada@new.example", "surveys", by=COMMAND, why="asked on the phone")
    actions.edit(contact.id, Person("ada@new.example", name="Ada Nowak"), by=COMMAND)
    assert suppression.scopes_of("ada@new.example") == {}


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("keep_away", [True, False])
def test_erasing_leaves_nothing_of_the_person(keep_away: bool) -> None:
    contact = a_contact("ada@example.org")
    a_response(a_survey(), contact, expected="A call back")
    with transaction():
        suppression.suppress("ada@example.org", "surveys", "unsubscribed")
        variant = outbox.add_variant("invitation", "en", "surveys", outbox.Words("Hello", "t", "<p>h</p>"))
        outbox.put("invitation", variant, "ada@example.org", "Ada", values={"x": "Ada"})
    actions.remove(contact.id, by=COMMAND, keep_away=keep_away)
    letter = db.session.query(OutgoingEmail).one()
    db.session.refresh(letter)
    assert (letter.state, letter.address, letter.email_key, letter.name, letter.values) == ("cancelled", "", "", "", {})
    assert db.session.query(Contact).count() == 0
    assert suppression.scopes_of("ada@example.org") == ({"all": "erased"} if keep_away else {})
    with pytest.raises(NotFound):
        actions.remove(contact.id, by=COMMAND)


@pytest.mark.usefixtures("app")
def test_only_a_person_with_a_reason_lifts_a_suppression() -> None:
    assert actions.suppress("Ada@example.org", "all", by=COMMAND, why="asked on the phone")
    assert not actions.suppress("ada@EXAMPLE.org", "all", by=COMMAND)
    with pytest.raises(Refused, match="Say why"):
        actions.lift("ada@example.org", "all", by=COMMAND, why=" \n")
    actions.lift("ADA@example.org", "all", by=COMMAND, why="wrote to us again")
    with pytest.raises(Refused, match="not suppressed"):
        actions.lift("ada@example.org", "all", by=COMMAND, why="again")
    assert [one.code for one in db.session.query(Event).order_by(Event.id)] == [
        "contact.suppressed",
        "contact.suppression_lifted",
    ]


def test_the_pages_of_a_contact(as_role: AsRole) -> None:
    client = as_role("announcer")
    form = {"email": "ada@example.org", "name": "<script>x</script>", "kind": "lost_prospect", "stage_lost": "=offer"}
    form |= {"language": "pl", "attributes-0-key": "City", "attributes-0-value": "Łódź"}
    reply = client.post("/contacts/new", data=form)
    assert reply.status_code == 303
    page = client.get(reply.location).text
    assert "<script>x" not in page
    assert "Łódź" in page
    assert "already" in client.post("/contacts/new", data=form).text
    more = client.post("/contacts/new", data={**form, "more": "1"}).text
    assert "attributes-3-key" in more
    assert "There is" not in more
    bad = client.post("/contacts/new", data={**form, "email": "nobody", "name": "kept"}).text
    assert "has no @" in bad
    assert "kept" in bad
    filled = client.get(reply.location + "/edit").text
    assert all(f'value="{text}"' in filled for text in ("ada@example.org", "=offer", "city", "Łódź"))
    client.post(reply.location + "/edit", data={**form, "attributes-0-value": ""})
    assert queries.by_key("ada@example.org").attributes == {}  # type: ignore[union-attr]
    client.post(reply.location + "/suppress", data={"scope": "surveys", "why": "phone"})
    assert "Stopped by a colleague" in client.get(reply.location).text
    client.post(reply.location + "/lift", data={"scope": "surveys", "why": ""})
    assert suppression.scopes_of("ada@example.org")
    client.post(reply.location + "/lift", data={"scope": "surveys", "why": "she wrote"})
    assert not suppression.scopes_of("ada@example.org")
    listed = client.get("/contacts?text=ada&kind=lost_prospect&stage==offer&language=pl&suppressed=no").text
    assert "&lt;script&gt;" in listed
    export = client.get("/contacts/export.csv").text
    assert "'=offer" in export
    client.post(reply.location + "/remove", data={"keep_away": "y"})
    assert client.get(reply.location).status_code == 404


@pytest.mark.usefixtures("app")
def test_the_first_page_invites_to_import(as_role: AsRole) -> None:
    assert "/contacts/import" in as_role("admin").get("/contacts").text


def test_a_viewer_sees_and_changes_nothing(as_role: AsRole) -> None:
    contact = a_contact("ada@example.org")
    client = as_role("viewer")
    assert client.get("/contacts").status_code == client.get(f"/contacts/{contact.id}").status_code == 200
    for path in ("edit", "remove", "suppress", "lift"):
        assert client.post(f"/contacts/{contact.id}/{path}").status_code == 403
    assert queries.how_many(queries.Filter()) == 1


@pytest.mark.parametrize("path", ["", "/1", "/new", "/import", "/export.csv", "/imports/1", "/imports/1/report.csv"])
def test_a_stranger_is_sent_to_sign_in(client: FlaskClient, path: str) -> None:
    reply = client.get("/contacts" + path)
    assert reply.status_code in (302, 401)
    assert "@" not in reply.text
