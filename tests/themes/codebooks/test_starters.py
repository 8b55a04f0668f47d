"""The codebooks to start from: complete in both languages, and with examples that teach something."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from feedback_app.common.strict_json import LANGUAGES
from feedback_app.demo import data
from feedback_app.errors import NotFound
from feedback_app.themes.codebooks.starters import StartingCodebook, load, names

EVERY_NAME = ("customer-service", "lost-prospects")


@pytest.fixture(params=EVERY_NAME)
def codebook(request: pytest.FixtureRequest) -> StartingCodebook:
    return load(request.param)


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def examples(codebook: StartingCodebook) -> list[str]:
    return [plain(text) for theme in codebook.themes for language in LANGUAGES for text in theme.examples[language]]


def test_names_are_the_shipped_files_and_each_names_its_codebook() -> None:
    assert names() == list(EVERY_NAME)
    assert [load(name).slug for name in names()] == names()


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(NotFound, match=r"“sales”.*customer-service, lost-prospects"):
        load("sales")


def test_there_are_eight_to_ten_themes_with_names_of_their_own(codebook: StartingCodebook) -> None:
    assert 8 <= len(codebook.themes) <= 10
    assert len({theme.code for theme in codebook.themes}) == len(codebook.themes)
    for language in LANGUAGES:
        assert len({theme.name[language] for theme in codebook.themes}) == len(codebook.themes)
        assert all(len(theme.name[language].split()) <= 7 for theme in codebook.themes)


def test_every_theme_has_six_examples_in_each_language(codebook: StartingCodebook) -> None:
    for theme in codebook.themes:
        assert all(len(theme.examples[language]) >= 6 for language in LANGUAGES), theme.code


def test_both_languages_weigh_about_the_same(codebook: StartingCodebook) -> None:
    for theme in codebook.themes:
        assert len(theme.examples["en"]) == len(theme.examples["pl"])


def test_no_example_occurs_twice_in_any_codebook() -> None:
    everything = Counter(text for name in EVERY_NAME for text in examples(load(name)))
    assert [text for text, times in everything.items() if times > 1] == []


def test_no_example_is_taken_from_the_demo_so_that_the_demo_proves_something() -> None:
    said = {plain(v) for response in data.responses() for v in response.answers.values() if isinstance(v, str)}
    assert {text for name in EVERY_NAME for text in examples(load(name))} & said == set()


def test_polish_examples_are_polish(codebook: StartingCodebook) -> None:
    polish = [text for theme in codebook.themes for text in theme.examples["pl"]]
    assert sum(bool(re.search("[ąćęłńóśźż]", text)) for text in polish) >= 0.9 * len(polish)
    english = [text for theme in codebook.themes for text in theme.examples["en"]]
    assert not any(re.search("[ąćęłńóśźż]", text) for text in english)
