"""The pages of changes: what is refused is explained and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from feedback_app.announcements import actions as announcements
from feedback_app.announcements.sending import actions as sending
from feedback_app.changes import queries
from feedback_app.changes.models import Change
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from tests.announcements.conftest import Company, company  # noqa: F401  # the same people
from tests.announcements.factories import a_change

Sign = Callable[[str], FlaskClient]
FORM = {
    "main": "en",
    "state": "considered",
    "process_en": "delivery",
    "what_en": "A window",
    "why_en": "You waited",
    "owner": "0",
    "process_pl": "dostawa",
}


def changes() -> list[Change]:
    db.session.rollback()  # ends the read before, so that what others wrote since is seen
    return db.session.query(Change).order_by(Change.id).all()


def test_logged_by_the_form_with_both_languages(as_role: Sign, company: Company) -> None:  # noqa: F811
    reply = as_role("product_owner").post("/changes/new", data={**FORM, "themes": [company.theme.id]})
    assert reply.status_code == 303
    made = changes()[-1]
    assert (made.what, made.translations) == ("A window", {"pl": {"process": "dostawa"}})
    assert queries.theme_ids(made.id) == [company.theme.id]


@pytest.mark.parametrize("reason", ["", "  ", "Because [… why]."])
def test_declined_without_a_reason_is_refused_by_the_form(as_role: Sign, reason: str) -> None:
    reply = as_role("product_owner").post("/changes/new", data={**FORM, "state": "declined", "reason_en": reason})
    assert reply.status_code == 200
    assert 'href="#reason_en"' in reply.text
    assert "A window" in reply.text
    assert changes() == []


def test_made_without_a_day_and_empty_words_are_refused_by_the_form(as_role: Sign) -> None:
    client = as_role("product_owner")
    assert "since when" in client.post("/changes/new", data={**FORM, "state": "made"}).text
    reply = client.post("/changes/new", data={**FORM, "what_en": " ", "why_en": "", "since": "31.12.2026"})
    assert all(f'href="#{name}"' in reply.text for name in ("what_en", "why_en", "since"))
    assert changes() == []


def test_a_reason_to_start_from_fills_both_languages_and_saves_nothing(as_role: Sign) -> None:
    data = {**FORM, "state": "declined", "start": "cost", "action": "start", "reason_pl": "Moje słowa"}
    page = as_role("product_owner").post("/changes/new", data=data).text
    assert "We worked out what it would take" in page
    assert "Moje słowa" in page
    assert "Policzyliśmy, ile by to kosztowało: [… koszt]. Pomogłoby" not in page.split("<details>")[0]
    assert changes() == []


def test_a_stale_form_is_told_and_keeps_what_was_typed(as_role: Sign) -> None:
    made, client = a_change(), as_role("product_owner")
    seen = queries.get(made).updated_at.isoformat()
    data = {**FORM, "seen": seen, "what_en": "First"}
    assert client.post(f"/changes/{made}/edit", data=data).status_code == 303
    reply = client.post(f"/changes/{made}/edit", data={**data, "what_en": "Second"})
    assert "Somebody else saved" in reply.text
    assert "Second" in reply.text
    assert changes()[0].what == "First"


def test_the_page_tells_the_story_and_escapes_it(as_role: Sign, company: Company) -> None:  # noqa: F811
    client = as_role("product_owner")
    announcements.draft([company.change], COMMAND)
    page = client.get(f"/changes/{company.change}").text
    assert "I waited at home all day, twice." in page
    assert "Announce this change" in page
    assert "logged by Command line" in page
    data = {**FORM, "what_en": "<script>alert(1)</script>", "why_en": "{{ 7 * 7 }}", "themes": [company.theme.id]}
    client.post("/changes/new", data=data)
    page = client.get(f"/changes/{changes()[-1].id}").text
    assert "<script>alert" not in page
    assert "{{ 7 * 7 }}" in page


def test_the_page_says_what_people_were_told_after_it_moved(as_role: Sign, company: Company) -> None:  # noqa: F811
    sending.send(announcements.draft([company.change], COMMAND), COMMAND)
    client = as_role("product_owner")
    reply = client.post(f"/changes/{company.change}/state", data={"state": "planned", "seen": "made"})
    assert reply.status_code == 303
    page = client.get(f"/changes/{company.change}").text
    assert "people were told about it as “made”" in page
    assert "moved from “made” to “planned”" in page


def test_moving_to_no_without_a_reason_is_explained(as_role: Sign) -> None:
    made = a_change(state="planned")
    with db.session.no_autoflush:
        db.session.query(Change).update({"reason": ""})
        db.session.commit()
    client = as_role("product_owner")
    page = client.post(f"/changes/{made}/state", data={"state": "declined", "seen": "planned"}, follow_redirects=True)
    assert "needs a valid reason" in page.text
    assert changes()[0].state == "planned"


@pytest.mark.parametrize(
    "query", ["?q=%25%27%22", "?state=nonsense&owner=abc&theme=99999999999999&page=-1", "?again=1"]
)
def test_odd_filters_are_no_error(as_role: Sign, query: str) -> None:
    a_change()
    assert as_role("viewer").get("/changes" + query).status_code == 200


def test_a_viewer_looks_and_changes_nothing(as_role: Sign) -> None:
    made, client = a_change(), as_role("viewer")
    assert client.get("/changes").status_code == client.get(f"/changes/{made}").status_code == 200
    assert client.get("/changes/new").status_code == 403
    for path in ("/changes/new", f"/changes/{made}/edit", f"/changes/{made}/state", f"/changes/{made}/remove"):
        assert client.post(path, data=FORM).status_code == 403
    assert "Log a change" not in client.get("/changes").text


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/changes").status_code == 302
    assert client.post("/changes/new", data=FORM).status_code in (302, 401)
    assert changes() == []


def test_unknown_change_is_a_kind_404(as_role: Sign) -> None:
    reply = as_role("viewer").get("/changes/4711")
    assert reply.status_code == 404
    assert "There is no change 4711" in reply.text
