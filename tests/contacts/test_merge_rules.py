"""What becomes of a contact when a row of a list speaks about them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.contacts.importing.csv_import import Row
from feedback_app.contacts.importing.merge_rules import Facts, merged

KINDS = ("customer", "prospect", "lost_prospect")
WORDS = st.sampled_from(["", "Ada", "Jan"])
ATTRIBUTES = st.dictionaries(st.sampled_from(["city", "plan"]), st.sampled_from(["x", "y"]))
ROWS = st.builds(
    lambda name, kind, stage, language, attributes: a_row(
        name=name, kind=kind, stage_lost=stage, language=language, attributes=attributes
    ),
    WORDS,
    st.sampled_from(["", *KINDS]),
    st.sampled_from(["", "trial", "demo"]),
    st.sampled_from(["", "en", "pl"]),
    ATTRIBUTES,
)
FACTS = st.builds(
    Facts, WORDS, st.sampled_from(KINDS), st.sampled_from(["", "trial"]), st.sampled_from(["en", "pl"]), ATTRIBUTES
)
ADA = Facts("Ada", "lost_prospect", "trial", "pl", {"city": "Łódź", "plan": "small"})


def a_row(**told: object) -> Row:
    return Row(2, "ada@example.org", "ada@example.org", **told)  # type: ignore[arg-type]


def test_what_the_row_leaves_empty_stays_as_it_was() -> None:
    assert merged(a_row(), ADA, "customer", "en") == ADA


def test_what_the_row_says_wins() -> None:
    row = a_row(name="A. Nowak", stage_lost="demo", language="en", attributes={"plan": "large", "seats": "3"})
    assert merged(row, ADA, "customer", "pl") == Facts(
        "A. Nowak", "lost_prospect", "demo", "en", {"city": "Łódź", "plan": "large", "seats": "3"}
    )


def test_somebody_new_is_what_the_list_is_about() -> None:
    assert merged(a_row(name="Jan"), None, "prospect", "pl") == Facts("Jan", "prospect", "", "pl", {})
    assert merged(a_row(kind="customer", language="en"), None, "prospect", "pl") == Facts("", "customer", "", "en", {})


@pytest.mark.parametrize(
    ("kind", "stage"), [("customer", ""), ("prospect", ""), ("lost_prospect", "demo"), ("", "demo")]
)
def test_only_a_lost_prospect_has_a_stage(kind: str, stage: str) -> None:
    assert merged(a_row(kind=kind, stage_lost="demo"), ADA, "customer", "en").stage_lost == stage


def test_who_is_lost_no_more_has_lost_the_stage_too() -> None:
    won = merged(a_row(kind="customer"), ADA, "customer", "en")
    assert (won.kind, won.stage_lost) == ("customer", "")
    assert merged(a_row(kind="lost_prospect"), won, "customer", "en").stage_lost == ""


@given(ROWS, st.none() | FACTS, st.sampled_from(KINDS), st.sampled_from(["en", "pl"]))
def test_the_same_row_again_changes_nothing(row: Row, known: Facts | None, kind: str, language: str) -> None:
    once = merged(row, known, kind, language)
    assert merged(row, once, "customer", "en") == once


@given(ROWS, FACTS)
def test_nothing_that_was_known_is_forgotten(row: Row, known: Facts) -> None:
    after = merged(row, known, "customer", "en")
    assert known.attributes.keys() | row.attributes.keys() == after.attributes.keys()
    assert bool(after.name) == bool(known.name or row.name)
    assert not (known.kind != "lost_prospect" and after.kind != "lost_prospect" and after.stage_lost)
