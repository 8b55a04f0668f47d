"""Voices in the database: ranked by the worker, judged by people, taken back, left out, widened."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from feedback_app.announcements import actions as announcements
from feedback_app.announcements.commands import announcements as announcement_commands
from feedback_app.changes.commands import changes
from feedback_app.changes.voices import actions, queries, rank_voices
from feedback_app.changes.voices.estimate import estimate
from feedback_app.changes.voices.models import Voice, VoiceRanking
from feedback_app.changes.voices.quote_gate import confirmed
from feedback_app.common.intervals import interval
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.themes.models import Mention
from tests.announcements.factories import a_change, a_codebook, a_mention, a_theme, table
from tests.factories import a_contact, a_response, a_survey

SAID = [
    "I waited at home all day for the courier, twice.",
    "Czekałam cały dzień na kuriera i nikt nie zadzwonił.",
    "The courier came on another day than was promised.",
    "The invoice is hard to read. My eyes hurt.",
    "Kolor jest inny niż na zdjęciu.",
    "Your app logs me out every single day.",
]


@pytest.fixture
def ids(app: Flask) -> list[int]:
    """A change about delivery windows, then the mentions of SAID."""
    survey = a_survey()
    theme = a_theme(a_codebook(survey))
    said = [a_mention(a_response(survey, a_contact(), missing=text), theme).id for text in SAID]
    return [a_change(theme), *said]


def voices() -> dict[int, Voice]:
    return {row.mention_id: row for row in table(Voice)}


def test_linking_a_theme_asks_for_a_ranking_and_the_worker_does_it_once(ids: list[int]) -> None:
    change, *said = ids
    assert rank_voices.rank_wanted() == "1 changes ranked"
    assert rank_voices.rank_wanted() == ""
    (ranking,) = table(VoiceRanking)
    assert ranking.mentions == len(SAID)
    assert ranking.expected > 0
    first = queries.to_judge(change)
    assert len({one.mention_id for one in first[:3]} & set(said[:3])) >= 2
    assert all(one.state == "proposed" and one.quote for one in first)
    assert queries.going_out(change) == []


def test_a_judgement_teaches_within_the_next_ranking_and_can_be_taken_back(ids: list[int]) -> None:
    change, *said = ids
    rank_voices.rank_wanted()
    actions.judge(change, said[:2], "yes", COMMAND)
    actions.judge(change, [said[3]], "no", COMMAND)
    assert rank_voices.rank_wanted() == "1 changes ranked"
    assert {one.mention_id for one in queries.going_out(change)} == set(said[:2])
    assert set(voices()) >= set(said[:4])
    assert queries.counts(change)["no"] == 1
    figures = queries.figures(change)
    assert (figures.quoted, figures.unjudged, figures.fit) == (2, 0, 1.0)
    assert figures.found is not None
    assert 0 < figures.found <= 1
    assert actions.undo(change, COMMAND) == 1
    assert actions.undo(change, COMMAND) == 2
    with pytest.raises(Refused, match="Nothing was judged"):
        actions.undo(change, COMMAND)
    assert {row.state for row in voices().values()} == {"proposed"}
    assert [row.code for row in table(Event)].count("change.voices_judged") == 2


def test_a_part_is_quoted_as_chosen(ids: list[int]) -> None:
    change, *said = ids
    for words in ("", "nothing like that", "…"):
        with pytest.raises(Refused):
            actions.judge(change, [said[3]], "part", COMMAND, words)
    actions.judge(change, [said[3]], "part", COMMAND, " The  invoice is hard to read. ")
    (one,) = queries.going_out(change)
    assert one.quote == "The invoice is hard to read."
    actions.judge(change, [said[3]], "yes", COMMAND)
    assert queries.going_out(change)[0].quote == SAID[3]


def test_one_persons_words_are_left_out_and_let_in_and_widened(ids: list[int]) -> None:
    change, *said = ids
    actions.judge(change, [said[3]], "yes", COMMAND)
    voice = voices()[said[3]]
    actions.leave_out(voice.id, COMMAND)
    actions.leave_out(voice.id, COMMAND)
    assert queries.going_out(change) == []
    actions.leave_out(voice.id, COMMAND, left_out=False)
    actions.widen(voice.id, "hard to read. My eyes hurt", COMMAND)
    assert queries.going_out(change)[0].quote == "…hard to read. My eyes hurt."[:-1]
    assert [row.code for row in table(Event)].count("change.voice_left_out") == 1
    with pytest.raises(NotFound):
        actions.leave_out(999_999, COMMAND)


def test_what_was_left_out_or_widened_survives_a_ranking(ids: list[int]) -> None:
    change, *said = ids
    rank_voices.rank_wanted()
    voice = voices()[said[0]]
    actions.leave_out(voice.id, COMMAND)
    actions.ask_for_ranking(change)
    rank_voices.rank_wanted()
    assert voices()[said[0]].left_out


@pytest.mark.parametrize("bad", [[], [999_999]])
def test_unknown_mentions_and_judgements_are_refused(ids: list[int], bad: list[int]) -> None:
    with pytest.raises(NotFound):
        actions.judge(ids[0], bad, "yes", COMMAND)
    with pytest.raises(NotFound):
        actions.judge(999_999, ids[1:2], "yes", COMMAND)
    with pytest.raises(Refused, match="one of"):
        actions.judge(ids[0], ids[1:2], "perhaps", COMMAND)
    assert table(Voice) == []


def test_what_says_the_same_is_shown_together(app: Flask) -> None:
    survey = a_survey()
    theme = a_theme(a_codebook(survey))
    for _ in range(3):
        a_mention(a_response(survey, a_contact(), missing="The courier never came on the day I was given."), theme)
    for text in SAID[3:]:
        a_mention(a_response(survey, a_contact(), missing=text), theme)
    change = a_change(theme)
    rank_voices.rank_wanted()
    (first,) = [one for one in queries.to_judge(change) if one.alike]
    assert [one.text for one in first.alike] == [first.text] * 2
    actions.judge(change, [first.mention_id, *(one.mention_id for one in first.alike)], "yes", COMMAND)
    assert len(queries.going_out(change)) == 3
    assert actions.undo(change, COMMAND) == 3


def test_a_change_that_is_gone_or_has_no_mentions_is_ranked_without_harm(app: Flask) -> None:
    change = a_change()
    assert rank_voices.rank_wanted() == "1 changes ranked"
    assert queries.to_judge(change) == []
    assert table(VoiceRanking)[0].mentions == 0


@pytest.mark.parametrize(
    ("answer", "words", "found"),
    [
        ("a bb  c", "bb c", (2, 7)),
        ("Zażółć gęślą jaźń", "gęślą", (7, 12)),
        ("one two", "…two", (4, 7)),
        ("one two", "wo", None),  # half a word is not what they wrote
        ("two wo", "wo", (4, 6)),
        ("one\ntwo", "one two", (0, 7)),
        ("one two", "two one", None),
        ("one", " ", None),
        ("", "x", None),
    ],
)
def test_words_are_found_whatever_the_blanks(answer: str, words: str, found: tuple[int, int] | None) -> None:
    assert actions.find_words(answer, words) == found


def test_figures_are_honest() -> None:
    assert estimate(10, 0, (0, 0), 10.0).found == 0.5
    assert estimate(0, 0, (0, 0), None).found is None
    some = estimate(0, 100, (19, 20), 5.0)
    assert some.low < 0.8 < some.fit == 0.95 < some.high < 1
    assert interval(0, 0) == (0.0, 1.0)
    low, high = interval(20, 20)
    assert (round(low, 2), high) == (0.84, 1.0)
    assert not confirmed(19, 19, 0.95)
    assert confirmed(19, 20, 0.95)
    assert not confirmed(18, 20, 0.95)


def run(app: Flask, group: object, *words: object) -> Result:
    return CliRunner().invoke(group, [str(word) for word in words], obj=lambda: app)  # type: ignore[arg-type]


def test_a_script_judges_and_reads_the_quotes_before_sending(app: Flask, ids: list[int]) -> None:
    change, *said = ids
    found = json.loads(run(app, changes, "voices", change, "--json").stdout)
    assert len({row["mention"] for row in found["voices"][:3]} & set(said[:3])) >= 2
    assert found["figures"]["quoted"] == 0
    assert "2 judged" in run(app, changes, "judge", change, "--mention", said[0], "--mention", said[1], "--yes").output
    assert "1 judged" in run(app, changes, "judge", change, "--mention", said[3], "--no").output
    draft = announcements.draft([change], COMMAND)
    rows = json.loads(run(app, announcement_commands, "quotes", draft, "--json").stdout)
    assert sorted(row["words"] for row in rows) == sorted(SAID[:2])
    assert {row["why"] for row in rows} == {"mentioned"}
    assert all("@" in row["person"] for row in rows)
    lines = run(app, changes, "voices", change).output.splitlines()
    assert sum(" yes " in line for line in lines) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("voices", 999_999), "There is no change"),
        (("judge", 999_999, "--mention", 1, "--yes"), "There is no change"),
        (("judge", 1, "--mention", 1), "Give one of"),
    ],
)
def test_errors_of_the_commands(app: Flask, ids: list[int], words: Sequence[object], said: str) -> None:
    done = run(app, changes, *words)
    assert done.exit_code != 0
    assert said in done.output


def test_a_mention_set_aside_is_no_voice_any_more(ids: list[int]) -> None:
    change, *said = ids
    actions.judge(change, said[:1], "yes", COMMAND)
    db.session.query(Mention).filter_by(id=said[0]).update({"state": "set_aside"})
    db.session.commit()
    assert queries.going_out(change) == []
