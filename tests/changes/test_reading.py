"""Changes as lists and programs read them: found by any of their words, told in the reader's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from feedback_app.accounts.models import Staff
from feedback_app.changes import actions, queries
from feedback_app.changes.models import STATES
from feedback_app.changes.queries import Filter
from feedback_app.changes.words import Words
from feedback_app.errors import NotFound
from feedback_app.events.actor import COMMAND
from tests.announcements.factories import a_change, a_codebook, a_theme
from tests.factories import a_survey

TODAY = date(2026, 6, 1)
NO = {
    "words": Words("refunds", "Refunds in a day", "", "The bank needs three."),
    "state": "declined",
    "translations": {},
}


def found(**wanted: object) -> list[int]:
    return [one.id for one in queries.find(Filter(**wanted), 1, TODAY).items]  # type: ignore[arg-type]


@pytest.fixture
def windows(app: Flask) -> int:
    """A change in English with a Polish translation."""
    return a_change()


@pytest.fixture
def refused(windows: int) -> int:
    return a_change(**NO, look_again_on=date(2026, 5, 1))


@pytest.mark.parametrize("text", ["two-hour", "TWO-HOUR", "delivery", "dwugodzinne", "CZEKALI", "whole days"])
def test_a_change_is_found_by_any_of_its_words_in_any_language(windows: int, refused: int, text: str) -> None:
    assert found(text=text) == [windows]


@pytest.mark.parametrize("text", ["%", "_", "two%window", "nobody said this", "\\"])
def test_signs_of_the_database_are_letters(windows: int, refused: int, text: str) -> None:
    assert found(text=text) == []


def test_filters_narrow_together(windows: int, refused: int) -> None:
    assert found() == [refused, windows]  # the latest touched first
    assert found(state="declined") == found(process="refunds") == [refused]
    assert found(state="declined", process="delivery") == []
    assert found(state="no such state") == [refused, windows]


def test_what_is_to_be_looked_at_again_is_due_and_still_a_no(windows: int, refused: int) -> None:
    later = a_change(**NO, look_again_on=date(2026, 6, 2))
    assert found(look_again=True) == [refused]
    assert later not in found(look_again=True)


def test_states_without_a_change_are_counted_as_none(windows: int, refused: int) -> None:
    counts = queries.counts_by_state()
    assert counts == {**dict.fromkeys(STATES, 0), "made": 1, "declined": 1}


def test_words_in_a_language_nobody_wrote_are_none_and_a_reader_gets_the_own_ones(windows: int, refused: int) -> None:
    change, no = queries.get(windows), queries.get(refused)
    assert queries.words_in(no, "pl") is None
    assert queries.words_for(no, "pl").what == "Refunds in a day"
    polish = queries.words_in(change, "pl")
    assert polish is not None
    assert polish.process == "dostawa"
    assert queries.words_for(change, "pl").what == polish.what


def test_a_half_translated_change_mixes_rather_than_leaves_out(app: Flask) -> None:
    change = queries.get(a_change(translations={"pl": {"what": "Okno"}}))
    words = queries.words_for(change, "pl")
    assert (words.what, words.why) == ("Okno", "You waited whole days.")


def test_owners_are_active_staff_by_name_and_found_by_address(app: Flask, a_staff: Callable[..., Staff]) -> None:
    eva, adam = a_staff("product_owner", name="Eva"), a_staff("viewer", name="Adam")
    assert [one.id for one in queries.owners()] == [adam.id, eva.id]
    assert queries.staff_by_email(" Product_Owner@velo.example ").id == eva.id
    with pytest.raises(NotFound, match=r"nobody@x\.example"):
        queries.staff_by_email("nobody@x.example")


def test_a_list_by_owner_and_by_theme(app: Flask, a_staff: Callable[..., Staff]) -> None:
    eva = a_staff("product_owner")
    theme = a_theme(a_codebook(a_survey()))
    mine, linked = a_change(owner_id=eva.id), a_change(theme)
    assert found(owner=eva.id) == [mine]
    assert found(theme=theme.id) == [linked]
    assert queries.theme_ids(linked) == [theme.id]
    assert queries.theme_ids(mine) == []


def test_programs_read_everything_and_one_statement_more_is_asked_for_none(
    app: Flask, a_staff: Callable[..., Staff]
) -> None:
    eva = a_staff("product_owner")
    survey = a_survey()
    theme = a_theme(a_codebook(survey))
    number = a_change(theme, owner_id=eva.id)
    (row,) = queries.described(queries.all_of(Filter(), TODAY))
    assert row["id"] == number
    assert (row["owner"], row["themes"], row["state"]) == (eva.email, [theme.id], "made")
    assert row["people"] == {"spoke": 0, "answered": 0}
    assert row["translations"]["pl"]["process"] == "dostawa"
    assert [one.slug for one in queries.surveys_concerned([number])] == [survey.slug]
    assert queries.described([]) == []
    assert queries.surveys_concerned([]) == []


def test_processes_are_listed_once(windows: int, refused: int) -> None:
    a_change()
    assert queries.processes() == ["delivery", "refunds"]


def test_the_history_tells_the_steps_and_leaves_judging_to_its_own_page(windows: int) -> None:
    actions.set_state(windows, "planned", COMMAND)
    codes = [event.code for event in queries.history(windows)]
    assert codes == ["change.planned", "change.logged"]
    with pytest.raises(NotFound):
        queries.get(windows + 1)
