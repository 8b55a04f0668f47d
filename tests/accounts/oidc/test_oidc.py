"""Signing in with an account elsewhere, at a real provider: who comes in, who does not, and with which roles."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from feedback_app.accounts import actions, mail, staff_store
from feedback_app.accounts.models import Staff, StaffIdentity
from feedback_app.accounts.staff_store import Person
from feedback_app.common.oidc_providers import Provider
from feedback_app.database import transaction
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.errors import Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.settings import Settings
from tests.accounts.oidc.conftest import House, local
from tests.conftest import PASSWORD

# the provider runs in a thread of this process, and its library says what its next version will do
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
AStaff = Callable[..., Staff]
ComeBy = Callable[..., TestResponse]
ADA = Person("ada@velo.example", "Ada", "en", ["announcer"])
ENGLISH = {"Accept-Language": "en"}


def is_in(client: FlaskClient) -> bool:
    return client.get("/profile").status_code == 200


def person() -> Staff:
    db.session.rollback()
    return db.session.scalars(db.select(Staff).where(Staff.email == ADA.email)).one()


def codes() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Event.code).order_by(Event.id)))


def invite() -> int:
    return actions.add(ADA, COMMAND)


class TestByInvitation:
    def test_an_invited_person_comes_in_and_is_known_from_then_on(
        self, client: FlaskClient, house: House, come_by: ComeBy
    ) -> None:
        invite()
        assert come_by().status_code == 200
        assert is_in(client)
        assert codes() == ["staff.added", "staff.linked", "staff.signed_in"]
        assert (person().role_names, person().state) == (["announcer"], "active")
        client.post("/sign-out")
        house.says(email="ada.new@velo.example", email_verified=False)
        come_by()
        assert is_in(client)
        assert person().email == ADA.email

    def test_nobody_else_does(self, client: FlaskClient, come_by: ComeBy) -> None:
        assert "you have no account here" in come_by().text
        assert not is_in(client)
        assert codes() == []

    @pytest.mark.parametrize("verified", [False, None, "true", 1])
    def test_an_address_that_was_not_checked_opens_nothing(
        self, client: FlaskClient, house: House, come_by: ComeBy, verified: object
    ) -> None:
        invite()
        house.says(email_verified=verified)
        assert "has not checked your email address" in come_by().text
        assert not is_in(client)

    @pytest.mark.parametrize("email", ["", "no address", None])
    def test_nor_does_what_is_no_address(
        self, client: FlaskClient, house: House, come_by: ComeBy, email: str | None
    ) -> None:
        invite()
        house.says(email=email)
        come_by()
        assert not is_in(client)

    def test_a_closed_account_stays_closed(self, client: FlaskClient, come_by: ComeBy) -> None:
        staff_id = invite()
        come_by()
        actions.disable(staff_id, COMMAND)
        assert not is_in(client)
        assert "This account is disabled" in come_by().text
        assert not is_in(client)

    def test_the_page_asked_for_is_reached(self, client: FlaskClient, house: House) -> None:
        invite()
        away = client.get("/sign-in/with/work?next=/contacts").location
        assert client.get(local(house.agree(away))).location == "/contacts"
        client.post("/sign-out")
        away = client.get("/sign-in/with/work?next=//evil.example").location
        assert client.get(local(house.agree(away))).location == "/"

    def test_the_second_step_is_asked_for_here_too(self, app: Flask, client: FlaskClient, come_by: ComeBy) -> None:
        invite()
        with transaction():
            ada = person_in_transaction()
            ada.tf_primary_method = "authenticator"
            ada.tf_totp_secret = app.extensions["security"].totp_factory.generate_totp_secret()
        assert come_by().request.path == "/tf-validate"
        assert not is_in(client)


def person_in_transaction() -> Staff:
    return db.session.scalars(db.select(Staff).where(Staff.email == ADA.email)).one()


class TestByRole:
    @pytest.fixture
    def provider(self, house: House) -> Provider:
        return house.provider(roles_claim="groups", roles={"owners": "product_owner", "bosses": "admin"})

    def test_the_role_makes_the_account(self, client: FlaskClient, come_by: ComeBy) -> None:
        come_by()
        assert is_in(client)
        assert (person().name, person().role_names) == ("Ada Nowak", ["product_owner"])
        assert codes() == ["staff.added", "staff.linked", "staff.signed_in"]

    def test_roles_follow_the_provider(
        self, client: FlaskClient, house: House, come_by: ComeBy, a_staff: AStaff
    ) -> None:
        a_staff("admin")
        come_by()
        client.post("/sign-out")
        house.says(groups="bosses")
        come_by()
        assert person().role_names == ["admin"]
        client.post("/sign-out")
        house.says(groups=["owners"])
        come_by()
        assert person().role_names == ["product_owner"]
        assert codes().count("staff.roles_changed") == 2

    @pytest.mark.parametrize("groups", [[], ["staff"], None, {"owners": True}, 7])
    def test_who_is_given_none_stays_outside(
        self, client: FlaskClient, house: House, come_by: ComeBy, groups: object
    ) -> None:
        house.says(groups=groups)
        assert "gives you no role here" in come_by().text
        assert not is_in(client)

    def test_the_last_admin_stays_admin(self, client: FlaskClient, house: House, come_by: ComeBy) -> None:
        house.says(groups=["bosses"])
        come_by()
        client.post("/sign-out")
        house.says(groups=[])
        come_by()
        assert is_in(client)
        assert person().role_names == ["admin"]

    def test_a_claim_may_lie_deeper(self, app: Flask, client: FlaskClient, house: House, come_by: ComeBy) -> None:
        settings: Settings = app.config["SETTINGS"]
        deep = replace(settings.oidc[0], roles_claim="realm_access.roles")
        app.config["SETTINGS"] = settings.with_(oidc=(deep,))
        house.says(realm_access={"roles": ["owners"]})
        come_by()
        assert person().role_names == ["product_owner"]


class TestProtocol:
    def test_the_code_is_proven_to_be_ours(self, client: FlaskClient, house: House) -> None:
        """RFC 7636: what is sent when the code is exchanged is what its hash was sent of before."""
        invite()
        away = client.get("/sign-in/with/work").location
        asked = parse_qs(urlsplit(away).query)
        client.get(local(house.agree(away)))
        [verifier] = house.seen[0]["code_verifier"]
        digest = hashlib.sha256(verifier.encode()).digest()
        assert asked["code_challenge"] == [base64.urlsafe_b64encode(digest).rstrip(b"=").decode()]
        assert asked["code_challenge_method"] == ["S256"]
        assert len(asked["state"][0]) >= 20
        assert len(asked["nonce"][0]) >= 20

    def test_a_state_works_once(self, client: FlaskClient, house: House) -> None:
        invite()
        back = local(house.agree(client.get("/sign-in/with/work").location))
        client.get(back)
        client.post("/sign-out")
        assert "did not work" in client.get(back, follow_redirects=True, headers=ENGLISH).text
        assert not is_in(client)

    def test_a_state_is_worth_nothing_in_another_browser(self, app: Flask, client: FlaskClient, house: House) -> None:
        invite()
        back = local(house.agree(client.get("/sign-in/with/work").location))
        victim = app.test_client()
        victim.get("/sign-in/with/work")
        victim.get(back)
        assert not is_in(victim)
        assert house.seen == []

    def test_an_answer_to_another_question_is_refused(self, client: FlaskClient, house: House) -> None:
        """The nonce in the token is not the one of this browser's question."""
        invite()
        away = client.get("/sign-in/with/work").location
        nonce = parse_qs(urlsplit(away).query)["nonce"][0]
        back = local(house.agree(away.replace(nonce, "of-somebody-else")))
        assert "did not work" in client.get(back, follow_redirects=True, headers=ENGLISH).text
        assert not is_in(client)

    @pytest.mark.parametrize(
        "claim",
        [{"aud": ["another-client"]}, {"aud": "another-client"}, {"aud": []}, {"iss": "https://evil.example"}],
    )
    def test_a_token_for_or_from_somebody_else_is_refused(
        self, client: FlaskClient, house: House, come_by: ComeBy, claim: dict[str, object]
    ) -> None:
        invite()
        house.says(**claim)
        assert "did not work" in come_by().text
        assert not is_in(client)

    def test_whoever_says_no_at_the_provider_is_back_at_the_door(self, client: FlaskClient) -> None:
        client.get("/sign-in/with/work")
        said = client.get("/sign-in/with/work/done?error=access_denied&state=x", follow_redirects=True, headers=ENGLISH)
        assert "did not work" in said.text

    @pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=y", "?code=%00&state=%00"])
    def test_what_nobody_asked_for_opens_nothing(self, client: FlaskClient, query: str) -> None:
        assert client.get(f"/sign-in/with/work/done{query}").location == "/sign-in"
        assert not is_in(client)

    def test_there_are_no_other_providers(self, client: FlaskClient) -> None:
        assert client.get("/sign-in/with/other").status_code == 404
        assert client.get("/sign-in/with/other/done").status_code == 404

    def test_ways_begun_and_left_do_not_fill_the_cookie(self, client: FlaskClient) -> None:
        for _ in range(12):
            client.get("/sign-in/with/work")
        with client.session_transaction() as session:
            assert len([name for name in session if name.startswith("_state_")]) == 1


