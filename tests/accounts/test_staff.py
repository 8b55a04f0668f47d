"""Staff pages and verbs: the list, one account, the rule about the last admin, one's own profile."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from feedback_app.accounts import actions, mail, queries
from feedback_app.accounts.models import Staff
from feedback_app.accounts.queries import StaffWish
from feedback_app.accounts.staff_store import Person
from feedback_app.database import transaction
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.errors import Refused
from feedback_app.events.actor import COMMAND, Actor
from feedback_app.events.models import Event
from feedback_app.extensions import db
from tests.conftest import PASSWORD

AStaff = Callable[..., Staff]
AsRole = Callable[[str], FlaskClient]


def again(person: Staff) -> Staff:
    db.session.rollback()
    return db.session.get_one(Staff, person.id)


def called(email: str) -> Staff:
    db.session.rollback()
    return queries.staff_called(email)


def trail() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Event.code).order_by(Event.id)))


class TestTheList:
    def test_shows_everybody_with_roles_and_state(self, as_role: AsRole, a_staff: AStaff) -> None:
        a_staff("viewer", name="Łucja Żak")
        actions.add(Person("new@velo.example", "", "pl", ["announcer"]), COMMAND)
        page = as_role("admin").get("/staff?lang=en").text
        for words in ("Łucja Żak", "new@velo.example", "Invited", "Announcer", "Never"):
            assert words in page

    @pytest.mark.parametrize(
        ("wish", "found"),
        [
            (StaffWish(text="żak"), {"viewer"}),
            (StaffWish(text="ANNOUNCER@"), {"announcer"}),
            (StaffWish(text="%"), set()),
            (StaffWish(role="announcer"), {"announcer"}),
            (StaffWish(state="disabled"), {"announcer"}),
            (StaffWish(state="active"), {"viewer"}),
            (StaffWish(state="invited"), {"new"}),
            (StaffWish(text="velo", role="viewer", state="active"), {"viewer"}),
        ],
    )
    def test_is_searched_and_filtered(self, a_staff: AStaff, wish: StaffWish, found: set[str]) -> None:
        a_staff("viewer", name="Łucja Żak")
        closed = a_staff("announcer")
        actions.add(Person("new@velo.example", "", "pl", ["product_owner"]), COMMAND)
        actions.disable(closed.id, COMMAND)
        assert {one.email.split("@")[0] for one in queries.staff_page(wish, 1).items} == found

    def test_has_pages(self, as_role: AsRole) -> None:
        admin = as_role("admin")
        with transaction() as session:
            session.add_all(Staff(email=f"p{n:03}@velo.example", fs_uniquifier=f"u{n}") for n in range(60))
        assert "p059@velo.example" not in admin.get("/staff").text
        assert "p059@velo.example" in admin.get("/staff?page=2").text
        assert admin.get("/staff?page=99999").status_code == 200

    def test_costs_the_same_for_many_as_for_few(self, app: Flask, as_role: AsRole, a_staff: AStaff) -> None:
        admin = as_role("admin")
        few = self.statements(admin)
        for n in range(15):
            actions.add(Person(f"p{n}@velo.example", "", "en", ["viewer", "announcer"]), COMMAND)
        assert self.statements(admin) == few

    @staticmethod
    def statements(client: FlaskClient) -> int:
        seen: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        client.get("/staff")
        return len([text for text in seen if not text.startswith("SELECT organisation.")])  # asked again now and then

    @pytest.mark.parametrize("query", ["text=%00", "role=king", "state=odd", "page=-1", "page=x", "text=" + "x" * 5000])
    def test_takes_any_question(self, as_role: AsRole, query: str) -> None:
        assert as_role("admin").get(f"/staff?{query}").status_code == 200


class TestInviting:
    def test_makes_an_account_and_a_letter(self, as_role: AsRole) -> None:
        given = {"email": "Ada@velo.example", "name": "Ada", "language": "pl", "roles": ["viewer", "announcer"]}
        reply = as_role("admin").post("/staff/new", data=given)
        assert reply.status_code == 303
        made = called("ada@velo.example")
        assert (made.name, made.language, made.role_names) == ("Ada", "pl", ["announcer", "viewer"])
        assert (made.password, made.state) == (None, "invited")
        assert db.session.scalars(db.select(OutgoingEmail.address)).all() == ["ada@velo.example"]
        assert db.session.scalars(db.select(Event.actor)).all() == ["admin@velo.example"]

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"email": "nobody"}, "it has no @"),
            ({"email": "admin@velo.example"}, "has an account already"),
            ({"name": "\0 "}, "Please fill this in."),
            ({"roles": []}, "Choose at least one role."),
            ({"roles": ["king"]}, "Choose at least one role."),
            ({"language": "xx"}, "There is 1 thing to put right"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_the_rest(self, as_role: AsRole, wrong: dict[str, object], said: str) -> None:
        given = {"email": "ada@velo.example", "name": "Ada Nowak", "language": "en", "roles": ["viewer"]}
        reply = as_role("admin").post("/staff/new?lang=en", data={**given, **wrong})
        assert reply.status_code == 200
        assert said in reply.text
        assert "name" in wrong or "Ada Nowak" in reply.text
        assert db.session.scalar(db.select(db.func.count(Staff.id))) == 1

    def test_a_script_in_a_name_stays_text(self, as_role: AsRole, letters_to: Callable[[str], list[str]]) -> None:
        evil = "<script>alert(1)</script>"
        given = {"email": "ada@velo.example", "name": evil, "language": "en", "roles": ["viewer"]}
        admin = as_role("admin")
        admin.post("/staff/new", data=given)
        made = called("ada@velo.example")
        for path in ("/staff", f"/staff/{made.id}", "/audit"):
            assert evil not in admin.get(path).text
        assert evil not in letters_to("ada@velo.example")[0]


class TestOneAccount:
    def test_name_language_and_roles_are_edited(self, as_role: AsRole, a_staff: AStaff) -> None:
        person = a_staff("viewer")
        given = {"name": "New", "language": "pl", "roles": ["viewer", "product_owner"]}
        assert as_role("admin").post(f"/staff/{person.id}", data=given).status_code == 303
        person = again(person)
        assert (person.name, person.language, person.role_names) == ("New", "pl", ["product_owner", "viewer"])
        assert trail() == ["staff.roles_changed", "staff.edited"]

    def test_new_rights_count_at_once(self, as_role: AsRole) -> None:
        viewer = as_role("viewer")
        assert viewer.get("/staff").status_code == 403
        actions.set_roles(called("viewer@velo.example").id, ["admin"], COMMAND)
        assert viewer.get("/staff").status_code == 200

    def test_disabling_signs_out_for_good(self, as_role: AsRole) -> None:
        viewer = as_role("viewer")
        person = called("viewer@velo.example")
        as_role("admin").post(f"/staff/{person.id}/disable")
        assert viewer.get("/profile").status_code == 302
        actions.enable(person.id, COMMAND)
        assert viewer.get("/profile").status_code == 302
        viewer.post("/sign-in", data={"email": person.email, "password": PASSWORD})
        assert viewer.get("/profile").status_code == 200

    def test_a_state_is_left_once(self, a_staff: AStaff) -> None:
        person = a_staff("viewer")
        actions.disable(person.id, COMMAND)
        with pytest.raises(Refused, match="is disabled already"):
            actions.disable(person.id, COMMAND)
        actions.enable(person.id, COMMAND)
        with pytest.raises(Refused, match="is active already"):
            actions.enable(person.id, COMMAND)
        assert trail() == ["staff.disabled", "staff.enabled"]

    def test_nobody_disables_the_own_account(self, as_role: AsRole, a_staff: AStaff) -> None:
        a_staff("admin", email="other@velo.example")
        admin = as_role("admin")
        person = called("admin@velo.example")
        page = admin.post(f"/staff/{person.id}/disable", follow_redirects=True)
        assert "cannot disable your own account" in page.text
        assert again(person).active

    def test_no_such_account(self, as_role: AsRole) -> None:
        admin = as_role("admin")
        assert admin.get("/staff/999").status_code == 404
        assert admin.post("/staff/999/disable").status_code == 404


class TestTheLastAdmin:
    def test_cannot_be_disabled(self, a_staff: AStaff) -> None:
        admin = a_staff("admin")
        with pytest.raises(Refused, match="only active admin"):
            actions.disable(admin.id, COMMAND)
        assert again(admin).active

    def test_cannot_lose_the_role(self, a_staff: AStaff) -> None:
        admin = a_staff("admin")
        for verb in (
            lambda: actions.set_roles(admin.id, ["viewer"], COMMAND),
            lambda: actions.change(admin.id, "Other", "en", ["viewer"], COMMAND),
        ):
            with pytest.raises(Refused, match="only active admin"):
                verb()
        assert (again(admin).role_names, again(admin).name) == (["admin"], "Admin")

    def test_somebody_invited_does_not_count_yet(self, a_staff: AStaff) -> None:
        admin = a_staff("admin")
        actions.invite(Person("ada@velo.example", "", "en", ["admin"]), mail.invitation_words("en"), COMMAND)
        with pytest.raises(Refused, match="only active admin"):
            actions.disable(admin.id, COMMAND)

    def test_may_go_when_there_is_another(self, a_staff: AStaff) -> None:
        admin, other = a_staff("admin"), a_staff("admin", email="other@velo.example")
        actions.disable(admin.id, COMMAND)
        with pytest.raises(Refused, match="only active admin"):
            actions.set_roles(other.id, ["viewer"], COMMAND)

    def test_two_admins_cannot_disable_each_other_at_once(self, app: Flask, a_staff: AStaff) -> None:
        pair = [a_staff("admin"), a_staff("admin", email="other@velo.example")]
        actors, ids = [Actor.of(one) for one in pair], [one.id for one in pair]
        ready, refused = threading.Barrier(2), []

        def one_disables(which: int) -> None:
            with app.app_context():
                ready.wait()
                try:
                    actions.disable(ids[1 - which], actors[which])
                except Refused as error:
                    refused.append(str(error))
                finally:
                    db.session.remove()

        db.session.remove()
        threads = [threading.Thread(target=one_disables, args=(which,)) for which in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 1
        assert db.session.scalar(db.select(db.func.count(Staff.id)).where(Staff.active)) == 1


class TestProfile:
    def test_own_name_and_language(self, as_role: AsRole) -> None:
        viewer = as_role("viewer")
        assert viewer.post("/profile", data={"name": "Ola", "language": "pl"}).location == "/profile"
        page = viewer.get("/profile").text
        assert 'lang="pl"' in page
        assert "Ola" in page
        assert called("viewer@velo.example").language == "pl"

    def test_nobody_gives_themselves_a_role(self, as_role: AsRole) -> None:
        as_role("viewer").post("/profile", data={"name": "Ola", "language": "en", "roles": ["admin"], "active": "0"})
        assert called("viewer@velo.example").role_names == ["viewer"]

    def test_signing_out_everywhere(self, app: Flask, as_role: AsRole) -> None:
        here = as_role("viewer")
        there = app.test_client()
        there.post("/sign-in", data={"email": "viewer@velo.example", "password": PASSWORD, "remember": "y"})
        assert there.get("/profile").status_code == 200
        assert here.post("/profile/sign-out-everywhere").location == "/sign-in"
        assert here.get("/profile").status_code == 302
        assert there.get("/profile").status_code == 302
