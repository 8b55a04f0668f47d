"""Kinds with people's own words: cells of files, what is too long, the latest."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.counts import Counts, SaidText
from feedback_app.surveys.kinds.base.kind import ONE_OF_THESE, Reply
from feedback_app.surveys.kinds.base.text import TextKind
from feedback_app.surveys.kinds.long_text import KIND as LONG
from feedback_app.surveys.kinds.short_text import KIND as SHORT

QUESTION = QuestionSpec("why", "long_text", {"en": "Why?"})


def test_line_ends_stay_where_there_is_room_for_them() -> None:
    assert LONG.of_cell(" one\r\ntwo\n", QUESTION) == Reply(text="one\ntwo")
    assert SHORT.of_cell(" one\r\ntwo\n", QUESTION) == Reply(text="one two")


@pytest.mark.parametrize(("kind", "limit"), [(SHORT, 300), (LONG, 20_000)])
def test_a_cell_too_long_names_its_column_and_both_lengths(kind: TextKind, limit: int) -> None:
    assert kind.of_cell("x" * limit, QUESTION) == Reply(text="x" * limit)
    said = f"“why” is too long: {limit + 1} characters, at most {limit} fit."
    assert str(kind.of_cell("x" * (limit + 1), QUESTION)) == said


def test_words_are_no_map() -> None:
    assert LONG.of_value({"a": 1}, QUESTION) == ONE_OF_THESE
    assert LONG.of_value("a bell", QUESTION) == Reply(text="a bell")


@pytest.mark.parametrize("kind", [SHORT, LONG])
def test_the_latest_words_stand_for_all(kind: TextKind) -> None:
    said = SaidText(7, datetime(2026, 5, 1, tzinfo=UTC), "customer", "a bell")
    shown = kind.summary(QUESTION, Counts(9, texts=[said]))
    assert (shown.answered, list(shown.latest), shown.chart) == (9, [said], {})
