"""What leaves as a file: under the filter, whole, and never run as a formula."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook

from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, some_mentions

FORMULAS = ['=HYPERLINK("http://evil","x")', "+1+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "=1", "#N/A"]
ODD = ["bell \x07 and \x0b tab", "word " * 9_000, "日本語 🚲 \u202e", "plain words"]


@pytest.fixture
def codebook(app: Flask) -> int:
    survey = a_survey("voices")
    codebook_id = a_codebook([survey.id])
    theme = a_theme(codebook_id, "=Price", description="+dear")
    some_mentions(a_response(survey, a_contact(), expected="=answer", nps=3), FORMULAS, theme)
    some_mentions(a_response(survey, a_contact(language="pl"), expected="x", nps=9), ODD, None)
    return codebook_id


def book(browser: FlaskClient, address: str) -> Workbook:
    reply = browser.get(address)
    assert reply.status_code == 200
    assert reply.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return load_workbook(BytesIO(reply.data))


def test_no_cell_of_the_workbook_is_a_formula(codebook: int, as_role: Callable[[str], FlaskClient]) -> None:
    found = book(as_role("viewer"), f"/themes/codebooks/{codebook}/export.xlsx")
    assert found.sheetnames == ["themes", "mentions", "about"]
    cells = [cell for sheet in found for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b", "inlineStr"}
    said = [row[8].value for row in found["mentions"].iter_rows(min_row=2)]
    assert said[:6] == FORMULAS  # word for word
    assert len(said) == 10
    assert str(said[6]).split() == ["bell", "and", "tab"]
    assert max(len(str(one)) for one in said) <= 32_767
    theme = [cell.value for cell in found["themes"][2]]
    assert theme[1:3] == ["=Price", "+dear"]
    assert theme[5:7] == [6, 1]
    head = [cell.value for cell in found["themes"][1]]
    content = head.index("content_0_to_10")
    assert head[content : content + 4] == ["content_0_to_10", "content_low", "content_high", "content_scores"]
    assert theme[content : content + 4] == [None] * 4  # one score is no mean
    assert found["mentions"]["K1"].value == "tone"


def test_the_filter_and_the_theme_of_the_address_hold(codebook: int, as_role: Callable[[str], FlaskClient]) -> None:
    browser = as_role("viewer")
    address = f"/themes/codebooks/{codebook}/export.xlsx"
    found = book(browser, f"{address}?q=plain+words&language=pl")
    assert [row[8].value for row in found["mentions"].iter_rows(min_row=2)] == ["plain words"]
    about = {row[0].value: row[1].value for row in found["about"].iter_rows()}
    assert (about["filter: q"], about["filter: language"]) == ("plain words", "pl")
    assert about["mentions with content"] == 1
    assert book(browser, f"{address}?theme=1")["mentions"].max_row == 1 + len(FORMULAS)
    assert browser.get("/themes/codebooks/999/export.xlsx").status_code == 404
