"""Journals that are cut short, overwritten, copied, deleted: what they do not say for certain is never sent again."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.delivery.queue import claims, recovery
from feedback_app.delivery.queue.journal import (
    ENDING,
    Journal,
    JournalSealed,
    JournalTaken,
    line,
    whole,
)
from feedback_app.delivery.queue.recovery import PAGE, JournalContents, left_behind, read_journal
from feedback_app.delivery.queue.smtp_replies import Reply
from tests.delivery.helpers import drain, journals, letters, queue, sender, smtp, states
from tests.delivery.processes import in_thread
from tests.fakes import Relay
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("app")
OK = Reply(250, "2.0.0 kept")


def dead_worker() -> tuple[Path, list[int]]:
    """Leave what a killed worker leaves: of six letters two answered, one on the wire, one settled, two untouched."""
    ids = queue(*(f"p{n}@example.org" for n in range(6)))
    with transaction() as session:
        claims.claim(session, "dead", 6)
    journal = Journal(journals(), "dead")
    for letter_id in ids[:4]:
        journal.intend(letter_id)
    journal.answered(ids[0], OK)
    journal.answered(ids[1], OK)
    journal.known([ids[3]])  # it came back unharmed
    journal.abandon()
    return journals() / ("dead" + ENDING), ids


def recovered() -> list[str]:
    recovery.recover(journals())
    by_id = {one.id: one.state for one in letters().values()}
    return [by_id[one] for one in sorted(by_id)]


def test_a_whole_journal_settles_each_letter() -> None:
    dead_worker()
    assert recovered() == ["sent", "sent", "in_doubt", "queued", "queued", "queued"]


@pytest.mark.parametrize("seed", range(8))
def test_a_journal_cut_or_overwritten_anywhere_never_sends_a_letter_that_was_on_the_wire(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # picks places
    path, _ = dead_worker()
    raw = bytearray(path.read_bytes())
    place = dice.randrange(len(raw) - 1)
    if seed % 2:
        raw[place] ^= 1 << dice.randrange(7)
    else:
        del raw[place : place + dice.randrange(1, 40)]
    path.write_bytes(raw)
    found = recovered()
    assert not path.exists()
    assert all(state in ("sent", "in_doubt") for state in found[:3]), found
    assert all(state in ("queued", "in_doubt") for state in found[3:]), found


@pytest.mark.parametrize(
    "raw",
    [b"", b"\0" * 5000, b"\xff\xfe\n" * 30, b"o someone-else x 00000000\n"],
    ids=["empty", "zeros", "garbage", "someone else's"],
)
def test_a_journal_that_says_nothing_leaves_all_in_doubt_and_says_so(raw: bytes) -> None:
    path, _ = dead_worker()
    path.write_bytes(raw)
    with capture_logs() as said:
        assert set(recovered()) == {"in_doubt"}
    assert "a journal is damaged; what it does not tell counts as in doubt" in [one["event"] for one in said]
    assert all("journal is damaged" in one.reply for one in letters().values())


def test_a_copy_of_another_workers_journal_settles_nothing_of_his() -> None:
    path, _ = dead_worker()
    (journals() / ("copy" + ENDING)).write_bytes(path.read_bytes())
    path.unlink()
    assert recovered() == ["leased"] * 6


@pytest.mark.parametrize("how", ["deleted", "a folder"])
def test_a_journal_that_cannot_be_read_leaves_all_in_doubt_once_the_leases_end(how: str) -> None:
    path, _ = dead_worker()
    path.unlink()
    if how == "a folder":
        path.mkdir()
    assert recovered() == ["leased"] * 6
    with transaction() as session:
        session.execute(update(OutgoingEmail).values(lease_until=clock.now() - timedelta(seconds=1)))
    assert recovered() == ["in_doubt"] * 6
    with Relay() as relay:
        assert drain(relay).sent == 0, "in doubt is never sent again blindly"


def test_a_journal_deleted_under_a_living_worker_comes_back() -> None:
    hold = threading.Event()
    with Relay(hold=hold) as relay:
        queue(*(f"p{n}@example.org" for n in range(40)))
        office = sender(smtp(relay), connections=1)
        thread = in_thread(office.run)
        until(office._journal.unsettled)
        path = office._journal._path
        path.unlink()
        path.parent.rmdir()
        hold.set()
        relay.wait_for(40)
        until(path.exists)
        assert not list(left_behind(path.parent)), "it is locked as before"
        office.stop()
        thread.join(20)
    assert Counter(states().values()) == {"sent": 40}


def test_two_recoveries_at_once_tell_each_story_once() -> None:
    dead_worker()
    stories = left_behind(journals())
    assert next(stories).owner == "dead"
    assert list(left_behind(journals())) == []
    assert list(stories) == []
    assert not list(journals().glob("*"))


def test_a_recovery_that_fails_leaves_the_journal_for_the_next() -> None:
    path, _ = dead_worker()
    stories = left_behind(journals())
    next(stories)
    stories.close()  # as an error in the caller's loop does
    assert path.exists()
    assert recovered()[0] == "sent"


def test_a_name_that_is_taken_is_refused_and_its_journal_untouched(tmp_path: Path) -> None:
    first = Journal(tmp_path, "w")
    first.intend(1)
    before = (tmp_path / ("w" + ENDING)).read_bytes()
    with pytest.raises(JournalTaken, match="each worker needs one of its own"):
        Journal(tmp_path, "w")
    assert (tmp_path / ("w" + ENDING)).read_bytes() == before
    first.abandon()
    with pytest.raises(JournalTaken):
        Journal(tmp_path, "w")  # the dead one's letters would be forgotten
    assert [contents.intents for contents in left_behind(tmp_path)] == [{1}]


def test_a_sealed_journal_lets_no_text_out_but_takes_answers(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", "w")
    journal.intend(1)
    journal.seal()
    with pytest.raises(JournalSealed):
        journal.intend(2)
    journal.answered(1, OK)
    assert journal.unsettled() == {1: OK}
    journal.close()
    with pytest.raises(OSError, match="ending"):
        journal.intend(3)
    assert not list((tmp_path / "journal").glob("*"))


def test_a_forked_child_neither_keeps_the_lock_nor_writes(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "w")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            journal.intend(7)
        except JournalSealed:
            os.write(writer, b"refused")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 20) == b"refused"
    os.close(reader)
    os.close(writer)
    journal.intend(1)
    assert not list(left_behind(tmp_path)), "the parent still holds it"
    journal.abandon()
    assert [contents.intents for contents in left_behind(tmp_path)] == [{1}]


def test_what_a_full_disk_cut_short_is_not_taken_for_damage(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "w")
    file, path = journal._file, tmp_path / ("w" + ENDING)
    room, full = os.dup(file), os.open("/dev/full", os.O_WRONLY)
    journal.intend(12)
    os.dup2(full, file)
    journal.known([12])  # the disk is full: it is owed
    assert not journal.caught_up()
    with pytest.raises(OSError, match="No space left"):
        journal.intend(13)
    os.dup2(room, file)
    os.write(file, b"d 1")  # what a full disk may keep of a line
    assert journal.caught_up()
    journal.intend(14)
    contents = read_journal(path.read_bytes(), "w")
    assert contents.whole
    assert (contents.intents, contents.replies) == ({14}, {})
    os.close(room)
    os.close(full)
    journal.close()


def test_a_line_says_what_was_written_or_nothing() -> None:
    full = line(b"d 1 23 456").removesuffix(b"\n")
    assert whole(full) == b"d 1 23 456"
    assert all(whole(full[:length]) is None for length in range(len(full)))
    assert all(whole(full[:n] + bytes([full[n] ^ 1]) + full[n + 1 :]) is None for n in range(len(full)))


def test_an_unfinished_last_line_is_a_kill_only_at_the_end_of_a_page() -> None:
    head = line(b"o w " + (read_boot()))
    lines = head + line(b"i 1") + line(b"r 1 250 " + b"x" * 200)
    assert read_journal(lines + b"i 2", "w").whole is False
    padded = lines + line(b"r 1 250 " + b"x" * (PAGE - len(lines) - 40))
    torn = padded + line(b"i 2345678901234567890")[: PAGE - len(padded)]
    assert len(torn) == PAGE
    contents = read_journal(torn, "w")
    assert contents.whole
    assert contents == JournalContents("w", same_boot=True, whole=True, replies=contents.replies)


def read_boot() -> bytes:
    return Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
