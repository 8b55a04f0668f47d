"""Carry real answers through the whole loop by commands, then check every letter that the SMTP server received.

Contacts and answers come from labelled public answers (four sets, 25,841 rows, English and Polish), each row given
an address: every fifth person wrote twice, every third never became a customer, every fiftieth has unsubscribed.
What must hold is checked from what the server received, against the CSV files that went in: every respondent got
exactly one letter per announcement, in their language, with their own words where these were judged to fit; nobody who
unsubscribed got any.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data" / "themes"
SETS = ("banking77", "nhs_feedback", "topics8_pl", "sib_mix_a")
MADE = {
    "en": "From now on a person answers the phone until eight in the evening.",
    "pl": "Od teraz do ósmej wieczorem telefon odbiera człowiek.",
}
WHY = {
    "en": "You told us that you could not reach anybody after work.",
    "pl": "Wiemy od Państwa, że po pracy nie można się było dodzwonić.",
}
ASKED = {"en": "A branch in every town.", "pl": "Oddział w każdym mieście."}
REASON = {
    "en": "Rents would raise the price for everybody by a tenth.",
    "pl": "Czynsze podniosłyby ceny dla wszystkich o jedną dziesiątą.",
}
TOLD = {"made": MADE, "declined": ASKED}


JUDGED = 200  # voices that are judged to fit, for each change


@dataclass
class Person:
    """What the input files say of one address."""

    language: str
    unsubscribed: bool
    texts: list[str] = field(default_factory=list)


class Sink:
    """An SMTP server that keeps every message it accepted."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep one message per recipient."""
        self.received += [(address, envelope.content) for address in envelope.rcpt_tos]
        return "250 OK"


class Loop:
    """A folder, a database, and the console script."""

    def __init__(self, folder: Path, port: int, database: str) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FEEDBACK_")},
            "FEEDBACK_SECRET_KEY": "only-for-this-run-0123456789abcdef0123",
            "FEEDBACK_VAR": str(folder / "var"),
            "FEEDBACK_DATABASE_URL": database or f"sqlite:///{folder / 'loop.sqlite3'}",
            "FEEDBACK_MAIL_URL": f"smtp+plain://127.0.0.1:{port}",
            "FEEDBACK_MAIL_FROM": "hello@company.example",
            "FEEDBACK_BASE_URL": "http://127.0.0.1:8000",
            "FEEDBACK_LOG_LEVEL": "warning",
        }
        self.seconds: list[tuple[str, float]] = []

    def run(self, *words: str) -> str:
        """Run one command of the console script; its output, or the end of this program with its error."""
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "feedback_app.cli", *words],
            capture_output=True, text=True, env=self.environment, cwd=ROOT, check=False,
        )  # fmt: skip
        spent = time.perf_counter() - started
        self.seconds.append((" ".join(words[:2]), spent))
        shown = done.stdout.strip().splitlines()[-1:] or [""]
        print(f"$ feedback-app {' '.join(word if len(word) < 40 else word[:37] + '...' for word in words)}")
        print(f"  {shown[0][:150]}   ({spent:.1f} s)", flush=True)
        if done.returncode:
            raise SystemExit(f"that failed with {done.returncode}: {done.stderr.strip()[-2000:]}")
        return done.stdout

    def read(self, *words: str) -> Any:
        """Run a command with --json and return the document."""
        return json.loads(self.run(*words, "--json").strip().splitlines()[-1])


