from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.surveys import actions, queries
from feedback_app.surveys.models import Survey
from feedback_app.surveys.questionnaires import ready_made
from tests.factories import a_contact, a_survey, an_invitation

Browser = Callable[[str], FlaskClient]
NASTY = "<script>alert('x')</script>"


@pytest.fixture
def admin(as_role: Browser) -> FlaskClient:
    return as_role("admin")


def state_of(slug: str) -> str:
    return db.session.scalars(select(Survey.state).where(Survey.slug == slug)).one()


def test_the_first_page_says_how_to_begin(admin: FlaskClient) -> None:
    assert b"Nobody has been asked yet" in admin.get("/surveys").data


def test_the_list_shows_counts_and_can_be_searched(admin: FlaskClient) -> None:
    survey = a_survey("first")
    an_invitation(survey, a_contact())
    a_survey("second", state="draft")
    page = admin.get("/surveys").get_data(as_text=True)
    assert "first" in page
    assert "second" in page
    found = admin.get("/surveys?text=FIRST&state=published").get_data(as_text=True)
    assert "/surveys/first" in found
    assert "/surveys/second" not in found
    assert "No survey matches" in admin.get("/surveys?text=zebra").get_data(as_text=True)
    assert admin.get("/surveys?state=nonsense&page=99999").status_code == 200


@pytest.mark.parametrize("name", ready_made.names())
def test_a_ready_made_survey_is_two_presses_from_being_open(admin: FlaskClient, name: str) -> None:
    made = admin.post("/surveys/new", data={"template": name})
    assert (made.status_code, made.location) == (303, f"/surveys/{name}/build")
    assert "You can publish" in admin.get(made.location).get_data(as_text=True)
    assert admin.post(f"/surveys/{name}/publish").location == f"/surveys/{name}"
    assert state_of(name) == "published"


def test_an_unknown_ready_made_survey_is_said_so(admin: FlaskClient) -> None:
    reply = admin.post("/surveys/new", data={"template": "gold"})
    assert reply.status_code == 404
    assert "lost-prospect" in reply.get_data(as_text=True)


def test_a_blank_survey_speaks_the_languages_of_its_titles(admin: FlaskClient) -> None:
    made = admin.post("/surveys/new", data={"title_en": "", "title_pl": "Po warsztatach"})
    assert made.location == "/surveys/po-warsztatach/build"
    assert queries.by_slug("po-warsztatach").languages == ["pl"]
    refused = admin.post("/surveys/new", data={"title_en": " ", "title_pl": ""})
    assert refused.status_code == 422
    assert "title in at least one language" in refused.get_data(as_text=True)
    long = admin.post("/surveys/new", data={"title_en": "x" * 201})
    assert long.status_code == 422
    assert "x" * 201 in long.get_data(as_text=True)


def test_publishing_an_unfinished_survey_says_what_is_missing(admin: FlaskClient) -> None:
    admin.post("/surveys/new", data={"title_en": "Empty"})
    page = admin.post("/surveys/empty/publish", follow_redirects=True).get_data(as_text=True)
    assert "There is no question yet" in page
    assert state_of("empty") == "draft"


def test_close_reopen_copy_delete(admin: FlaskClient) -> None:
    a_survey("s")
    admin.post("/surveys/s/close")
    assert state_of("s") == "closed"
    assert "is closed by now" in admin.post("/surveys/s/close", follow_redirects=True).get_data(as_text=True)
    admin.post("/surveys/s/reopen")
    assert state_of("s") == "published"
    assert admin.post("/surveys/s/copy").location == "/surveys/s-2/build"
    assert "Close “s” instead" in admin.post("/surveys/s/delete", follow_redirects=True).get_data(as_text=True)
    assert admin.post("/surveys/s-2/delete").location == "/surveys"
    assert admin.get("/surveys/s-2").status_code == 404


def test_the_survey_page_shows_progress_and_mailings(admin: FlaskClient) -> None:
    survey = a_survey("s")
    an_invitation(survey, a_contact(), days=-1)
    page = admin.get("/surveys/s").get_data(as_text=True)
    assert "link has run out" in page
    assert "open for answers" in page


def test_the_preview_is_what_respondents_see_in_each_language(admin: FlaskClient) -> None:
    a_survey("s")
    english = admin.get("/surveys/s/preview?language=en").get_data(as_text=True)
    polish = admin.get("/surveys/s/preview?language=pl").get_data(as_text=True)
    assert "What did you expect?" in english
    assert 'name="q_area"' in english
    assert "Czego się spodziewaliście?" in polish
    assert '<html lang="pl"' in polish
    assert "<form method" not in english
    assert admin.get("/surveys/s/preview?language=de").status_code == 200


