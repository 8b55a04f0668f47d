"""``feedback-app announcements``: the whole way by script."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result
from flask import Flask

from feedback_app.announcements.commands import announcements
from feedback_app.delivery.models import OutgoingEmail
from tests.announcements.conftest import Company
from tests.announcements.factories import a_change, suppressed, table


def run(app: Flask, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(announcements, list(arguments), obj=lambda: app, input=typed)


def test_the_whole_way(app: Flask, company: Company, tmp_path: Path) -> None:
    suppressed(company.bob)
    made = run(app, "draft", "--change", str(company.change), "--json")
    assert made.exit_code == 0, made.output
    data = json.loads(made.output)
    assert (data["languages"], data["reach"]["letters"], data["reach"]["left_out"]) == (
        ["en", "pl"],
        2,
        {"unsubscribed": 1},
    )
    one = str(data["id"])
    body = tmp_path / "body.txt"
    body.write_text("Hello {{name}},\n\n{{your_words}}\n\n{{why}}\n\nŁódź", "utf-8")
    assert (
        run(app, "texts", one, "--language", "en", "--subject", "New: {{process}}", "--body-file", str(body)).exit_code
        == 0
    )
    shown = run(app, "preview", one, "--as", "ADA@example.org").output
    assert shown.startswith("New: delivery\n\nHello Ada Lovelace,\n\nYou told us:\n\n> I waited")
    assert "gets no letter: does not want" in run(app, "preview", one, "--as", "bob@example.org").stderr
    assert run(app, "test", one, "--to", "me@velo.example").exit_code == 0
    asked = run(app, "send", one)
    assert asked.exit_code == 1
    assert "Of 3 people concerned, 2 get a letter (1 in en, 1 in pl; 2 with their own words)." in asked.output
    assert "Add --yes" in asked.stderr
    assert [row.kind for row in table(OutgoingEmail)] == ["announcement_test"]
    sent = run(app, "send", one, "--yes", "--json")
    assert (sent.exit_code, json.loads(sent.output)) == (0, {"letters": 2, "left_out": 1})
    again = run(app, "send", one, "--yes")
    assert (again.exit_code, again.stderr) == (1, "Error: It is already being sent. Nobody gets it twice.\n")
    status = json.loads(run(app, "status", one, "--json").output)
    assert (status["state"], status["waiting"], status["left_out_because"]) == ("sending", 2, {"unsubscribed": 1})
    assert "New: delivery" in run(app, "list").output
    assert "Stopped: 0 letters had left, 2 were kept back." in run(app, "stop", one).output


def test_errors_are_one_clear_line(app: Flask, company: Company, tmp_path: Path) -> None:
    one = str(json.loads(run(app, "draft", "--change", str(company.change), "--json").output)["id"])
    for arguments, said in (
        (["draft", "--change", "99"], "no change 99"),
        (["draft", "--change", str(company.change), "--survey", "nope"], "no survey nope"),
        (["draft", "--change", str(a_change(state="considered"))], "no news yet"),
        (["preview", one, "--as", "stranger@example.org"], "no contact with this address"),
        (["test", one, "--to", "nobody"], "not an email address"),
        (["send", "99", "--yes"], "no announcement 99"),
        (["stop", one], "nothing to stop"),
        (["status", "99"], "no announcement 99"),
    ):
        reply = run(app, *arguments)
        assert reply.exit_code == 1
        assert said in reply.stderr
        assert len(reply.stderr.strip().splitlines()) == 1
    reply = run(app, "texts", one, "--language", "en", "--subject", "s", "--body-file", "-", typed="{{nope}} {{why}}")
    assert (reply.exit_code, "{{nope}} is not a known placeholder" in reply.stderr) == (1, True)
    broken = tmp_path / "latin.txt"
    broken.write_bytes(b"{{why}} \xb3")
    reply = run(app, "texts", one, "--language", "en", "--subject", "s", "--body-file", str(broken))
    assert (reply.exit_code, "is not UTF-8" in reply.stderr) == (1, True)


def test_surveys_and_audience_can_be_named(app: Flask, company: Company) -> None:
    bare = a_change()
    made = run(app, "draft", "--change", str(bare), "--survey", "how-was-it", "--audience", "invited", "--json")
    assert json.loads(made.output)["reach"]["people"] == 3
