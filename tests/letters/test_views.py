"""The page of letters tells what is in trouble, and lets those who may do something about it."""

from __future__ import annotations

import json
from collections.abc import Callable

from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from feedback_app import clock
from feedback_app.cli import feedback_app
from feedback_app.database import transaction
from feedback_app.delivery import queries as post_office
from feedback_app.delivery.actions import halt
from feedback_app.delivery.models import LetterVariant, OutgoingEmail
from feedback_app.delivery.queue import throughput
from feedback_app.delivery.queue.results import Result
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.jobs import runs
from feedback_app.letters import queries as mail_queries
from feedback_app.letters.queries import LetterFilter


def letters(kind: str = "test", group: int | None = None, **states: int) -> None:
    """Put letters into the queue: ``letters(failed=2, sent=1)``."""
    with transaction() as session:
        variant = LetterVariant(kind=kind, language="en", subject="Hello <b>you</b>", text="t", html="h")
        session.add(variant)
        session.flush()
        for state, number in states.items():
            for one in range(number):
                address = f"{state}{one}@example.org"
                session.add(
                    OutgoingEmail(
                        kind=kind, group_id=group, variant_id=variant.id, address=address, email_key=address,
                        state=state,
                        reply="550 no such user" if state == "failed" else "",
                        sent_at=clock.now() if state in ("sent", "bounced", "complained") else None,
                    )
                )  # fmt: skip


def test_counts_reasons_and_filters(as_role: Callable[[str], FlaskClient]) -> None:
    letters(failed=2, sent=1, queued=3)
    browser = as_role("viewer")
    page = browser.get("/letters").text
    assert "2 letters: 550 no such user" in " ".join(page.split())
    assert "Hello &lt;b&gt;you&lt;/b&gt;" in page
    shown = browser.get("/letters?state=sent").text
    assert "sent0@example.org" in shown
    assert "failed0@example.org" not in shown
    assert "queued1@example.org" in browser.get("/letters?search=QUEUED1").text
    assert "No letter matches" in browser.get("/letters?search=nobody").text


def test_failed_and_doubtful_letters_wait_again_and_the_trail_says_so(as_role: Callable[[str], FlaskClient]) -> None:
    letters(failed=2, in_doubt=1, sent=1)
    browser = as_role("announcer")
    assert browser.post("/letters/resend/failed").status_code == 303
    assert post_office.counts_by_state() == {"queued": 2, "in_doubt": 1, "sent": 1}
    assert browser.post("/letters/take-as-sent").status_code == 303
    assert post_office.counts_by_state() == {"queued": 2, "sent": 2}
    assert browser.post("/letters/resend/sent").status_code == 404
    assert {"letters.queued_again", "letters.taken_as_sent"} <= set(db.session.scalars(select(Event.code)))


def test_pause_and_resume(as_role: Callable[[str], FlaskClient]) -> None:
    letters(queued=1)
    browser = as_role("announcer")
    browser.post("/letters/pause")
    assert post_office.is_paused()
    assert "All letters are held back" in browser.get("/letters").text
    browser.post("/letters/resume")
    assert not post_office.is_paused()


def test_viewers_look_and_do_not_touch(app: Flask, as_role: Callable[[str], FlaskClient]) -> None:
    browser = as_role("viewer")
    for path in ("resend/failed", "take-as-sent", "pause", "resume"):
        assert browser.post(f"/letters/{path}").status_code == 403


def test_empty_queue(as_role: Callable[[str], FlaskClient]) -> None:
    assert "No letters yet" in as_role("viewer").get("/letters").text


def test_one_group_is_held_back_sent_again_and_stopped_alone(as_role: Callable[[str], FlaskClient]) -> None:
    letters("invitation", 7, queued=2, failed=1, in_doubt=1)
    letters("invitation", 8, queued=3, failed=1, in_doubt=1)
    browser = as_role("announcer")
    seven = {"kind": "invitation", "group": "7"}
    browser.post("/letters/pause", data=seven)
    assert [(one.kind, one.group_id) for one in post_office.pauses()] == [("invitation", 7)]
    assert "held back" in browser.get("/letters").text
    browser.post("/letters/resume", data=seven)
    assert post_office.pauses() == []
    browser.post("/letters/resend/failed", data=seven)
    browser.post("/letters/take-as-sent", data=seven)
    assert post_office.tally().by_group() == {
        ("invitation", 8): {"queued": 3, "failed": 1, "in_doubt": 1},
        ("invitation", 7): {"queued": 3, "sent": 1},
    }
    browser.post("/letters/stop", data=seven)
    assert post_office.counts_by_state("invitation", 7) == {"cancelled": 3, "sent": 1}
    assert post_office.counts_by_state("invitation", 8)["queued"] == 3
    assert browser.post("/letters/stop", data={"kind": "invitation"}).status_code == 404
    shown = browser.get("/letters?kind=invitation&group=7").text
    assert shown.count("queued0@example.org") == 1


