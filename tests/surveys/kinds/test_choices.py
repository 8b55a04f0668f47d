"""Kinds with options: words in files, columns, labels, summaries; and yes or no."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.surveys.form_spec import OptionSpec, QuestionSpec
from feedback_app.surveys.kinds.base.choice import codes_by_word, labels
from feedback_app.surveys.kinds.base.counts import Counts
from feedback_app.surveys.kinds.base.kind import NOTHING, ONE_OF_THESE, Problem, Reply, stored_reply
from feedback_app.surveys.kinds.multiple_choice import KIND as SEVERAL
from feedback_app.surveys.kinds.single_choice import KIND as ONE
from feedback_app.surveys.kinds.yes_no import KIND as YES_NO

OPTIONS = (
    OptionSpec("price", {"en": "The price", "pl": "Cena"}),
    OptionSpec("stock", {"en": "Out of stock, again", "pl": "Brak towaru"}),
    OptionSpec("tone", {"pl": "Ton"}),
    OptionSpec("bare", {}),
)
CHOICE = QuestionSpec("why", "multiple_choice", {"en": "Why?"}, options=OPTIONS)
PLAIN = QuestionSpec("again", "yes_no", {"en": "Again?"})
CODES = tuple(one.code for one in OPTIONS)


@pytest.mark.parametrize("cell", ["price", "PRICE", " The  price ", "cena", "CENA"])
def test_an_option_is_known_by_its_code_and_its_words_in_any_language(cell: str) -> None:
    assert ONE.of_cell(cell, CHOICE) == Reply(chosen=("price",))
    assert SEVERAL.of_cell(cell, CHOICE) == Reply(chosen=("price",))


def test_a_code_wins_over_another_options_words() -> None:
    question = QuestionSpec(
        "q", "single_choice", {"en": "?"},
        options=(OptionSpec("good", {"en": "Bad"}), OptionSpec("bad", {"en": "Good"})),
    )  # fmt: skip
    assert codes_by_word(question) == {"good": "good", "bad": "bad"}


@pytest.mark.parametrize(
    ("cell", "chosen"),
    [
        ("price|tone", ("price", "tone")),
        ("Ton; Cena", ("price", "tone")),
        ("tone\nstock\n", ("stock", "tone")),
        ("tone, price", ("price", "tone")),
        ("Out of stock, again", ("stock",)),  # a comma of the words themselves
        ("Out of stock, again; tone", ("stock", "tone")),
        ("price,,", ("price",)),
    ],
)
def test_several_options_in_one_cell(cell: str, chosen: tuple[str, ...]) -> None:
    assert SEVERAL.of_cell(cell, CHOICE) == Reply(chosen=chosen)


@pytest.mark.parametrize("cell", ["gold", "price|gold", "price tone"])
def test_an_option_nobody_offered_is_a_problem_that_names_it(cell: str) -> None:
    assert str(SEVERAL.of_cell(cell, CHOICE)) == f"“{cell}” is not one of the answers to “why”."


def test_of_several_options_one_choice_takes_none() -> None:
    assert isinstance(ONE.of_cell("price|tone", CHOICE), Problem)


def test_a_column_for_each_option_says_yes_in_any_words() -> None:
    assert SEVERAL.part_columns(CHOICE) == {f"why.{code}": code for code in CODES}
    told = {"price": "yes", "stock": "0", "tone": "tak", "bare": "no"}
    assert SEVERAL.of_parts(told, CHOICE) == Reply(chosen=("price", "tone"))
    assert SEVERAL.of_parts({"price": "no"}, CHOICE) == NOTHING
    assert SEVERAL.of_parts({}, CHOICE) == NOTHING


def test_plain_and_single_words_stand_beside_their_code() -> None:
    assert ONE.cells(CHOICE, Reply(chosen=("bare",)), "en") == ("bare", "bare")


def test_labels_are_the_readers_else_the_first_there_is_else_the_code() -> None:
    all_of_them = Reply(chosen=CODES)
    assert labels(CHOICE, all_of_them, "pl") == "Cena; Brak towaru; Ton; bare"
    assert labels(CHOICE, all_of_them, "en") == "The price; Out of stock, again; Ton; bare"
    assert labels(CHOICE, Reply(chosen=("tone",)), "en") == "Ton"
    assert labels(CHOICE, NOTHING, "en") == ""


def test_what_a_file_holds_of_a_choice() -> None:
    assert ONE.columns(CHOICE) == ("why", "why.label")
    assert ONE.cells(CHOICE, Reply(chosen=("price",)), "pl") == ("price", "Cena")
    assert ONE.cells(CHOICE, NOTHING, "pl") == (None, "")
    assert SEVERAL.cells(CHOICE, NOTHING, "en") == (None, None, None, None, "")


@given(st.sets(st.sampled_from(CODES), min_size=1))
def test_what_was_exported_comes_back_the_same(codes: set[str]) -> None:
    reply = SEVERAL.clean(sorted(codes), CHOICE)
    assert isinstance(reply, Reply)
    *cells, _words = SEVERAL.cells(CHOICE, reply, "en")
    assert SEVERAL.of_parts(dict(zip(CODES, map(str, cells), strict=True)), CHOICE) == reply
    assert stored_reply(None, None, reply.stored_choice, None) == reply


def test_options_are_summed_up_in_their_order_with_noughts() -> None:
    shown = ONE.summary(CHOICE, Counts(answered=7, options={"tone": 4, "price": 3}))
    assert (shown.answered, list(shown.chart.items())) == (7, [("price", 3), ("stock", 0), ("tone", 4), ("bare", 0)])


@pytest.mark.parametrize(("value", "number"), [(True, 1), (False, 0), ("yes", 1), ("no", 0)])
def test_yes_and_no_as_plain_data(value: bool | str, number: int) -> None:
    assert YES_NO.of_value(value, PLAIN) == Reply(number=number)


def test_plain_data_may_list_codes_but_not_map_them() -> None:
    assert SEVERAL.of_value(["tone", "price"], CHOICE) == Reply(chosen=("price", "tone"))
    assert SEVERAL.of_value({"price": 1}, CHOICE) == ONE_OF_THESE


@pytest.mark.parametrize(
    ("cell", "number"), [("Yes", 1), ("tak", 1), ("1", 1), ("TRUE", 1), ("no", 0), ("Nie", 0), ("0", 0)]
)
def test_yes_and_no_in_the_words_of_files(cell: str, number: int) -> None:
    assert YES_NO.of_cell(cell, PLAIN) == Reply(number=number)


def test_what_is_neither_yes_nor_no_is_a_problem() -> None:
    assert str(YES_NO.of_cell("perhaps", PLAIN)) == "“perhaps” is not one of the answers to “again”."


def test_yes_and_no_summed_up() -> None:
    shown = YES_NO.summary(PLAIN, Counts(answered=5, numbers={1: 5}))
    assert list(shown.chart.items()) == [("yes", 5), ("no", 0)]
