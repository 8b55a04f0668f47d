from __future__ import annotations

import re

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.places import ROOT
from feedback_app.surveys.form_spec import OptionSpec, QuestionSpec
from feedback_app.surveys.kinds.base.kind import NOTHING, Problem, Reply, chosen_of
from feedback_app.surveys.kinds.registry import KINDS, clean, kind_of

OPTIONS = (OptionSpec("price", {"en": "Price"}), OptionSpec("stock", {"en": "Stock"}), OptionSpec("tone", {"en": "T"}))


def a_question(kind: str, required: bool = False) -> QuestionSpec:
    options = OPTIONS if KINDS[kind].needs_options else ()
    return QuestionSpec(code="q", kind=kind, text={"en": "?"}, required=required, options=options)


def test_the_kinds_are_found_and_stand_in_the_order_of_the_builder() -> None:
    shipped = ("short_text", "long_text", "yes_no", "single_choice", "multiple_choice", "rating", "nps")
    assert tuple(code for code in KINDS if code in shipped) == shipped  # others may stand between and behind them


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_template_with_all_it_shows(app: Flask, kind: str) -> None:
    page = app.jinja_env.get_template(KINDS[kind].template).module
    assert {"ask", "said", "summary", "build"} <= set(dir(page))


def test_no_other_file_names_a_kind() -> None:
    named = re.compile("|".join(f"""["']{code}["']""" for code in KINDS))
    files = [*(ROOT / "feedback_app").rglob("*.py"), *(ROOT / "templates").rglob("*.*")]
    assert len(files) > 300
    assert [str(one) for one in files if "kinds" not in one.parts and named.search(one.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("kind", "raw", "reply"),
    [
        ("short_text", ["  Ada\n Nowak "], Reply(text="Ada Nowak")),
        ("long_text", ["Two\r\nlines"], Reply(text="Two\nlines")),
        ("yes_no", ["yes"], Reply(number=1)),
        ("yes_no", ["no"], Reply(number=0)),
        ("single_choice", ["stock"], Reply(chosen=("stock",))),
        ("multiple_choice", ["tone", "price", "tone"], Reply(chosen=("price", "tone"))),
        ("rating", ["1"], Reply(number=1)),
        ("rating", ["5"], Reply(number=5)),
        ("nps", ["0"], Reply(number=0)),
        ("nps", ["10"], Reply(number=10)),
    ],
)
def test_a_good_reply_is_taken(kind: str, raw: list[str], reply: Reply) -> None:
    assert clean(raw, a_question(kind)) == reply


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("raw", [[], [""], ["  \n "], ["\x00"]])
def test_nothing_said_is_nothing_or_asked_for(kind: str, raw: list[str]) -> None:
    assert clean(raw, a_question(kind)) == NOTHING
    assert isinstance(clean(raw, a_question(kind, required=True)), Problem)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("yes_no", ["maybe"]),
        ("yes_no", ["yes", "no"]),
        ("single_choice", ["gold"]),
        ("single_choice", ["price", "stock"]),
        ("single_choice", ["Price"]),
        ("multiple_choice", ["price", "gold"]),
        ("multiple_choice", ["|price|"]),
        ("rating", ["0"]),
        ("rating", ["6"]),
        ("rating", ["05"]),
        ("rating", ["3.0"]),
        ("rating", ["٣"]),
        ("nps", ["11"]),
        ("nps", ["-1"]),
        ("nps", ["1e1"]),
        ("nps", ["7", "8"]),
        ("short_text", ["x" * 301]),
        ("long_text", ["x" * 20_001]),
    ],
)
def test_what_no_form_of_ours_sends_is_a_problem_not_an_error(kind: str, raw: list[str]) -> None:
    found = clean(raw, a_question(kind))
    assert isinstance(found, Problem)
    assert "%(" not in str(found)


def test_a_text_of_exactly_the_limit_is_taken() -> None:
    assert clean(["ż" * 20_000], a_question("long_text")) == Reply(text="ż" * 20_000)
    assert str(clean(["x" * 305], a_question("short_text"))) == (
        "Please shorten this to 300 characters; there are 305 now."
    )


@given(st.sampled_from(tuple(KINDS)), st.lists(st.text(st.characters(), max_size=400), max_size=4), st.booleans())
def test_whatever_is_sent_either_fits_the_column_or_is_a_problem(kind: str, raw: list[str], required: bool) -> None:
    question = a_question(kind, required)
    reply = clean(raw, question)
    if isinstance(reply, Problem):
        return
    given_columns = {name for name in ("text", "number", "chosen", "parts") if getattr(reply, name) is not None}
    assert given_columns <= {kind_of(question).column}
    assert not (required and reply.empty)
    cells = kind_of(question).cells(question, reply, "en")
    assert len(cells) == len(kind_of(question).columns(question))


def test_choices_survive_their_column() -> None:
    reply = clean(["tone", "price"], a_question("multiple_choice"))
    assert isinstance(reply, Reply)
    assert reply.stored_choice == "|price|tone|"
    assert chosen_of(reply.stored_choice) == ("price", "tone")
    assert chosen_of(None) == ()
    assert NOTHING.stored_choice is None


def test_a_file_has_one_column_per_option_of_several_choices() -> None:
    question = a_question("multiple_choice")
    kind = kind_of(question)
    assert kind.columns(question) == ("q.price", "q.stock", "q.tone", "q.label")
    assert kind.cells(question, Reply(chosen=("stock",)), "en") == (0, 1, 0, "Stock")
    assert kind.cells(question, NOTHING, "en") == (None, None, None, "")
    assert kind_of(a_question("single_choice")).cells(a_question("single_choice"), NOTHING, "en") == (None, "")
    assert kind_of(a_question("nps")).cells(a_question("nps"), Reply(number=9), "en") == (9,)
