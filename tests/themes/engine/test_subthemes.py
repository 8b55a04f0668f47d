"""A second level inside a theme: found where there is one, and not made up where there is none."""

import numpy as np
import pytest

from feedback_app.themes.engine.cluster.subthemes import (
    ENOUGH,
    agreement_of,
    one_cloud,
    sub_themes,
)
from feedback_app.themes.engine.vectors.embedders import unit

PARTS = {
    "parcel": [
        "The parcel came {}",
        "My delivery arrived {}",
        "Przesyłka doszła {}",
        "Courier brought the box {}",
        "Kurier przyjechał {}",
    ],
    "refund": [
        "The refund was paid {}",
        "I got my money back {}",
        "Zwrot pieniędzy przyszedł {}",
        "They returned my deposit {}",
        "Kaucję oddali {}",
    ],
}
SHADES = ["late", "after a week", "too late", "po tygodniu", "z opóźnieniem", "yesterday", "in May", "dopiero wczoraj"]


def texts_of(*parts: str) -> list[str]:
    return [pattern.format(shade) for part in parts for pattern in PARTS[part] for shade in SHADES]


def test_tells_two_subjects_of_one_theme_apart():
    texts = texts_of("parcel", "refund")
    found = sub_themes([*texts, "", *texts[:3]])
    assert len(found) >= 2
    members = sorted(index for part in found for index in part.members)
    assert members == [at for at in range(len(texts) + 4) if at != len(texts)]
    for part in found:
        refunds = sum(40 <= index < 80 for index in part.members)
        assert min(refunds, len(part.members) - refunds) <= 0.15 * len(part.members)
        assert part.name == part.phrases[0]
        assert set(part.typical) <= set(part.members)
        assert 0.4 <= part.agreement <= 1
    assert len({part.name for part in found}) == len(found)
    assert found == sub_themes([*texts, "", *texts[:3]])


@pytest.mark.parametrize("texts", [[], [""], ["late"] * 500, texts_of("parcel")[: ENOUGH - 1]], ids=range(4))
def test_a_small_theme_has_no_parts(texts):
    assert sub_themes(texts) == []


def test_a_cloud_without_gaps_has_no_parts():
    """However often it is cut: halves of a long even cloud agree about where its middle is, as its copy does."""
    stretched = np.random.RandomState(3).standard_normal((300, 64)) * np.linspace(3, 0.5, 64)
    view = unit(stretched.astype(np.float32))
    for parts in (2, 3, 4):
        assert agreement_of(view, parts) < agreement_of(one_cloud(view), parts) + 0.15


def test_clumps_agree_where_their_cloud_does_not():
    drawn = np.random.RandomState(3)
    centres = drawn.standard_normal((3, 64)) * 2
    view = unit((centres[drawn.randint(0, 3, 240)] + drawn.standard_normal((240, 64))).astype(np.float32))
    assert agreement_of(view, 3) > 0.9
    assert agreement_of(one_cloud(view), 3) < 0.8
