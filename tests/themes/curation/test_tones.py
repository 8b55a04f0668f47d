"""Tones of mentions and asides beside them: written when answers are cut, counted, filtered, corrected, undone."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from feedback_app.cli import feedback_app
from feedback_app.database import transaction
from feedback_app.errors import Refused
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.themes.curation import mention_actions, undo
from feedback_app.themes.grouping.cut_answers import cut_new
from feedback_app.themes.mention_filter import Look, mentions_where
from feedback_app.themes.models import Mention, ThemeEvent
from feedback_app.themes.reports import figures
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, some_mentions

ANSWER = "Hello! The driver was friendly but the bus was dirty. Kind regards, Tom"


@pytest.fixture
def owner(as_role: Callable[[str], FlaskClient]) -> FlaskClient:
    return as_role("product_owner")


@pytest.fixture
def codebook(app: Flask) -> int:
    survey = a_survey()
    a_response(survey, a_contact(), expected=ANSWER)
    a_response(survey, a_contact(), expected="No complaints")
    return a_codebook([survey.id])


def test_cutting_writes_tones_and_keeps_asides_apart(codebook: int) -> None:
    done = cut_new()
    assert (done.answers, done.with_content) == (2, 2)
    rows = db.session.execute(select(Mention.text, Mention.state, Mention.tone).order_by(Mention.id)).all()
    assert [tuple(row) for row in rows] == [
        ("Hello!", "aside", ""),
        ("The driver was friendly", "open", "praise"),
        ("the bus was dirty", "open", "complaint"),
        ("Kind regards, Tom", "aside", ""),
        ("No complaints", "no_content", ""),
    ]
    sure = db.session.scalars(select(Mention.tone_confidence).where(Mention.state == "open")).all()
    assert all(0.3 < one <= 1 for one in sure)


@pytest.fixture
def toned(codebook: int) -> tuple[int, list[int], int]:
    """A codebook with a theme of two complaints and one praise, and its mentions; the theme."""
    theme = a_theme(codebook, "Bus")
    ids = some_mentions(a_response(a_survey_of(codebook), a_contact(), expected="x"), ["dirty", "late", "warm"], theme)
    with transaction() as session:
        for mention, tone in zip(ids, ["complaint", "complaint", "praise"], strict=True):
            session.get_one(Mention, mention).tone = tone
    return codebook, ids, theme


def a_survey_of(codebook: int):
    from feedback_app.surveys.models import Survey
    from feedback_app.themes.models import CodebookSurvey

    return db.session.scalars(
        select(Survey)
        .join(CodebookSurvey, CodebookSurvey.survey_id == Survey.id)
        .where(CodebookSurvey.codebook_id == codebook)
    ).one()


def test_tones_are_counted_by_theme_and_filtered(toned: tuple[int, list[int], int]) -> None:
    codebook, ids, _theme = toned
    line = figures.overview(codebook, Look(), "UTC").themes[0]
    assert (line.tones["complaint"], line.tones["praise"], line.mentions) == (2, 1, 3)
    assert Look.read({"tone": "praise"}).address() == {"tone": "praise"}
    assert not Look.read({"tone": "loud"})
    found = db.session.scalars(mentions_where(codebook, Look(tone="praise"), "UTC", shelf="all")).all()
    assert found == [ids[2]]


def test_a_person_corrects_a_tone_and_takes_it_back(toned: tuple[int, list[int], int]) -> None:
    codebook, ids, theme = toned
    assert mention_actions.set_tone(ids, codebook, "wish", COMMAND, theme) == 3
    assert {one.tone for one in db.session.scalars(select(Mention).where(Mention.id.in_(ids)))} == {"wish"}
    assert db.session.get_one(Mention, ids[0]).toned_at is not None
    event = db.session.scalars(select(ThemeEvent).order_by(ThemeEvent.id.desc())).first()
    assert event is not None
    assert undo.undo(event.id, COMMAND) == 3
    after = [db.session.get_one(Mention, one) for one in ids]
    assert [(one.tone, one.toned_at) for one in after] == [("complaint", None), ("complaint", None), ("praise", None)]


def test_no_other_tone_and_no_change_are_refused(toned: tuple[int, list[int], int]) -> None:
    codebook, ids, _theme = toned
    with pytest.raises(Refused):
        mention_actions.set_tone(ids, codebook, "loud", COMMAND)
    with pytest.raises(Refused):
        mention_actions.set_tone(ids[:2], codebook, "complaint", COMMAND)
    assert db.session.scalar(select(func.count()).select_from(ThemeEvent)) == 0


def test_pages_show_and_correct_tones(toned: tuple[int, list[int], int], owner: FlaskClient) -> None:
    codebook, ids, theme = toned
    for address in ("/themes", f"/themes/{theme}"):
        links = dict(re.findall(r'<a href="([^"]+)">([^<]+)</a>', owner.get(address).get_data(as_text=True)))
        told = {words: html.unescape(href) for href, words in links.items() if "tone=" in href}
        assert list(told) == ["2 complaints", "1 word of praise"]
        for words, href in told.items():  # the list it leads to is as long as it says
            shown = owner.get(href).get_data(as_text=True)
            assert str(shown.count('name="mention"')) == words.split()[0]
    owner.post(f"/themes/{theme}/grid", data={f"t-{ids[0]}": "question", f"m-{ids[1]}": "right"})
    assert db.session.get_one(Mention, ids[0]).tone == "question"
    assert db.session.get_one(Mention, ids[0]).tone_by_id is not None
    page = owner.get(f"/themes/codebooks/{codebook}/mentions/all?tone=praise").get_data(as_text=True)
    assert "warm" in page
    assert "dirty" not in page


def test_asides_have_a_page_and_can_be_brought_back(codebook: int, owner: FlaskClient) -> None:
    cut_new()
    url = f"/themes/codebooks/{codebook}/mentions"
    page = owner.get(f"{url}/aside").get_data(as_text=True)
    assert "Kind regards, Tom" in page
    assert "No complaints" not in page
    hello = db.session.scalars(select(Mention.id).where(Mention.text == "Hello!")).one()
    owner.post(url, data={"deed": "bring_back", "mention": [hello]})
    assert db.session.get_one(Mention, hello).state == "open"


def test_the_list_for_programs_has_tones(toned: tuple[int, list[int], int], app: Flask) -> None:
    done = CliRunner().invoke(feedback_app, ["themes", "list", "--json"], obj=lambda: app)
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)[0]["tones"] == {"complaint": 2, "praise": 1}
