"""Which kinds there are, and what the house asks of all of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedback_app.errors import NotFound
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.counts import Counts, SaidText
from feedback_app.surveys.kinds.base.kind import Problem, QuestionKind, Reply, words_within
from feedback_app.surveys.kinds.base.text import TextKind
from feedback_app.surveys.kinds.registry import KINDS, by_precedence, free_texts, kind_of, register, registered, scores
from tests.surveys.kinds.test_kinds import a_question


class Haiku(TextKind):
    """A kind that does not ship."""

    code = "haiku"
    limit = 60
    position = 25
    precedence = 5

    def _read(self, given: list[str], question: QuestionSpec) -> Reply | Problem:
        return words_within(self.limit, given[0])


def _coded(code_: str) -> Haiku:
    return type("Other", (Haiku,), {"code": code_})()  # type: ignore[no-any-return]


def test_a_kind_is_known_for_a_while_and_stands_at_its_position() -> None:
    before = tuple(KINDS)
    with registered(Haiku()):
        assert tuple(KINDS).index("haiku") == before.index("long_text") + 1
        assert kind_of(QuestionSpec("q", "haiku", {"en": "?"})).code == "haiku"
        assert free_texts()[0] == "haiku"
        assert by_precedence()[0].code == "haiku"
    assert tuple(KINDS) == before


def test_a_kind_vanishes_also_when_what_used_it_fails() -> None:
    with pytest.raises(ZeroDivisionError), registered(Haiku()):
        raise ZeroDivisionError
    assert "haiku" not in KINDS


@pytest.mark.parametrize("code", ["nps", "Haiku", "hai ku", "", "h" * 21])
def test_a_code_that_is_taken_or_unfit_is_refused_and_changes_nothing(code: str) -> None:
    before = tuple(KINDS.items())
    with pytest.raises(ValueError, match="cannot be the code of a kind"):
        register(_coded(code))
    assert tuple(KINDS.items()) == before


def test_a_code_may_be_as_long_as_its_column() -> None:
    with registered(_coded("h" * 20)):
        assert "h" * 20 in KINDS


def test_what_stands_for_a_whole_response_comes_first() -> None:
    assert free_texts() == ("long_text", "short_text")
    assert [one.code for one in scores()] == ["nps", "rating"]


def test_texts_are_summed_up_by_the_latest() -> None:
    moment = datetime(2026, 5, 4, tzinfo=UTC)
    said = (SaidText(3, moment, "customer", "Late"), SaidText(1, moment, "customer", "Early"))
    shown = KINDS["long_text"].summary(a_question("long_text"), Counts(answered=2, texts=said))
    assert (shown.answered, shown.chart, shown.latest) == (2, {}, said)  # type: ignore[attr-defined]


def test_a_cell_that_is_too_long_says_by_how_much() -> None:
    problem = KINDS["short_text"].of_cell("x" * 301, a_question("short_text"))
    assert str(problem) == "“q” is too long: 301 characters, at most 300 fit."
    assert KINDS["short_text"].of_cell("x" * 300, a_question("short_text")) == Reply(text="x" * 300)


def test_a_kind_without_columns_for_parts_says_so() -> None:
    assert KINDS["nps"].part_columns(a_question("nps")) == {}
    with pytest.raises(NotImplementedError, match="nps"):
        KINDS["nps"].of_parts({"a": "1"}, a_question("nps"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_says_nothing_in_as_many_cells_as_it_has_headings(kind: str) -> None:
    question = a_question(kind)
    cells = KINDS[kind].cells(question, Reply(), "en")
    assert len(cells) == len(KINDS[kind].columns(question))
    assert not any(cells)


def test_a_kind_that_cannot_read_is_no_kind() -> None:
    with pytest.raises(TypeError, match="_read"):
        type("Half", (QuestionKind,), {"code": "half"})()


def test_an_empty_reply_holds_none_of_the_four() -> None:
    assert Reply().empty
    assert not any(one.empty for one in (Reply(text=""), Reply(number=0), Reply(chosen=()), Reply(parts={})))
    assert Reply(number=0).as_columns() == {"text": None, "number": 0, "chosen": None, "parts": None}


def test_a_question_whose_kind_is_gone_is_told_in_one_line() -> None:
    with pytest.raises(NotFound, match="does not know questions of the kind “mood”"):
        kind_of(QuestionSpec("q", "mood", {"en": "?"}))
