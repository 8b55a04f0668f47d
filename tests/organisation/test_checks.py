"""What may stand in the row."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.errors import Refused
from feedback_app.organisation import checks


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("name", "  Velo\n Verde ", "Velo Verde"),
        ("postal_address", "ul. Rowerowa 1,\r\n\r\n30-001 Kraków\n", "ul. Rowerowa 1, 30-001 Kraków"),
        ("postal_address", "", ""),
        ("reply_to", " Hello@Velo.example ", "Hello@velo.example"),
        ("reply_to", "", ""),
        ("languages", ["pl", "en"], ("en", "pl")),
        ("language", "pl", "pl"),
        ("timezone", "Europe/Warsaw", "Europe/Warsaw"),
        ("colour", "0F5F57", "#0f5f57"),
        ("controller", "Velo Holding,  ul. Inna 2", "Velo Holding, ul. Inna 2"),
        ("privacy_url", "https://velo.example/privacy?lang=pl#top", "https://velo.example/privacy?lang=pl#top"),
        ("privacy_url", "", ""),
        ("quote_bar", "0.975", 0.975),
        ("quote_bar", " 0,975", 0.975),
    ],
)
def test_kept(name: str, typed: Any, kept: Any) -> None:
    assert checks.checked({name: typed}) == {name: kept}


@pytest.mark.parametrize(
    ("name", "typed", "why"),
    [
        ("name", " \n\u200b", "write the name"),
        ("name", "Velo {{link}}", "double braces"),
        ("controller", "}} Holding", "double braces"),
        ("name", "x" * 121, "shorten this to 120"),
        ("postal_address", "x" * 301, "shorten this to 300"),
        ("reply_to", "nobody", "such as hello@example"),
        ("reply_to", "a@b.example\r\nBcc: c@d.example", "such as hello@example"),
        ("languages", [], "at least one"),
        ("languages", ["de"], "at least one"),
        ("language", "de", "Choose one"),
        ("timezone", "Mars/Olympus", "time zone"),
        ("timezone", "../../etc/passwd", "time zone"),
        ("colour", "green", "six digits"),
        ("colour", "#ffcc00", r"contrast is 1\.\d : 1.*nearest shade that can be read is #"),
        ("privacy_url", "javascript:alert(1)", "whole address"),
        ("privacy_url", "https://user@velo.example/", "whole address"),
        ("privacy_url", "https://[velo", "whole address"),
        ("privacy_url", "velo.example/privacy", "whole address"),
        ("quote_bar", "0.5", "from 0.8 to 1"),
        ("quote_bar", "1.01", "from 0.8 to 1"),
        ("quote_bar", "nan", "from 0.8 to 1"),
        ("quote_bar", None, "from 0.8 to 1"),
    ],
)
def test_refused_in_one_line(name: str, typed: Any, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        checks.checked({name: typed})
    assert "\n" not in str(refused.value)


@given(st.sampled_from([name for name in checks.CHECKS if name not in ("languages", "quote_bar")]), st.text())
def test_whatever_is_typed_is_kept_in_one_line_or_refused(name: str, typed: str) -> None:
    try:
        kept = checks.checked({name: typed})[name]
    except Refused:
        return
    assert kept == kept.strip()
    assert len(kept.splitlines()) <= 1
    assert checks.checked({name: kept})[name] == kept


def test_the_first_language_is_one_we_write_in() -> None:
    checks.together({"language": "pl", "languages": ("en", "pl")})
    with pytest.raises(Refused, match="one of those you write in"):
        checks.together({"language": "en", "languages": ("pl",)})
