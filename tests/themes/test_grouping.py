"""Grouping: themes with names and quotes, the rest assigned, nothing that breaks it."""

import pytest

from feedback_app.themes.grouping import Assigner, cache_key, discover, text_key

TOPICS = {
    "delivery": [
        "The delivery was {} late",
        "My parcel arrived {} days after the promised date",
        "Courier came {} late",
    ],
    "price": [
        "It is {} too expensive",
        "The price is {} too high for what you get",
        "Far cheaper elsewhere, {} cheaper",
    ],
    "staff": ["The staff were {} rude to me", "Nobody at the desk was {} friendly", "The consultant was {} impolite"],
    "app": ["The app crashes {} on my phone", "Logging in to the application fails {}", "The mobile app is {} slow"],
}
SHADES = ["really", "very", "quite", "rather", "so", "two", "three", "always", "again", "terribly"]


def answers() -> tuple[list[str], list[str]]:
    texts, labels = [], []
    for label, patterns in TOPICS.items():
        for pattern in patterns:
            for shade in SHADES:
                texts.append(pattern.format(shade))
                labels.append(label)
    return texts, labels


@pytest.fixture(scope="module")
def grouped():
    texts, labels = answers()
    return texts, labels, discover(texts, themes=4)


def test_finds_the_subjects_people_talk_about(grouped):
    _texts, labels, grouping = grouped
    by_theme = {}
    for label, theme in zip(labels, grouping.assigned, strict=True):
        by_theme.setdefault(theme, []).append(label)
    right = sum(max(members.count(label) for label in TOPICS) for members in by_theme.values())
    assert len(grouping.themes) == 4
    assert right >= 0.9 * len(labels)


def test_every_theme_has_a_name_phrases_and_quotes_of_its_own(grouped):
    texts, _labels, grouping = grouped
    for at, theme in enumerate(grouping.themes):
        assert theme.name and theme.name == theme.phrases[0]
        assert 1 <= len(theme.phrases) <= 5
        assert len(theme.typical) == 3 and len(theme.borderline) == 2
        assert all(grouping.assigned[index] == at for index in (*theme.typical, *theme.borderline))
        assert any(word in texts[i].casefold() for i in range(len(texts)) for word in [theme.name])
        assert theme.size == grouping.assigned.count(at)
        assert len(theme.centre) == 1024


def test_the_same_texts_give_the_same_grouping(grouped):
    texts, _labels, grouping = grouped
    again = discover(texts, themes=4)
    assert again.assigned == grouping.assigned
    assert [theme.name for theme in again.themes] == [theme.name for theme in grouping.themes]


def test_vectors_are_cached_and_the_cache_changes_nothing(grouped):
    texts, _labels, grouping = grouped
    cache = {}
    first = discover(texts, themes=4, vectors=cache)
    assert set(cache) == {cache_key(text) for text in texts}
    assert discover(texts, themes=4, vectors=cache).assigned == first.assigned == grouping.assigned


def test_new_answers_go_to_the_themes_that_exist(grouped):
    texts, _labels, grouping = grouped
    assigner = grouping.assigner
    theme_of_delivery = grouping.assigned[texts.index("The delivery was really late")]
    (theme, confidence), (nothing, none) = assigner.assign(["Parcel delivered a week too late", "!!!"])
    assert theme == theme_of_delivery and 0.3 < confidence <= 1
    assert nothing is None and none == 0.0


def test_an_assigner_survives_storage_and_takes_the_ids_of_the_database(grouped):
    texts, _labels, grouping = grouped
    ids = {at: 100 + at for at in range(len(grouping.themes))}
    kept = Assigner.from_bytes(grouping.assigner.renamed(ids).to_bytes())
    before = grouping.assigner.assign(texts)
    assert [theme for theme, _ in kept.assign(texts)] == [ids[theme] for theme, _ in before]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x80\x04\x95", b"not a state at all"])
def test_foreign_bytes_are_refused(data):
    with pytest.raises(ValueError):
        Assigner.from_bytes(data)


def test_key_ignores_what_the_engine_does_not_read():
    assert text_key("too  slow\n") == text_key("too slow") == text_key("too\x00 slow")
    assert text_key("too slow") != text_key("Too slow!")


ODD = {
    "nothing": [],
    "empty": [""],
    "one emoji": ["😀"],
    "one answer": ["The delivery was late"],
    "two answers": ["The delivery was late", "Too expensive"],
    "very long": ["slow " * 10_000, "x" * 50_000, "😀" * 50_000],
    "right to left": ["התור היה ארוך מדי", "الانتظار كان طويلا جدا", "\u202eabc\u202c"],
    "control": ["\x00\x01\x02", "a\x00b", "\ud800", "\u200b\u200b", "late\x1b[31m delivery"],
    "same": ["The queue is too long"] * 10_000,
    "twelve languages": [
        "Too slow", "Za wolno", "Zu langsam", "Trop lent", "Demasiado lento", "Troppo lento", "Te traag",
        "Слишком медленно", "太慢了", "遅すぎます", "너무 느려요", "Çok yavaş",
    ],
}  # fmt: skip


@pytest.mark.parametrize("texts", ODD.values(), ids=ODD.keys())
@pytest.mark.timeout(60)
def test_odd_texts_never_raise(texts):
    grouping = discover(texts)
    assert len(grouping.assigned) == len(grouping.confidence) == len(texts)
    assert all(theme is None or 0 <= theme < len(grouping.themes) for theme in grouping.assigned)
    if grouping.assigner:
        assert len(grouping.assigner.assign(texts)) == len(texts)


def test_the_same_answer_many_times_is_one_theme():
    grouping = discover(["The queue is too long"] * 1_000)
    assert [theme.size for theme in grouping.themes] == [1_000]
