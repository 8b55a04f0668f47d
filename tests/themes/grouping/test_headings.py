"""Names in both languages, from known subjects or own words; what is about nothing is no theme."""

from dataclasses import replace

import numpy as np
import pytest

from feedback_app.themes.engine.classify.known_subjects import NOTHING, Leanings
from feedback_app.themes.engine.cluster.aboutness import groups_about_something, settled_in
from feedback_app.themes.engine.text.lemmas import lemmas
from feedback_app.themes.engine.text.phrases import wordings
from feedback_app.themes.grouping.headings import Spoken, headings
from feedback_app.themes.grouping.known import subjects
from feedback_app.themes.grouping.pipeline import discover
from feedback_app.themes.library.reader import asides

PHONE = next(number for number, subject in subjects().items() if subject.code == "phone_reach")
TEXTS = ["Nobody answers the phone", "The line was engaged again", "Nikt nie odbiera", "Linia ciągle zajęta"]


def spoken(chance: float, tones, texts=TEXTS, labels=None):
    """Mentions that lean so far to the phone; the rest of their leaning is spread evenly over ten others."""
    rows = len(texts)
    chances = np.full((2 * rows, 11), 0.09, np.float32)
    chances[:rows] = (1 - chance) / 10
    chances[:rows, 0] = chance
    vectors = np.tile(np.eye(1, 8, dtype=np.float32), (2 * rows, 1))
    ids = np.array([PHONE, *[one for one in subjects() if one != PHONE][:10]])
    theme = np.r_[np.zeros(rows, int) if labels is None else labels, np.full(rows, -1)]
    languages = np.array(["en", "en", "pl", "pl"] * 2, dtype=object)[: 2 * rows]
    others = ["Something else again", "Coś zupełnie innego"] * rows
    return Spoken([*texts, *others[:rows]], languages, [*tones, *tones], theme, vectors, Leanings(chances, ids))


def says(number: int):
    """A meaning by which label `number` of a subject is what the mentions say, and no other."""

    def meaning(texts, _languages):
        rows = np.zeros((len(texts), 8), np.float32)
        rows[:, 1] = 1
        rows[2 * number : 2 * number + 2] = np.eye(1, 8)
        return rows

    return meaning


NONE = {"en": [()], "pl": [()]}


def test_a_label_that_most_say_in_that_tone_is_the_name():
    names = headings(spoken(0.6, ["complaint"] * 4), NONE, says(0))
    assert names == [dict(subjects()[PHONE].labels[0].name)]


def test_a_label_of_the_other_tone_never_is():
    labels = subjects()[PHONE].labels
    praise = next(at for at, label in enumerate(labels) if label.tone == "praise")
    assert headings(spoken(0.6, ["complaint"] * 4), NONE, says(praise)) == [dict(subjects()[PHONE].name)]
    assert headings(spoken(0.6, [""] * 4), NONE, says(0))[0] != dict(labels[praise].name)


def test_a_name_that_is_taken_is_never_proposed_again_whatever_its_case():
    name = subjects()[PHONE].name
    again = headings(spoken(0.6, ["neutral"] * 4), NONE, says(9), taken=[name["pl"].upper()])
    assert set(again[0]) == {"en", "pl"}
    assert again[0]["pl"].casefold() != name["pl"].casefold()


def test_without_a_known_subject_shared_phrases_name_it_and_rare_ones_do_not():
    texts = ["The red bicycle squeaks", "My bicycle squeaks", "Rower skrzypi", "Mój rower skrzypi"]
    phrases = {"en": [("bicycle", "unicorn")], "pl": [("rower", "jednorożec")]}
    assert headings(spoken(0.05, ["complaint"] * 4, texts), phrases, says(9)) == [{"en": "bicycle", "pl": "rower"}]


def test_what_all_themes_speak_of_names_none_of_them():
    """The company's own product stands in every theme."""
    texts = [
        "My bicycle squeaks in the rain",
        "A squeak from the bicycle all day",
        "Bicycle collected late",
        "The bicycle came late",
    ]
    everywhere = spoken(0.05, ["complaint"] * 4, texts, labels=[0, 0, 1, 1])
    said = [*texts, *["A bicycle once more"] * 4]
    everywhere = replace(everywhere, texts=said, languages=np.array(["en"] * 8, dtype=object))
    phrases = {"en": [("bicycle", "squeak"), ("bicycle", "late")], "pl": [(), ()]}
    first, second = headings(everywhere, phrases, says(9))
    assert (first["en"], second["en"]) == ("squeak", "late")


