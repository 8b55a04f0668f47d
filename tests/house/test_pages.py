"""What holds for the house as a whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient


def test_alive_and_ready_speak_plainly(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "alive"}
    reply = client.get("/readyz")
    assert reply.status_code == 503
    assert "feedback-app worker" in reply.json["trouble"]["worker"]  # type: ignore[index]


def test_unknown_address_is_kind(client: FlaskClient) -> None:
    reply = client.get("/no-such-page", headers={"Accept-Language": "en"})
    assert reply.status_code == 404
    assert "There is nothing here" in reply.text


@pytest.mark.parametrize("number", [2**40, 2**63, 10**40])
def test_a_number_that_no_row_can_have_leads_nowhere(as_role: Callable[[str], FlaskClient], number: int) -> None:
    admin = as_role("admin")
    assert {admin.get(f"/{room}/{number}").status_code for room in ("contacts", "surveys", "changes")} == {404}
    assert admin.get(f"/changes?owner={number}").status_code == 200


def test_strict_headers(client: FlaskClient) -> None:
    headers = client.get("/no-such-page").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"


def test_staff_pages_open_for_staff(as_role: Callable[[str], FlaskClient]) -> None:
    assert as_role("viewer").get("/tf-setup").status_code == 200
