from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from feedback_app.surveys import queries
from feedback_app.surveys.form_spec import FormSpec
from tests.factories import a_survey


@pytest.fixture
def admin(as_role: Callable[[str], FlaskClient]) -> FlaskClient:
    return as_role("admin")


@pytest.fixture
def draft(admin: FlaskClient) -> str:
    a_survey("d", state="draft")
    return "/surveys/d"


def spec(slug: str = "d") -> FormSpec:
    return queries.build_spec(queries.by_slug(slug).id)


FORM = '<form method="post" data-unsaved novalidate>'  # of a page where work could be lost


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send back unchanged: the inputs, areas and selects of the page's last form."""
    form = page[page.rindex(FORM) :]
    given = dict.fromkeys(re.findall(r'<textarea[^>]* name="([^"]+)"', form), "")
    given |= {name: text.strip() for name, text in re.findall(r'name="([^"]+)"[^>]*>\s*([^<]*)</textarea>', form)}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and (("checkbox" not in tag) or "checked" in tag):
            given[name[1]] = value[1] if value else ""
    for select, body in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        given[select] = chosen[1] if chosen else ""
    return given


def test_saving_a_question_unchanged_changes_nothing(admin: FlaskClient, draft: str) -> None:
    before = spec().by_code["area"]
    page = admin.get(f"{draft}/questions/area").get_data(as_text=True)
    reply = admin.post(f"{draft}/questions/area", data=fields_of(page))
    assert reply.location == "/surveys/d/build#q-area"
    after = spec().by_code["area"]
    assert [(one.code, dict(one.label)) for one in after.options] == [
        (one.code, dict(one.label)) for one in before.options
    ]
    assert (after.text, after.kind, after.required) == (before.text, before.kind, before.required)


def test_every_kind_of_question_can_be_added(admin: FlaskClient, draft: str) -> None:
    section = spec().sections[0].id
    for kind in ("short_text", "long_text", "yes_no", "single_choice", "multiple_choice", "rating", "nps"):
        path = f"{draft}/sections/{section}/questions/{kind}"
        assert admin.get(path).status_code == 200
        data = {"kind": kind, "text_en": f"New {kind}", "text_pl": "Nowe", "required": "y"}
        assert admin.post(path, data=data).status_code == 303
        made = spec().by_code[f"new_{kind}"]
        assert (made.kind, made.required, made.text["pl"]) == (kind, True, "Nowe")
    assert admin.get(f"{draft}/sections/{section}/questions/essay").status_code == 404


def test_options_are_added_moved_and_taken_out_without_scripts(admin: FlaskClient, draft: str) -> None:
    path = f"{draft}/questions/area"
    data = fields_of(admin.get(path).get_data(as_text=True))
    data |= {"options-2-label_en": "The people", "options-2-label_pl": "Ludzie"}
    assert admin.post(path, data={**data, "do": "more"}).location == "/surveys/d/questions/area#options"
    assert [one.code for one in spec().by_code["area"].options] == ["price", "delivery", "the_people"]
    data = fields_of(admin.get(path).get_data(as_text=True))
    admin.post(path, data={**data, "do": "up:2"})
    assert [one.code for one in spec().by_code["area"].options] == ["price", "the_people", "delivery"]
    data = fields_of(admin.get(path).get_data(as_text=True))
    admin.post(path, data={**data, "do": "drop:0", "text_en": "Edited at the same time"})
    kept = spec().by_code["area"]
    assert [one.code for one in kept.options] == ["the_people", "delivery"]
    assert kept.text["en"] == "Edited at the same time"


def test_enter_in_a_field_saves_rather_than_moves(admin: FlaskClient, draft: str) -> None:
    page = admin.get(f"{draft}/questions/area").get_data(as_text=True)
    form = page[page.rindex(FORM) :]
    first = re.search(r"<button[^>]*>", form)
    assert first is not None
    assert 'value="save"' in first[0]


def test_what_was_typed_survives_a_mistake(admin: FlaskClient, draft: str) -> None:
    path = f"{draft}/questions/area"
    data = fields_of(admin.get(path).get_data(as_text=True))
    reply = admin.post(path, data={**data, "code": "Not a code!", "text_en": "Kept words"})
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert "Kept words" in page
    assert "Not a code!" in page
    assert "single underscores" in page
    long = admin.post(path, data={**data, "text_en": "x" * 501})
    assert long.status_code == 422
    assert "500 characters" in long.get_data(as_text=True)
    taken = admin.post(path, data={**data, "code": "nps"})
    assert taken.status_code == 422
    assert "“nps” is given twice" in taken.get_data(as_text=True)


