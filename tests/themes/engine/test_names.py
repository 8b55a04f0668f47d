"""Names of themes: what may be one, which form is shown, all different, in the languages of the theme."""

import numpy as np
import pytest

from feedback_app.themes.engine.cluster.names import centres_of_labels, name_themes
from feedback_app.themes.engine.text.lemmas import lemma
from feedback_app.themes.engine.text.phrases import fitness, wordings
from feedback_app.themes.engine.text.word_kinds import base_form, kind
from feedback_app.themes.engine.vectors.subjects import subject_of
from feedback_app.themes.grouping.pipeline import discover


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("nikt", "pl", "function"),
        ("choć", "pl", "function"),
        ("mnie", "pl", "function"),
        ("był", "pl", "function"),
        ("zeby", "pl", "function"),
        ("nobody", "en", "function"),
        ("been", "en", "function"),
        ("xxxx", "en", "function"),
        ("trzy", "pl", "numeral"),
        ("pierwszym", "pl", "numeral"),
        ("pięciu", "pl", "numeral"),
        ("forty", "en", "numeral"),
        ("second", "en", "numeral"),
        ("często", "pl", "adverb"),
        ("szybko", "pl", "adverb"),
        ("wygodnie", "pl", "adverb"),
        ("taniej", "pl", "adverb"),
        ("plainly", "en", "adverb"),
        ("back", "en", "adverb"),
        ("dostałam", "pl", "verb"),
        ("czekałem", "pl", "verb"),
        ("działa", "pl", "verb"),
        ("oddzwaniajcie", "pl", "verb"),
        ("odpowiedzieć", "pl", "verb"),
        ("stopped", "en", "verb"),
        ("explain", "en", "verb"),
        ("jasnej", "pl", "adjective"),
        ("zimowa", "pl", "adjective"),
        ("dwugodzinne", "pl", "adjective"),
        ("drogi", "pl", "adjective"),
        ("cheaper", "en", "adjective"),
        ("reasonable", "en", "adjective"),
        ("roku", "pl", "vague"),
        ("tygodnie", "pl", "vague"),
        ("people", "en", "vague"),
        ("weeks", "en", "vague"),
        ("rower", "pl", "noun"),
        ("siodełko", "pl", "noun"),
        ("dziecko", "pl", "noun"),
        ("możliwości", "pl", "vague"),
        ("pewność", "pl", "noun"),
        ("sieć", "pl", "noun"),
        ("zamówienia", "pl", "noun"),
        ("zawieszenie", "pl", "noun"),
        ("felt", "en", "verb"),
        ("prompt", "en", "adjective"),
        ("multiple", "en", "adjective"),
        ("życie", "pl", "vague"),
        ("mężem", "pl", "vague"),
        ("family", "en", "noun"),
        ("invoice", "en", "noun"),
        ("Rechnung", "de", "noun"),
    ],
)
def test_knows_what_kind_of_word_it_is(word, language, expected):
    assert kind(word, language) == expected


@pytest.mark.parametrize(
    ("word", "language", "shown"),
    [
        ("faktury", "pl", "faktura"),
        ("aplikacji", "pl", "aplikacja"),
        ("dzieci", "pl", "dziecko"),
        ("czekania", "pl", "czekanie"),
        ("zamówieniu", "pl", "zamówienie"),
        ("drzwi", "pl", "drzwi"),
        ("dane", "pl", "dane"),
        ("repairs", "en", "repairs"),
    ],
)
def test_shows_a_polish_word_as_a_dictionary_does(word, language, shown):
    assert base_form(word, language) == shown


@pytest.mark.parametrize(
    ("phrase", "language"),
    [
        ("nikt", "pl"),
        ("jasnej", "pl"),
        ("dostałam", "pl"),
        ("trzy tygodnie", "pl"),
        ("pierwszym", "pl"),
        ("często", "pl"),
        ("rower i", "pl"),
        ("bardzo drogi", "pl"),
        ("two days", "en"),
        ("the delivery", "en"),
        ("delivery was", "en"),
        ("really nice", "en"),
        ("charged", "en"),
        ("bike bike", "en"),
        ("card I thought", "en"),
        ("exchange between", "en"),
        ("card anymore", "en"),
        ("", "en"),
    ],
)
def test_refuses_phrases_that_name_nothing(phrase, language):
    assert fitness(phrase, language) == 0


@pytest.mark.parametrize(
    ("better", "worse", "language"),
    [
        ("pauza zimowa", "pauzy zimowej", "pl"),
        ("zwrot kaucji", "zwrotu kaucji", "pl"),
        ("rower zastępczy", "rower stoi", "pl"),
        ("rower", "rok", "pl"),
        ("loan bike", "bike broken", "en"),
        ("child seat", "whole day", "en"),
        ("price", "time", "en"),
    ],
)
def test_prefers_the_form_fit_for_a_heading(better, worse, language):
    assert fitness(better, language) > fitness(worse, language)


@pytest.mark.parametrize(
    ("plural", "singular"), [("atms", "atm"), ("ids", "id"), ("status", "status"), ("gps", "gps"), ("glass", "glass")]
)
def test_plurals_that_no_dictionary_knows_are_one_word_with_their_singular(plural, singular):
    assert lemma(plural, "en") == singular


