"""Who may open what: every route there is, walked as a stranger and in every role."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from feedback_app.accounts.models import Staff
from feedback_app.accounts.rights import (
    EDIT_CHANGES,
    EDIT_CONTACTS,
    EDIT_SURVEYS,
    EDIT_THEMES,
    EXPORT_PEOPLE,
    IMPORT_RESPONSES,
    MANAGE_MAIL,
    MANAGE_ORGANISATION,
    MANAGE_STAFF,
    RIGHTS,
    ROLES,
    SEND_ANNOUNCEMENTS,
    SEND_SURVEYS,
    VIEW,
    WRITE_ANNOUNCEMENTS,
)
from feedback_app.announcements.models import Announcement
from feedback_app.changes.models import Change
from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.themes.models import Codebook, CodebookSurvey, Theme
from tests.browser import many_sign_ins, signed_in
from tests.factories import a_contact, a_response, a_survey, an_invitation

AsRole = Callable[[str], FlaskClient]

FILES = {"static", "bootstrap.static", "security.static"}
SIGNING_IN = {  # open to strangers by their nature; who is half-way in is kept by their own session
    "security.login",
    "security.logout",
    "security.forgot_password",
    "security.reset_password",
    "security.mf_recovery",
    "security.tf_select",
    "security.two_factor_rescue",
    "security.two_factor_token_validation",
    "security.two_factor_setup",
}
OWN_SIGN_IN = {  # one's own password and second step: any role, no stranger
    "security.verify",
    "security.change_password",
    "security.mf_recovery_codes",
    "security.two_factor_setup_validate",
}
FILLS = {"slug": "a-survey", "token": "no-such-token", "filename": "none.css", "language": "en", "lang": "en"}
CLOSED = (401, 403)


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def view_of(app: Flask, rule: Rule) -> object:
    return app.view_functions[rule.endpoint]


def right_of(app: Flask, rule: Rule) -> str | None:
    return getattr(view_of(app, rule), "right", None)


def is_public(app: Flask, rule: Rule) -> bool:
    return bool(getattr(view_of(app, rule), "is_public", False))


def address(app: Flask, rule: Rule) -> str:
    """An address of the rule: 1 for numbers, something harmless for words."""
    values = {}
    for name in rule.arguments:
        number = type(rule._converters[name]).__name__ in ("IntegerConverter", "FloatConverter")
        values[name] = 1 if number else FILLS.get(name, "1")
    return str(app.url_map.bind("localhost").build(rule.endpoint, values, method=next(iter(methods(rule)))))


def methods(rule: Rule) -> list[str]:
    return [one for one in ("GET", "POST") if one in (rule.methods or ())]


def guarded(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every page that asks for a right: method, address, right."""
    for rule in rules(app):
        if right := right_of(app, rule):
            for method in methods(rule):
                yield method, address(app, rule), right


@pytest.fixture
def app(app: Flask) -> Flask:
    """A house with one of everything, each with the id 1."""
    many_sign_ins(app)
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)  # an error is a reply to be counted, too
    contact, survey = a_contact("ada@example.org"), a_survey("a-survey")
    an_invitation(survey, contact)
    a_response(survey, contact, expected="A call back", nps=7, area="price")
    with transaction() as session:
        session.add_all(
            [Codebook(name="Calls"), Change(process="Calls", what="We call back.", why="You asked.", language="en")]
        )
        session.flush()
        session.add(CodebookSurvey(codebook_id=1, survey_id=survey.id))
        session.add_all([Theme(codebook_id=1, name="Calls"), Announcement(about="made")])
    return app


def test_every_route_says_who_may_open_it(app: Flask) -> None:
    named = FILES | SIGNING_IN | OWN_SIGN_IN
    unsaid = [
        rule.endpoint
        for rule in rules(app)
        if not is_public(app, rule) and right_of(app, rule) not in RIGHTS and rule.endpoint not in named
    ]
    assert unsaid == []


def test_the_lists_above_name_what_exists(app: Flask) -> None:
    there = {rule.endpoint for rule in rules(app)}
    assert (SIGNING_IN | OWN_SIGN_IN) - there == set()
    assert {rule.endpoint for rule in rules(app) if rule.endpoint.startswith("security.")} <= (
        FILES | SIGNING_IN | OWN_SIGN_IN
    )


def test_no_route_is_both_public_and_guarded(app: Flask) -> None:
    assert [rule.endpoint for rule in rules(app) if is_public(app, rule) and right_of(app, rule)] == []


def test_strangers_are_sent_to_sign_in(app: Flask, client: FlaskClient) -> None:
    wrong = []
    for method, path, _right in guarded(app):
        reply = client.open(path, method=method)
        sent = reply.status_code == 302 and reply.location.startswith("/sign-in?next=")
        if not sent and reply.status_code not in CLOSED:
            wrong.append((method, path, reply.status_code))
    assert not wrong, "\n".join(map(str, wrong))


