"""Answers that a company already has: understood, matched to contacts, stored once, or refused with a reason."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import event, func, select

from feedback_app import clock
from feedback_app.cli import feedback_app
from feedback_app.contacts.models import Contact
from feedback_app.database import transaction
from feedback_app.delivery.models import Suppression
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.exports import csv_safe
from feedback_app.extensions import db
from feedback_app.imports import import_pass
from feedback_app.imports.import_pass import Progress
from feedback_app.responses.filters import Filter
from feedback_app.responses.importing import actions as import_actions
from feedback_app.responses.importing.import_pass import AnswerCounts
from feedback_app.responses.models import Answer, Response
from feedback_app.responses.reading import export
from feedback_app.surveys.models import Survey
from feedback_app.surveys.queries import build_spec
from tests.factories import a_contact, a_response, a_survey
from tests.responses.test_summary import with_more_questions

Take = Callable[..., AnswerCounts]
ROWS = "email;data;rodzaj;etap;język;tekst;nps\n"


@pytest.fixture
def survey(app: Flask) -> Survey:
    survey = a_survey("loop")
    with_more_questions(survey)
    return survey


@pytest.fixture
def take(survey: Survey) -> Take:
    """Import text or bytes; the reasons of the rejected rows are left in ``take.reasons``."""

    def run(
        given: str | bytes,
        *,
        dry_run: bool = False,
        kind: str = "customer",
        create_contacts: bool = True,
        progress: Progress | None = None,
    ) -> AnswerCounts:
        raw = given.encode() if isinstance(given, str) else given
        what = import_actions.plan("loop", "old.csv", kind, "en", create_contacts=create_contacts)
        report = io.StringIO()
        counts = import_actions.import_answers(
            what, io.BytesIO(raw), report, by=COMMAND, dry_run=dry_run, progress=progress
        )
        lines = [json.loads(line) for line in report.getvalue().splitlines()]
        run.__dict__["reasons"] = [one["reason"] % one["values"] if one["values"] else one["reason"] for one in lines]
        assert counts.adds_up
        return counts

    return run


def reasons(take: Take) -> list[str]:
    return list(take.__dict__["reasons"])


def stored() -> list[Response]:
    db.session.rollback()
    return list(db.session.scalars(select(Response).order_by(Response.id)))


def said(response: Response) -> dict[str, object]:
    return {one.question.code: one.text or one.chosen or one.number for one in response.answers}


def test_a_polish_file_of_a_spreadsheet(take: Take) -> None:
    text = ROWS + "ada@example.org;31.01.2026;klient;;polski;Zabrakło mi dostawy;9\n"
    text += 'jan@example.org;2026-02-01 10:30;utracony;oferta;pl;"Za drogo; i długo";0\n'
    counts = take(text.encode("cp1250"))
    assert (counts.created, counts.new_contacts, counts.rejected) == (2, 2, 0)
    ada, jan = stored()
    assert said(ada) == {"expected": "Zabrakło mi dostawy", "nps": 9}
    assert ada.submitted_at == datetime(2026, 1, 31, 11, tzinfo=UTC)  # a day alone is its noon in Warsaw
    assert (jan.kind, jan.stage_lost, jan.language) == ("lost_prospect", "oferta", "pl")
    assert jan.submitted_at == datetime(2026, 2, 1, 9, 30, tzinfo=UTC)
    assert jan.contact is not None
    assert (jan.contact.email, jan.contact.kind, jan.contact.source) == (
        "jan@example.org",
        "lost_prospect",
        "answers: old.csv",
    )


def test_importing_the_same_file_again_changes_nothing(take: Take) -> None:
    text = "email,text,id\n" + "".join(f"p{n}@example.org,text {n},{n if n % 2 else ''}\n" for n in range(25))
    assert take(text).created == 25
    before = [(one.id, one.external_id, said(one)) for one in stored()]
    again = take(text)
    assert (again.created, again.unchanged, again.new_contacts) == (0, 25, 0)
    assert [(one.id, one.external_id, said(one)) for one in stored()] == before


def test_a_dry_run_says_the_same_and_writes_nothing(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_pass, "BATCH", 3)
    text = "email,text,id\n" + "".join(f"p{n % 4}@example.org,text {n % 7},{n % 8}\n" for n in range(20)) + "x,y,z\n"
    dry = take(text, dry_run=True)
    assert not stored()
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 0
    assert take(text) == dry
    assert dry.new_contacts == 4


def test_contacts_are_matched_whatever_the_case_and_left_as_they_are(take: Take) -> None:
    known = a_contact("Ada@Example.org", kind="former_customer", language="pl", name="Ada")
    take("email,text,name,kind\nADA@example.ORG,hello,Someone else,\nada@example.org,more,,customer\n")
    first, second = stored()
    assert first.contact_id == second.contact_id == known.id
    assert (first.kind, first.language, second.kind) == ("former_customer", "pl", "customer")
    assert db.session.scalar(select(Contact.name)) == "Ada"


def test_no_new_contacts_when_not_allowed(take: Take) -> None:
    a_contact("ada@example.org")
    counts = take("email,text\nada@example.org,hello\nnew@example.org,hello\n", create_contacts=False)
    assert (counts.created, counts.rejected, counts.new_contacts) == (1, 1, 0)
    assert "new@example.org" in reasons(take)[0]


def test_a_suppression_is_never_lifted_and_the_erased_do_not_come_back(take: Take) -> None:
    with transaction() as session:
        session.add(Suppression(email_key="gone@example.org", reason="erased", proof="asked"))
        session.add(Suppression(email_key="quiet@example.org", reason="unsubscribed", proof="link"))
    counts = take("email,text\ngone@example.org,hello\nquiet@example.org,hello\n")
    assert (counts.created, counts.held_back, counts.rejected) == (1, 1, 0)
    assert "asked to be forgotten" in reasons(take)[0]
    assert db.session.scalar(select(func.count()).select_from(Suppression)) == 2


def test_every_kind_of_question_is_understood(take: Take) -> None:
    text = "email|What did you not get?|wynik|ocena|What is it about?|again|why.a_b|why.axb|why.b".replace("|", ";")
    take(f"{text}\na@example.org;a bell;10/10;4.0;Dostawa;tak;1;0;1\n")
    [one] = stored()
    assert said(one) == {
        "missing": "a bell", "nps": 10, "care": 4, "area": "|delivery|", "again": 1, "why": "|a_b|b|",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "expected"), [("AXB", "|axb|"), ("b; a_b", "|a_b|b|"), ("a_b|b", "|a_b|b|"), ("B, A_B", "|a_b|b|")]
)
def test_several_choices_in_one_cell(take: Take, cell: str, expected: str) -> None:
    take(f'email,why\na@example.org,"{cell}"\n')
    assert said(stored()[0]) == {"why": expected}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("nobody,,hi,,,", "has no @"),
        (",,hi,,,", "address is missing"),
        ("a@example.org,,,,,", "answers no question"),
        ("a@example.org,31/31/2026,hi,,,", "no date that we understand"),
        ("a@example.org,02/03/2026,hi,,,", "no date that we understand"),
        ("a@example.org,2999-01-01,hi,,,", "in the future"),
        ("a@example.org,1066-10-14,hi,,,", "too long ago"),
        ("a@example.org,0001-01-01T00:00:00+14:00,hi,,,", "too long ago"),
        ("a@example.org,9999-12-31T23:59:59-12:00,hi,,,", "in the future"),
        ("a@example.org,,hi,11,,", "“11” is not one of the answers to “nps”"),
        ("a@example.org,,hi,,neighbour,", "no kind of contact"),
        ("a@example.org,,hi,,,Klingon!", "is no language"),
        ("a@example.org,,hi,,,,,extra", "cells, the heading"),
        ('a@example.org,,"h"i,,,', "quotation mark"),
        ("a@example.org,,h\0i,,,", "NUL"),
        (f"a@example.org,,{'x' * 20_001},,,", "20001 characters, at most 20000"),
        (f"a@example.org,,hi,,,,{'9' * 121}", "121 characters, at most 120"),
    ],
)
def test_a_row_that_cannot_be_taken_has_a_reason_and_the_others_are_taken(take: Take, row: str, reason: str) -> None:
    counts = take(
        f"email,date,text,nps,kind,language,id\ngood@example.org,,fine,,,,\n{row}\nlast@example.org,,fine,,,,\n"
    )
    assert (counts.created, counts.rejected) == (2, 1)
    assert reason in reasons(take)[0]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (b"", "empty"),
        (b"text,nps\nhi,3\n", "No column holds email addresses"),
        (b"email,city\na@example.org,Gdansk\n", "No column holds answers"),
        (b"email,text,expected\na@example.org,a,b\n", "mean the same"),
        (b"email,text\n", "no rows below"),
        (b"PK\x03\x04rest", "not CSV"),
        ("email,text\na@example.org,żółw\n".encode("utf-16"), "UTF-16"),
        (b"email,text\na@example.org,\xc5\xbc\nb@example.org,\xbf\xf3\xb3w\n", "another encoding"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole(take: Take, given: bytes, message: str) -> None:
    with pytest.raises(Refused, match=message):
        take(given)
    assert not stored()
    assert db.session.scalar(select(func.count()).select_from(Event)) == 0


def test_one_id_twice(take: Take) -> None:
    counts = take("email,text,id\na@example.org,one,7\na@example.org,one,7\na@example.org,two,7\na@example.org,two,7\n")
    assert (counts.created, counts.unchanged, counts.rejected) == (1, 1, 2)
    assert reasons(take) == ["Row 2 has the same id and says something else. That row counts."] * 2
    again = take("email,text,id\na@example.org,changed,7\n")
    assert again.rejected == 1
    assert "Answers are not overwritten" in reasons(take)[0]
    assert [said(one) for one in stored()] == [{"expected": "one"}]


def test_an_id_of_another_survey_is_another_id(take: Take, app: Flask) -> None:
    take("email,text,id\na@example.org,one,7\n")
    a_survey("other")
    what = import_actions.plan("other", "x.csv", "customer", "en")
    counts = import_actions.import_answers(
        what, io.BytesIO(b"email,text,id\na@example.org,one,7\n"), io.StringIO(), by=COMMAND, dry_run=False
    )
    assert counts.created == 1


def test_a_word_about_the_person_also_answers_where_it_fits(app: Flask, take: Take) -> None:
    from sqlalchemy import update

    from feedback_app.surveys.models import Question

    with transaction() as session:
        session.execute(update(Question).where(Question.code == "area").values(code="stage"))
        session.execute(update(Survey).values(changed_at=clock.now()))
    take("email,text,stage,kind\na@example.org,one,price,lost\nb@example.org,two,after the trial,lost\n")
    first, second = stored()
    assert said(first) == {"expected": "one", "stage": "|price|"}
    assert (first.stage_lost, second.stage_lost) == ("price", "after the trial")
    assert said(second) == {"expected": "two"}


def test_an_export_imported_again_changes_nothing(take: Take, survey: Survey) -> None:
    take('email,text,id\na@example.org,=1+1,7\nb@example.org,"-5, two\nlines",8\nc@example.org,\'quoted,9\n')
    a_response(survey, a_contact("d@example.org"), expected="by link", nps=3, area="price", why="a_b|b", again=0)
    text = "".join(csv_safe.stream(export.rows(build_spec(survey.id), Filter())))
    counts = take(text)
    assert (counts.created, counts.unchanged, counts.rejected) == (0, 4, 0), reasons(take)


@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "{{ config }}", "%s%n%(x)s", "'; DROP"]
)
def test_hostile_cells_are_only_words(take: Take, payload: str) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["email", "text", "name", "stage", "id", payload])
    writer.writerow(["a@example.org", payload, payload, payload, payload, payload])
    writer.writerow([payload] * 6)
    assert take(buffer.getvalue()).created == 1
    assert said(stored()[0]) == {"expected": payload}


def test_all_or_nothing(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_pass, "BATCH", 2)
    text = "email,text\n" + "".join(f"p{n}@example.org,text\n" for n in range(6))
    seen: list[int] = []

    def stumble(rows: int) -> None:
        seen.append(rows)
        if len(seen) == 3:
            raise RuntimeError("the machine stumbles")

    with pytest.raises(RuntimeError, match="stumbles"):
        take(text + "x\ny\nz\n", progress=stumble)
    assert seen == [2, 2, 2]
    assert not stored()
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 0


def test_statements_grow_with_batches_not_with_rows(take: Take) -> None:
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    counts = take("email,text,nps\n" + "".join(f"p{n}@example.org,text {n},{n % 11}\n" for n in range(900)))
    assert counts.created == 900
    assert len(statements) < 40
    assert db.session.scalar(select(func.count()).select_from(Answer)) == 1800


def test_a_draft_or_an_unknown_survey_is_refused(app: Flask) -> None:
    a_survey("draft", state="draft")
    with pytest.raises(Refused, match="still a draft"):
        import_actions.plan("draft", "x.csv", "customer", "en")
    with pytest.raises(NotFound):
        import_actions.plan("nothing", "x.csv", "customer", "en")


@pytest.fixture
def run(app: Flask) -> Callable[..., tuple[int, str, str]]:
    """Run ``feedback-app responses ...`` and return exit code, output and errors."""

    def call(*args: object) -> tuple[int, str, str]:
        result = CliRunner().invoke(feedback_app, ["responses", *map(str, args)], obj=lambda: app)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    return call


def test_the_commands(run: Callable[..., tuple[int, str, str]], survey: Survey, tmp_path: Path) -> None:
    source, report, out = tmp_path / "old.csv", tmp_path / "report.csv", tmp_path / "out.csv"
    source.write_text("email,text\na@example.org,=hello\nbroken,=evil\n", "utf-8")
    code, text, _ = run("import", "loop", source, "--dry-run")
    assert (code, text.splitlines()[0]) == (
        0,
        "Would import 1 responses of 2 rows: 0 were here already, 1 rejected. 1 contacts would be new.",
    )
    assert "row 3: " in text
    assert not stored()
    code, text, _ = run("import", "loop", source, "--report", report, "--json")
    assert json.loads(text)["created"] == 1
    rows = list(csv.reader(io.StringIO(report.read_text("utf-8-sig"))))
    assert rows[0] == ["row", "reason", "text"]
    assert rows[1][0] == "3"
    assert run("import", "loop", source)[1].startswith("Imported 0 responses of 2 rows: 1 were here already")
    code, text, _ = run("export", "loop", "--output", out)
    assert text == f"Wrote 1 responses to {out}.\n"
    assert "'=hello" in out.read_text("utf-8-sig")
    assert run("export", "loop")[1].removeprefix("\ufeff").startswith("id,date,email")


@pytest.mark.parametrize(
    ("args", "message"), [(("export", "no"), "no survey “no”"), (("import", "no", __file__), "no survey “no”")]
)
def test_a_command_that_cannot_says_so_in_one_line(
    run: Callable[..., tuple[int, str, str]], args: tuple[str, ...], message: str
) -> None:
    code, _, errors = run(*args)
    assert code == 1
    assert message in errors
    assert "Traceback" not in errors
