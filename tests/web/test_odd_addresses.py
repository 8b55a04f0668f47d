"""Addresses and parameters with signs that no row and no header can hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(
    "path", ["/surveys/a%00b", "/surveys/%00/results", "/answer/%00", "/contacts/99999999999999999999"]
)
def test_an_address_of_nothing_is_nothing(as_role: Callable[[str], FlaskClient], path: str) -> None:
    assert as_role("admin").get(path).status_code == 404


def test_nul_is_dropped_from_what_is_asked(as_role: Callable[[str], FlaskClient]) -> None:
    admin = as_role("admin")
    assert admin.get("/changes?q=a%00b").status_code == 200
    assert admin.get("/contacts?q=%00&stage=%00").status_code == 200


@pytest.mark.parametrize("wish", ["/ok\r\nX: y", "/\ta", "//evil.example", "/\u2028"])
def test_a_way_back_that_is_no_line_leads_to_the_first_page(client: FlaskClient, wish: str) -> None:
    reply = client.post("/language", data={"language": "pl", "next": wish})
    assert (reply.status_code, reply.location) == (303, "/")
