"""Grouping: themes with names and quotes, the rest assigned, nothing that breaks it."""

import subprocess
import sys

import pytest

from feedback_app.themes.engine.text.texts import text_key
from feedback_app.themes.grouping.emerging import emerging
from feedback_app.themes.grouping.learning import Assigner, cache_key, learn
from feedback_app.themes.grouping.pipeline import discover

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
        assert theme.name
        assert theme.name == theme.phrases[0]
        assert 1 <= len(theme.phrases) <= 5
        assert len(theme.typical) == 3
        assert len(theme.borderline) == 2
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
    assert theme == theme_of_delivery
    assert 0.3 < confidence <= 1
    assert (nothing, none) == (None, 0.0)


def test_an_assigner_survives_storage_and_takes_the_ids_of_the_database(grouped):
    texts, _labels, grouping = grouped
    ids = {at: 100 + at for at in range(len(grouping.themes))}
    kept = Assigner.from_bytes(grouping.assigner.renamed(ids).to_bytes())
    before = grouping.assigner.assign(texts)
    assert [theme for theme, _ in kept.assign(texts)] == [ids[theme] for theme, _ in before]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x80\x04\x95", b"not a state at all"])
def test_foreign_bytes_are_refused(data):
    with pytest.raises(ValueError, match="grouping engine"):
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


def test_a_few_confirmed_answers_teach_the_rest():
    texts, labels = answers()
    ids = {label: 10 + at for at, label in enumerate(TOPICS)}
    confirmed = [ids[label] if at % 15 == 0 else None for at, label in enumerate(labels)]
    learnt = learn(texts, confirmed)
    right = sum(theme == ids[label] for theme, label in zip(learnt.assigned, labels, strict=True))
    assert right >= 0.9 * len(texts)
    assert learnt.assigner.assign(["my parcel came late"])[0][0] == ids["delivery"]


def test_a_correction_is_obeyed_whatever_the_machine_thinks():
    texts, labels = answers()
    found = [list(TOPICS).index(label) for label in labels]
    confirmed = [None] * len(texts)
    confirmed[0] = 3
    learnt = learn(texts, confirmed, found)
    assert learnt.assigned[0] == 3
    assert sum(a == b for a, b in zip(learnt.assigned, found, strict=True)) >= 0.95 * len(texts)


def test_learning_needs_something_to_learn_from():
    with pytest.raises(ValueError, match="confirm"):
        learn(["too slow"], [None])


def test_a_new_subject_is_noticed_and_old_ones_are_not():
    texts, labels = answers()
    old = [text for text, label in zip(texts, labels, strict=True) if label != "app"]
    new = [text for text, label in zip(texts, labels, strict=True) if label == "app"] + old[::9]
    groups = emerging(old, [f"{text}!" for text in new])
    assert groups
    members = [index for group in groups for index in group.members]
    assert sum(index < 30 for index in members) >= 0.8 * len(members) > 0


def test_nothing_new_in_more_of_the_same():
    texts, _labels = answers()
    assert emerging(texts[::2], [f"{text}." for text in texts[1::2]]) == []


def run_command(mode: str, table: str) -> list[str]:
    command = [sys.executable, "-m", "feedback_app.themes.csv_commands.cluster_command", "--mode", mode]
    done = subprocess.run(command, input=table.encode(), capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().splitlines()


def test_the_command_prints_one_line_per_row():
    texts, labels = answers()
    lines = run_command("fewshot", "text,label\n" + "".join(
        f"{text},{label if at % 15 == 0 else ''}\n" for at, (text, label) in enumerate(zip(texts, labels, strict=True))
    ))  # fmt: skip
    assert sum(line == label for line, label in zip(lines, labels, strict=True)) >= 0.9 * len(texts)
    assert len(run_command("discover", "text\n" + "\n".join(texts))) == len(texts)


def test_the_command_names_the_missing_column():
    command = [sys.executable, "-m", "feedback_app.themes.csv_commands.cluster_command", "--mode", "stream"]
    done = subprocess.run(command, input=b"text\nhello\n", capture_output=True, check=False, timeout=120)
    assert done.returncode == 1
    assert b"batch" in done.stderr


def test_the_command_loads_nothing_of_the_web_application():
    module = "feedback_app.themes.csv_commands.cluster_command"
    code = f"import sys, {module}; print(sorted({{'flask', 'sqlalchemy'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=120)
    assert done.stdout.decode().strip() == "[]"
