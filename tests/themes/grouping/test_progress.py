"""Long work tells how far it is: stages add up to the whole, and never run backwards or beyond it."""

from __future__ import annotations

import pytest

from feedback_app.themes.grouping.progress import silent, within


@pytest.mark.parametrize(("share", "whole"), [(0.0, 0.25), (0.5, 0.5), (1.0, 0.75), (-3.0, 0.25), (9.0, 0.75)])
def test_a_stage_is_its_part_of_the_whole(share: float, whole: float) -> None:
    heard: list[tuple[str, float, dict[str, object]]] = []

    def listen(message: str, share: float, **values: object) -> None:
        heard.append((message, share, values))

    within(listen, 0.25, 0.75)("%(done)d done", share, done=3)
    assert heard == [("%(done)d done", whole, {"done": 3})]


def test_stages_lie_within_stages() -> None:
    heard: list[float] = []
    whole = within(lambda _message, share, **_values: heard.append(share), 0.5, 1.0)
    for share in (0.0, 0.5, 1.0):
        within(whole, 0.0, 0.5)("", share)
    assert heard == [0.5, 0.625, 0.75]


def test_nobody_is_told_silently() -> None:
    silent("%(x)s", 0.5, x=1)