def test_a_filter_chooses_what_is_sent_again(as_role: Callable[[str], FlaskClient]) -> None:
    letters(failed=12)
    browser = as_role("announcer")
    assert "Send these 3 letters again" in browser.get("/letters?state=failed&search=failed1").text
    browser.post("/letters/resend/failed", data={"search": "failed1"})
    assert post_office.counts_by_state() == {"queued": 3, "failed": 9}


def test_a_halt_says_why(as_role: Callable[[str], FlaskClient]) -> None:
    letters("announcement", 3, queued=2)
    with transaction():
        halt("announcement", 3, "%(n)s of %(of)s complained.", n=3, of=900)
    page = as_role("announcer").get("/letters").text
    assert "halted" in page
    assert "3 of 900 complained." in page
    assert "Let them go on" in page


def test_the_board_has_the_pulse_and_no_form(as_role: Callable[[str], FlaskClient]) -> None:
    letters(sent=2, queued=1)
    now = clock.now()
    with transaction() as session:
        throughput.note(session, "w1", [Result(1, "sent", 250, "", now, now, 1, now)] * 7)
    runs.beat("w1", "relay.example answers 421")
    reply = as_role("viewer").get("/letters/board")
    assert "<path" in reply.text
    assert "relay.example answers 421" in reply.text
    assert "<form" not in reply.text
    assert reply.headers["Cache-Control"] == "no-store"


def test_answers_and_domains_are_read_from_the_last_letters(app: Flask) -> None:
    letters(failed=3, sent=2, queued=1, bounced=1)
    assert [(one.reply, one.letters, one.states) for one in post_office.troubles()] == [
        ("550 no such user", 3, ("failed",))
    ]
    assert post_office.domains() == [("example.org", {"sent": 3, "refused": 3})]


def test_pages_of_many_letters_have_each_once(app: Flask) -> None:
    letters(queued=60)
    letters("staff", sent=120)
    counted = post_office.tally()
    for wanted, number in ((LetterFilter(), 180), (LetterFilter("queued"), 60), (LetterFilter("sent", "staff"), 120)):
        pages = [mail_queries.letters(wanted, page, counted) for page in range(1, number // 50 + 2)]
        ids = [letter.id for page in pages for letter, _ in page.items]
        assert len(ids) == len(set(ids)) == pages[0].total == number
    assert mail_queries.letters(LetterFilter("sent"), 99, counted).number == 3


def test_commands_act_on_a_group(app: Flask) -> None:
    letters("invitation", 7, queued=2, failed=1)
    letters("invitation", 8, queued=1, failed=1)

    def mail(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(feedback_app, ["mail", *words], obj=lambda: app)
        return done.exit_code, done.output

    assert mail("resend", "--failed", "--kind", "invitation", "--group", "7") == (
        0, "queued again, failed before: 1 letter\n",
    )  # fmt: skip
    assert mail("pause", "--group", "7")[0] == 1
    assert mail("pause", "--kind", "invitation", "--group", "7")[0] == 0
    told = json.loads(mail("status", "--json")[1])
    assert told["states"]["queued"] == 4
    assert told["paused"][0]["group"] == 7
    assert {(one["group"], one["states"].get("failed")) for one in told["groups"]} == {(7, None), (8, 1)}
    assert told["domains"][0]["domain"] == "example.org"
    assert "invitation 8: 1 failed, 1 queued" in mail("status")[1]
    assert mail("stop", "--kind", "invitation", "--group", "7")[0] == 1
    assert mail("stop", "--kind", "invitation", "--group", "7", "--yes") == (0, "kept back for good: 3 letters\n")
    assert mail("resume", "--kind", "invitation", "--group", "7") == (0, "Nothing was held back.\n")
    for verb in ("pause", "resume", "resend --failed", "take-as-sent", "stop --yes"):
        code, said = mail(*verb.split(), "--kind", "invitation", "--group", "99")
        assert (code, said) == (
            1, "Error: There are no letters of invitation 99: `feedback-app mail status` names the groups.\n",
        )  # fmt: skip
        assert mail(*verb.split(), "--kind", "nonsense")[0] == 2
    assert post_office.pauses() == []
    assert "IN TXT" in mail("dns")[1]