def main() -> int:
    """Run the loop and print whether every line of the promise held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=0, help="rows of each set (default: all)")
    parser.add_argument("--database", default="", help="a database URL (default: SQLite in a temporary folder)")
    options = parser.parse_args()
    if not DATA.is_dir():
        print(f"skipped: the answers are not at {DATA.relative_to(ROOT.parent)}")
        return 0
    sink = Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(sink, hostname="127.0.0.1", port=port, ready_timeout=10)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _walk(Loop(Path(folder), port, options.database), sink, options.rows)
    finally:
        server.stop()


def _walk(loop: Loop, sink: Sink, rows: int) -> int:
    people = _write_files(loop.folder, rows)
    loop.run("db", "upgrade")
    loop.run("contacts", "import", str(loop.folder / "contacts.csv"))
    loop.run("contacts", "import", str(loop.folder / "contacts.csv"))  # again: changes nothing
    for name in SETS:
        slug = name.replace("_", "-")
        loop.run("surveys", "create", "--template", "customer", "--slug", slug, "--publish")
        loop.run("responses", "import", slug, str(loop.folder / f"{name}.csv"))
        loop.run("themes", "group", slug)
    themes = [_largest(loop.read("themes", "list", "--survey", name.replace("_", "-"))) for name in SETS]
    linked = [word for theme in themes for word in ("--theme", str(theme))]
    made = _changed(loop, "made", MADE, ["--why", WHY["en"], "--since", "2026-11-01"], {"why": WHY["pl"]}, linked)
    declined = _changed(loop, "declined", ASKED, ["--reason", REASON["en"]], {"reason": REASON["pl"]}, linked)
    for change in (made, declined):
        found = loop.read("changes", "voices", str(change))["voices"][:JUDGED]
        ids = [word for voice in found for word in ("--mention", str(voice["mention"]))]
        loop.run("changes", "judge", str(change), *ids, "--yes")
    announcements = [loop.read("announcements", "draft", "--change", str(one))["id"] for one in (made, declined)]
    for one in announcements:
        loop.run("announcements", "send", str(one), "--yes")
    loop.run("worker", "--until-idle")
    for one in announcements:
        loop.run("announcements", "status", str(one))
    return _check(people, sink.received, announcements, loop)


def _largest(themes: list[dict[str, Any]]) -> int:
    return int(max(themes, key=lambda one: one["mentions"])["id"])


def _changed(
    loop: Loop, state: str, what: dict[str, str], more: list[str], translated: dict[str, str], linked: list[str]
) -> int:
    polish = loop.folder / f"{state}.pl.json"
    polish.write_text(json.dumps({"process": "Obsługa", "what": what["pl"], **translated}), "utf-8")
    logged = loop.read(
        "changes", "log", "--process", "Service", "--state", state, "--language", "en", "--what", what["en"],
        "--translation", f"pl={polish}", *more, *linked,
    )  # fmt: skip
    return int(logged["id"])


def _write_files(folder: Path, rows: int) -> dict[str, Person]:
    """Write contacts.csv and one answers file per set; return what they say, by address."""
    people: dict[str, Person] = {}
    with (folder / "contacts.csv").open("w", encoding="utf-8", newline="") as file:
        contacts = csv.writer(file, delimiter=";")
        contacts.writerow(["email", "imię i nazwisko", "rodzaj", "etap", "język", "wypisany"])
        for name in SETS:
            _write_set(folder / f"{name}.csv", name, rows, people, contacts)
    return people


def _write_set(path: Path, name: str, rows: int, people: dict[str, Person], contacts: Any) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        answers = csv.writer(file)
        answers.writerow(["external_id", "email", "date", "kind", "language", "text", "score"])
        person = ""
        for number, (text, language) in enumerate(_rows(name, rows)):
            if number % 5 or not person or people[person].language != language:
                person = f"{name}.{number}@{'przykład.pl' if number % 11 == 0 else 'example.org'}"
                known = Person(language, unsubscribed=number % 50 == 7)
                people[person] = known
                kind, stage = ("lost_prospect", "offer") if number % 3 == 0 else ("customer", "")
                contacts.writerow(
                    [person, f"Osoba {number}", kind, stage, language, "tak" if known.unsubscribed else ""]
                )
            people[person].texts.append(text)
            day = f"2026-{1 + number % 10:02}-{1 + number % 28:02}"
            answers.writerow([f"{name}-{number}", person, day, "", language, text, number % 11])


def _rows(name: str, limit: int) -> Iterator[tuple[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            if limit and number >= limit:
                return
            yield row["text"], row["lang"]


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@dataclass
class Seen:
    """What the letters that arrived say, counted."""

    copies: Counter[tuple[str, str]] = field(default_factory=Counter)  # (reader, which announcement)
    ids: Counter[str] = field(default_factory=Counter)
    wrong_language: int = 0
    foreign_words: int = 0
    quoted: set[str] = field(default_factory=set)

    def read(self, address: str, raw: bytes, person: Person | None) -> None:
        """Take one letter in, as ``person`` would read it."""
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        body = _body(message)
        told = {text: (which, code) for which, texts in TOLD.items() for code, text in texts.items()}
        which, code = next((told[text] for text in told if text in _plain(body)), ("?", "?"))
        self.copies[_key(address), which] += 1
        self.ids[str(message["Message-ID"])] += 1
        self.wrong_language += person is None or person.language != code
        own = _plain(" ".join(person.texts)) if person else ""
        quotes = _quotes(body)
        pieces = [piece for quote in quotes for piece in re.split(r"\[…\]|…", quote)]
        self.foreign_words += sum(_plain(piece) not in own for piece in pieces)
        self.quoted |= {_key(address)} if quotes else set()


def _check(people: dict[str, Person], received: list[tuple[str, bytes]], announcements: list[int], loop: Loop) -> int:
    """Compare what the server received with what went in; print each promise and whether it held."""
    by_key = {_key(address): person for address, person in people.items()}
    reachable = {key for key, person in by_key.items() if not person.unsubscribed}
    seen = Seen()
    for address, raw in received:
        seen.read(address, raw, by_key.get(_key(address)))
    readers = {key for key, _ in seen.copies}
    spoke = _who_spoke(loop, announcements) & reachable
    once = set(seen.copies.values()) == {1} and set(seen.copies) == {
        (key, which) for key in reachable for which in TOLD
    }
    promises = [
        (f"{len(reachable) * 2} letters expected, {len(received)} received", len(received) == len(reachable) * 2),
        ("each respondent got exactly one letter per announcement", once),
        (f"nobody of {len(by_key) - len(reachable)} who unsubscribed got any", readers <= reachable),
        ("each letter in its reader's language", seen.wrong_language == 0),
        ("no letter carries anybody else's words", seen.foreign_words == 0),
        (f"all {len(spoke)} whose words were judged to fit see them", spoke and spoke == seen.quoted),
        ("each letter has a Message-ID of its own", set(seen.ids.values()) == {1}),
    ]
    print()
    for words, held in promises:
        print(f"{'ok  ' if held else 'FAIL'} {words}")
    print("seconds: " + ", ".join(f"{name} {spent:.1f}" for name, spent in loop.seconds if spent > 1))
    print(f"people {len(by_key)}, answers {sum(len(one.texts) for one in people.values())}, letters {len(received)}")
    return 0 if all(held for _, held in promises) else 1


def _key(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}".lower()


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return str(part.get_content()) if part else ""


def _quotes(text: str) -> list[str]:
    """Return the quoted passages of a plain-text letter: runs of lines that begin with ``> ``."""
    found: list[str] = []
    for block in re.findall(r"(?:^>.*\n?)+", text.replace("\r\n", "\n"), flags=re.MULTILINE):
        quote = _plain(re.sub(r"^> ?", "", block, flags=re.MULTILINE)).strip('„”“"«»')
        found.append(quote)
    return [quote for quote in found if quote]


def _who_spoke(loop: Loop, announcements: list[int]) -> set[str]:
    """Return the keys of those whose words the service itself counts as voices of the changes."""
    listed = [loop.read("announcements", "people", str(one), "--why", "mentioned") for one in announcements]
    return {_key(person["email"]) for people in listed for person in people}


if __name__ == "__main__":
    sys.exit(main())