class TestExpired:
    @pytest.fixture
    def provider(self, expired: House) -> Provider:
        return expired.provider()

    def test_a_token_too_old_is_refused(self, client: FlaskClient, expired: House, come_by: ComeBy) -> None:
        invite()
        assert "did not work" in come_by(at=expired).text
        assert not is_in(client)


class TestSeveral:
    @pytest.fixture
    def other(self) -> Iterator[House]:
        second = House()
        yield second
        second.stop()

    @pytest.fixture
    def settings(self, settings: Settings, house: House, other: House) -> Settings:
        return settings.with_(oidc=(house.provider(), other.provider(key="play", name="Play")))

    def test_each_has_its_button_and_both_open_one_account(
        self, client: FlaskClient, other: House, come_by: ComeBy
    ) -> None:
        invite()
        page = client.get("/sign-in", headers=ENGLISH).text
        assert "Sign in with Work" in page
        assert "Sign in with Play" in page
        come_by()
        client.post("/sign-out")
        come_by("play", other)
        assert is_in(client)
        assert db.session.scalar(db.select(db.func.count(StaffIdentity.id))) == 2

    def test_what_one_answers_is_nothing_to_the_other(self, client: FlaskClient, house: House) -> None:
        invite()
        back = local(house.agree(client.get("/sign-in/with/work").location))
        client.get(back.replace("/work/", "/play/"))
        assert not is_in(client)