def test_ones_own_sign_in_is_closed_to_strangers(app: Flask, client: FlaskClient) -> None:
    for rule in rules(app):
        if rule.endpoint in OWN_SIGN_IN | {"security.two_factor_setup"}:
            for method in methods(rule):
                assert client.open(address(app, rule), method=method).location.startswith("/sign-in")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_a_role_without_the_right_is_turned_away(app: Flask, as_role: AsRole, role: str) -> None:
    client, before = as_role(role), checksum()
    wrong = []
    for method, path, right in guarded(app):
        if right not in ROLES[role]:
            status = client.open(path, method=method).status_code
            if status != 403:
                wrong.append((method, path, status))
    assert not wrong, "\n".join(map(str, wrong))
    assert checksum() == before


@pytest.mark.parametrize("role", list(ROLES))
def test_a_role_with_the_right_comes_in(app: Flask, as_role: AsRole, role: str) -> None:
    wrong, client = [], as_role(role)
    # pages are looked at first: what POSTs do to each other is not the question here
    for method, path, right in sorted(guarded(app)):
        if right in ROLES[role]:
            reply = client.open(path, method=method, headers={"Accept-Language": "en"})
            away = reply.status_code == 302 and (reply.location or "").startswith("/sign-in")
            if reply.status_code in CLOSED or reply.status_code >= 500 or away:
                wrong.append((method, path, reply.status_code))
            if path.startswith("/profile/s"):  # signs this very browser out
                client = entered_again(app, role)
    assert not wrong, "\n".join(map(str, wrong))


def entered_again(app: Flask, role: str) -> FlaskClient:
    db.session.rollback()
    person = db.session.scalars(db.select(Staff).where(Staff.email == f"{role}@velo.example")).one()
    inside, client = signed_in(person), app.test_client()
    with client.session_transaction() as session:
        session.update(inside)
    return client


@pytest.mark.parametrize("role", [role for role in ROLES if EXPORT_PEOPLE not in ROLES[role]])
def test_no_file_takes_addresses_out_without_the_right(app: Flask, as_role: AsRole, role: str) -> None:
    client, files = as_role(role), 0
    for method, path, _right in sorted(guarded(app)):
        if path.startswith("/profile/s"):
            continue  # signs out
        reply = client.open(path, method=method)
        if "attachment" in reply.headers.get("Content-Disposition", ""):
            files += 1
            assert b"ada@example.org" not in reply.data, path
    assert files >= 3


def test_looking_changes_nothing(app: Flask, as_role: AsRole) -> None:
    client = as_role("admin")
    changed = []
    for rule in rules(app):
        if "GET" in methods(rule) and rule.endpoint not in FILES:
            before = checksum()
            client.get(address(app, rule))
            if checksum() != before:
                changed.append(rule.rule)
    assert changed == []


OF_THE_PAGE = {"csrf_token", "fs_cc", "fs_gexp", "_flashes", "_fresh"}  # a form's token, what is said next, freshness


def test_looking_leaves_the_session_as_it_was(app: Flask, as_role: AsRole) -> None:
    """A link on another site is followed with the reader's cookies (SameSite=Lax): it must not sign anybody out."""
    client, changed = as_role("admin"), {}
    for rule in rules(app):
        if "GET" in methods(rule) and rule.endpoint not in FILES:
            before = inside(client)
            client.get(address(app, rule))
            if inside(client) != before:
                changed[rule.rule] = inside(client)
                client = entered_again(app, "admin")
    assert changed == {}


def inside(client: FlaskClient) -> dict[str, object]:
    """What the cookie of a browser holds, without what each page may add."""
    with client.session_transaction() as session:
        return {name: value for name, value in session.items() if name not in OF_THE_PAGE}


def checksum() -> str:
    """A digest of every row of every table."""
    db.session.rollback()
    found = hashlib.sha256()
    for table in db.metadata.sorted_tables:
        for row in sorted(str(tuple(row)) for row in db.session.execute(table.select())):
            found.update(f"{table.name} {row}\n".encode())
    db.session.rollback()
    return found.hexdigest()


def test_the_checksum_sees_a_change(app: Flask) -> None:
    before = checksum()
    a_contact("other@example.org")
    assert checksum() != before


MATRIX = {  # right: admin, product owner, announcer, viewer
    VIEW: (1, 1, 1, 1),
    EDIT_CONTACTS: (1, 0, 1, 0),
    EXPORT_PEOPLE: (1, 0, 1, 0),
    EDIT_SURVEYS: (1, 0, 1, 0),
    SEND_SURVEYS: (1, 0, 1, 0),
    IMPORT_RESPONSES: (1, 0, 1, 0),
    EDIT_THEMES: (1, 1, 0, 0),
    EDIT_CHANGES: (1, 1, 0, 0),
    WRITE_ANNOUNCEMENTS: (1, 1, 1, 0),
    SEND_ANNOUNCEMENTS: (1, 0, 1, 0),
    MANAGE_MAIL: (1, 0, 1, 0),
    MANAGE_STAFF: (1, 0, 0, 0),
    MANAGE_ORGANISATION: (1, 0, 0, 0),
}


def test_what_each_role_may_do() -> None:
    assert set(MATRIX) == set(RIGHTS)
    assert list(ROLES) == ["admin", "product_owner", "announcer", "viewer"]
    for right, row in MATRIX.items():
        assert tuple(int(right in rights) for rights in ROLES.values()) == row, right


def test_writing_an_announcement_is_not_sending_it() -> None:
    assert WRITE_ANNOUNCEMENTS in ROLES["product_owner"]
    assert SEND_ANNOUNCEMENTS not in ROLES["product_owner"]