def test_questions_and_sections_move_by_buttons(admin: FlaskClient, draft: str) -> None:
    admin.post(f"{draft}/questions/nps/move", data={"step": "up"})
    assert [one.code for one in spec().questions] == ["expected", "nps", "missing", "area"]
    admin.post(f"{draft}/questions/nps/move", data={"step": "down"})
    assert [one.code for one in spec().questions] == ["expected", "missing", "nps", "area"]
    admin.post(f"{draft}/sections", data={"title_en": "Second", "title_pl": "Druga"})
    first, second = (one.id for one in spec().sections)
    admin.post(f"{draft}/sections/{second}/move", data={"step": "up"})
    assert [one.id for one in spec().sections] == [second, first]
    admin.post(f"{draft}/sections/{second}", data={"title_en": "", "title_pl": ""})
    assert dict(spec().sections[0].title) == {}
    admin.post(f"{draft}/sections/{second}/delete")
    assert [one.id for one in spec().sections] == [first]
    admin.post(f"{draft}/questions/nps/delete")
    assert "nps" not in spec().by_code


def test_the_builder_shows_what_is_missing_with_a_way_there(admin: FlaskClient, draft: str) -> None:
    path = f"{draft}/questions/nps"
    data = fields_of(admin.get(path).get_data(as_text=True))
    admin.post(path, data={**data, "text_pl": ""})
    page = admin.get(f"{draft}/build").get_data(as_text=True)
    assert "not written yet" in page
    assert "missing in: Polski" in page
    assert 'href="/surveys/d/questions/nps"' in page


def test_the_cover_adds_and_drops_languages_but_keeps_their_words(admin: FlaskClient, draft: str) -> None:
    words = {"title_en": "Title", "title_pl": "Tytuł", "slug": "d"}
    admin.post(f"{draft}/cover", data={**words, "languages": ["en"]})
    assert queries.by_slug("d").languages == ["en"]
    assert queries.by_slug("d").title["pl"] == "Tytuł"
    reply = admin.post(f"{draft}/cover", data={"title_en": "Title", "slug": "d", "languages": ["en", "pl"]})
    assert reply.location == "/surveys/d/cover"
    assert queries.by_slug("d").languages == ["en", "pl"]
    none = admin.post(f"{draft}/cover", data={**words})
    assert none.status_code == 422
    assert "at least one language" in none.get_data(as_text=True)
    wrong = admin.post(f"{draft}/cover", data={**words, "languages": ["xx"]})
    assert wrong.status_code == 422
    renamed = admin.post(f"{draft}/cover", data={**words, "languages": ["en", "pl"], "slug": "other"})
    assert renamed.location == "/surveys/other/build"


def test_a_published_survey_says_why_only_words_can_change(admin: FlaskClient) -> None:
    a_survey("live")
    page = admin.get("/surveys/live/build").get_data(as_text=True)
    assert "answers already given must keep their meaning" in page
    assert "/move" not in page
    assert "/delete" not in page
    path = "/surveys/live/questions/area"
    data = fields_of(admin.get(path).get_data(as_text=True))
    assert "kind" not in data
    assert "code" not in data
    reply = admin.post(path, data={**data, "text_en": "Corrected", "options-0-label_en": "The price", "do": "drop:0"})
    assert reply.status_code == 303
    kept = spec("live").by_code["area"]
    assert kept.text["en"] == "Corrected"
    assert [(one.code, one.label["en"]) for one in kept.options] == [("price", "The price"), ("delivery", "Delivery")]
    forged = {**data, "kind": "multiple_choice", "code": "other", "required": "y", "options-7-label_en": "More"}
    admin.post(path, data=forged)
    kept = spec("live").by_code["area"]
    assert (kept.kind, kept.required, len(kept.options)) == ("single_choice", False, 2)
    emptied = admin.post(path, data={**data, "text_pl": ""})
    assert emptied.status_code == 422
    assert admin.post("/surveys/live/questions/nps/delete", follow_redirects=True).status_code == 200
    assert "nps" in spec("live").by_code


def test_a_question_deleted_meanwhile_is_said_so(admin: FlaskClient, draft: str) -> None:
    data = fields_of(admin.get(f"{draft}/questions/nps").get_data(as_text=True))
    admin.post(f"{draft}/questions/nps/delete")
    assert admin.post(f"{draft}/questions/nps", data=data).status_code == 404
    page = admin.post(f"{draft}/questions/nps/move", data={"step": "up"}, follow_redirects=True)
    assert "no question “nps”" in page.get_data(as_text=True)
