"""Links that let somebody choose a password: by invitation, by a forgotten password, and the first of all."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy.exc import ProgrammingError

from feedback_app import clock
from feedback_app.accounts import actions, first_admin, mail, one_time_links
from feedback_app.accounts.models import Role, Staff
from feedback_app.accounts.sign_in.actions import choose_password
from feedback_app.accounts.staff_store import Person
from feedback_app.database import transaction
from feedback_app.delivery.addresses import BadAddress
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.delivery.outbox import Words
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import db
from tests.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("app")  # verbs are called directly
AStaff = Callable[..., Staff]
Link = Callable[[str], str]
NEW = "a quite different set of words"
ADA = Person("ada@velo.example", "Ada Nowak", "en", ["viewer", "announcer"])


def invite(person: Person = ADA) -> int:
    return actions.invite(person, mail.invitation_words(person.language), COMMAND)


def choose(client: FlaskClient, link: str, password: str = NEW) -> str:
    return client.post(link, data={"password": password, "password_confirm": password}, follow_redirects=True).text


def comes_in(client: FlaskClient, email: str, password: str = NEW) -> bool:
    client.post("/sign-in", data={"email": email, "password": password})
    return client.get("/profile").status_code == 200


class TestInvitation:
    def test_the_letter_leads_to_an_own_password(self, client: FlaskClient, link_to: Link) -> None:
        staff_id = invite(Person("Ada@Velo.example", "Ada Nowak", "en", ["viewer", "announcer"]))
        assert db.session.get(Staff, staff_id).password is None  # type: ignore[union-attr]
        link = link_to(ADA.email)
        assert "Welcome, Ada Nowak" in client.get(link).text
        assert "Your password is set." in choose(client, link)
        assert comes_in(client, ADA.email)

    def test_it_is_written_in_their_language(self, app: Flask, letters_to: Callable[[str], list[str]]) -> None:
        invite()
        with app.test_request_context(headers={"Accept-Language": "pl"}):
            assert "http://localhost/reset/" in letters_to(ADA.email)[0]
        assert db.session.scalar(db.select(OutgoingEmail.kind)) == "staff"

    def test_the_link_is_kept_nowhere(self, link_to: Link) -> None:
        invite()
        token = link_to(ADA.email).rsplit("/", 1)[1]
        for table in db.metadata.sorted_tables:
            for row in db.session.execute(table.select()):
                assert token not in str(tuple(row))

    def test_a_used_link_says_so_kindly(self, client: FlaskClient, link_to: Link) -> None:
        invite()
        link = link_to(ADA.email)
        choose(client, link)
        again = client.get(link, follow_redirects=True)
        assert "This link has been used" in again.text
        assert "This link has been used" in choose(client, link, "whatever words I like now")
        assert comes_in(client, ADA.email)

    def test_it_is_good_for_three_days(self, client: FlaskClient, link_to: Link) -> None:
        with time_machine.travel(clock.now() - timedelta(days=3, minutes=1), tick=False):
            invite()
            link = link_to(ADA.email)
        assert "too old now" in client.get(link, follow_redirects=True).text
        assert not comes_in(client, ADA.email)

    def test_inviting_again_ends_the_link_before(self, client: FlaskClient, link_to: Link) -> None:
        staff_id = invite()
        before = link_to(ADA.email)
        actions.invite_again(staff_id, mail.invitation_words("en"), COMMAND)
        assert "This link has been used, or a newer one" in client.get(before, follow_redirects=True).text
        choose(client, link_to(ADA.email))
        assert comes_in(client, ADA.email)

    def test_nobody_is_invited_again_who_has_a_password(self, a_staff: AStaff) -> None:
        with pytest.raises(Refused, match="has chosen a password"):
            actions.invite_again(a_staff("viewer").id, mail.invitation_words("en"), COMMAND)

    def test_a_disabled_account_gets_no_letter(self, letters_to: Callable[[str], list[str]]) -> None:
        actions.disable(invite(), COMMAND)
        assert letters_to(ADA.email) == []

    @pytest.mark.parametrize("email", ["ada@velo.example", "ADA@velo.Example", " ada@velo.example "])
    def test_one_address_is_one_account(self, email: str) -> None:
        invite()
        with pytest.raises(Refused, match="has an account already"):
            invite(Person(email, "Other", "en", ["viewer"]))

    @pytest.mark.parametrize("token", ["x", "a.b.c", "%00", "../sign-in", "ą"])
    def test_a_forged_link_opens_nothing(self, client: FlaskClient, token: str) -> None:
        reply = client.get(f"/reset/{token}", follow_redirects=True)
        assert reply.status_code in (200, 404)
        assert 'name="password"' not in reply.text or "Sign in" in reply.text


class TestForgotten:
    def test_a_letter_brings_a_new_password(self, client: FlaskClient, a_staff: AStaff, link_to: Link) -> None:
        person = a_staff("viewer")
        reply = client.post("/reset", data={"email": "Viewer@velo.example"})
        assert "a letter with a link is on its way" in reply.text
        link = link_to(person.email)
        assert "Your password is set." in choose(client, link)
        assert not comes_in(client, person.email, PASSWORD)
        assert comes_in(client, person.email)
        assert "This link has been used" in client.get(link, follow_redirects=True).text

    def test_who_is_signed_in_elsewhere_is_out_and_told(
        self, app: Flask, client: FlaskClient, a_staff: AStaff, letters_to: Callable[[str], list[str]], link_to: Link
    ) -> None:
        person, other = a_staff("viewer"), app.test_client()
        assert comes_in(other, person.email, PASSWORD)
        client.post("/reset", data={"email": person.email})
        choose(client, link_to(person.email))
        assert other.get("/profile").status_code == 302
        asked, told = letters_to(person.email)
        assert "asked for a new password" in asked
        assert "was set on" in told
        assert "/reset/" not in told

    def test_the_answer_is_the_same_for_nobody(self, client: FlaskClient, a_staff: AStaff) -> None:
        known, disabled = a_staff("viewer"), a_staff("announcer")
        with transaction():
            disabled.active = False
        texts = set()
        for email in (known.email, disabled.email, "nobody@velo.example"):
            text = client.post("/reset", data={"email": email}).text
            texts.add(re.sub(r'name="csrf_token" value="[^"]+"', "", text).replace(email, "…"))
        assert len(texts) == 1
        mail.write_wanted_links()
        assert db.session.scalars(db.select(OutgoingEmail.address)).all() == [known.email]

    def test_no_link_leaves_for_who_asks_for_another_house(
        self, client: FlaskClient, a_staff: AStaff, letters_to: Callable[[str], list[str]]
    ) -> None:
        person = a_staff("viewer")
        client.post("/reset", data={"email": person.email}, headers={"Host": "evil.example"})
        assert letters_to(person.email) == []

    def test_of_two_who_use_a_link_at_once_one_chooses(
        self, client: FlaskClient, a_staff: AStaff, letters_to: Callable[[str], list[str]]
    ) -> None:
        person = a_staff("viewer")
        identity, letter = person.fs_uniquifier, mail.password_words("en")
        choose_password(person.id, identity, hash_password(NEW), letter)
        with pytest.raises(Refused, match="has been used"):
            choose_password(person.id, identity, hash_password("a third set of words"), letter)
        assert comes_in(client, person.email)
        assert len(letters_to(person.email)) == 1

    def test_the_letter_and_the_new_password_stand_or_fall_together(self, client: FlaskClient, a_staff: AStaff) -> None:
        person = a_staff("viewer")
        with pytest.raises(ProgrammingError):
            choose_password(person.id, person.fs_uniquifier, hash_password(NEW), Words("", {}, ""))  # type: ignore[arg-type]
        assert comes_in(client, person.email, PASSWORD)


class TestFirst:
    def test_the_first_person_becomes_admin(self, client: FlaskClient) -> None:
        link = one_time_links.first_link()
        assert link is not None
        path = link.removeprefix("http://localhost")
        assert "You become the first admin" in client.get(path).text
        assert client.post(path, data=self.given()).location == "/sign-in"
        assert comes_in(client, "ada@velo.example")
        assert client.get("/staff").status_code == 200
        db.session.rollback()
        assert db.session.scalars(db.select(Staff.email)).all() == ["ada@velo.example"]
        assert one_time_links.first_link() is None

    def test_a_password_is_kept_as_it_was_typed(self, client: FlaskClient) -> None:
        path, typed = (one_time_links.first_link() or "").removeprefix("http://localhost"), f"  {NEW}  "
        assert client.post(path, data=self.given(password=typed, password_again=typed)).location == "/sign-in"
        assert comes_in(client, "ada@velo.example", typed)

    def test_the_link_is_the_same_until_used_and_kept_as_a_hash(self) -> None:
        token = first_admin.first_token()
        assert token == first_admin.first_token()
        assert token not in [row.first_link_hash for row in db.session.scalars(db.select(Staff))]
        assert db.session.scalar(db.select(db.func.count(Staff.id))) == 1

    def test_an_invited_admin_is_offered_the_link(self) -> None:
        invite(Person("boss@velo.example", "", "en", ["admin"]))
        assert first_admin.first_token()
        assert db.session.scalars(db.select(Staff.email)).all() == ["boss@velo.example"]

    def test_it_works_once(self, client: FlaskClient) -> None:
        path = (one_time_links.first_link() or "").removeprefix("http://localhost")
        client.post(path, data=self.given())
        assert client.get(path).status_code == 404
        assert client.post(path, data=self.given(email="eve@velo.example")).status_code == 404
        assert not comes_in(client, "eve@velo.example")

    def test_it_ends_when_somebody_can_sign_in(self, client: FlaskClient, a_staff: AStaff) -> None:
        path = (one_time_links.first_link() or "").removeprefix("http://localhost")
        a_staff("viewer")
        assert client.get(path).status_code == 404
        assert client.post(path, data=self.given()).status_code == 404
        assert not comes_in(client, "ada@velo.example")

    def test_the_verb_itself_believes_the_row_count(self, a_staff: AStaff) -> None:
        token = first_admin.first_token()
        assert token
        a_staff("viewer")
        with pytest.raises(NotFound, match="has been used"):
            first_admin.claim(token, "ada@velo.example", "Ada", "en", NEW)

    @pytest.mark.parametrize("token", ["", "x", "None", "' OR 1=1 --", "\ud800"])
    def test_a_forged_link_opens_nothing(self, token: str) -> None:
        first_admin.first_token()
        assert not first_admin.opens(token)
        with pytest.raises(NotFound):
            first_admin.claim(token, "ada@velo.example", "Ada", "en", NEW)

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"password": "short", "password_again": "short"}, "at least 12 signs"),
            ({"password_again": "something else here"}, "not the same"),
            ({"email": "no address"}, "not an email address"),
            ({"name": " "}, "Please fill this in."),
        ],
    )
    def test_what_is_wrong_is_said_and_the_rest_kept(
        self, client: FlaskClient, wrong: dict[str, str], said: str
    ) -> None:
        path = (one_time_links.first_link() or "").removeprefix("http://localhost")
        page = client.post(path, data={**self.given(), **wrong})
        assert page.status_code == 200
        assert said in page.text
        assert wrong.get("name", "Ada Nowak") in page.text
        assert one_time_links.first_link() is not None

    @staticmethod
    def given(**more: str) -> dict[str, str]:
        given = {"name": "Ada Nowak", "email": "Ada@velo.example", "language": "en"}
        return {**given, "password": NEW, "password_again": NEW, **more}


def test_roles_are_made_where_there_are_none(app: Flask) -> None:
    with transaction() as session:
        session.execute(db.delete(Role))
    for _ in range(2):
        actions.ensure_roles()
    names = db.session.scalars(db.select(Role.name)).all()
    assert sorted(names) == ["admin", "announcer", "product_owner", "viewer"]


@pytest.mark.parametrize("email", ["", "x", "a@", "@b.example", "a b@c.example", "a@b.example\nBcc: c@d.example"])
def test_no_account_for_what_is_no_address(app: Flask, email: str) -> None:
    with pytest.raises(BadAddress):
        invite(Person(email, "", "en", ["viewer"]))
    assert db.session.scalar(db.select(db.func.count(Event.id))) == 0


@pytest.mark.parametrize("roles", [[], ["king"], ["viewer", "king"]])
def test_no_account_without_a_known_role(app: Flask, roles: list[str]) -> None:
    with pytest.raises(Refused, match="at least one of these roles"):
        invite(Person("a@b.example", "", "en", roles))
    assert db.session.scalar(db.select(db.func.count(Staff.id))) == 0
