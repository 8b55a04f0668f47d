"""The form of a change: what it reads, what it asks for, what it fills in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from feedback_app.changes.forms import ChangeForm, StateForm
from feedback_app.changes.models import STATE_NAMES
from feedback_app.changes.reasons import REASONS
from feedback_app.changes.words import PROCESS_LIMIT, TEXT_LIMIT, Words, check, check_lengths, translations
from feedback_app.errors import Refused

GOOD = {
    "state": "planned", "process_en": " delivery ", "what_en": "A\r\nwindow", "why_en": "You waited", "owner": "3",
    "themes": ["7", "8"], "process_pl": "dostawa", "since": "2026-05-04", "look_again_on": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def page(app: Flask) -> Iterator[None]:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


def _form(main: str = "en", **typed: object) -> ChangeForm:
    from werkzeug.datastructures import MultiDict

    pairs = [(name, one) for name, value in {**GOOD, **typed}.items() for one in
             (value if isinstance(value, list) else [value]) if one is not None]  # fmt: skip
    form = ChangeForm(MultiDict(pairs))
    form.offer([(3, "Ada")], [7, 8], main)
    return form


def test_what_was_typed_becomes_an_entry() -> None:
    form = _form()
    assert form.validate(), form.errors
    entry = form.entry()
    assert entry.words == Words("delivery", "A\nwindow", "You waited", "")
    assert (entry.language, entry.state, entry.since, entry.look_again_on) == ("en", "planned", date(2026, 5, 4), None)
    assert (entry.owner_id, entry.theme_ids) == (3, [7, 8])
    assert entry.translations == {"pl": {"process": "dostawa"}}


def test_the_main_language_is_the_one_that_must_be_written() -> None:
    form = _form("pl")
    assert not form.validate()
    assert {"what_pl", "why_pl"} <= form.errors.keys()
    assert not {"what_en", "process_pl"} & form.errors.keys()


def test_nobody_is_an_owner_too() -> None:
    form = _form(owner="0", themes=None)
    assert form.validate(), form.errors
    assert (form.entry().owner_id, form.entry().theme_ids) == (None, [])


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"owner": "4"}, "owner"),
        ({"owner": "x"}, "owner"),
        ({"themes": ["9"]}, "themes"),
        ({"state": "dreamt"}, "state"),
        ({"since": "31.12.2026"}, "since"),
        ({"state": "made", "since": ""}, "since"),
        ({"state": "declined"}, "reason_en"),
        ({"state": "declined", "reason_en": "Fine", "reason_pl": "Bo [… co]"}, "reason_pl"),
        ({"process_en": "x" * (PROCESS_LIMIT + 1)}, "process_en"),
        ({"what_pl": "x" * (TEXT_LIMIT + 1)}, "what_pl"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(typed: dict[str, object], wrong: str) -> None:
    form = _form(**typed)
    assert not form.validate()
    assert list(form.errors) == [wrong]


def test_a_no_needs_its_reason_and_no_why() -> None:
    form = _form(state="declined", why_en="", reason_en="The law forbids it.")
    assert form.validate(), form.errors


@pytest.mark.parametrize("code", REASONS)
def test_a_reason_to_start_from_fills_only_what_is_empty(code: str) -> None:
    form = _form(start=code, reason_en="Mine")
    form.put_in_reason()
    assert form.reason_en.data == "Mine"
    assert form.reason_pl.data == REASONS[code].text["pl"]


def test_an_unknown_reason_puts_nothing_in() -> None:
    form = _form(start="because")
    form.put_in_reason()
    assert not form.reason_en.data
    assert form.validate(), form.errors


def test_every_state_can_be_chosen_on_the_page_of_a_change() -> None:
    form = StateForm()
    form.offer()
    assert [choice[0] for choice in form.state.iter_choices()] == list(STATE_NAMES)


def _why_not(words: Words, state: str) -> str:
    with pytest.raises(Refused) as told:
        check(words, state)
    return told.value.message % told.value.values if told.value.values else told.value.message


@pytest.mark.parametrize(
    ("words", "state", "why"),
    [
        (Words("", "x", "y"), "made", "which process"),
        (Words("p", "", "y"), "made", "what changes"),
        (Words("p", "x", ""), "made", "Say why"),
        (Words("p", "x", "", "r"), "planned", "Say why"),
        (Words("p", "x", "y", ""), "declined", "needs a valid reason"),
        (Words("p", "x", "y", "Since [… when]."), "declined", "gap: [… when]"),
        (Words("p" * (PROCESS_LIMIT + 1), "x", "y"), "made", f"{PROCESS_LIMIT} characters"),
        (Words("p", "x", "y" * (TEXT_LIMIT + 1)), "made", f"{TEXT_LIMIT} characters"),
    ],
)
def test_words_that_cannot_be_told_are_refused(words: Words, state: str, why: str) -> None:
    assert why in _why_not(words, state)
    assert words.complete(state) is (why.startswith(("gap", "200", "5000")))


def test_words_just_short_enough_pass() -> None:
    check(Words("p" * PROCESS_LIMIT, "x" * TEXT_LIMIT, "y" * TEXT_LIMIT), "made")
    check_lengths(Words(reason="r" * TEXT_LIMIT))


@pytest.mark.parametrize(
    "raw", [None, "x", 3, [], {"pl": "x"}, {"pl": {}}, {"pl": {"what": "  "}}, {"de": {"what": "x"}}]
)
def test_odd_translations_are_none(raw: object) -> None:
    assert translations(raw, ("en", "pl"), "en") == {}


def test_translations_leave_out_the_changes_own_language() -> None:
    raw = {"en": {"what": "Own"}, "pl": {"what": " Obce ", "why": 3, "colour": "red"}}
    assert translations(raw, ("en", "pl"), "en") == {"pl": {"what": "Obce"}}
