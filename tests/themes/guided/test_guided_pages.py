"""The pages of the guided set-up: buttons without scripts, each deed and its way back, and what viewers see."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.themes import queries as theme_queries
from feedback_app.themes.curation import theme_actions
from feedback_app.themes.guided import queries
from feedback_app.themes.models import Codebook, GroupingRequest, Mention, Placement, Theme
from feedback_app.themes.worker import jobs, requests
from tests.browser import read
from tests.factories import a_contact, a_response
from tests.themes.guided.conftest import LATE, SUBJECTS, subject_of
from tests.themes.seed import a_theme, some_mentions

Sign = Callable[[str], FlaskClient]


def address(book: int, page: str) -> str:
    return f"/themes/codebooks/{book}/set-up/{page}"


def theme_named(name: str) -> Theme:
    db.session.rollback()
    found = db.session.scalar(select(Theme).where(Theme.name == name))
    assert found is not None
    return found


def begun(client: FlaskClient, book: int) -> str:
    """Begin, let the worker prepare questions, and open the first."""
    waits = client.post(address(book, "begin"), follow_redirects=True).text
    assert "The machine reads the answers" in waits
    assert jobs.teach_guided() == "1 codebooks taught"
    return client.get(address(book, "questions")).text


def asked(book: int) -> queries.Asked:
    db.session.rollback()
    return queries.questions(book)[0]


def say(client: FlaskClient, book: int, **data: object) -> str:
    return client.post(
        address(book, "answer"), data={"mention": asked(book).mention.id, **data}, follow_redirects=True
    ).text


def test_proposed_themes_are_shown_with_size_and_quotes_and_sorted_by_buttons(as_role: Sign, book: int) -> None:
    client = as_role("product_owner")
    a_theme(book, "Junk")
    page = read(client.get(address(book, "themes")).text)
    assert "90 mentions" in page
    assert page.count("<blockquote") == 5
    assert "Theme 1 of 2" in page
    things, junk = theme_named("Things").id, theme_named("Junk").id
    kept = client.post(address(book, f"themes/{things}"), data={"deed": "keep"}, follow_redirects=True).text
    assert "Theme 2 of 2" in read(kept)
    client.post(address(book, f"themes/{junk}"), data={"deed": "rename", "name": "Better"})
    assert theme_named("Better").id == junk
    assert queries.kept(book) == [things, junk]
    assert "You have looked through all of them" in client.get(address(book, "themes")).text
    again = client.get(address(book, "themes"), query_string={"theme": junk}).text
    assert "You kept this one already" in again


def test_merge_split_and_drop_are_steps_that_can_be_undone(as_role: Sign, book: int) -> None:
    client = as_role("product_owner")
    other = a_theme(book, "Other")
    things = theme_named("Things").id
    assert client.post(address(book, f"themes/{other}"), data={"deed": "merge", "into": things}).status_code == 303
    assert theme_named("Other").state == "merged"
    last = theme_queries.history(1, codebook_id=book).items[0]
    client.post(f"/themes/steps/{last.id}/undo")
    assert theme_named("Other").state == "open"
    client.post(address(book, f"themes/{other}"), data={"deed": "drop"})
    assert theme_named("Other").state == "set_aside"
    client.post(address(book, f"themes/{things}"), data={"deed": "split"})
    assert db.session.scalar(select(GroupingRequest.kind)) == "split"


def test_one_question_at_a_time_ten_to_a_block(as_role: Sign, book: int) -> None:
    client = as_role("product_owner")
    page = read(begun(client, book))
    assert "Question 1 of 10" in page
    assert page.count('name="theme"') == 1  # there is one theme to choose from
    for number in range(1, 11):
        page = read(say(client, book, deed="new", name=subject_of(asked(book).mention.text)))
        if number < 10:
            assert f"Question {number + 1} of 10" in page
    assert "It is learning from your last answers" in page
    jobs.teach_guided()
    page = read(client.get(address(book, "learnt")).text)
    assert re.search(r"moved \d+ mentions to another theme", page)
    assert "two of ten questions are" in page
    page = read(client.get(address(book, "questions")).text)
    assert page.count('name="theme"') in (2, 4)
    shares = [int(one) for one in re.findall(r'class="quiet">(\d+)%', page)]
    assert shares == sorted(shares, reverse=True)


def test_other_ways_to_answer_and_the_way_back(as_role: Sign, book: int) -> None:
    client = as_role("product_owner")
    begun(client, book)
    first = asked(book).mention.id
    assert "Undo the last answer" in say(client, book, theme=str(theme_named("Things").id))
    assert asked(book).mention.id != first
    back = client.post(address(book, "undo"), follow_redirects=True).text
    assert "Taken back. It is asked again." in back
    assert asked(book).mention.id == first
    say(client, book, deed="aside")
    assert db.session.get_one(Mention, first).state == "set_aside"
    say(client, book, deed="skip")
    say(client, book, deed="other", other=str(theme_named("Things").id))
    assert queries.progress(book).answered == 2


@pytest.mark.parametrize(
    "data", [{}, {"theme": "99999"}, {"deed": "new", "name": ""}, {"deed": "new", "name": "x" * 20_000}, {"theme": "x"}]
)
def test_nonsense_is_one_clear_line_and_changes_nothing(as_role: Sign, book: int, data: dict[str, str]) -> None:
    client = as_role("product_owner")
    begun(client, book)
    assert "alert-danger" in say(client, book, **data)
    assert queries.progress(book).answered == 0
    lost = client.post(address(book, "answer"), data={"mention": "9" * 15, "deed": "aside"}, follow_redirects=True)
    assert "There is no mention number" in lost.text
    assert client.post(address(book, f"themes/{theme_named('Things').id}"), data={"deed": "eat"}).status_code == 400
    assert client.get(address(10**6, "questions")).status_code == 404


def test_markup_in_names_and_mentions_is_words(as_role: Sign, book: int) -> None:
    client = as_role("product_owner")
    begun(client, book)
    page = say(client, book, deed="new", name="<script>alert(1)</script>")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in client.get(address(book, "learnt")).text


def test_what_is_new_is_offered_on_the_desk_and_among_the_themes(as_role: Sign, book: int) -> None:
    client = as_role("product_owner")
    assert "Ten minutes with the machine" in client.get(f"/themes?codebook={book}").text
    begun(client, book)
    say(client, book, deed="new", name="Late delivery")
    done = client.post(address(book, "finish"), follow_redirects=True).text
    assert "is offered as new" in done
    assert "new mention" not in client.get("/").text
    survey = theme_queries.surveys_of(book)[0]
    response = a_response(survey, a_contact(), expected="x")
    some_mentions(response, [LATE.format(number) for number in range(50, 84)])
    assert "34 new mentions, 6 min" in read(client.get("/").text)
    assert "34 new mentions, 6 min" in read(client.get(f"/themes?codebook={book}").text)
    jobs.teach_guided()
    assert asked(book).mention.response_id == response.id


def test_a_viewer_looks_and_answers_nothing(as_role: Sign, book: int) -> None:
    begun(as_role("product_owner"), book)
    viewer = as_role("viewer")
    page = viewer.get(address(book, "questions")).text
    assert "What is this about?" in page
    assert 'name="mention"' not in page
    assert viewer.get(address(book, "learnt")).status_code == 200
    assert viewer.get(address(book, "themes")).status_code == 200
    for deed in ("begin", "answer", "undo", "finish"):
        assert viewer.post(address(book, deed)).status_code == 403
    assert db.session.scalar(select(func.count()).where(Mention.decided_at.is_not(None))) == 0


def test_corrections_on_other_pages_teach_too_once_people_pause(as_role: Sign, book: int) -> None:
    client = as_role("product_owner")
    begun(client, book)
    for name, words in SUBJECTS.items():
        db.session.rollback()
        alike = select(Mention.id).where(Mention.text.startswith(words[:9])).limit(3)
        theme_actions.start_theme(book, name, COMMAND, list(db.session.scalars(alike)))
    assert jobs.teach_guided() == ""  # no block is full: a person may still be at it
    assert jobs.learn_from_corrections() == ""
    with transaction() as session:
        session.execute(update(Codebook).values(corrected_at=clock.now() - 2 * requests.QUIET))
    assert jobs.learn_from_corrections() == "1 codebooks learnt"
    moved = select(Theme.name, Mention.text).join(Placement, Placement.theme_id == Theme.id)
    rows = db.session.execute(moved.join(Mention, Mention.id == Placement.mention_id)).all()
    assert sum(row.name == subject_of(row.text) for row in rows) > 45  # nine were said
