"""Searching what people said: forms of words, accents, two languages, and whatever somebody types."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from feedback_app.contacts import actions as contact_actions
from feedback_app.database import transaction
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.responses.models import Response
from feedback_app.themes import mention_queries, queries
from feedback_app.themes.grouping.cut_answers import cut_new
from feedback_app.themes.mention_filter import Look
from feedback_app.themes.models import Mention
from feedback_app.themes.reports import figures
from feedback_app.themes.search import query as search
from feedback_app.themes.search.normalise import (
    BETWEEN,
    MOST,
    fold,
    forms,
    pairs,
    search_words,
)
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme

SAID = [
    ("pl", "Kurierzy spóźnili się o trzy dni."),
    ("pl", "Nie odpowiedzieliście na moją reklamację w Łodzi."),
    ("pl", "Customer service był miły, deliveries nie."),
    ("en", "The courier was late, too late for the party."),
    ("en", "Prices went up 100% since 2024 🚲."),
    ("en", "Price upon price upon price."),
]


class Room(NamedTuple):
    """A codebook in which people said things, each in an answer of their own."""

    codebook: int
    survey: int
    people: list[int]


@pytest.fixture
def room(app: Flask) -> Room:
    survey = a_survey(slug="voices")
    codebook = a_codebook([survey.id])
    people = []
    for language, text in SAID:
        person = a_contact(language=language)
        a_response(survey, person, expected=text)
        people.append(person.id)
    cut_new([survey.id])
    return Room(codebook, survey.id, people)


def found(room: Room, words: str, sort: str = "best") -> list[str]:
    page = mention_queries.mentions(room.codebook, Look(q=words), "UTC", 1, shelf="all", sort=sort)
    return [line.mention.text for line in page.items]


@pytest.mark.parametrize(
    ("words", "held"),
    [
        ("kurier", "Kurierzy"),
        ("KURIERÓW", "Kurierzy"),
        ("kurierzy", "Kurierzy"),
        ("kurierem", "Kurierzy"),  # a form nobody here used
        ("reklamacja", "reklamację"),
        ("reklamacjami", "reklamację"),
        ("spóźnić", "spóźnili"),
        ("lodz", "Łodzi"),
        ("Łódź", "Łodzi"),
        ("delivery", "deliveries"),  # an English word in a Polish answer
        ("couriers", "courier"),
        ("prices 2024", "Prices"),
        ("reklam*", "reklamację"),
        ('"too late"', "too late"),
        ("🚲", "🚲"),
        ("100%", "100%"),
    ],
)
def test_other_forms_of_a_word_are_found(room: Room, words: str, held: str) -> None:
    texts = found(room, words)
    assert texts
    assert all(held in text for text in texts)


@pytest.mark.parametrize("words", ["kurier price", "rekl", '"late courier"', '"service deliveries"', "zebra", "_", "%"])
def test_what_nobody_said_is_not_found(room: Room, words: str) -> None:
    texts = found(room, words)
    assert texts == [] or words == "%"  # the sign itself is there: "100%"
    assert all("%" in text for text in texts)


def test_the_best_comes_first(room: Room) -> None:
    assert found(room, "price")[0].startswith("Price upon")


HOSTILE = [
    '"', '""', '"""', "'", "''; DROP TABLE mention; --", "a AND", "OR", "NOT", "NEAR(a b)", "NEAR", "words:a", "^a",
    "*", "**", "a*b", "(", ")", "()", "{a}", "a:*", "a & b", "a | !b", "!", "<->", "\\", "\\'", "a\\", "-a", "+a",
    ":", "\u202e\u0645\u0631", "日本語", "qq0qq", "x" * 10_000, '"' * 10_000, "a " * 5_000, "\ud800", "1e309", "İ",
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_refused(room: Room, words: str) -> None:
    look = Look.read({"q": words.encode("utf-8", "replace").decode("utf-8")})
    page = mention_queries.mentions(room.codebook, look, "UTC", 1, shelf="all", sort="best")
    assert page.total == figures.overview(room.codebook, look, "UTC").total


