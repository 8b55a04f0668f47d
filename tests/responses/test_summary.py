"""The summary of a survey: right numbers, by few statements, for groups side by side."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from feedback_app.database import transaction
from feedback_app.events.models import Event
from feedback_app.exports import csv_safe
from feedback_app.extensions import db
from feedback_app.responses.filters import Filter
from feedback_app.responses.models import Answer
from feedback_app.responses.reading import export, summary
from feedback_app.surveys.kinds.base.scale import mean, median
from feedback_app.surveys.kinds.nps import Recommendation, recommendation
from feedback_app.surveys.models import Option, Question, Survey
from feedback_app.surveys.queries import build_spec
from tests.factories import a_contact, a_response, a_survey

AsRole = Callable[[str], FlaskClient]


def with_more_questions(survey: Survey) -> None:
    """Add a rating, a yes/no, and a multiple choice whose codes look like patterns."""
    with transaction() as session:
        section_id = session.query(Question.section_id).filter_by(survey_id=survey.id).first()[0]
        for position, (code, kind) in enumerate(
            (("care", "rating"), ("again", "yes_no"), ("why", "multiple_choice")), 5
        ):
            question = Question(
                survey_id=survey.id, section_id=section_id, position=position, code=code, kind=kind, text={"en": code}
            )
            if kind == "multiple_choice":
                codes = ("a_b", "axb", "b")
                question.options = [
                    Option(position=place, code=one, label={"en": one.upper()}) for place, one in enumerate(codes, 1)
                ]
            session.add(question)


@pytest.fixture
def survey(app: Flask) -> Survey:
    survey = a_survey("loop")
    with_more_questions(survey)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    for number, nps in enumerate((10, 9, 9, 8, 7, 0, 6)):
        a_response(survey, a_contact(), at + timedelta(days=number), nps=nps, expected=f"text {number}", area="price")
    lost = a_contact(kind="lost_prospect", stage_lost="offer")
    a_response(survey, lost, at + timedelta(days=9), nps=0, care=2, again=0, area="delivery", expected="lost words")
    a_response(survey, a_contact(), at, care=5, again=1, why="a_b|b")
    a_response(survey, a_contact(), at, care=4, why="axb")
    return survey


def tallies(survey: Survey, kind: str = "", stage: str = "") -> dict[str, Any]:
    spec = build_spec(survey.id)
    group = summary.group(spec, kind, stage)
    return {one.code: group.of(one) for one in spec.questions}


def test_everybody_summed_up(survey: Survey) -> None:
    found = tallies(survey)
    nps = found["nps"].recommendation
    assert (nps.promoters, nps.passives, nps.detractors) == (3, 2, 3)
    assert nps.score == 0
    assert found["nps"].chart["9"] == 2
    assert found["care"].chart == {"1": 0, "2": 1, "3": 0, "4": 1, "5": 1}
    assert found["care"].mean == pytest.approx(11 / 3)
    assert found["care"].median == 4
    assert found["again"].chart == {"yes": 1, "no": 1}
    assert found["area"].chart == {"price": 7, "delivery": 1}
    assert found["why"].chart == {"a_b": 1, "axb": 1, "b": 1}
    assert found["why"].answered == 2
    assert summary.group(build_spec(survey.id)).responses == 10
    assert [one.text for one in found["expected"].latest] == ["lost words", "text 6", "text 5", "text 4", "text 3"]
    assert not found["missing"].latest


def test_lost_prospects_apart(survey: Survey) -> None:
    for found in (tallies(survey, "lost_prospect"), tallies(survey, stage="offer")):
        assert found["nps"].answered == 1
        assert found["nps"].recommendation.score == -100
        assert found["area"].chart == {"price": 0, "delivery": 1}
        assert [one.text for one in found["expected"].latest] == ["lost words"]
    assert tallies(survey, "prospect")["nps"].recommendation.score is None


def test_another_survey_does_not_mix_in(survey: Survey) -> None:
    a_response(a_survey("other"), a_contact(), nps=10, expected="elsewhere", area="price")
    assert tallies(survey)["nps"].answered == 8


def test_a_summary_takes_four_statements_and_loads_no_response(survey: Survey) -> None:
    spec = build_spec(survey.id)
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    summary.group(spec)
    asked = [
        one for one in statements if one.startswith("SELECT") and not one.startswith("SELECT organisation.")
    ]  # who we are: once a request
    assert len(asked) == 4
    assert not [one for one in db.session.identity_map.values() if isinstance(one, Answer)]


def test_the_page_draws_and_tells(survey: Survey, as_role: AsRole) -> None:
    page = as_role("viewer").get("/responses/summary/loop")
    assert page.status_code == 200
    for text in ("Detractors (0–6): 3", "in 95 cases of 100", "lost words", "Answered by 8 of 10", "<svg", "median"):
        assert text in page.text
    assert "style=" not in page.text
    assert page.text.count("<table") == page.text.count("<caption")


def test_two_groups_side_by_side(survey: Survey, as_role: AsRole) -> None:
    page = as_role("viewer").get("/responses/summary/loop?kind=customer&kind2=lost_prospect&beside=1")
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))
    assert "Answered by 7 of 9" in shown
    assert "Answered by 1 of 1" in shown


def test_an_empty_survey_says_so(app: Flask, as_role: AsRole) -> None:
    a_survey("quiet")
    viewer = as_role("viewer")
    assert "No answers yet" in viewer.get("/responses/summary/quiet").text
    assert viewer.get("/responses/summary/nothing").status_code == 404


@given(st.dictionaries(st.integers(0, 10), st.integers(0, 500)))
def test_statistics_agree_with_the_numbers_written_out(counts: dict[int, int]) -> None:
    numbers = [number for number, count in counts.items() for _ in range(count)]
    nps = recommendation(counts)
    if not numbers:
        assert mean(counts) is median(counts) is nps.score is nps.interval is None
        return
    assert mean(counts) == pytest.approx(sum(numbers) / len(numbers))
    ordered = sorted(numbers)
    assert median(counts) == (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    assert nps.score is not None
    assert nps.interval is not None
    low, high = nps.interval
    assert -100 <= low < high <= 100
    assert low - 1e-9 <= nps.score * nps.answers / (nps.answers + 3) <= high + 1e-9


def test_the_interval_narrows_as_answers_pile_up() -> None:
    few, many = Recommendation(5, 3, 2), Recommendation(500, 300, 200)
    assert few.interval is not None
    assert many.interval is not None
    assert many.interval == pytest.approx((25.1, 34.8), abs=0.1)  # by hand: 30 +- 1.96 * sqrt(0.61 / 1000), drawn in
    assert few.interval[1] - few.interval[0] > 6 * (many.interval[1] - many.interval[0])


def table_of(survey: Survey, wanted: Filter | None = None) -> list[dict[str, str]]:
    text = "".join(csv_safe.stream(export.rows(build_spec(survey.id), wanted or Filter())))
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_export_has_one_row_a_response_and_one_column_a_code(survey: Survey) -> None:
    rows = table_of(survey)
    assert len(rows) == 10
    assert list(rows[0])[:7] == ["id", "date", "email", "name", "kind", "stage", "language"]
    assert list(rows[0])[7:] == [
        "expected", "missing", "nps", "area", "area.label", "care", "again", "why.a_b", "why.axb", "why.b", "why.label",
    ]  # fmt: skip
    assert (rows[0]["nps"], rows[0]["area"], rows[0]["area.label"]) == ("10", "price", "Price")
    assert rows[0]["date"] == "2026-05-01T00:00:00+00:00"
    chosen = next(row for row in rows if row["care"] == "5")
    assert (chosen["why.a_b"], chosen["why.axb"], chosen["why.b"], chosen["why.label"]) == ("1", "0", "1", "A_B; B")
    assert [row["expected"] for row in table_of(survey, Filter(kind="lost_prospect"))] == ["lost words"]


def test_export_runs_no_formula(app: Flask, as_role: AsRole) -> None:
    survey = a_survey("loop")
    for payload in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1"):
        a_response(survey, a_contact(name=payload), expected=payload, missing='plain, "quoted"\nline')
    reply = as_role("announcer").post("/responses/export/loop")
    assert reply.data.startswith(b"\xef\xbb\xbf")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="loop-responses.csv"'
    assert reply.mimetype == "text/csv"
    for row in csv.DictReader(io.StringIO(reply.text.removeprefix("\ufeff"))):
        assert row["expected"][0] == row["name"][0] == "'"
        assert row["missing"] == 'plain, "quoted"\nline'


def test_a_viewers_copy_says_what_was_answered_and_not_by_whom(app: Flask, as_role: AsRole) -> None:
    a_response(a_survey("loop"), a_contact("ada@example.org", name="Ada"), expected="A call")
    [row] = csv.DictReader(io.StringIO(as_role("viewer").post("/responses/export/loop").text.removeprefix("\ufeff")))
    assert (row["kind"], row["expected"]) == ("customer", "A call")
    assert not {"email", "name"} & row.keys()
    [row] = csv.DictReader(io.StringIO(as_role("announcer").post("/responses/export/loop").text.removeprefix("\ufeff")))
    assert (row["email"], row["name"]) == ("ada@example.org", "Ada")


def test_whoever_takes_a_copy_is_in_the_trail(app: Flask, as_role: AsRole) -> None:
    survey = a_survey("loop")
    viewer = as_role("viewer")
    assert viewer.get("/responses/export/loop").status_code == 405
    assert viewer.post("/responses/export/loop?kind=customer&text=Ada").status_code == 200
    [event] = db.session.scalars(select(Event).where(Event.code == "responses.exported"))
    assert (event.actor, event.subject_id) == ("viewer@velo.example", survey.id)
    assert event.payload == {"name": "loop", "narrowed_by": ["kind", "text"]}


def test_export_is_streamed_in_batches(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BATCH", 3)
    survey = a_survey()
    for number in range(8):
        a_response(survey, a_contact(), expected=f"text {number}")
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    rows = export.rows(build_spec(survey.id), Filter())
    statements.clear()
    assert next(rows)[0] == "id"
    next(rows)
    assert len([one for one in statements if one.startswith("SELECT")]) <= 6  # the form, and the first batch
    assert len(list(rows)) == 7
    assert len([one for one in statements if "FROM answer" in one]) == 3