def test_a_provider_that_is_away_is_said_so(client: FlaskClient, house: House, a_staff: AStaff) -> None:
    house.stop()
    said = client.get("/sign-in/with/work", follow_redirects=True, headers=ENGLISH)
    assert "Work cannot be reached at the moment" in said.text
    client.post("/sign-in", data={"email": a_staff("viewer").email, "password": PASSWORD})
    assert is_in(client)


def test_one_that_goes_away_meanwhile_is_said_so(client: FlaskClient, house: House) -> None:
    back = local(house.agree(client.get("/sign-in/with/work").location))
    house.stop()
    assert "cannot be reached" in client.get(back, follow_redirects=True, headers=ENGLISH).text


def test_one_that_calls_itself_otherwise_is_refused(app: Flask, client: FlaskClient, provider: Provider) -> None:
    alias = replace(provider, issuer=provider.issuer.replace("localhost", "127.0.0.1") + "/")
    app.config["SETTINGS"] = app.config["SETTINGS"].with_(oidc=(alias,))
    assert "did not work" in client.get("/sign-in/with/work", follow_redirects=True, headers=ENGLISH).text


class TestWithoutPasswords:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.with_(local_sign_in=False)

    def by_password(self, client: FlaskClient, email: str) -> bool:
        client.post("/sign-in", data={"email": email, "password": PASSWORD})
        return is_in(client)

    def test_a_password_opens_nothing(self, client: FlaskClient, a_staff: AStaff) -> None:
        assert not self.by_password(client, a_staff("viewer").email)
        assert "Get a link by email" not in client.get("/sign-in", headers=ENGLISH).text

    def test_nobody_gets_a_link_to_choose_one(self, client: FlaskClient, a_staff: AStaff) -> None:
        client.post("/reset", data={"email": a_staff("viewer").email})
        client.post("/reset", data={"email": a_staff("admin").email})
        mail.write_wanted_links()
        assert db.session.scalars(db.select(OutgoingEmail.address)).all() == ["admin@velo.example"]

    def test_an_admin_comes_in_while_no_admin_can_otherwise(
        self, app: Flask, client: FlaskClient, a_staff: AStaff, come_by: ComeBy
    ) -> None:
        admin = a_staff("admin", "ada@velo.example")
        assert self.by_password(client, admin.email)
        client.post("/sign-out")
        come_by()
        client.post("/sign-out")
        assert not self.by_password(client, admin.email)
        elsewhere = replace(app.config["SETTINGS"].oidc[0], issuer="https://id.velo.example")
        app.config["SETTINGS"] = app.config["SETTINGS"].with_(oidc=(elsewhere,))
        assert self.by_password(client, admin.email)

    def test_the_last_admin_by_provider_is_the_last_admin(self, client: FlaskClient, come_by: ComeBy) -> None:
        staff_id = actions.add(replace(ADA, roles=["admin"]), COMMAND)
        come_by()
        with pytest.raises(Refused, match="only active admin"):
            actions.set_roles(staff_id, ["viewer"], COMMAND)
        assert staff_store.is_last_admin(db.session(), person())
