"""A person answers, the machine learns: through the verbs that the page and the commands use, on a real database."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from feedback_app.cli import feedback_app
from feedback_app.database import transaction
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.surveys.models import Survey
from feedback_app.themes.grouping import classifier_store
from feedback_app.themes.guided import actions, queries, teaching
from feedback_app.themes.guided.models import GuidedQuestion
from feedback_app.themes.models import Mention, Placement, Theme
from feedback_app.themes.queries import open_themes
from tests.factories import a_contact, a_response, a_survey
from tests.statements import statements
from tests.themes.guided.conftest import DEAR, LATE, SUBJECTS, subject_of
from tests.themes.seed import a_codebook, some_mentions


def ask(codebook: int, count: int = 10) -> list[queries.Asked]:
    actions.begin(codebook)
    teaching.teach_wanted()
    return queries.questions(codebook, count)


def answer(codebook: int, number: int) -> set[int]:
    """Answer so many questions truly; the mentions that were asked about."""
    done: set[int] = set()
    while len(done) < number:
        for one in ask(codebook, min(10, number - len(done))):
            actions.answer_new(one.mention.id, subject_of(one.mention.text), COMMAND)
            done.add(one.mention.id)
    teaching.teach_wanted()
    return done


def placed() -> list[tuple[int, str, str, bool]]:
    db.session.rollback()
    rows = db.session.execute(
        select(Mention.id, Mention.text, Theme.name, Placement.confirmed_at)
        .join(Placement, Placement.mention_id == Mention.id)
        .join(Theme, Theme.id == Placement.theme_id)
        .order_by(Mention.id)
    )
    return [(row.id, row.text, row.name, row.confirmed_at is not None) for row in rows]


def test_ten_answers_put_the_mentions_nobody_was_asked_about_where_they_belong(book: int) -> None:
    asked = answer(book, 10)
    rows = placed()
    rest = [(text, name) for mention, text, name, _ in rows if mention not in asked]
    assert len(rest) == 80
    assert sum(subject_of(text) == name for text, name in rest) > 72
    assert {mention for mention, _, _, confirmed in rows if confirmed} == asked
    told = queries.progress(book)
    assert (told.answered, told.in_block, told.learning) == (10, 0, False)
    assert told.moved > 60
    assert told.estimate.drawn == 2


def test_new_answers_are_placed_by_what_was_learnt(book: int) -> None:
    answer(book, 20)
    machine = classifier_store.load(book)
    assert machine is not None
    (theme, sure), *_ = machine.assign(["The courier came ten days too late again"], languages=["en"])
    assert theme is not None
    assert db.session.get_one(Theme, theme).name == "Late delivery"
    assert 0 < sure <= 1


def test_what_people_decided_is_never_moved_by_the_machine(book: int) -> None:
    first = ask(book, 3)
    wrong = actions.answer_new(first[0].mention.id, "Something else", COMMAND)
    answer(book, 20)
    mine = [name for mention, _, name, _ in placed() if mention == first[0].mention.id]
    assert mine == [wrong.name]


def test_asides_leave_the_themes_and_so_do_others_like_them(book: int) -> None:
    for one in ask(book, 10):
        if subject_of(one.mention.text) == "Rude staff":
            actions.answer_aside(one.mention.id, COMMAND)
        else:
            actions.answer_new(one.mention.id, subject_of(one.mention.text), COMMAND)
    actions.begin(book)
    teaching.teach_wanted()
    left = [text for _, text, _, _ in placed() if text.startswith("The lady")]
    assert len(left) < 6
    assert db.session.scalar(select(func.count()).where(Mention.state == "set_aside"))


def test_a_name_that_is_there_is_used_again_whatever_its_case(book: int) -> None:
    one, two, *_ = ask(book, 2)
    first = actions.answer_new(one.mention.id, "Late delivery", COMMAND)
    again = actions.answer_new(two.mention.id, "  late DELIVERY ", COMMAND)
    assert first.id == again.id
    assert actions.answer_theme(two.mention.id, "late delivery", COMMAND).id == first.id
    assert actions.answer_theme(two.mention.id, str(first.id), COMMAND).id == first.id


def test_undo_takes_the_answer_back_and_asks_again(book: int) -> None:
    one, *_ = ask(book, 2)
    before = placed()
    actions.answer_new(one.mention.id, "Late delivery", COMMAND)
    assert placed() != before
    assert actions.undo(book, COMMAND) == one.mention.id
    assert placed() == before
    assert queries.questions(book)[0].mention.id == one.mention.id
    assert queries.progress(book).answered == 0
    with pytest.raises(Refused):
        actions.undo(book, COMMAND)


def test_what_is_passed_over_is_not_asked_again_and_can_be_undone(book: int) -> None:
    one, *_ = ask(book, 1)
    actions.skip(one.mention.id, COMMAND)
    assert one.mention.id not in {other.mention.id for other in ask(book, 90)}
    assert actions.undo(book, COMMAND) == one.mention.id


def test_a_lesson_is_asked_for_by_every_tenth_answer_alone(book: int) -> None:
    for number, one in enumerate(ask(book, 10), 1):
        actions.answer_new(one.mention.id, "Late delivery", COMMAND)
        assert queries.due() == ([book] if number == 10 else [])
    assert teaching.teach_wanted() == "1 codebooks taught"
    assert teaching.teach_wanted() == ""
    assert len(queries.questions(book, 100)) == teaching.AHEAD


def test_once_finished_only_what_is_new_is_asked_about(book: int) -> None:
    answer(book, 10)
    actions.finish(book)
    assert queries.news(book) is None
    survey = db.session.scalar(select(Mention.survey_id).limit(1))
    assert survey is not None
    response = a_response(db.session.get_one(Survey, survey), a_contact(), expected="x")
    new = some_mentions(response, [LATE.format(99), DEAR.format(98)])
    news = queries.news(book)
    assert news is not None
    assert (news.mentions, news.minutes) == (2, 1)
    assert {one.mention.id for one in ask(book)} == set(new)
    with pytest.raises(NotFound):
        actions.answer_theme(new[0], "No such theme", COMMAND)


def test_what_is_new_in_every_codebook_costs_one_statement(book: int) -> None:
    others = [a_survey() for _ in range(3)]
    books = [book, *(a_codebook([one.id], one.slug) for one in others)]
    for one in books[:-1]:
        actions.finish(one)
    for number, survey in enumerate(others, 1):
        some_mentions(a_response(survey, a_contact(), expected="x"), [LATE.format(at) for at in range(10 * number)])
    with statements() as sent:
        found = queries.news_everywhere()
    assert [(codebook.id, new.mentions, new.minutes) for codebook, new in found] == [
        (books[2], 20, 4),
        (books[1], 10, 2),
    ]
    assert len(sent) == 1
    assert queries.news(books[2]) == found[0][1]
    assert queries.news(books[-1]) is None  # nobody has finished there


@pytest.mark.parametrize("name", ["", "   ", "\n\t", "x" * 20_000, "word " * 5_000, "\u200b\u202e"])
def test_a_name_that_is_none_is_refused_in_one_line_and_nothing_is_half_done(book: int, name: str) -> None:
    one, *_ = ask(book, 1)
    before = placed()
    with pytest.raises(Refused) as refused:
        actions.answer_new(one.mention.id, name, COMMAND)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200
    db.session.rollback()
    assert placed() == before
    assert queries.progress(book).answered == 0


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "Привет 你好 zażółć 🎉", "‘ OR 1=1; --", "{{ 7 * 7 }}"])
def test_odd_names_are_names(book: int, name: str) -> None:
    one, *_ = ask(book, 1)
    assert actions.answer_new(one.mention.id, name, COMMAND).name == name
    assert ask(book, 5)


def test_hostile_mentions_are_asked_about_and_learnt_from(book: int) -> None:
    survey = db.session.scalar(select(Mention.survey_id).limit(1))
    response = a_response(db.session.get_one(Survey, survey), a_contact(), expected="x")
    odd = some_mentions(
        response, ["word " * 190, "x" * 990, "<b>markup</b> & {{ more }}", "Привет 你好 مرحبا zażółć 🎉"]
    )
    for mention in odd:
        actions.answer_new(mention, "Odd things", COMMAND)
    assert len(ask(book)) == 10


def test_a_codebook_without_mentions_has_nothing_to_ask(app: Flask) -> None:
    empty = a_codebook([a_survey("empty").id], "Empty")
    assert ask(empty) == []
    assert not queries.progress(empty).learning


def run(app: Flask, *words: object) -> Result:
    return CliRunner().invoke(feedback_app, ["themes", *map(str, words)], obj=lambda: app)


def test_a_script_asks_and_answers(app: Flask, book: int) -> None:
    with transaction():
        name = open_themes(book)[0].name
    rows = json.loads(run(app, "ask", "customers", "--count", 4, "--json").stdout)
    assert len(rows) == 4
    assert {"id", "text", "proposals"} <= rows[0].keys()
    assert [one["name"] for one in rows[0]["proposals"]] == [name]
    done = run(app, "answer", rows[0]["id"], "--new", "Late delivery", "--json")
    assert json.loads(done.stdout)["name"] == "Late delivery"
    assert "In “Late delivery”" in run(app, "answer", rows[1]["id"], "--theme", "late delivery").output
    assert "Set aside." in run(app, "answer", rows[2]["id"], "--aside").output
    again = run(app, "answer", rows[2]["id"])
    assert again.exit_code == 2
    assert "Give one of" in again.output
    lost = run(app, "answer", 999_999, "--aside")
    assert lost.exit_code == 1
    assert "There is no mention number 999999" in lost.output
    shown = run(app, "ask", "Voices", "--count", 2)
    assert rows[3]["text"][:10] in shown.output or shown.output.count("\n") >= 2
    assert run(app, "ask", "nothing").exit_code == 1


def test_the_tenth_answer_of_a_script_teaches(app: Flask, book: int) -> None:
    for row in json.loads(run(app, "ask", book, "--json").stdout):
        run(app, "answer", row["id"], "--new", subject_of(row["text"]))
    db.session.rollback()
    assert not queries.progress(book).learning
    listed = json.loads(run(app, "list", "--json").stdout)
    assert {one["name"] for one in listed if one["size"] > 15} >= set(SUBJECTS)
    assert all({"names", "size", "tones"} <= one.keys() for one in listed)
    assert db.session.scalar(select(func.count()).where(GuidedQuestion.state == "answered")) == 10