def test_export_and_import_are_two_ways_of_one_road(admin: FlaskClient) -> None:
    a_survey("s")
    reply = admin.get("/surveys/s/export")
    assert reply.mimetype == "application/json"
    assert reply.headers["Content-Disposition"] == 'attachment; filename="s.json"'
    made = admin.post("/surveys/import", data={"file": (io.BytesIO(reply.data), "s.json")})
    assert made.location == "/surveys/s-2/build"
    assert json.loads(admin.get("/surveys/s-2/export").data)["sections"] == json.loads(reply.data)["sections"]


@pytest.mark.parametrize("raw", [b"", b"not json", b"\xff", b'{"title": {"en": "a"}, "extra": 1}'])
def test_a_wrong_file_is_refused_kindly_and_makes_nothing(admin: FlaskClient, raw: bytes) -> None:
    reply = admin.post("/surveys/import", data={"file": (io.BytesIO(raw), "x.json")}, follow_redirects=True)
    assert reply.status_code == 200
    assert "alert-danger" in reply.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(Survey)) == 0


def test_importing_without_a_file_says_so(admin: FlaskClient) -> None:
    assert b"Choose a file first" in admin.post("/surveys/import", follow_redirects=True).data


def test_hostile_words_are_escaped_on_every_page(app: Flask, admin: FlaskClient) -> None:
    made = actions.create(ready_made.load("lost-prospect"), COMMAND, "s")
    data = {"languages": ["en", "pl"], "slug": "s"}
    for name in ("title", "intro", "thanks"):
        data |= {f"{name}_en": NASTY, f"{name}_pl": NASTY}
    assert admin.post("/surveys/s/cover", data=data).status_code == 303
    asked = {"kind": "single_choice", "code": "stage", "text_en": NASTY, "text_pl": NASTY, "help_en": NASTY}
    for row, code in enumerate(("a", "b")):
        asked |= {f"options-{row}-label_en": NASTY + code, f"options-{row}-label_pl": code, f"options-{row}-code": code}
    assert admin.post("/surveys/s/questions/stage", data=asked | {"help_pl": NASTY}).status_code == 303
    assert queries.by_id(made).title == {"en": NASTY, "pl": NASTY}
    a_contact(name=NASTY)
    admin.post("/surveys/s/letter", data={"subject_en": NASTY, "body_en": NASTY + "{{link}}"})
    admin.post("/surveys/s/publish")
    for path in ("", "/build", "/cover", "/questions/stage", "/preview", "/letter", "/letter/en.html", "/invite"):
        page = admin.get(f"/surveys/s{path}")
        assert page.status_code == 200, path
        assert b"<script>alert" not in page.data, path
        assert b"&lt;script&gt;" in page.data, path
    assert b"<script>alert" not in admin.get("/surveys").data


READ = ("/surveys", "/surveys/s", "/surveys/s/preview", "/surveys/s/export", "/surveys/s/letter/en.html")
EDIT = ("/surveys/new", "/surveys/s/build", "/surveys/s/cover", "/surveys/s/questions/nps", "/surveys/s/letter")
SEND = ("/surveys/s/invite", "/surveys/s/invite/count")
ACT = ("publish", "close", "reopen", "copy", "delete", "letter/test", "sections", "invite", "waves/1/cancel")


@pytest.mark.parametrize("role", ["viewer", "product_owner"])
def test_readers_read_and_change_nothing(as_role: Browser, role: str) -> None:
    survey = a_survey("s")
    client = as_role(role)
    before = survey.changed_at
    assert {path: client.get(path).status_code for path in READ} == dict.fromkeys(READ, 200)
    assert {path: client.get(path).status_code for path in EDIT + SEND} == dict.fromkeys(EDIT + SEND, 403)
    for act in ACT:
        assert client.post(f"/surveys/s/{act}").status_code == 403, act
    assert queries.by_slug("s").changed_at == before
    page = client.get("/surveys/s").get_data(as_text=True)
    assert "/surveys/s/build" not in page
    assert "/surveys/s/invite" not in page


def test_announcers_do_all_of_it(as_role: Browser) -> None:
    a_survey("s")
    client = as_role("announcer")
    paths = READ + EDIT + SEND
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_strangers_are_sent_to_sign_in(client: FlaskClient) -> None:
    a_survey("s")
    for path in READ + EDIT + SEND:
        assert client.get(path).status_code == 302, path
    for act in ACT:
        assert client.post(f"/surveys/s/{act}").status_code in (302, 401), act
    assert state_of("s") == "published"


def test_looking_at_pages_writes_nothing(admin: FlaskClient) -> None:
    survey = a_survey("s", state="draft")
    before = survey.changed_at
    for path in READ + EDIT:
        admin.get(path)
    assert queries.by_slug("s").changed_at == before
    for act in ("publish", "close", "reopen", "copy", "delete", "sections"):
        assert admin.get(f"/surveys/s/{act}").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/surveys/none",
        "/surveys/none/build",
        "/surveys/none/invite",
        "/surveys/s/questions/none",
        "/surveys/s/sections/9",
    ],
)
def test_what_is_not_there_is_said_kindly(admin: FlaskClient, path: str) -> None:
    a_survey("s")
    assert admin.get(path).status_code == 404
