"""The accent colour can always be read, or the nearest one that can is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.organisation import colour

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
DARK_PAGE = (0x16, 0x20, 0x1D)  # of letters, where the reader asked for dark


def rgb(code: str) -> tuple[int, int, int]:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    """The pairs that everybody who measures contrast knows by heart (WebAIM's checker gives the same)."""
    assert colour.contrast(rgb(one), rgb(other)) == pytest.approx(ratio, abs=0.01)
    assert colour.contrast(rgb(other), rgb(one)) == colour.contrast(rgb(one), rgb(other))


@given(COLOURS)
def test_the_nearest_shade_can_be_read_and_is_near(code: str) -> None:
    shade = colour.nearest_readable(code)
    assert colour.readable(shade)
    assert colour.contrast(rgb(shade), (255, 255, 255)) >= 4.5
    assert (shade == code) == colour.readable(code)
    assert all(new <= old for new, old in zip(rgb(shade), rgb(code), strict=True))
    brighter = tuple(min(old, part + 4) for part, old in zip(rgb(shade), rgb(code), strict=True))
    assert shade == code or not colour.readable("#{:02x}{:02x}{:02x}".format(*brighter))


@given(COLOURS.filter(colour.readable))
def test_every_use_of_it_can_be_read(code: str) -> None:
    look = {name: value for name, value in colour.shades(code).items() if value.startswith("#")}
    assert look["accent"] == code
    assert colour.contrast(rgb(code), rgb(look["tint"])) >= 4.5
    assert colour.contrast(rgb(look["deep"]), (255, 255, 255)) >= 4.5
    assert colour.contrast(rgb(look["pale"]), DARK_PAGE) >= 4.5


def test_the_one_we_begin_with_can_be_read() -> None:
    assert colour.readable(colour.DEFAULT)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("#0F5F57", "#0f5f57"), ("0f5f57", "#0f5f57"), (" #abc ", "#aabbcc"), ("teal", None), ("#12345", None), ("", None),
     ("#0f5f57;}", None), ("##0f5f57", None)],
)  # fmt: skip
def test_what_people_type(typed: str, kept: str | None) -> None:
    assert colour.parsed(typed) == kept