def test_a_word_that_every_theme_uses_steps_behind_what_only_this_one_says():
    texts = {
        0: [
            "A card, and a theft",
            "Theft; a card",
            "My card, Berlin",
            "The card. Lisbon",
            "A card, Oslo",
            "Card: Vienna",
        ],
        1: ["A refund, a card", "Refund: my card", "A refund", "My refund", "The refund", "Refund"],
        2: ["A branch, a card", "Branch: my card", "A branch", "My branch", "The branch", "Branch"],
    }
    spoken = [(wordings(text, "en"), label) for label, some in texts.items() for text in some]
    names = name_themes(
        [one for one, _ in spoken],
        [label for _, label in spoken],
        np.eye(3, 8, dtype=np.float32),
        lambda phrases, _: np.ones((len(phrases), 8), np.float32),
    )
    assert [phrases[0] for phrases in names] == ["theft", "refund", "branch"]


def test_leaves_of_a_text_what_it_is_about():
    assert subject_of("It has been three weeks and nobody answered my emails", "en") == "answered emails"
    assert subject_of("Nikt mi nie powiedział, że rower stoi dwa dni", "pl") == "powiedział rower stoi"
    assert subject_of("To nie to", "pl") == "To nie to"


MIXED = {
    "deposit": (
        ["My deposit came back late", "The deposit is too high", "Where is the deposit", "A smaller deposit, please"],
        [
            "Kaucja wróciła po miesiącu",
            "Zwrot kaucji trwał długo",
            "Za wysoka kaucja",
            "Nie oddali kaucji w terminie",
            "Kaucję oddajcie szybciej",
            "Czekam na zwrot kaucji",
        ],
    ),
    "app": (
        ["The app logs me out", "The app crashes every day", "The app is slow on my phone", "I cannot open the app"],
        [
            "Aplikacja mnie wylogowuje",
            "Aplikacja się zawiesza",
            "W aplikacji nie ma przycisku",
            "Aplikacji nie da się otworzyć",
            "Nowa aplikacja jest wolna",
            "Błąd w aplikacji",
        ],
    ),
}


def mixed() -> tuple[list[str], list[str], list[int]]:
    rows = [
        (text, language, label)
        for label, (english, polish) in enumerate(MIXED.values())
        for language, texts in (("en", english), ("pl", polish))
        for text in texts
    ]
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


def named(labels: list[int], count: int) -> list[tuple[str, ...]]:
    """Names of the mixed texts, meaning left out: every phrase lies equally near every theme."""
    texts, languages, _ = mixed()
    spoken = [wordings(text, language) for text, language in zip(texts, languages, strict=True)]
    centres = np.eye(count, 8, dtype=np.float32)
    return name_themes(spoken, labels, centres, lambda phrases, _: np.ones((len(phrases), 8), np.float32))


def test_names_in_the_language_of_most_and_gives_both_a_say():
    deposit, app = named(mixed()[2], 2)
    assert deposit[0] in {"kaucja", "zwrot kaucji"}
    assert app[0] == "aplikacja"
    assert "deposit" in deposit
    assert "app" in app


def test_two_themes_that_want_the_same_name_get_different_ones():
    _, _, labels = mixed()
    halved = [label if label == 1 else 2 * (at % 2) for at, label in enumerate(labels)]
    first = [phrases[0].casefold() for phrases in named(halved, 3) if phrases]
    assert len(first) == 3
    assert len(set(first)) == 3


def test_a_theme_without_words_gets_no_phrases():
    spoken = [wordings("!!! 12", "en"), wordings("it was", "en")]
    assert name_themes(spoken, [0, 0], np.eye(1, 8, dtype=np.float32), lambda p, _: np.ones((len(p), 8))) == [()]


def test_writes_abbreviations_as_people_do():
    texts = ["Brak NIP na fakturze", "Gdzie jest NIP", "Proszę o NIP firmy", "DLACZEGO NIKT NIE ODBIERA"]
    spoken = [wordings(text, "pl") for text in texts]
    phrases = name_themes(spoken, [0, 0, 0, 0], np.eye(1, 8, dtype=np.float32), lambda p, _: np.ones((len(p), 8)))
    assert phrases[0][0] == "NIP"


def test_centres_are_unit_means_and_zeros_where_nothing_is():
    centres = centres_of_labels(np.array([[2, 0], [0, 2], [3, 0]], np.float32), [0, 0, -1], 2)
    assert np.allclose(centres, [[0.5**0.5, 0.5**0.5], [0, 0]])


def test_grouping_names_alike_every_time_and_never_twice():
    texts, languages, _ = mixed()
    many = [f"{text} {extra}" for extra in ("", "znowu", "again", "proszę", "please") for text in texts]
    spoken = languages * 5
    one, two = (discover(many, languages=spoken, themes=4) for _ in range(2))
    assert [theme.phrases for theme in one.themes] == [theme.phrases for theme in two.themes]
    names = [theme.name.casefold() for theme in one.themes]
    assert len(set(names)) == len(names)
    for theme in one.themes:
        assert max(fitness(theme.name, language) for language in ("en", "pl")) > 0
