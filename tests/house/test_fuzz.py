"""Every route, asked with what nobody means well: no 500, and no door that opens to those it is closed to.

The seed is printed; ``FUZZ_SEED`` asks the same questions again, ``FUZZ_ROUNDS`` more of them.
"""

from __future__ import annotations

import inspect
import os
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule

from feedback_app.accounts.models import Staff
from feedback_app.accounts.rights import RIGHTS, ROLES
from feedback_app.places import ROOT
from tests.browser import signed_in
from tests.house.test_access import app as a_full_house  # a house with one of everything
from tests.house.test_access import right_of, rules

SEED = int(os.environ.get("FUZZ_SEED", "20261201"))
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "3"))
NUMBERS = ["0", "1", "2", "-1", "2147483648", "9223372036854775807", "9223372036854775808", "9" * 40, "1e9", "٣", "0x1"]
WORDS = [
    "", "1", "a-survey", "\0", "a\0b", "\ud800", "\r\nX: y", "é" * 70, "x" * 3000, "%", "%%s{}{{7*7}}", "' OR 1=1 --",
    "../../etc", "all", "none", "pl", "en", "complaint", "nps", "<b>", "\u202e", "[]", "{}", "null", "made", "-", "a,b",
    "|", "1.5", "NaN",
]  # fmt: skip
DATES = [
    "9999-12-31",
    "0001-01-01",
    "2026-02-30",
    "2026-11",
    "9999-12-31T23:59:59",
    "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+14:00",
    "00:00",
    "2026-11-30",
    "2026-11-30T10:00",
]
ADDRESSES = ["ada@example.org", "a@" + "b" * 300, "//evil.example", "/ok\r\nX", "/\\evil", "ą@ż.pl", "/contacts", "@"]
HOSTILE = NUMBERS + WORDS + DATES + ADDRESSES
COMMON = {"page", "since", "until", "q", "next", "version", "option-0", "title-en", "text-pl"}
FORM = "application/x-www-form-urlencoded"
Someone = Callable[[str], Callable[[], FlaskClient]]
ASKED = re.compile(r"""(?:get|getlist|whole|pop|day|data)\(\s*["'](\w+)["']|^    (\w+) = \w*Field\(""", re.MULTILINE)

app = a_full_house


@cache
def names(room: Path) -> list[str]:
    """The names of parameters and fields that the views and forms of a room ask for, read from the code."""
    shared = [ROOT / "feedback_app/web", ROOT / "feedback_app/themes", ROOT / "feedback_app/responses"]
    sources = [path.read_text() for path in room.rglob("*.py")]
    sources += [path.read_text() for folder in shared for path in folder.glob("*.py")]
    return sorted({one for text in sources for pair in ASKED.findall(text) for one in pair if one} | COMMON)


def names_of(app: Flask, rule: Rule) -> list[str]:
    view = inspect.unwrap(app.view_functions[rule.endpoint])
    return names(Path(inspect.getfile(view)).parent)


def address(rule: Rule, chance: random.Random) -> str:
    """An address of the rule, now and then with something no row has in it."""

    def filled(match: re.Match[str]) -> str:
        kind, name = match[1] or "", match[2]
        if chance.random() < 0.5:
            return "a-survey" if name == "slug" else "1"
        bad = chance.choice(NUMBERS if "int" in kind else [one for one in HOSTILE if one])
        return quote(bad.encode("utf-8", "surrogatepass"), safe="")

    return re.sub(r"<(?:([^:<>]+):)?(\w+)>", filled, rule.rule)


def said(chance: random.Random, known: list[str]) -> MultiDict[str, str]:
    """Half of the fields there are, some of them twice, each with something hostile."""
    asked = chance.sample(known, min(len(known) // 2, chance.randint(0, 20)))
    return MultiDict((name, chance.choice(HOSTILE)) for name in asked for _ in range(chance.choice((1, 1, 1, 2))))


def encoded(fields: MultiDict[str, str]) -> str:
    pairs = ((name, quote(value.encode("utf-8", "surrogatepass"), safe="")) for name, value in fields.items(multi=True))
    return "&".join(f"{name}={value}" for name, value in pairs)


def ask(client: FlaskClient, method: str, rule: Rule, chance: random.Random) -> tuple[int, str]:
    """Ask once; return the status, and all that is needed to ask again."""
    known = names_of(client.application, rule)
    path, query, body = address(rule, chance), encoded(said(chance, known)), encoded(said(chance, known))
    headers = {"Accept-Language": chance.choice(["en", "pl", "en-US;q=x", "\xff", "*" * 900])}
    if method == "GET":
        reply = client.get(f"{path}?{query}", headers=headers)
    else:
        reply = client.post(f"{path}?{query[:200]}", data=body, content_type=FORM, headers=headers)
    with reply:
        return reply.status_code, f"{reply.status_code} {method} {path}?{query} [{body if method == 'POST' else ''}]"


def asked(app: Flask, sign_in: Callable[[], FlaskClient], method: str) -> Iterator[tuple[Rule, int, str]]:
    chance = random.Random(f"{SEED} {method}")  # noqa: S311  # the same questions each time are the point
    for rule in rules(app):
        if method in (rule.methods or ()) and rule.endpoint != "security.logout":
            client = sign_in()
            for _ in range(ROUNDS):
                yield rule, *ask(client, method, rule, chance)


@pytest.fixture
def someone(app: Flask, a_staff: Callable[..., Staff]) -> Callable[[str], Callable[[], FlaskClient]]:
    """Sign in as somebody new each time: what was posted may have ended the last sign-in, or the account."""

    def of(role: str) -> Callable[[], FlaskClient]:
        made = iter(range(10_000))

        def sign_in() -> FlaskClient:
            client = app.test_client()
            if role:
                inside = signed_in(a_staff(role, f"{role}{next(made)}@velo.example"))
                with client.session_transaction() as session:
                    session.update(inside, language="en")
            return client

        return sign_in

    return of


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("role", ["", *ROLES])
def test_no_question_is_an_error_of_ours_or_opens_a_closed_door(
    app: Flask, someone: Someone, role: str, method: str
) -> None:
    print("seed", SEED)  # noqa: T201
    wrong = []
    for rule, status, how in asked(app, someone(role), method):
        closed = right_of(app, rule) in RIGHTS and right_of(app, rule) not in ROLES.get(role, ())
        if (status >= 500 and rule.endpoint != "health.ready") or (closed and status in (200, 303)):
            wrong.append(how[:700])
    assert not wrong, "\n".join((f"{len(wrong)} of seed {SEED}", *wrong[:20]))
