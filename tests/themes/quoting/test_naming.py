"""Names of people in a respondent's words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.themes.engine.quoting.naming import names_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Mrs Smith never called back", ["Smith"]),
        ("Pan Marek Nowak był miły", ["Marek Nowak"]),
        ("rozmawiałam z panią Ewą Lis i z Tomkiem", ["Ewą Lis", "Tomkiem"]),
        ("Dr. Moss and Susan's team", ["Moss", "Susan"]),
        ("Zadzwonił do mnie Krzysztof", ["Krzysztof"]),
        ("W maju, w Maju, kupiłem Jack Daniels", []),
        ("The driver was late", []),
        ("driver Kowalski was late", ["Kowalski"]),
        ("", []),
    ],
)
def test_names_are_found_where_they_stand(text: str, names: list[str]) -> None:
    assert [text[start:end] for start, end in names_in(text)] == names


@given(st.text("Pan Marek Smith dr.,' ąEw\n", max_size=60))
def test_names_never_overlap_and_lie_within_the_text(text: str) -> None:
    found = names_in(text)
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
