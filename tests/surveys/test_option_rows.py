from __future__ import annotations

import pytest

from feedback_app.surveys.builder.option_rows import rearranged
from feedback_app.surveys.form_spec import OptionSpec, QuestionSpec

QUESTION = QuestionSpec("q", "single_choice", {}, options=tuple(OptionSpec(code, {}) for code in "abc"))


@pytest.mark.parametrize(
    ("button", "codes"),
    [
        ("up:2", "acb"),
        ("down:0", "bac"),
        ("drop:1", "ac"),
        ("up:0", "abc"),
        ("down:2", "abc"),
        ("save", "abc"),
        ("drop:9", "abc"),
        ("drop:-1", "abc"),
        ("drop:١", "abc"),
        ("", "abc"),
    ],
)
def test_buttons_move_and_take_out_rows(button: str, codes: str) -> None:
    assert "".join(one.code for one in rearranged(QUESTION, button).options) == codes
