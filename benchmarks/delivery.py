#!/usr/bin/env python3
"""How fast letters leave: fills a fresh database, then lets the product's own worker send it empty.

    python benchmarks/delivery.py prepare --count 10000 [--database URL]
    python benchmarks/delivery.py send --host 127.0.0.1 --port 2525 --connections 5 [--workers 2] [--dkim rsa]
                                       [--database URL]
    python benchmarks/delivery.py state [--database URL]
    python benchmarks/delivery.py table --harness ../shared/bench/mail --data DIR --python PEERS [--database URL]

The whole path is timed: rows claimed, letters built and sent, results and journal written. Letters are of 12 KB with
six places of their own. ``send`` ends with one line {"sent": n, "seconds": s}. ``table`` runs the harness for every
case beside nodemailer and prints what came of it (its README says what it needs). Only loopback is ever a target.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import random
import signal
import sys
import tempfile
from pathlib import Path

from flask import Flask
from sqlalchemy import func, insert, select, update

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.delivery import outbox
from feedback_app.delivery.compose import dkim_keys
from feedback_app.delivery.compose.placeholders import Words
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.extensions import db
from feedback_app.jobs.worker import WorkerProcess

sys.path.insert(0, str(Path(__file__).parent))
import application as house
from delivery_table import table

HOME = house.home("delivery")
POINT = (
    "We read every answer about this step and sorted them by what would have helped. Most of you asked for one "
    "confirmation instead of three, and for somebody with a name to call when a delivery does not come. "
)
STYLE = "font-family:Helvetica,Arial,sans-serif;font-size:16px;line-height:26px;color:#1f2933;margin:0 0 16px"
NAMES = ("Ada Nowak", "José Núñez", "Łukasz Żak", "Søren Groß", "Chloé Dupont", "Mary O'Neill", "Priya Sato", "Omar B.")
SAID = (
    "The form lost what I had typed when I went back a page – please mend that & soon.",
    "Three times I was asked to confirm <my address>, and nobody could say why.",
    "Czekałem sześć tygodni na odpowiedź na proste pytanie.",
    "The person on the phone was kind; the letter used words that I had to look up.",
)


def words() -> Words:
    points = "".join(f'<p style="{STYLE}">\n{n}. {POINT}\n</p>\n' for n in range(1, 21))
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>You said, we did</title></head>\n<body>\n'
        f'<p style="{STYLE}">Hello{{{{greeting_name}}}},</p>\n<p style="{STYLE}">in {{{{month}}}} you told us:</p>\n'
        f"<blockquote>{{{{said}}}}</blockquote>\n{points}"
        '<p><a href="{{status_url}}">See what changed</a></p>\n'
        '<p>Reference {{ref}}. <a href="{{unsubscribe_url}}">I do not want such letters</a></p>\n</body></html>\n'
    )
    plain = (
        "Hello{{greeting_name}},\n\nin {{month}} you told us:\n\n  {{said}}\n\n"
        + "".join(f"* {POINT}\n" for _ in range(5))
        + "\nSee what changed: {{status_url}}\nReference {{ref}}\nNo such letters: {{unsubscribe_url}}\n"
    )
    return Words("You said, we did: one confirmation instead of three", plain, html)


def application(database: str, mail_url: str = "", connections: int = 5, workers: int = 1, dkim: str = "") -> Flask:
    keys = {f"dkim_{'' if kind == 'rsa' else kind + '_'}key": key(kind) for kind in dkim.split(",") if kind}
    return house.application(
        HOME, database, base_url="https://feedback.velo.example", mail_url=mail_url, mail_connections=connections,
        mail_processes=workers, cpu_affinity=os.environ.get("FEEDBACK_CPU_AFFINITY") == "on", **keys,
    )  # fmt: skip


def key(kind: str) -> str:
    """Return the key that every run signs with, made at the first."""
    file = Path(tempfile.gettempdir()) / f"feedback-delivery-benchmark-{os.getuid()}-{kind}.pem"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(dkim_keys.pem(dkim_keys.make_key(kind)))
    return file.read_text()


def prepare(count: int, database: str) -> None:
    house.emptied(HOME)
    app = application(database)
    with app.app_context():
        house.make_tables()
        with transaction() as session:
            variant = outbox.add_variant("announcement", "en", "announcements", words())
            dice = random.Random(2026)  # noqa: S311  # every run sends the same letters
            for start in range(0, count, 5000):
                session.execute(
                    insert(OutgoingEmail), [row(n, variant, dice) for n in range(start, min(start + 5000, count))]
                )
        house.analyze("outgoing_email")
    print(json.dumps({"queued": count}))


def row(number: int, variant: int, dice: random.Random) -> dict[str, object]:
    address = f"user{number + 1}@d{number % 50}.example"
    token = f"{dice.getrandbits(128):032x}"
    return {
        "kind": "announcement",
        "ref_id": number + 1,
        "group_id": 1,
        "variant_id": variant,
        "address": address,
        "email_key": address,
        "name": dice.choice(NAMES),
        "not_before": clock.now(),
        "values": {
            "month": "September",
            "said": dice.choice(SAID),
            "ref": f"R-{number + 1:07d}",
            "status_url": f"https://feedback.velo.example/status/{token}",
        },
    }


def send(options: argparse.Namespace) -> None:
    if not options.host.startswith("127."):
        sys.exit("only loopback is a target")
    os.register_at_fork(after_in_child=die_with_parent)
    url = f"smtp+plain://{options.host}:{options.port}"
    app = application(options.database, url, options.connections, options.workers, options.dkim)
    with app.app_context():
        done = WorkerProcess(app, does_jobs=False).until_idle()
        sent, seconds = done.letters["sent"], done.seconds
        while options.hurry and hurried():  # the benchmark stands for the hours that a retry would wait
            more = WorkerProcess(app, does_jobs=False).until_idle()
            sent, seconds = sent + more.letters["sent"], seconds + more.seconds
    print(json.dumps({"sent": sent, "seconds": round(seconds, 4)}), flush=True)


def hurried() -> int:
    with transaction() as session:
        later = update(OutgoingEmail).where(OutgoingEmail.state == "queued").values(not_before=clock.now())
        return session.execute(later).rowcount  # type: ignore[attr-defined,no-any-return]


def die_with_parent() -> None:
    """End with whoever started us, so that killing the parent kills the worker itself."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def state(database: str) -> None:
    app = application(database)
    with app.app_context():
        counts = db.session.execute(select(OutgoingEmail.state, func.count()).group_by(OutgoingEmail.state))
        print(json.dumps(dict(counts.all())))


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = {name: commands.add_parser(name) for name in ("prepare", "send", "state", "table")}
    for each in one.values():
        each.add_argument("--database", default="", help="a SQLite file of its own unless given")
    one["prepare"].add_argument("--count", type=int, required=True)
    send = one["send"]
    send.add_argument("--host", required=True)
    send.add_argument("--port", type=int, required=True)
    send.add_argument("--connections", type=int, default=5)
    send.add_argument("--workers", type=int, default=1, help="processes that share the connections")
    send.add_argument("--dkim", default="", choices=["", "rsa", "rsa,ed25519"], help="sign every letter")
    send.add_argument("--hurry", action="store_true", help="try letters again at once that would wait for hours")
    one["table"].add_argument("--count", type=int, default=20_000)
    one["table"].add_argument("--harness", required=True, help="folder of run.py")
    one["table"].add_argument("--data", required=True, help="what make_fixtures.py made")
    one["table"].add_argument("--python", default=sys.executable, help="the Python of the peers")
    return parser.parse_args()


def main() -> None:
    asked = options()
    verbs = {
        "prepare": lambda: prepare(asked.count, asked.database),
        "send": lambda: send(asked),
        "state": lambda: state(asked.database),
        "table": lambda: table(asked),
    }
    verbs[asked.command]()


if __name__ == "__main__":
    main()
