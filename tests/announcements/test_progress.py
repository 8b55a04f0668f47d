"""How far a sending is: each person stands in exactly one of four numbers, and can be found by name."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from feedback_app import clock
from feedback_app.announcements import actions
from feedback_app.announcements.models import Piece
from feedback_app.announcements.render import KIND
from feedback_app.announcements.sending import actions as sending
from feedback_app.announcements.sending import progress
from feedback_app.announcements.sending.progress import GROUPS, Progress
from feedback_app.database import transaction
from feedback_app.delivery.models import STATES, OutgoingEmail
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from tests.announcements.conftest import Company
from tests.announcements.factories import suppressed


@pytest.fixture
def sent(company: Company) -> int:
    """An announcement to Ada and Zofia; Bob does not want to be written to."""
    suppressed(company.bob, "announcements")
    number = actions.draft([company.change], COMMAND)
    sending.send(number, COMMAND)
    return number


def turn(name: str, state: str) -> None:
    """Let a person's letter be in a state."""
    more: dict[str, object] = {"state": state}
    if state in ("sent", "complained", "bounced"):
        more["sent_at"] = clock.now()
    if state == "leased":
        more |= {"lease_owner": "w", "lease_until": clock.now()}
    with transaction() as session:
        whose = (OutgoingEmail.kind == KIND) & (OutgoingEmail.address == f"{name}@example.org")
        session.execute(update(OutgoingEmail).where(whose).values(more))


def names(sent: int, group: str = "", text: str = "") -> list[str]:
    return [contact.email.partition("@")[0] for _, contact, _ in progress.people(sent, group, text, 1).items]


def test_each_state_of_a_letter_belongs_to_exactly_one_number() -> None:
    states = [state for group in GROUPS.values() for state in group]
    assert sorted(states) == sorted(STATES)


def test_numbers_add_up_to_all_people() -> None:
    found = Progress("sending", dict.fromkeys(STATES, 2), {"unsubscribed": 3, "no_address": 1})
    assert sum(found.group(name) for name in GROUPS) == found.people == 2 * len(STATES) + 4
    assert found.group("left_out") == 4 + 2 * len(GROUPS["left_out"])


def test_a_sending_that_begins(sent: int) -> None:
    found = progress.of(sent, "sending")
    assert found.as_dict() == {
        "state": "sending", "written": True, "people": 3, "told": 0, "waiting": 2, "left_out": 1, "failed": 0,
        "letters": {"queued": 2}, "left_out_because": {"unsubscribed": 1},
    }  # fmt: skip


def test_letters_of_another_announcement_or_kind_do_not_count(sent: int) -> None:
    with transaction() as session:
        ada = session.query(OutgoingEmail).filter_by(address="ada@example.org").one()
        other = {"kind": "other", "ref_id": 1, "group_id": sent, "variant_id": ada.variant_id}
        session.add(OutgoingEmail(**other, address="x@x.example", email_key="x@x.example", name="", state="queued"))
    assert progress.of(sent, "sending").people == 3
    assert progress.of(sent + 1, "sending").people == 0


def test_until_all_is_written_the_numbers_grow(sent: int) -> None:
    with transaction() as session:
        session.add(Piece(announcement_id=sent, above=0, upto=5, variants={}))
    assert not progress.of(sent, "sending").written


@pytest.mark.parametrize(
    ("state", "group"),
    [
        ("sent", "told"),
        ("complained", "told"),
        ("leased", "waiting"),
        ("skipped", "left_out"),
        ("cancelled", "left_out"),
        ("failed", "failed"),
        ("bounced", "failed"),
        ("in_doubt", "failed"),
    ],
)
def test_people_are_listed_where_they_are_counted(sent: int, state: str, group: str) -> None:
    turn("ada", state)
    assert "ada" in names(sent, group)
    assert [name for name in GROUPS if "ada" in names(sent, name)] == [group]
    assert progress.of(sent, "sending").group(group) == len(names(sent, group))


def test_who_never_got_a_letter_is_left_out_and_says_why(sent: int) -> None:
    ((notice, contact, letter),) = progress.people(sent, "left_out", "", 1).items
    assert (contact.email, notice.excluded_because, letter) == ("bob@example.org", "unsubscribed", None)


def test_people_are_found_by_name_or_address_and_wildcards_are_letters(sent: int) -> None:
    assert names(sent, text="lovelace") == ["ada"]
    assert names(sent, text="ZOFIA@") == ["zofia"]
    assert names(sent, text="ćwik") == ["zofia"]
    assert names(sent, text="%") == names(sent, text="_") == []
    assert names(sent, "waiting", "bob") == []
    assert names(sent, "no such number") == ["ada", "zofia", "bob"]


def test_the_file_has_everybody_with_their_words_and_what_became_of_them(sent: int) -> None:
    turn("ada", "sent")
    rows = {row[0]: row for row in progress.everybody(sent)}
    assert set(rows) == {"ada@example.org", "zofia@example.org", "bob@example.org"}
    email, name, language, why, state, excluded, *_rest, quotes = rows["ada@example.org"]
    assert (name, language, why, state, excluded) == ("Ada Lovelace", "en", "mentioned", "sent", "")
    assert "twice" in str(quotes)
    assert rows["bob@example.org"][4:6] == (None, "unsubscribed")
    assert rows["bob@example.org"][-1] == []
    assert [row[0] for row in progress.everybody(sent, "told")] == [email]
    db.session.rollback()
