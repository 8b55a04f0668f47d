"""The shipped subjects and asides: whole in both languages, said once, and nothing filed under the wrong sector."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from feedback_app.common.strict_json import LANGUAGES, BadDocument, read
from feedback_app.demo import data
from feedback_app.themes.codebooks import starters as starting_codebooks
from feedback_app.themes.library import page, reader
from feedback_app.themes.library.reader import Asides, Sector, Subject

PAGE = Path(__file__).parents[2] / "docs" / "library.md"
EVERYTHING = reader.subjects(reader.SECTORS)
BY_CODE = {"argvalues": EVERYTHING, "ids": [subject.code for subject in EVERYTHING]}


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold())) or text


def said(language: str) -> list[str]:
    return [plain(example.text) for subject in EVERYTHING for example in subject.examples[language]]


def repeated(texts: list[str]) -> list[str]:
    return [text for text, times in Counter(texts).items() if times > 1]


@pytest.fixture(params=reader.SECTORS)
def sector(request: pytest.FixtureRequest) -> Sector:
    return reader.sector(request.param)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def asides(language: str) -> Asides:
    return reader.asides(language)


def test_each_sector_names_itself_and_holds_a_dozen_subjects_or_more(sector: Sector) -> None:
    assert reader.sector(sector.slug) is sector
    assert 12 <= len(sector.subjects) <= 28
    assert {subject.sector for subject in sector.subjects} == {sector.slug}


def test_the_subjects_of_every_company_are_on_whatever_else_is() -> None:
    general = reader.sector(reader.GENERAL).subjects
    assert reader.subjects([]) == general
    assert reader.subjects(["shop-delivery"]) == general + reader.sector("shop-delivery").subjects


def test_sectors_come_in_their_own_order_and_once() -> None:
    assert reader.subjects(["shop-delivery", reader.GENERAL, "shop-delivery"]) == reader.subjects(["shop-delivery"])
    assert reader.subjects(reversed(reader.SECTORS)) == EVERYTHING


def test_an_unknown_sector_is_refused() -> None:
    with pytest.raises(KeyError, match="bakeries"):
        reader.subjects(["bakeries"])
    with pytest.raises(KeyError, match="asides"):
        reader.sector("asides")


def test_codes_and_names_are_unique() -> None:
    assert repeated([subject.code for subject in EVERYTHING]) == []
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", subject.code) for subject in EVERYTHING)
    for language in LANGUAGES:
        assert repeated([plain(subject.name[language]) for subject in EVERYTHING]) == []


@pytest.mark.parametrize("subject", **BY_CODE)
def test_a_subject_is_named_and_explained_in_few_words(subject: Subject) -> None:
    for language in LANGUAGES:
        assert len(subject.name[language].split()) <= 6
        assert 6 <= len(subject.about[language].split()) <= 32
        assert subject.about[language].endswith(".")


@pytest.mark.parametrize("subject", **BY_CODE)
def test_a_subject_has_forty_examples_or_more_of_two_words_or_more(subject: Subject) -> None:
    for language in LANGUAGES:
        assert 40 <= len(subject.examples[language]) <= 46
        assert all(2 <= len(example.text.split()) <= 32 for example in subject.examples[language])


@pytest.mark.parametrize("subject", **BY_CODE)
def test_a_subject_is_no_mood(subject: Subject) -> None:
    for language in LANGUAGES:
        tones = Counter(example.tone for example in subject.examples[language])
        assert 12 <= tones["complaint"] <= 32
        assert tones["praise"] >= 3
        assert tones["wish"] + tones["question"] >= 4


@pytest.mark.parametrize("subject", **BY_CODE)
def test_a_subject_has_labels_to_choose_among(subject: Subject) -> None:
    assert 3 <= len(subject.labels) <= 6
    assert {label.tone for label in subject.labels} <= set(reader.TONES)
    assert {label.tone for label in subject.labels} & {"complaint", "wish"}
    assert all(2 <= len(label.name[language].split()) <= 8 for label in subject.labels for language in LANGUAGES)


def test_labels_are_unique_and_no_subject_bears_one(language: str) -> None:
    labels = [plain(label.name[language]) for subject in EVERYTHING for label in subject.labels]
    assert repeated(labels) == []
    assert set(labels) & {plain(subject.name[language]) for subject in EVERYTHING} == set()


def test_all_tones_are_there_in_the_shares_of_real_feedback(language: str) -> None:
    tones = Counter(example.tone for subject in EVERYTHING for example in subject.examples[language])
    share = {tone: tones[tone] / tones.total() for tone in reader.TONES}
    assert set(tones) == set(reader.TONES)
    assert 0.45 <= share["complaint"] <= 0.62
    assert 0.14 <= share["praise"] <= 0.22
    assert 0.08 <= share["wish"] <= 0.17
    assert min(share["question"], share["neutral"]) >= 0.02


def test_nothing_is_said_twice(language: str, asides: Asides) -> None:
    without_subject = [plain(text) for part in (asides.asides, asides.no_content, asides.mentions) for text in part]
    about_any = [plain(example.text) for example in reader.tone_sentences(language)]
    assert repeated(said(language) + without_subject + about_any) == []


def test_nothing_is_taken_from_the_demo_or_a_starting_codebook(language: str) -> None:
    demo = {plain(v) for response in data.responses() for v in response.answers.values() if isinstance(v, str)}
    codebooks = [starting_codebooks.load(name) for name in starting_codebooks.names()]
    examples = {plain(text) for book in codebooks for theme in book.themes for text in theme.examples[language]}
    assert set(said(language)) & (demo | examples) == set()


def test_sentences_are_in_the_language_they_are_filed_under(language: str) -> None:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    taken_for = [identifier.classify(text)[0] for text in said(language)]
    assert taken_for.count(language) >= 0.97 * len(taken_for)


def test_polish_is_also_written_without_its_letters() -> None:
    longer = [text for text in said("pl") if len(text.split()) > 4]
    bare = [text for text in longer if not re.search("[ąćęłńóśźż]", text)]
    assert 0.08 <= len(bare) / len(longer) <= 0.30
    assert not any(re.search("[ąćęłńóśźż]", text) for text in said("en"))


def test_there_are_asides_and_empty_answers_enough_to_learn_from(asides: Asides) -> None:
    assert len(asides.asides) >= 140
    assert len(asides.no_content) >= 55
    assert len(asides.mentions) >= 55
    assert max(len(text.split()) for text in asides.no_content) <= 8


def test_every_tone_has_sentences_of_its_own_and_praise_most(language: str) -> None:
    tones = Counter(example.tone for example in reader.tone_sentences(language))
    assert set(tones) == set(reader.TONES)
    assert min(tones.values()) >= 20
    assert tones.most_common(1)[0][0] == "praise"


def test_a_tone_that_does_not_exist_is_refused_with_its_place() -> None:
    words = {"en": "Till", "pl": "Kasa"}
    label = {"tone": "angry", "en": "Till: slow", "pl": "Kasa: wolna"}
    subject = {"code": "till", "name": words, "about": words, "examples": {"en": {}, "pl": {}}}
    file = {"slug": "any", "title": words, "description": words}
    with pytest.raises(BadDocument, match=r"any\.json subjects\[0\]\.labels\[0\]\.tone: must be one of complaint"):
        read(reader._SectorFile, json.dumps({**file, "subjects": [{**subject, "labels": [label]}]}), "any.json")
    angry = {**subject, "examples": {"en": {"angry": ["It is slow."]}, "pl": {}}}
    with pytest.raises(BadDocument, match=r"subjects\[0\]\.examples\.en\.angry: must be one of complaint, wish"):
        read(reader._SectorFile, json.dumps({**file, "subjects": [angry]}), "any.json")


def test_the_page_of_the_library_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8").splitlines() == list(page.lines()), "run: make library"