@given(st.text(max_size=60))
def test_whatever_is_typed_becomes_words_only(text: str) -> None:
    for form in forms(text):
        assert form.isalnum()
        assert form == fold(form)
    made = search_words(text, "xx", (), lambda word, _language: word)
    assert pairs(made) == [(form, form) for form in forms(text)]


def test_a_rant_has_bounded_words() -> None:
    assert len(forms("word " * 50_000)) == MOST
    assert search_words("!!!", "en", (), lambda word, _: word) == ""
    assert f" {BETWEEN} " in search_words("a b", "en", (), lambda word, _: word)


def test_hits_are_marked_and_the_text_stays_whole(room: Room) -> None:
    (line,) = mention_queries.mentions(room.codebook, Look(q="kurier trzy*"), "UTC", 1, shelf="all").items
    assert [words for words, hit in line.pieces if hit] == ["Kurierzy", "trzy"]
    assert "".join(words for words, _ in line.pieces) == line.mention.text
    (line,) = mention_queries.mentions(room.codebook, Look(q='"too late"'), "UTC", 1, shelf="all").items
    assert [words for words, hit in line.pieces if hit] == ["too", "late"]


def test_filters_narrow_a_search(room: Room) -> None:
    assert figures.overview(room.codebook, Look(q="price"), "UTC").total == 2
    assert figures.overview(room.codebook, Look(q="price", language="pl"), "UTC").total == 0


def test_erased_words_cannot_be_found(room: Room) -> None:
    assert found(room, "kurier")
    contact_actions.remove(room.people[0], by=COMMAND)
    assert found(room, "kurier") == []
    assert _kept_words("kurierzy") == 0


def test_the_index_follows_answers_and_words(room: Room) -> None:
    with transaction() as session:
        session.execute(delete(Response).where(Response.contact_id == room.people[3]))
        courier = session.scalars(select(Mention).where(Mention.contact_id == room.people[0])).first()
        assert courier is not None
        courier.words = search_words("zebra", "en", (), lambda word, _: word)
    assert found(room, '"too late"') == []
    assert _kept_words("zebra") == 1
    assert found(room, "kurierzy") == []


def _kept_words(word: str) -> int:
    term = search.Search("", (search.Term("any", (word,)),))
    return len(db.session.scalars(select(Mention.id).where(term.holds())).all())


def test_moving_mentions_leaves_them_in_the_search(room: Room, as_role: Callable[[str], FlaskClient]) -> None:
    theme = a_theme(room.codebook, "Price")
    address = f"/themes/codebooks/{room.codebook}/mentions"
    as_role("product_owner").post(
        address, data={"deed": "move", "everything": "1", "shelf": "all", "q": "price", "to": theme}
    )
    assert mention_queries.mentions(room.codebook, Look(q="prices"), "UTC", 1, theme=theme).total == 2


def test_a_theme_is_started_from_a_search_with_all_pages(room: Room, as_role: Callable[[str], FlaskClient]) -> None:
    survey = db.session.get_one(Response, 1).survey_id
    for number in range(70):
        said = f"The bicycle number {number} was delivered late."
        a_response(queries.surveys_of(room.codebook)[0], a_contact(), expected=said)
    cut_new([survey])
    browser = as_role("product_owner")
    address = f"/themes/codebooks/{room.codebook}/mentions"
    page = browser.get(f"{address}/all?q=bicycles").text
    assert page.count("<mark>") == 50
    data = {"deed": "move", "everything": "1", "shelf": "all", "q": "bicycles", "new_name": "Late bicycles"}
    browser.post(address, data=data)
    (theme,) = queries.open_themes(room.codebook)
    assert figures.breakdown(theme, Look(), "UTC").total == 70


def test_what_was_there_before_the_search_is_found_after_the_migration(room: Room) -> None:
    assert found(room, "kurier")
    db.session.rollback()
    db.session.remove()
    flask_migrate.stamp(revision="0002")
    flask_migrate.downgrade(revision="0001")
    flask_migrate.upgrade(revision="0002")
    assert [text[:8] for text in found(room, "kurierów")] == ["Kurierzy"]
    with transaction() as session:
        session.execute(db.text("DROP TABLE alembic_version"))
