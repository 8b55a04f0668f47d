"""Finding contacts: what a filter means, on real rows."""

from __future__ import annotations

import pytest
from flask import Flask

from feedback_app.contacts import queries
from feedback_app.contacts.queries import Filter
from feedback_app.database import transaction
from feedback_app.delivery import suppression
from feedback_app.errors import NotFound
from tests.factories import a_contact


@pytest.fixture
def people(app: Flask) -> None:
    a_contact("ada@example.org", name="Ada Łódzka", attributes={"city": "Łódź", "plan": "Miejski"})
    a_contact("bob@example.org", name="Bob Stone", kind="lost_prospect", stage_lost="price", language="pl")
    a_contact("Cezary@example.org", name="", kind="prospect", attributes={"city": "Kraków"})
    with transaction():
        suppression.suppress("bob@example.org", "surveys", "unsubscribed")


def _found(wanted: Filter) -> set[str]:
    return {one.email_key[:3] for one in queries.search(wanted).items}


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), {"ada", "bob", "cez"}),
        (Filter(kinds=("customer",)), {"ada"}),
        (Filter(kinds=("customer", "prospect")), {"ada", "cez"}),
        (Filter(stage_lost="price"), {"bob"}),
        (Filter(language="pl"), {"bob"}),
        (Filter(attribute="city"), {"ada", "cez"}),
        (Filter(attribute="city", value="Łódź"), {"ada"}),
        (Filter(attribute="city", value="łódź"), set()),
        (Filter(attribute="phone"), set()),
        (Filter(text="łódzka"), {"ada"}),
        (Filter(text="ŁÓDZKA ada"), {"ada"}),
        (Filter(text="stone ada"), set()),
        (Filter(text="cezary@EXAMPLE"), {"cez"}),
        (Filter(text="%"), set()),
        (Filter(text="_"), set()),
        (Filter(suppressed=True), {"bob"}),
        (Filter(suppressed=False), {"ada", "cez"}),
        (Filter(suppressed=False, language="pl"), set()),
    ],
)
def test_a_filter_finds_exactly_whom_it_describes(wanted: Filter, expected: set[str]) -> None:
    assert _found(wanted) == expected
    assert queries.how_many(wanted) == len(expected)
    assert {one.email_key[:3] for one in queries.every(wanted)} == expected


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    "hostile", ['ci"ty', "ci\\ty", "a'b", "$.city", "city[0]", "\0", "x" * 5000, "'; DROP TABLE contact"]
)
def test_hostile_filters_find_nobody_and_break_nothing(hostile: str) -> None:
    wanted = Filter.from_dict({"attribute": hostile, "value": hostile, "text": hostile, "stage_lost": hostile})
    assert _found(wanted) <= {"ada", "bob", "cez"}
    assert queries.how_many(Filter()) == 3


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(),
        Filter(("customer", "lost_prospect"), "price", "pl", "city", "Łódź", "ada", True),
        Filter(suppressed=False),
    ],
)
def test_a_filter_survives_json(wanted: Filter) -> None:
    assert Filter.from_dict(wanted.as_dict()) == wanted


def test_an_empty_filter_is_an_empty_dict() -> None:
    assert Filter().as_dict() == {}


def test_what_is_unknown_is_ignored() -> None:
    given = {"kinds": ["customer", "king"], "language": "xx", "suppressed": "perhaps", "colour": "red", "text": None}
    assert Filter.from_dict(given) == Filter(kinds=("customer",))


@pytest.mark.usefixtures("people")
def test_counts_stages_and_attribute_names() -> None:
    assert queries.counts_by_kind() == {"customer": 1, "prospect": 1, "lost_prospect": 1, "former_customer": 0}
    assert queries.stages() == ["price"]
    assert queries.attribute_keys() == ["city", "plan"]


@pytest.mark.usefixtures("people")
def test_an_address_is_found_whatever_its_case() -> None:
    found = queries.by_key("  ADA@Example.ORG ")
    assert found is not None
    assert found.name == "Ada Łódzka"
    assert queries.by_key("nobody@example.org") is None


def test_who_does_not_exist_is_not_found(app: Flask) -> None:
    with pytest.raises(NotFound, match="no such contact"):
        queries.by_id(7)


@pytest.mark.usefixtures("app")
def test_pages_are_cut_and_clamped() -> None:
    for _ in range(5):
        a_contact()
    page = queries.search(Filter(), page=99, size=2)
    assert (page.number, page.pages, page.total, len(page.items)) == (3, 3, 5, 1)


@pytest.mark.usefixtures("app")
def test_every_contact_comes_once_however_many_there_are() -> None:
    from feedback_app.contacts.models import Contact

    with transaction() as session:
        session.add_all(
            Contact(email=f"p{n}@example.org", email_key=f"p{n}@example.org", kind="customer", language="en")
            for n in range(2001)
        )
    assert len({one.email for one in queries.every(Filter())}) == 2001
