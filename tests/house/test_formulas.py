"""What a spreadsheet would run: guarded on the way out, unguarded on the way in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.common.formulas import guarded, is_formula, unguarded


@pytest.mark.parametrize("text", ["=1+1", "  =1", "+48 600", "-price", "@ada", "\tx", "＝1"])
def test_formulas_are_guarded(text: str) -> None:
    assert is_formula(text)
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "'", "'tis fine", "1=1", "a-b"])
def test_other_text_is_left_alone(text: str) -> None:
    assert guarded(text) == unguarded(text) == text


@given(st.text(max_size=20))
def test_what_goes_out_comes_back(text: str) -> None:
    if not (text.startswith("'") and is_formula(text[1:])):
        assert unguarded(guarded(text)) == text
    assert not is_formula(guarded(text))
