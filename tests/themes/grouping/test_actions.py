"""Answers become mentions become themes: all of them, once, and people's decisions stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import exists, func, select, update

from feedback_app import clock
from feedback_app.cli import feedback_app
from feedback_app.database import transaction
from feedback_app.errors import Refused
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.organisation.queries import current
from feedback_app.responses.models import Answer
from feedback_app.themes import queries
from feedback_app.themes.codebooks import actions as codebook_actions
from feedback_app.themes.curation import mention_actions, theme_actions
from feedback_app.themes.grouping import actions as grouping_actions
from feedback_app.themes.grouping import request_actions
from feedback_app.themes.grouping.cut_answers import cut_new
from feedback_app.themes.models import (
    Codebook,
    CodebookMachine,
    GroupingRequest,
    Mention,
    Placement,
    Suggestion,
    TextVector,
    Theme,
)
from feedback_app.themes.suggestions import (
    actions as suggestion_actions,
)
from feedback_app.themes.suggestions import (
    find as actions_suggesting,
)
from feedback_app.themes.suggestions import (
    queries as suggestion_queries,
)
from feedback_app.themes.suggestions import (
    watch_new_topics,
)
from feedback_app.themes.worker import jobs, requests
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, demo_answers, demo_surveys, some_mentions

HOSTILE = [
    "<script>alert('x')</script> and the parcel was late",
    '=HYPERLINK("http://x") delivery never came',
    "😀😀😀",
    "word " * 10_000,
    "\u202etxet tfel ot thgir",
    "a\u0000b\u0007c broken parcel",
    "   ",
    ".",
    "x",
    "Приїхало пізно, але кур'єр був ввічливий",
    "no complaints",
    "Wszystko ok",
]


def count(thing: object, *where: object) -> int:
    return db.session.scalar(select(func.count()).select_from(thing).where(*where)) or 0  # type: ignore[call-overload]


def answers_of_the_demo(most: int) -> int:
    surveys = demo_surveys()
    demo_answers(surveys, most)
    return codebook_actions.codebook_for(list(surveys), COMMAND, "Voices").id


@pytest.fixture
def demo(app: Flask) -> int:
    """Answers of the demo company, its surveys sharing one codebook."""
    return answers_of_the_demo(130)


@pytest.fixture
def whole_demo(app: Flask) -> int:
    """All of them."""
    return answers_of_the_demo(10_000)


def test_the_demo_is_grouped_once_and_for_all(whole_demo: int) -> None:
    demo = whole_demo
    told: list[tuple[str, float]] = []
    outcome = grouping_actions.group(demo, COMMAND, tell=lambda message, share, **_: told.append((message, share)))
    assert outcome.answers == count(Answer, Answer.text.is_not(None)) > 200
    assert outcome.new_themes == count(Theme) >= 4
    assert outcome.placed + outcome.waiting == count(Mention, Mention.state == "open")
    assert outcome.placed >= 0.85 * (outcome.placed + outcome.waiting)  # what no theme names waits
    assert count(Mention, Mention.state == "no_content") >= 1
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert told[-1][1] == 1.0

    uncut = ~exists(select(1).where(Mention.answer_id == Answer.id))
    assert count(Answer, Answer.text.is_not(None), uncut) == 0
    for mention, answer in db.session.execute(
        select(Mention, Answer.text).join(Answer, Answer.id == Mention.answer_id)
    ):
        assert answer[mention.start : mention.end] == mention.text
    assert all(0 <= one.confidence <= 1 for one in db.session.scalars(select(Placement)))
    named = list(db.session.scalars(select(Theme)))
    assert all(one.phrases and one.name == one.names[current().language] for one in named)
    assert all(len({one.names[code].casefold() for one in named}) == len(named) for code in ("en", "pl"))

    themes, vectors = set(db.session.scalars(select(Theme.id))), count(TextVector)
    again = grouping_actions.group(demo, COMMAND)
    assert (again.answers, again.mentions, again.new_themes) == (0, 0, 0)
    assert set(db.session.scalars(select(Theme.id))) == themes
    assert count(TextVector) == vectors > 200


def test_new_answers_are_cut_and_assigned_and_people_are_never_overruled(demo: int) -> None:
    grouping_actions.group(demo, COMMAND, themes=8)
    themes = queries.open_themes(demo)
    here = db.session.scalars(select(Placement.mention_id).where(Placement.theme_id == themes[0].id)).all()
    mention_actions.move(here[:3], themes[1].id, COMMAND, themes[0].id)
    mention_actions.take_out(here[3:5], themes[0].id, COMMAND)
    mention_actions.set_aside(here[5:6], demo, COMMAND)
    survey = queries.surveys_of(demo)[0]
    code = "missing" if survey.slug == "customer" else "why"
    a_response(survey, a_contact(language="pl"), **{code: "Dostawa roweru spóźniła się o dwa tygodnie."})
    before = count(Mention)
    mentions, placed = requests.assign_new_answers()
    assert count(Mention) - before == mentions >= 1
    assert placed == mentions
    assert requests.assign_new_answers() == (0, 0)
    grouping_actions.relearn(demo, always=True)
    grouping_actions.group(demo, COMMAND)
    for one in here[:3]:
        placements = db.session.scalars(select(Placement).where(Placement.mention_id == one)).all()
        assert [(p.theme_id, p.confirmed_at is not None) for p in placements] == [(themes[1].id, True)]
    for one in here[3:5]:
        assert count(Placement, Placement.mention_id == one) == 0
    assert db.session.get_one(Mention, here[5]).state == "set_aside"
    assert {one.id for one in themes} == set(db.session.scalars(select(Theme.id)))


def test_mentions_of_a_merged_theme_follow_it_and_new_ones_too(demo: int) -> None:
    grouping_actions.group(demo, COMMAND, themes=6)
    first, second, *_ = queries.open_themes(demo)
    gone = first.id
    with transaction() as session:
        texts = session.scalars(
            select(Mention.text).join(Placement).where(Placement.theme_id == gone).order_by(Placement.confidence.desc())
        ).all()
    theme_actions.merge([gone], second.id, COMMAND)
    survey = next(one for one in queries.surveys_of(demo) if one.slug == "customer")
    a_response(survey, a_contact(), missing=texts[0])
    requests.assign_new_answers()
    newest = db.session.scalars(select(Mention).order_by(Mention.id.desc())).first()
    assert newest is not None
    assert [one.theme_id for one in newest.placements] == [second.id]
    assert count(Placement, Placement.theme_id == gone) == 0


def test_hostile_texts_are_cut_like_any_other(app: Flask) -> None:
    survey = a_survey()
    codebook = a_codebook([survey.id])
    with_text = [
        text for text in HOSTILE if "\0" not in text or not app.config["SQLALCHEMY_DATABASE_URI"].startswith("p")
    ]
    for text in with_text:
        a_response(survey, a_contact(), expected=text)
    outcome = grouping_actions.group(codebook, COMMAND)
    assert outcome.answers == len(with_text)
    assert count(Answer, ~exists(select(1).where(Mention.answer_id == Answer.id))) == 0
    assert count(Mention, Mention.text == "no complaints", Mention.state == "no_content") == 1
    assert grouping_actions.group(codebook, COMMAND).answers == 0


def test_nothing_and_a_single_answer_are_no_error(app: Flask) -> None:
    survey = a_survey()
    codebook = a_codebook([survey.id])
    assert grouping_actions.group(codebook, COMMAND).as_dict() == {
        "codebook_id": codebook, "answers": 0, "mentions": 0, "placed": 0, "new_themes": 0, "waiting": 0,
    }  # fmt: skip
    a_response(survey, a_contact(), expected="The courier left the parcel in the rain.")
    outcome = grouping_actions.group(codebook, COMMAND)
    assert outcome.mentions == outcome.placed + outcome.waiting == 1


def test_a_person_who_decides_while_the_machine_computes_wins(demo: int, monkeypatch: pytest.MonkeyPatch) -> None:
    compute = grouping_actions.discover
    decided: list[int] = []

    def meanwhile(*args: object, **kwargs: object) -> object:
        found = compute(*args, **kwargs)  # type: ignore[arg-type]
        assert not db.session().in_transaction()  # nothing is held open while vectors are computed
        mention = db.session.scalars(select(Mention.id).where(Mention.state == "open")).first()
        mention_actions.set_aside([mention or 0], demo, COMMAND)
        decided.append(mention or 0)
        return found

    monkeypatch.setattr(grouping_actions, "discover", meanwhile)
    grouping_actions.group(demo, COMMAND)
    assert count(Placement, Placement.mention_id == decided[0]) == 0
    assert db.session.get_one(Mention, decided[0]).state == "set_aside"


def test_ready_themes_teach_by_their_examples(demo: int) -> None:
    assert codebook_actions.start_from(demo, "customer-service", "en", COMMAND) >= 8
    assert codebook_actions.start_from(demo, "customer-service", "en", COMMAND) == 0
    themes = count(Theme)
    outcome = grouping_actions.group(demo, COMMAND)
    assert outcome.new_themes == 0
    assert outcome.placed > 100
    assert count(Theme) == themes
    waiting = db.session.scalars(select(Mention).where(Mention.id.in_(queries.ungrouped_of(demo)))).all()
    assert all(one.closest for one in waiting)


def test_asking_twice_groups_once_and_the_worker_tells_how_it_went(demo: int) -> None:
    first = request_actions.request_grouping(demo, COMMAND)
    assert request_actions.request_grouping(demo, COMMAND) == first
    assert jobs.run_grouping_requests() == "1 groupings"
    request = db.session.get_one(GroupingRequest, first)
    assert (request.state, request.progress) == ("done", 1.0)
    assert request.values["new_themes"] == count(Theme) > 0
    assert jobs.run_grouping_requests() == ""
    second = request_actions.request_grouping(demo, COMMAND)
    assert second != first
    requests.run_requests()
    assert "grouped already" in db.session.get_one(GroupingRequest, second).message


def test_a_request_of_a_dead_worker_is_taken_over_and_given_up_in_the_end(app: Flask) -> None:
    codebook = a_codebook([])
    wanted = request_actions.request_grouping(codebook, COMMAND)
    old = clock.now() - timedelta(hours=1)
    with transaction() as session:
        session.execute(update(GroupingRequest).values(state="running", seen_at=old, attempts=1))
    assert requests.run_requests() == 1
    assert db.session.get_one(GroupingRequest, wanted).state == "done"
    again = request_actions.request_grouping(codebook, COMMAND)
    with transaction() as session:
        session.execute(
            update(GroupingRequest).where(GroupingRequest.id == again).values(state="running", seen_at=old, attempts=3)
        )
    assert requests.run_requests() == 0
    assert db.session.get_one(GroupingRequest, again).state == "failed"


def test_options_that_make_no_sense_are_refused(app: Flask) -> None:
    codebook = a_codebook([])
    with pytest.raises(Refused, match="coarse"):
        request_actions.request_grouping(codebook, COMMAND, grain="huge")
    with pytest.raises(Refused, match="1 to 250"):
        request_actions.request_grouping(codebook, COMMAND, themes=0)


def test_corrections_are_learnt_once_people_pause(demo: int) -> None:
    grouping_actions.group(demo, COMMAND, themes=6)
    theme = queries.open_themes(demo)[0]
    here = db.session.scalars(select(Placement.mention_id).where(Placement.theme_id == theme.id)).all()
    learnt = db.session.scalar(select(CodebookMachine.learnt_at))
    mention_actions.confirm(here[:5], theme.id, COMMAND)
    assert requests.learn_from_corrections() == 0
    with transaction() as session:
        session.execute(update(Codebook).values(corrected_at=clock.now() - timedelta(minutes=1)))
        session.execute(update(CodebookMachine).values(learnt_at=clock.now() - timedelta(minutes=5)))
    assert requests.learn_from_corrections() == 1
    assert requests.learn_from_corrections() == 0
    now = db.session.scalar(select(CodebookMachine.learnt_at))
    assert now is not None
    assert learnt is not None
    assert now > learnt


def similar(number: int) -> list[str]:
    return [f"The invoice for month {at} had the wrong amount and the wrong tax number." for at in range(number)]


def test_a_missing_theme_is_suggested_and_a_no_holds(app: Flask) -> None:
    survey = a_survey()
    codebook = a_codebook([survey.id])
    response = a_response(survey, a_contact(), expected="words")
    some_mentions(response, similar(14) + [f"The courier came {at} days too late with the parcel." for at in range(14)])
    assert actions_suggesting.suggest(codebook) >= 1
    found = queries.suggestions(codebook)
    assert {one.kind for one in found} == {"new_theme"}
    assert actions_suggesting.suggest(codebook) == 0
    for one in found[1:]:
        suggestion_actions.dismiss(one.id, COMMAND)
    with pytest.raises(Refused, match="already"):
        suggestion_actions.dismiss(found[-1].id, COMMAND) if len(found) > 1 else refuse()
    size = len(found[0].parts[0]["mentions"])
    (theme,) = suggestion_actions.accept(found[0].id, COMMAND, ["Invoices"])
    assert db.session.get_one(Theme, theme).name == "Invoices"
    assert count(Placement, Placement.theme_id == theme) == size >= 10
    assert actions_suggesting.suggest(codebook) == 0
    with pytest.raises(Refused, match="already"):
        suggestion_actions.accept(found[0].id, COMMAND)


def refuse() -> None:
    raise Refused("already")


def test_a_split_is_suggested_on_request_and_moves_only_what_was_accepted(app: Flask) -> None:
    survey = a_survey()
    codebook = a_codebook([survey.id])
    theme = a_theme(codebook, "Everything")
    response = a_response(survey, a_contact(), expected="words")
    late = [f"The courier came {at} days too late with the parcel." for at in range(30)]
    some_mentions(response, similar(30) + late, theme)
    wanted = request_actions.request_grouping(codebook, COMMAND, "split", theme_id=theme)
    requests.run_requests()
    assert db.session.get_one(GroupingRequest, wanted).state == "done"
    (found,) = queries.suggestions(codebook)
    assert found.kind == "split"
    assert len(found.parts) >= 2
    names = ["Invoices", *[""] * (len(found.parts) - 1)]
    (part,) = suggestion_actions.accept(found.id, COMMAND, names)
    moved = len(found.parts[0]["mentions"])
    assert count(Placement, Placement.theme_id == part) == moved
    assert count(Placement, Placement.theme_id == theme) == 60 - moved


def test_a_merge_is_accepted_into_the_theme_chosen(app: Flask) -> None:
    survey = a_survey()
    codebook = a_codebook([survey.id])
    one, other = a_theme(codebook, "Price"), a_theme(codebook, "Cost")
    with transaction() as session:
        session.add(
            Suggestion(codebook_id=codebook, kind="merge", reason=f"merge:{one}:{other}", theme_id=one, other_id=other)
        )
    (found,) = queries.suggestions(codebook)
    assert suggestion_actions.accept(found.id, COMMAND, into=other) == [other]
    assert db.session.get_one(Theme, one).merged_into_id == other


def test_cutting_twice_at_once_writes_every_mention_once(demo: int) -> None:
    first = cut_new()
    assert first.mentions == count(Mention)
    assert cut_new().answers == 0


def talk(subject: str, number: int) -> list[str]:
    return [f"{subject} {at} {'again' if at % 2 else 'once more'}, and nobody could say why." for at in range(number)]


def test_news_is_suggested_once_enough_was_said_and_only_once(app: Flask) -> None:
    survey = a_survey()
    codebook = a_codebook([survey.id])
    response = a_response(survey, a_contact(), expected="words")
    late, dear = a_theme(codebook, "Late parcels"), a_theme(codebook, "Prices")
    some_mentions(response, talk("The courier came too late with parcel", 30), late, 0.9)
    some_mentions(response, talk("The price of the bicycle was far too high, model", 30), dear, 0.9)
    assert jobs.look_for_news() == ""  # nothing has been learnt yet, so that nothing can be news
    grouping_actions.relearn(codebook, always=True)
    news = some_mentions(response, similar(24), late, 0.9)
    assert jobs.look_for_news() == "1 new suggestions"
    (found,) = queries.suggestions(codebook)
    assert found.kind == "new_theme"
    inside = set(found.parts[0]["mentions"])
    assert len(inside & set(news)) >= 0.8 * len(inside) >= 8
    assert found.evidence["size"] == len(inside)
    assert found.evidence["before"] > found.evidence["lately"] > 0
    assert jobs.look_for_news() == ""  # nobody has said anything since
    suggestion_actions.dismiss(found.id, COMMAND)
    some_mentions(response, [f"{text} Really." for text in similar(22)], dear, 0.9)
    assert jobs.look_for_news() == ""  # the same again, and a "no" holds
    assert queries.suggestions(codebook) == []


def test_two_workers_look_for_news_once(app: Flask) -> None:
    survey = a_survey()
    codebook = a_codebook([survey.id])
    response = a_response(survey, a_contact(), expected="words")
    some_mentions(response, similar(30), a_theme(codebook, "Invoices"))
    grouping_actions.relearn(codebook, always=True)
    ((one, newest),) = suggestion_queries.with_news()
    assert watch_new_topics.look_for_news() == 0
    assert one == codebook
    assert db.session.get_one(Codebook, codebook).looked_upto == newest
    assert suggestion_queries.with_news() == []


def test_what_is_a_theme_already_is_no_news(app: Flask) -> None:
    survey = a_survey()
    codebook = a_codebook([survey.id])
    response = a_response(survey, a_contact(), expected="words")
    some_mentions(response, talk("The courier came too late with parcel", 45), a_theme(codebook, "Late parcels"), 0.9)
    some_mentions(response, similar(30), a_theme(codebook, "Invoices"), 0.9)
    grouping_actions.relearn(codebook, always=True)
    assert jobs.look_for_news() == ""
    assert queries.suggestions(codebook) == []


def test_the_worker_assigns_what_arrives_and_moves_nothing_else(bare_app: Flask) -> None:
    with bare_app.app_context():
        survey = a_survey()
        codebook = a_codebook([survey.id])
        late, dear = a_theme(codebook, "Late parcels"), a_theme(codebook, "Prices")
        response = a_response(survey, a_contact(), expected="words")
        some_mentions(response, talk("The courier came too late with parcel", 25), late)
        told = some_mentions(response, talk("The price of the bicycle was far too high, model", 25), dear)
        mention_actions.move(told[:2], late, COMMAND, dear)
        grouping_actions.relearn(codebook, always=True)
        a_response(survey, a_contact(), expected=talk("The courier came too late with parcel", 40)[-1])
        before = dict(db.session.execute(select(Placement.mention_id, Placement.theme_id)).all())
    result = CliRunner().invoke(feedback_app, ["worker", "--until-idle", "--only", "jobs"], obj=lambda: bare_app)
    assert result.exit_code == 0, result.output
    with bare_app.app_context():
        after = dict(db.session.execute(select(Placement.mention_id, Placement.theme_id)).all())
        ((_, theme),) = set(after.items()) - set(before.items())
        assert theme == late
        assert before.items() <= after.items()
        assert after[told[0]] == after[told[1]] == late
        assert set(db.session.scalars(select(Theme.id))) == {late, dear}