def test_a_name_from_own_words_means_the_same_in_both_languages():
    texts = ["A squeak and a rattle", "Squeak, rattle", "Skrzypi i brzęczy cały dzień", "Znowu brzęczy, znowu skrzypi"]

    def meaning(words, _languages):
        return np.array([[1, 0] if "attle" in one or "brzęcz" in one else [0, 1] for one in words], np.float32)

    phrases = {"en": [("rattle",)], "pl": [("skrzypi", "brzęczy")]}
    [names] = headings(spoken(0.05, ["complaint"] * 4, texts), phrases, meaning)
    assert names["en"] == "rattle"
    assert "brzęczy" in names["pl"]


def test_a_language_without_mentions_has_a_name_as_well():
    texts = ["Nobody answers the phone"] * 2
    assert all(headings(spoken(0.05, ["complaint"] * 2, texts), NONE, says(9))[0].values())


def test_two_themes_of_one_subject_have_different_names():
    found = headings(spoken(0.6, ["complaint"] * 4, labels=[0, 1, 0, 1]), {"en": [(), ()], "pl": [(), ()]}, says(0))
    assert len({one["en"] for one in found}) == len({one["pl"] for one in found}) == 2


def leaning(strong):
    """Rows that lean to subject 0 strongly or to nothing at all."""
    chances = np.full((len(strong), 20), 0.05, np.float32)
    chances[strong] = 0.4 / 19
    chances[strong, 0] = 0.6
    return Leanings(chances, np.arange(1, 21))


def test_a_group_is_about_a_known_subject_or_shares_a_word_or_is_none():
    texts = ["it was late"] * 6 + ["ladnie", "no nie", "a jakze", "bywa", "oj tam", "ehe"] + ["the parrot sings"] * 6
    labels = np.repeat([0, 1, 2], 6)
    read = [wordings(text, "pl" if 6 <= at < 12 else "en") for at, text in enumerate(texts)]
    assert groups_about_something(labels, leaning(labels == 0), read) == [0, 2]
    nothing = [wordings("oj", "pl")] * 18
    assert groups_about_something(labels, leaning(labels == 9), nothing) == [0]


def test_a_group_that_leans_to_nothing_in_particular_is_about_nothing():
    small_talk = leaning(np.arange(12) < 6)
    small_talk.subjects[0] = NOTHING
    said = [wordings("hello hello", "en")] * 6 + [wordings("the parrot sings", "en")] * 6
    assert groups_about_something(np.repeat([0, 1], 6), small_talk, said) == [1]


def test_leftovers_join_the_nearest_theme_or_stay_out():
    middle = np.eye(3, dtype=np.float32)
    joint = np.vstack([np.tile(middle[0], (9, 1)), np.tile(middle[1], (9, 1)), middle[:1], middle[2:]])
    labels = np.r_[np.zeros(9, int), np.ones(9, int), -1, 2]
    moved = settled_in(labels, joint)
    assert moved[:18].tolist() == labels[:18].tolist()
    assert moved[18:].tolist() == [0, -1]


RUBBISH = [(text, code) for code in ("en", "pl") for text in asides(code).asides[::9][:12]]


@pytest.fixture(scope="module")
def grouped():
    """Library sentences of eight subjects among which small talk is strewn."""
    chosen = [one for one in subjects().values() if one.sector in {"any-company", "shop-delivery"}][::5][:8]
    told = [(e.text, code, e.tone) for one in chosen for code in ("en", "pl") for e in one.examples[code]]
    told += [(text, code, "") for text, code in RUBBISH]
    texts, languages, tones = zip(*told, strict=True)
    return texts, discover(texts, languages=languages, tones=tones, feedback=True, taken=["Getting through by phone"])


def test_every_theme_has_different_names_in_both_languages(grouped):
    _texts, found = grouped
    for code in ("en", "pl"):
        keys = [" ".join(sorted(lemmas(theme.names[code], code))) for theme in found.themes]
        assert all(keys)
        assert len(set(keys)) == len(keys)
    assert "Getting through by phone" not in [theme.names["en"] for theme in found.themes]
    assert all(theme.name in theme.names.values() for theme in found.themes)


def test_small_talk_makes_no_theme(grouped):
    texts, found = grouped
    first = len(texts) - len(RUBBISH)
    for at in range(len(found.themes)):
        members = [row for row, theme in enumerate(found.assigned) if theme == at]
        assert sum(row >= first for row in members) <= 0.4 * len(members)
