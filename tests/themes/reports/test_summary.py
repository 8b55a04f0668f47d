"""A theme told in people's own sentences: representative, alone, no two alike, complaints and praise apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.database import transaction
from feedback_app.events.actor import COMMAND
from feedback_app.responses.models import Answer
from feedback_app.surveys.models import Survey
from feedback_app.themes import queries
from feedback_app.themes.curation import mention_actions
from feedback_app.themes.engine.text.lemmas import lemma
from feedback_app.themes.engine.text.texts import text_key
from feedback_app.themes.mention_filter import Look
from feedback_app.themes.models import Mention, Placement
from feedback_app.themes.reports.extract import Sentence, alike, choose
from feedback_app.themes.reports.summary import Said, Summary, summary
from feedback_app.themes.search.normalise import search_words
from tests.browser import read
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme

COMPLAINTS = [
    "The courier never calls before he comes.",
    "The courier never calls before coming.",
    "The courier came two hours late without a word.",
    "I waited all day for the courier and nobody came.",
    "The parcel was left in the rain.",
    "Nobody tells me when the parcel will come.",
    "My parcel was damaged by the courier.",
]
PRAISE = ["The courier is always friendly to us.", "The parcel arrives on time every month."]


def put(theme: int, survey: Survey, text: str, piece: str = "", tone: str = "complaint", **more: object) -> int:
    """One person's answer of which ``piece`` (all of it) is a mention in the theme; its id."""
    said = piece or text
    language = str(more.pop("language", "en"))
    response = a_response(survey, a_contact(language=language), expected=text)
    with transaction() as session:
        answer = session.query(Answer).filter_by(response_id=response.id).one()
        start = text.index(said)
        mention = Mention(
            answer_id=answer.id, response_id=response.id, survey_id=response.survey_id, contact_id=response.contact_id,
            start=start, end=start + len(said), text=said, text_key=text_key(said), language=language, tone=tone,
            words=search_words(said, language, ("en", "pl"), lemma),
        )  # fmt: skip
        session.add(mention)
        session.flush()
        session.add(Placement(mention_id=mention.id, theme_id=theme, confidence=more.pop("sure", 0.9)))
        if other := str(more.pop("other", "")):
            at = text.index(other)
            beside = {name.removeprefix("other_"): value for name, value in more.items()}
            session.add(
                Mention(
                    answer_id=answer.id, response_id=response.id, survey_id=response.survey_id, start=at,
                    end=at + len(other), text=other, text_key=text_key(other), language=language, **beside,
                )
            )  # fmt: skip
    return mention.id


@pytest.fixture
def theme(app: Flask) -> int:
    return a_theme(a_codebook([a_survey("customers").id]), "Courier")


@pytest.fixture
def survey(theme: int) -> Survey:
    return queries.surveys_of(queries.theme_by_id(theme).codebook_id)[0]


def told(theme: int, look: Look | None = None, language: str = "en") -> Summary:
    return summary(queries.theme_by_id(theme), look or Look(), "UTC", language)


def texts(said: tuple[Said, ...]) -> list[str]:
    return [one.text for one in said]


def test_complaints_and_praise_stand_apart_and_no_two_say_the_same(theme: int, survey: Survey) -> None:
    for text in COMPLAINTS:
        put(theme, survey, text)
    for text in PRAISE:
        put(theme, survey, text, tone="praise")
    found = told(theme)
    assert 3 <= len(found.complaints) <= 5
    assert set(texts(found.complaints)) <= set(COMPLAINTS)
    assert len({*COMPLAINTS[:2]} & {*texts(found.complaints)}) <= 1
    assert set(texts(found.praise)) == set(PRAISE)
    assert not found.untold


def test_only_whole_words_that_stand_alone_are_taken(theme: int, survey: Survey) -> None:
    put(theme, survey, "Hello there. The courier never calls. Kind regards.", "The courier never calls.")
    put(theme, survey, "The courier came. But nobody was told about the courier.", "nobody was told about the courier")
    put(theme, survey, "courier " * 80)
    put(theme, survey, "The courier Marek never rings the bell.")
    found = texts(told(theme).complaints)
    assert sorted(found) == [
        "The courier came. But nobody was told about the courier.",
        "The courier never calls.",
    ]


