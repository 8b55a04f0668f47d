"""A kind of question that does not ship goes all the way: this test, its module and its template are all there is."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from feedback_app import clock
from feedback_app.common.strict_json import BadDocument
from feedback_app.database import transaction
from feedback_app.demo import data, history
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.responses.reading import summary
from feedback_app.surveys.form_spec import OptionSpec, QuestionSpec
from feedback_app.surveys.kinds.base.kind import NOTHING, Problem, Reply
from feedback_app.surveys.kinds.registry import KINDS, register, registered
from feedback_app.surveys.models import Question, Survey
from feedback_app.surveys.queries import build_spec, by_slug
from tests.factories import a_contact, a_survey, an_invitation
from tests.surveys.kinds_example.ranking import KIND, RankingSummary

AsRole = Callable[[str], FlaskClient]
SCRIPT = "<script>alert(1)</script>"
QUESTION = QuestionSpec(
    "order", "ranking", {"en": "Order?"}, options=tuple(OptionSpec(one, {"en": one.title()}) for one in "abc")
)


@pytest.fixture(autouse=True)
def ranking(bare_app: Flask) -> Iterator[None]:
    """What shipping a kind does by itself: its module is found, its template is among the templates."""
    bare_app.register_blueprint(Blueprint("kinds_example", __name__, template_folder="templates"))
    with registered(KIND):
        yield


@pytest.fixture
def staff(app: Flask, as_role: AsRole) -> FlaskClient:
    return as_role("announcer")


@pytest.fixture
def survey(staff: FlaskClient) -> Survey:
    """A survey to which a ranking was added in the builder, published."""
    section = build_spec(a_survey("loop", state="draft").id).sections[0].id
    path = f"/surveys/loop/sections/{section}/questions/ranking"
    assert "Ranking" in staff.get("/surveys/loop/build").text
    assert 'name="options-0-label_en"' in staff.get(path).text
    words = {"text_en": "What matters most?", "text_pl": "Co jest najważniejsze?", "code": "order", "kind": "ranking"}
    made = staff.post(path, data=words)
    assert made.status_code == 303
    assert "needs at least two options" in staff.get("/surveys/loop/build").text
    for at, (english, polish) in enumerate((("Price", "Cena"), ("Delivery", "Dostawa"), ("Tone", "Ton"))):
        words |= {f"options-{at}-label_en": english, f"options-{at}-label_pl": polish}
    assert staff.post("/surveys/loop/questions/order", data=words).status_code == 303
    assert staff.post("/surveys/loop/publish").status_code == 303
    assert by_slug("loop").state == "published"
    return by_slug("loop")


def answer(client: FlaskClient, survey: Survey, *places: str, status: int = 303) -> str:
    """Hand in the places of price, delivery and tone by a personal link of its own; return the page that follows."""
    _, token = an_invitation(survey, a_contact())
    codes = ("price", "delivery", "tone")
    data = {f"q_order.{code}": place for code, place in zip(codes, places, strict=False)}
    reply = client.post(f"/answer/{token}", data=data)
    assert reply.status_code == status
    return client.get(reply.location).text if status == 303 else reply.text


def kept() -> list[dict[str, object] | None]:
    db.session.rollback()
    return list(db.session.scalars(select(Answer.parts).order_by(Answer.id)))


def test_builder_form_and_thanks(survey: Survey, client: FlaskClient) -> None:
    question = build_spec(survey.id).by_code["order"]
    assert [one.code for one in question.options] == ["price", "delivery", "tone"]
    _, token = an_invitation(survey, a_contact())
    assert 'name="q_order.delivery"' in client.get(f"/answer/{token}").text
    thanks = answer(client, survey, "2", "1", "3")
    assert kept() == [{"price": 2, "delivery": 1, "tone": 3}]
    assert re.findall(r'<li value="(\d)">(\w+)', thanks) == [("1", "Delivery"), ("2", "Price"), ("3", "Tone")]


def test_a_mistake_is_said_and_what_was_chosen_stays(survey: Survey, client: FlaskClient) -> None:
    page = answer(client, survey, "2", "2", "", status=422)
    assert "give each place once" in page
    assert page.count('<option value="2" selected>') == 2
    assert kept() == []


@pytest.mark.parametrize(
    "raw",
    [
        ["a=0"], ["a=4"], ["a=1", "a=1"], ["a=1", "a=2"], ["a=1", "b=1"], ["a=2"], ["a=1", "z=2"], ["a"], ["="],
        ["a=1=2"], ["a=٣"], ["a=1.0"], [f"{SCRIPT}=1"], ["a=" + "9" * 5000], ["__class__=1"], ["a=1"] * 100_000,
    ],
)  # fmt: skip
def test_what_no_form_of_ours_sends_is_a_problem_not_an_error(raw: list[str]) -> None:
    assert isinstance(KIND.clean(raw, QUESTION), Problem)


def test_plain_data_is_read_by_the_same_rules() -> None:
    assert KIND.of_value(["b", "a"], QUESTION) == Reply(parts={"a": 2, "b": 1})
    assert KIND.of_value({"c": 1}, QUESTION) == Reply(parts={"c": 1})
    assert KIND.of_value([], QUESTION) == NOTHING
    assert isinstance(KIND.of_value("everything", QUESTION), Problem)
    assert isinstance(KIND.of_value(7, QUESTION), Problem)


def test_hostile_fields_store_nothing(survey: Survey, client: FlaskClient) -> None:
    _, token = an_invitation(survey, a_contact())
    hostile = MultiDict([("q_order", "price=1"), ("q_order.gold", "1"), ("q_order.price.x", "1"), (f"q_{SCRIPT}", "1")])
    assert client.post(f"/answer/{token}", data=hostile).status_code == 422
    for place in (SCRIPT, "-1", "1e0", "[1]", "1=1"):
        page = answer(client, survey, place, status=422)
        assert SCRIPT not in page
    assert kept() == []


def test_summary_list_and_response(survey: Survey, client: FlaskClient, staff: FlaskClient) -> None:
    for places in (("1", "2", "3"), ("2", "1", "3"), ("1", "", "")):
        answer(client, survey, *places)
    found = summary.group(build_spec(survey.id)).of(build_spec(survey.id).by_code["order"])
    assert isinstance(found, RankingSummary)
    assert found.answered == 3
    assert found.chart == {"price": 2, "delivery": 1, "tone": 0}
    assert found.places == pytest.approx({"price": 4 / 3, "delivery": 1.5, "tone": 3.0})
    page = staff.get("/responses/summary/loop").text
    assert "Answered by 3 of 3" in page
    assert "<li>Price: 1.3</li>" in page
    assert "No words, only marks" in staff.get("/responses").text
    first = db.session.scalar(select(func.min(Response.id)))
    assert '<li value="1">Price</li>' in staff.get(f"/responses/{first}").text


def exported(staff: FlaskClient) -> list[dict[str, str]]:
    text = staff.post("/responses/export/loop").text.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def upload(staff: FlaskClient, content: str) -> str:
    """Import answers as staff do: look first, then do it; return the page that says what happened."""
    fields = {"survey": "loop", "kind": "customer", "language": "en", "create_contacts": "y"}
    tried = staff.post("/responses/import", data={**fields, "file": (io.BytesIO(content.encode()), "a.csv")})
    assert tried.status_code == 303, tried.text
    return staff.post(tried.location, follow_redirects=True).text


def test_out_to_a_file_and_in_again(survey: Survey, client: FlaskClient, staff: FlaskClient) -> None:
    answer(client, survey, "3", "1", "2")
    row = exported(staff)[0]
    assert [row[f"order.{code}"] for code in ("price", "delivery", "tone")] == ["3", "1", "2"]
    head = "id,email,order.price,order.delivery,order.tone\n"
    upload(staff, head + f"{row['id']},{row['email']},3,1,2\nnew,new@example.org,1,,2\n")
    assert kept() == [{"price": 3, "delivery": 1, "tone": 2}, {"price": 1, "tone": 2}]
    upload(staff, "email,order\nwords@example.org,Ton > Price\n")
    assert kept()[2:] == [{"price": 2, "tone": 1}]
    upload(staff, head + "new,new@example.org,1,,2\nbad,bad@example.org,1,1,x\n")
    assert len(kept()) == 3  # one was here already, one is no ranking


def test_the_questionnaire_travels_as_a_file(survey: Survey, staff: FlaskClient) -> None:
    document = staff.get("/surveys/loop/export").data
    assert staff.post("/surveys/import", data={"file": (io.BytesIO(document), "q.json")}).status_code == 303
    copies = db.session.scalars(select(Question.kind).where(Question.code == "order")).all()
    assert copies == ["ranking", "ranking"]


def demo_line(email: str, order: object) -> str:
    line = {"email": email, "survey": "loop", "language": "pl", "days_ago": 9, "time": "10:30"}
    return json.dumps({**line, "answers": {"order": order, "expected": "Dzwonek"}})


def test_the_demo_can_answer_it(survey: Survey) -> None:
    people = {one: a_contact(one) for one in ("ewa@example.com", "jan@example.com")}
    lines = [demo_line(one, order) for one, order in zip(people, (["tone", "price"], {"price": 1}), strict=True)]
    with transaction() as session:
        history.add_responses(session, data.read_responses("\n".join(lines)), people, clock.now())
    assert [one for one in kept() if one] == [{"price": 2, "tone": 1}, {"price": 1}]


@pytest.mark.parametrize("order", ["gold", ["tone", "gold"], {"price": 7}, True])
def test_the_demo_names_an_answer_that_is_none(survey: Survey, order: object) -> None:
    people = {"ewa@example.com": a_contact("ewa@example.com")}
    told = data.read_responses(demo_line("ewa@example.com", order))
    with pytest.raises(BadDocument, match="is no answer to order"), transaction() as session:
        history.add_responses(session, told, people, clock.now())
    assert kept() == []


def test_a_kind_is_known_once() -> None:
    with pytest.raises(ValueError, match="taken"):
        register(KIND)
    assert list(KINDS)[-1] == "ranking"  # without a place of its own it stands last in the builder
