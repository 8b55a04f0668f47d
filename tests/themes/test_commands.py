"""The commands of themes: each one verb, each telling what it did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from feedback_app.cli import feedback_app
from feedback_app.extensions import db
from feedback_app.themes import queries
from feedback_app.themes.models import Placement, Theme, ThemeEvent
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, some_mentions


@pytest.fixture
def room(app: Flask) -> dict[str, int]:
    survey = a_survey("customers")
    codebook = a_codebook([survey.id])
    price, delivery = a_theme(codebook, "Price"), a_theme(codebook, "Delivery")
    response = a_response(survey, a_contact(), expected="x")
    dear, *_ = some_mentions(response, ["too dear", "costs"], price)
    some_mentions(response, ["came late"], delivery)
    return {"codebook": codebook, "price": price, "delivery": delivery, "dear": dear}


def run(app: Flask, *words: object) -> Result:
    return CliRunner().invoke(feedback_app, ["themes", *map(str, words)], obj=lambda: app)


def test_group_list_and_show_tell_what_there_is(app: Flask) -> None:
    survey = a_survey("customers")
    for at in range(12):
        a_response(survey, a_contact(), expected=f"The courier came {at + 2} days too late with my parcel.")
        a_response(survey, a_contact(), expected=f"The price went up by {at + 2} euros without a word.")
    done = run(app, "group", "customers", "--codebook", "Voices", "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert (data["codebook"], data["answers"], data["mentions"]) == ("Voices", 24, 24)
    assert data["placed"] + data["waiting"] == 24
    rows = json.loads(run(app, "list", "--survey", "customers", "--json").stdout)
    assert sum(row["mentions"] for row in rows) == data["placed"]
    shown = json.loads(run(app, "show", rows[0]["id"], "--json").stdout)
    assert shown["mentions"] == rows[0]["mentions"]
    assert shown["typical"]
    again = run(app, "group", "customers")
    assert "0 answers cut into 0 mentions" in again.output


def test_correct_and_undo(app: Flask, room: dict[str, int]) -> None:
    assert "Renamed" in run(app, "rename", room["price"], "Cost").output
    assert "already" in run(app, "rename", room["price"], "Cost").output
    assert "1 mention moved" in run(app, "move", room["dear"], "--to", room["delivery"]).output
    assert "Merged: 1 mention moved" in run(app, "merge", room["price"], "--into", room["delivery"]).output
    db.session.rollback()  # a new look at the database
    step = db.session.scalars(select(ThemeEvent.id).order_by(ThemeEvent.id.desc())).first()
    rows = json.loads(run(app, "history", room["price"], "--json").stdout)
    assert (rows[0]["id"], rows[0]["code"]) == (step, "theme.merged")
    assert "Undone. 1 mention went back" in run(app, "undo", step).output
    db.session.rollback()
    assert db.session.get_one(Theme, room["price"]).state == "open"
    assert "set aside" in run(app, "set-aside", room["price"]).output
    assert "back" in run(app, "set-aside", room["price"], "--bring-back").output


def test_errors_are_one_clear_line(app: Flask, room: dict[str, int]) -> None:
    for words, said in (
        (("group", "nowhere"), "no survey"),
        (("rename", 9999, "x"), "no theme number 9999"),
        (("rename", room["price"], " "), "needs a name"),
        (("move", 9999, "--to", room["price"]), "No mention"),
        (("list", "--codebook", "None"), "no codebook “None”. There are: Voices"),
        (("undo", 9999), "no such step"),
    ):
        done = run(app, *words)
        assert done.exit_code == 1, words
        assert said in done.output, words
        assert len(done.output.strip().splitlines()) == 1


def test_a_codebook_goes_out_and_comes_in(app: Flask, room: dict[str, int], tmp_path: Path) -> None:
    file = tmp_path / "codebook.json"
    assert run(app, "export", "--output", file).exit_code == 0
    done = run(app, "import", file, "--codebook", "Next year")
    assert "2 new themes in “Next year”" in done.output
    assert "0 new themes" in run(app, "import", file, "--codebook", "Next year").output
    db.session.rollback()
    assert len(queries.open_themes(queries.codebook_by_name("Next year").id)) == 2
    file.write_text("not json")
    assert "not a JSON document" in run(app, "import", file, "--codebook", "Next year").output


def test_last_years_themes_are_used_on_this_years_survey(app: Flask, tmp_path: Path) -> None:
    last, this = a_survey("last-year"), a_survey("this-year")
    codebook = a_codebook([last.id], "Last year")
    response = a_response(last, a_contact(), expected="x")
    late = [f"The courier came {n} days too late with my parcel." for n in range(2, 14)]
    dear = [f"The price went up by {n} euros without a word." for n in range(2, 14)]
    some_mentions(response, late, a_theme(codebook, "Late couriers", description="Parcels that came late"))
    some_mentions(response, dear, a_theme(codebook, "Prices"))
    file = tmp_path / "codebook.json"
    assert run(app, "export", "--codebook", "Last year", "--output", file).exit_code == 0
    taken = json.loads(file.read_text())
    assert {one["name"]: len(one["examples"]) for one in taken["themes"]} == {"Late couriers": 12, "Prices": 12}
    assert "@" not in file.read_text()
    assert "2 new themes" in run(app, "import", file, "--codebook", "This year").output
    for n in range(6):
        a_response(this, a_contact(), expected=f"My parcel: the courier was {n + 3} days late.")
        a_response(this, a_contact(), expected=f"Without a word the price rose by {n + 3} euros.")
    done = run(app, "group", "this-year", "--codebook", "This year", "--json")
    assert json.loads(done.stdout)["new_themes"] == 0
    db.session.rollback()
    rows = json.loads(run(app, "list", "--codebook", "This year", "--json").stdout)
    assert {row["name"]: row["mentions"] for row in rows} == {"Late couriers": 6, "Prices": 6}


def test_a_workbook_is_written_only_where_it_can_be_kept(app: Flask, room: dict[str, int], tmp_path: Path) -> None:
    file = tmp_path / "themes.xlsx"
    assert run(app, "export", "--xlsx", "--output", file).exit_code == 0
    assert load_workbook(file).sheetnames == ["themes", "mentions", "about"]


def test_several_codebooks_must_be_told_apart(app: Flask, room: dict[str, int]) -> None:
    a_codebook([], "Other")
    assert "Name the codebook" in run(app, "list").output
    assert "Price" in run(app, "list", "--codebook", "Voices").output


def test_suggest_lists_what_waits(app: Flask, room: dict[str, int]) -> None:
    done = run(app, "suggest")
    assert done.exit_code == 0, done.output
    assert "0 waiting" in done.output
    assert db.session.scalar(select(Placement.id).where(Placement.mention_id == room["dear"])) is not None


def test_cut_prints_mentions_with_tones_and_loads_no_web_application() -> None:
    bare = {"PATH": os.environ["PATH"], "FEEDBACK_DATABASE_URL": "nonsense"}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "feedback_app.cli", "themes", "cut"],
        input='text,lang\n"Hello. The app is fast 😀 but it crashes.",en\nnie mam uwag,pl\n"",\n',
        capture_output=True, text=True, env=bare, check=True,
    )  # fmt: skip
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert [tone for _, _, tone in first] == ["praise", "complaint"]
    assert "Hello. The app is fast 😀 but it crashes."[first[0][0] : first[0][1]] == "The app is fast 😀"
    assert second == third == []
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "|" in line}
    assert not loaded & {"flask", "sqlalchemy", "wtforms", "jinja2", "sklearn", "feedback_app.database"}


def test_cut_refuses_what_is_no_csv_of_texts() -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "feedback_app.cli", "themes", "cut"],
        input="words\nx\n", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert refused.returncode == 1
    assert refused.stderr.strip() == "Error: The CSV on standard input needs a column named text."


def test_help_needs_no_settings_and_the_pure_command_no_web_application() -> None:
    bare = {"PATH": os.environ["PATH"], "FEEDBACK_DATABASE_URL": "nonsense"}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "feedback_app.cli", "themes", "cluster"],
        input="text,lang\nThe parcel came late,en\n", capture_output=True, text=True, env=bare, check=True,
    )  # fmt: skip
    assert len(done.stdout.splitlines()) == 1
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "|" in line}
    assert "numpy" in loaded
    assert not loaded & {"flask", "sqlalchemy", "wtforms", "jinja2", "feedback_app.database"}
    listed = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "feedback_app.cli", "themes", "--help"],
        capture_output=True, text=True, env=bare, check=True,
    )  # fmt: skip
    assert "cluster" in listed.stdout
    assert "numpy" not in {line.rpartition("|")[2].strip() for line in listed.stderr.splitlines() if "|" in line}