def test_what_says_the_opposite_in_the_same_breath_or_an_aside_is_passed_over(theme: int, survey: Survey) -> None:
    mixed = "The courier is friendly but the courier is late."
    put(theme, survey, mixed, "the courier is late", other="The courier is friendly", tone="complaint")
    with transaction() as session:
        session.query(Mention).filter_by(text="The courier is friendly").update({"tone": "praise"})
    put(theme, survey, "See above. The courier is late again.", "The courier is late again.", other="See above.",
        other_state="aside")  # fmt: skip
    assert texts(told(theme).complaints) == ["The courier is late again."]


def test_the_unsure_do_not_stand_for_a_theme_and_one_person_speaks_once(theme: int, survey: Survey) -> None:
    put(theme, survey, "The courier was late once more.", sure=0.3)
    long = "The courier lost my parcel. The courier never said sorry to me."
    first = put(theme, survey, long, "The courier lost my parcel.")
    with transaction() as session:
        mention = session.get_one(Mention, first)
        second = "The courier never said sorry to me."
        more = Mention(
            answer_id=mention.answer_id, response_id=mention.response_id, survey_id=mention.survey_id,
            start=long.index(second), end=len(long), text=second, text_key=text_key(second), language="en",
            tone="complaint", words=search_words(second, "en", (), lemma),
        )  # fmt: skip
        session.add(more)
        session.flush()
        session.add(Placement(mention_id=more.id, theme_id=theme, confidence=0.9))
    assert len(told(theme).complaints) == 1


def test_the_reader_meets_their_own_language_where_it_suffices(theme: int, survey: Survey) -> None:
    polish = ["Kurier nigdy nie dzwoni przed przyjazdem.", "Paczka leżała cały dzień na deszczu.",
              "Czekałam cały dzień i nikt nie przyjechał."]  # fmt: skip
    for text in COMPLAINTS:
        put(theme, survey, text)
    for text in polish:
        put(theme, survey, text, language="pl")
    assert set(texts(told(theme, language="pl").complaints)) == set(polish)
    assert not set(texts(told(theme, language="en").complaints)) & set(polish)
    assert set(texts(told(theme, Look(language="pl"), "en").complaints)) == set(polish)


def test_a_summary_follows_what_people_correct(theme: int, survey: Survey) -> None:
    number = put(theme, survey, COMPLAINTS[0])
    codebook = queries.theme_by_id(theme).codebook_id
    assert texts(told(theme).complaints) == [COMPLAINTS[0]]
    mention_actions.set_tone([number], codebook, "praise", COMMAND)
    assert told(theme).complaints == ()
    assert texts(told(theme).praise) == [COMPLAINTS[0]]
    mention_actions.take_out([number], theme, COMMAND)
    assert not told(theme)


def test_each_sentence_on_the_page_leads_to_its_answer(
    theme: int, survey: Survey, as_role: Callable[[str], FlaskClient]
) -> None:
    for text in COMPLAINTS:
        put(theme, survey, text)
    browser = as_role("viewer")
    page = read(browser.get(f"/themes/{theme}").text)
    for one in told(theme).complaints:
        assert f"/responses/{one.response_id}" in page
        assert one.text in page
        assert one.text in read(browser.get(f"/responses/{one.response_id}").text)


WORDS = st.frozensets(st.sampled_from("abcdefghij"), max_size=6)


@given(st.lists(WORDS, max_size=30), st.sets(st.integers(1, 30)))
def test_what_is_chosen_says_nothing_twice(rows: list[frozenset[str]], barred: set[int]) -> None:
    given_ = [Sentence(number, words) for number, words in enumerate(rows, 1)]
    chosen = choose(given_, lambda one: one.id not in barred)
    assert len(chosen) <= 5
    assert not any(one.id in barred for one in chosen)
    assert not any(alike(one, other) for at, one in enumerate(chosen) for other in chosen[:at])
    free = [one for one in given_ if one.words and one.id not in barred]
    assert len(chosen) >= 3 or all(any(alike(one, other) for other in chosen) for one in free)


def test_what_most_people_say_comes_first() -> None:
    late = [Sentence(number, frozenset({"courier", "late", f"x{number}"})) for number in range(1, 6)]
    rare = Sentence(9, frozenset({"bell", "loud", "door"}))
    found = choose([rare, *late], lambda _one: True)
    assert found[0] in late
    assert found[1:] == [rare]  # the other late ones say the same
